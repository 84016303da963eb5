"""The frame of every page and its parts, rendered without a database."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from django import forms
from django.contrib.messages import SUCCESS
from django.contrib.messages.storage.base import Message
from django.http import HttpRequest
from django.template import engines
from django.test import RequestFactory
from django.utils import timezone, translation

from regulars.console import context
from regulars.db.models import Business, Role, Staff

PAGE = (
    '{% extends "console/base.html" %}{% block title %}Customers{% endblock %}'
    "{% block main %}<p>Hello</p>{% endblock %}"
)
PAGES = {
    "console:today": "/console/",
    "console:customers": "/console/customers/",
    "console:settings": "/console/settings/",
    "console:language": "/console/language/",
}


@pytest.fixture(autouse=True)
def pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three pages exist; only those who may change settings can open the last."""

    def open_to(reader: Staff, name: str) -> str:
        allowed = name != "console:settings" or reader.role == Role.OWNER
        return PAGES.get(name, "") if allowed else ""

    monkeypatch.setattr(context, "_open_to", open_to)
    monkeypatch.setattr(context, "_address", lambda name: PAGES.get(name, ""))


def request_of(role: Role | None, path: str = "/console/customers/17/") -> HttpRequest:
    request = RequestFactory().get(path)
    request.business = Business(name="Corner Coffee", zone="Europe/Berlin", currency="EUR")
    request.request_id = "abcdef0123456789"
    request._messages = [Message(SUCCESS, "Saved.")]
    if role:
        request.user = Staff(name="Lena Brandt", email="lena@corner.example", role=role)
    return request


def render(source: str, request: HttpRequest | None = None, **values: object) -> str:
    template = engines["console"].from_string(source)
    return template.render(values, request or request_of(Role.OWNER))


def test_a_page_names_business_and_reader() -> None:
    html = render(PAGE)
    assert "<title>Customers · Corner Coffee</title>" in html
    assert "Lena Brandt" in html
    assert 'action="/console/accounts/logout/"' in html
    assert "<p>Hello</p>" in html
    assert '<div class="banner good" role="status">' in html
    assert "Saved." in html


def test_nothing_in_a_page_needs_inline_code_or_another_site() -> None:
    html = render(PAGE)
    assert " style=" not in html
    assert re.findall(r"<script(?![^>]* src=)", html) == []
    assert re.findall(r" on\w+=", html) == []
    assert re.findall(r'(?:src|href)="(?:https?:)?//', html) == []


@pytest.mark.parametrize(
    ("role", "path", "current", "shown"),
    [
        (Role.OWNER, "/console/customers/17/", "/console/customers/", 3),
        (Role.OWNER, "/console/", "/console/", 3),
        (Role.VIEWER, "/console/settings/", "/console/", 2),
    ],
)
def test_sections_that_exist_and_may_be_opened(
    role: Role, path: str, current: str, shown: int
) -> None:
    html = render(PAGE, request_of(role, path))
    nav = html[html.index('<nav class="nav"') : html.index("</nav>")]
    assert nav.count("<a ") == shown
    assert re.findall(r'href="([^"]+)" aria-current="page"', nav) == [current]


def test_a_stranger_sees_no_navigation() -> None:
    html = render(PAGE, request_of(None))
    nav = html[html.index('<nav class="nav"') : html.index("</nav>")]
    assert "<a " not in nav
    assert "logout" not in html


def test_the_page_speaks_german() -> None:
    with translation.override("de"):
        html = render(PAGE)
    assert '<html lang="de">' in html
    assert "Abmelden" in html
    assert "Kundschaft" in html


KPI = {"label": "Regulars", "value": "412", "change": "9", "tone": "up", "arrow": "up"}
PERSON = {"name": "Nguyễn Thị Mai", "key": 7, "url": "/x", "reason": "Comes.", "action": "Thank"}
PARTS: dict[str, dict[str, object]] = {
    "kpis": {"kpis": [KPI], "counts": [("Regulars", "Three visits or more")]},
    "people": {"people": [PERSON]},
    "todo": {"todo": [{"title": "T", "text": "t", "url": "/x", "action": "Go", "effect": "5 min"}]},
    "news": {"news": [{"icon": "mail", "text": "17 extra visits", "detail": "39 of 640"}]},
    "empty": {"title": "Nobody", "text": "Good.", "url": "/x", "action": "See all"},
    "banner": {"text": "Closed", "tone": "warn", "url": "/x", "action": "Open"},
    "crumbs": {"crumbs": [{"label": "Customers", "url": "/x"}, {"label": "Import"}]},
    "tabs": {"tabs": [{"label": "Repeat", "url": "/x", "current": True}], "label": "Insights"},
    "stepper": {"steps": [{"label": "Choose", "done": True}, {"label": "Map", "current": True}]},
    "pager": {"text": "1–12 of 57", "later_url": "?page=2", "links": [{"url": "/c", "label": "C"}]},
    "sort": {"column": {"label": "Spent", "url": "?sort=spent", "direction": "descending"}},
    "dialog": {"id": "go", "title": "Go?", "text": "Now.", "url": "/x", "action": "Go"},
    "languages": {},
    "sign_out": {},
    "brand": {},
}


