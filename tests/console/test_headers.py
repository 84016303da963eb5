"""Headers on every answer, request ids, error pages that need nothing, the choice of language."""

from __future__ import annotations

import runpy

import pytest
from django.conf import global_settings
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.utils import timezone, translation

import regulars.settings
from regulars.console import middleware
from regulars.console.middleware import HEADERS, Reader, SecurityHeaders
from regulars.console.views import errors, language
from regulars.db.models import Business, Staff

ERRORS = {
    400: errors.bad_request,
    403: errors.forbidden,
    404: errors.not_found,
    500: errors.broken,
}


def answer(status: int = 200, path: str = "/console/", **headers: str) -> HttpResponse:
    request = RequestFactory().get(path, headers=headers)
    return SecurityHeaders(lambda _request: HttpResponse(status=status))(request)


@pytest.mark.parametrize("status", [200, 302, 400, 403, 404, 500])
def test_every_answer_carries_every_header(status: int) -> None:
    response = answer(status)
    for name, value in HEADERS.items():
        assert response[name] == value
    assert response["Cache-Control"] == "no-store"


def test_the_policy_allows_nothing_inline_and_nobody_else() -> None:
    policy = answer()["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    assert "http" not in policy
    assert "frame-ancestors 'none'" in policy


@pytest.mark.parametrize(
    ("path", "status", "kept"),
    [("/static/regulars/console.css", 200, True), ("/static/x.css", 404, False)],
)
def test_only_static_files_may_be_kept(path: str, status: int, kept: bool) -> None:
    assert ("Cache-Control" not in answer(status, path)) is kept


def test_https_is_remembered_where_it_is_used(settings: pytest.FixtureRequest) -> None:
    assert "Strict-Transport-Security" not in answer()
    settings.SECURE_HSTS_SECONDS = 60
    assert answer()["Strict-Transport-Security"] == "max-age=60"


@pytest.mark.parametrize("given", ["abcdef0123456789", "A-b_c12345"])
def test_the_servers_request_id_is_taken(given: str) -> None:
    assert answer(**{"X-Request-Id": given})["X-Request-Id"] == given


@pytest.mark.parametrize(
    "given", ["", "short", "x" * 65, "with space 123", "a\tb345678", "<b>12345678"]
)
def test_any_other_request_id_is_made_anew(given: str) -> None:
    made = answer(**{"X-Request-Id": given})["X-Request-Id"]
    assert made != given
    assert middleware.REQUEST_ID.fullmatch(made)


@pytest.mark.parametrize("status", sorted(ERRORS))
@pytest.mark.parametrize("code", ["en", "de"])
def test_an_error_page_needs_no_database_and_tells_no_secret(status: int, code: str) -> None:
    request = RequestFactory().get("/console/<secret>/")
    request.request_id = "abcdef0123456789"
    with translation.override(code):
        response = ERRORS[status](request)
    html = response.content.decode()
    assert response.status_code == status
    assert f'<html lang="{code}">' in html
    assert "abcdef0123456789" in html
    assert "secret" not in html
    assert " style=" not in html


@pytest.mark.parametrize(
    ("path", "leads"),
    [
        ("/console/x/", 'href="/"'),
        ("/till/book/", 'href="/till/"'),
        ("/my/x/", 'href="/my/"'),
        ("/s/x/", 'href="/my/"'),
        ("/panel/", 'href="/my/"'),
    ],
)
def test_an_error_page_leads_whoever_met_it_back_to_their_own(path: str, leads: str) -> None:
    html = errors.broken(RequestFactory().get(path)).content.decode()
    assert leads in html
    assert html.count('class="btn') == 1


def test_an_outdated_form_says_what_to_do() -> None:
    html = errors.csrf_failure(RequestFactory().post("/"), "no cookie").content.decode()
    assert "load the page again" in html
    assert "no cookie" not in html


class Rows:
    """Stands in for the table of the business."""

    def __init__(self, row: Business | None) -> None:
        self.row = row

    def filter(self, **_kwargs: object) -> Rows:
        return self

    def first(self) -> Business | None:
        return self.row


@pytest.mark.parametrize(
    ("own", "browser", "expected"),
    [("de", "en", "de"), ("", "de", "de"), ("xx", "de", "de"), ("en", "de", "en")],
)
def test_a_persons_own_language_wins(
    monkeypatch: pytest.MonkeyPatch, own: str, browser: str, expected: str
) -> None:
    monkeypatch.setattr(Business, "objects", Rows(Business(name="C", zone="Asia/Tokyo")))
    seen: dict[str, str] = {}

    def view(request: HttpRequest) -> HttpResponse:
        seen.update(language=translation.get_language(), zone=timezone.get_current_timezone_name())
        seen["business"] = request.business.name
        return HttpResponse()

    request = RequestFactory().get("/")
    request.user = Staff(language=own)
    with translation.override(browser):
        Reader(view)(request)
    assert seen == {"language": expected, "zone": "Asia/Tokyo", "business": "C"}
    assert timezone.get_current_timezone_name() == "UTC"


def test_before_set_up_there_is_no_business(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Business, "objects", Rows(None))
    request = RequestFactory().get("/")
    request.user = Staff()
    Reader(lambda _request: HttpResponse())(request)
    assert request.business is None


@pytest.mark.parametrize(
    ("chosen", "back", "target", "cookie"),
    [
        ("de", "/console/customers/?q=a", "/console/customers/?q=a", "de"),
        ("de", "https://elsewhere.example/", "/", "de"),
        ("de", "//elsewhere.example/", "/", "de"),
        ("xx", "/console/", "/console/", None),
    ],
)
def test_choosing_a_language_leads_back_and_nowhere_else(
    chosen: str, back: str, target: str, cookie: str | None
) -> None:
    request = RequestFactory().post("/", {"language": chosen, "next": back})
    response = language.choose(request)
    assert response["Location"] == target
    kept = response.cookies.get("regulars_language")
    assert (kept.value if kept else None) == cookie


def test_a_language_is_chosen_by_post_only() -> None:
    assert language.choose(RequestFactory().get("/")).status_code == 405


@pytest.mark.parametrize(
    ("address", "prefix"), [("https://club.example", "__Host-"), ("http://localhost:8000", "")]
)
def test_a44_cookies_of_staff_are_bound_to_their_host(
    address: str, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The prefix asks for a cookie that is secure, of the whole host, and of no domain."""
    monkeypatch.setenv("REGULARS_BASE_URL", address)
    told = runpy.run_path(regulars.settings.__file__)
    for kind in ("SESSION", "CSRF"):
        assert told[f"{kind}_COOKIE_NAME"].startswith(prefix or ("sessionid", "csrftoken"))
        assert told[f"{kind}_COOKIE_SECURE"] is bool(prefix)
        for name, wanted in (("PATH", "/"), ("DOMAIN", None)):
            default = getattr(global_settings, f"{kind}_COOKIE_{name}")
            assert told.get(f"{kind}_COOKIE_{name}", default) == wanted