@pytest.mark.parametrize("part", sorted(PARTS))
def test_each_part_renders_and_escapes(part: str) -> None:
    html = render(f'{{% include "console/parts/{part}.html" %}}', **PARTS[part])
    assert " style=" not in html
    shown = [v for v in PARTS[part].values() if isinstance(v, str) and not v.startswith("/")]
    for text in shown:
        if text not in {"warn"}:
            assert text in html
    nasty = {key: "<b>" if isinstance(v, str) else v for key, v in PARTS[part].items()}
    assert "<b>" not in render(f'{{% include "console/parts/{part}.html" %}}', **nasty)


class Sample(forms.Form):
    email = forms.EmailField(label="E-mail", help_text="Yours")
    remember = forms.BooleanField(label="Stay signed in", required=False)
    which = forms.ChoiceField(label="Which", widget=forms.RadioSelect, choices=[("a", "A")])


def test_fields_carry_label_help_and_error() -> None:
    form = Sample({"email": "nonsense", "which": "a"})
    html = render("{% for f in form %}{% field f %}{% endfor %}", form=form)
    assert '<label for="id_email">E-mail</label>' in html
    assert 'aria-describedby="id_email_helptext id_email_error"' in html
    assert 'aria-invalid="true"' in html
    assert 'id="id_email_error"' in html
    assert "Enter a valid email address." in html
    assert '<label class="tick" for="id_remember">' in html
    assert "<legend>Which</legend>" in html


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{{ 123450|money:'EUR' }}", "€1,234.50"),
        ("{{ None|money:'EUR' }}", "–"),
        ("{{ 184000|whole_money:'EUR' }}", "€1,840"),
        ("{{ 1234|number }}", "1,234"),
        ("{{ '0.463'|share }}", "46\xa0%"),
        ("{{ 19|ago }}", "19 days ago"),
        ("{{ 1|every }}", "every day"),
        ("{{ 4|every }}", "every 4 days"),
        ("{{ 130|seconds }}", "2 minutes"),
        ("{{ day|day }}", "Monday, 17 November 2025"),
        ("{{ day|short_day }}", "17 Nov 2025"),
        ("{{ day|iso }}", "2025-11-17"),
        ("{{ late|moment }}", "1 Jul 2025, 00:30"),
        ("{{ late|iso }}", "2025-07-01T00:30:00+02:00"),
        ("{{ names|joined }}", "Ana and Ben"),
        ("{{ 'Annegret Schwarz-Hohenlohe'|initials }}", "AS"),
        ("{{ 'lena@corner.example'|initials }}", "LC"),
        ("{{ ''|initials }}", "?"),
        ("{{ 'Łukasz'|initials }}", "Ł"),
        (
            "{{ 'stale'|reason }}",
            "Somebody changed this while you were looking. Load the page again.",
        ),
        ("{% for v in nothing %}{{ v|day }}{{ v|ago }}{{ v|moment }}{% endfor %}", "–––"),
    ],
)
def test_filters(source: str, text: str) -> None:
    late = datetime(2025, 6, 30, 22, 30, tzinfo=UTC)
    with timezone.override(ZoneInfo("Europe/Berlin")), translation.override("en"):
        values = {"day": date(2025, 11, 17), "late": late, "names": ["Ana", "Ben"]}
        assert render(source, nothing=[None], **values) == text


def test_an_icon_is_hidden_unless_it_has_a_label() -> None:
    assert render('{% icon "mail" %}') == (
        '<svg class="icon" aria-hidden="true"><use href="/static/regulars/icons.svg#i-mail"/></svg>'
    )
    assert 'role="img" aria-label="Mail"' in render('{% icon "mail" label="Mail" %}')


def test_a_face_keeps_its_tint() -> None:
    assert render('{% face "Lena Brandt" 7 %}') == render('{% face "Lena Brandt" 7 %}')


def test_a_meter_shares_its_width() -> None:
    html = render('{% meter "3 of 4" 3 "f1" 1 "fbad" %}')
    assert 'width="750"' in html
    assert 'x="750" y="0" width="250"' in html
