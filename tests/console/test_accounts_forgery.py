"""No page changes anything on a GET, or on a POST that another site made somebody send (A14)."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from doors import address, pages, title, wear_totp

from regulars.actions.entry import Purpose, make_link, setup_link
from regulars.db.models import AuditRow, Role, Staff
from staff import PASSWORD, digest, employ, open_cafe

pytestmark = pytest.mark.django_db
SAFE_ALWAYS = {"(first page)"}


class Scene:
    """An owner signed in, with somebody to do harm to."""

    def __init__(self) -> None:
        self.olga = open_cafe()
        self.sam = employ("Sam", Role.STAFF)
        self.token = make_link(Purpose.ENTER, self.sam, timezone.now())

    def paths(self) -> dict[str, str]:
        known = {"staff_id": str(self.sam.pk), "token": self.token}
        return {title(page): address(page, **known) for page in pages()}

    def browser(self, **options: Any) -> Client:
        client = Client(**options)
        client.force_login(self.olga)
        return client


@pytest.fixture
def scene() -> Scene:
    return Scene()


HARM = {
    "name": "Eve",
    "email": "eve@x.example",
    "role": "owner",
    "business": "Evil",
    "language": "de",
    "zone": "UTC",
    "currency": "USD",
    "region": "US",
    "oldpassword": PASSWORD,
    "password": "a quite new one",
    "password1": "a quite new one",
    "password2": "a quite new one",
}


def test_no_post_without_a_token(scene: Scene) -> None:
    client = scene.browser(enforce_csrf_checks=True)
    before = digest()
    for name, path in scene.paths().items():
        if name not in SAFE_ALWAYS:
            assert client.post(path, HARM).status_code == 403, name
            body = json.dumps(HARM)
            assert client.post(path, body, content_type="text/plain").status_code == 403, name
    assert digest() == before
    assert client.get("/console/settings/account/").status_code == 200, "still signed in"


def test_no_post_from_another_site(scene: Scene) -> None:
    client = scene.browser(enforce_csrf_checks=True)
    client.get("/console/settings/account/")
    token = {"csrfmiddlewaretoken": client.cookies["csrftoken"].value}
    before = digest()
    for name, path in scene.paths().items():
        if name in SAFE_ALWAYS:
            continue
        for origin in ("https://evil.example", "null", "http://testserver.evil.example"):
            answer = client.post(path, {**HARM, **token}, headers={"Origin": origin})
            assert answer.status_code == 403, (name, origin)
    assert digest() == before


def test_the_same_posts_do_harm_with_a_token_of_ours(scene: Scene) -> None:
    """The saboteur of the two above: without the check, these requests do change things."""
    client = scene.browser()
    before = digest()
    for name in ("console:business", "console:account", "console:colleague_leave"):
        assert client.post(scene.paths()[name], HARM).status_code == 302, name
    after = digest()
    changed = {table for table in after if after[table] != before[table]}
    assert {"regulars_business", "regulars_staff"} <= changed


def kept() -> dict[str, int]:
    """All but the note that a list was taken out, and the count of such lists."""
    beside = {"regulars_audit", "regulars_api_use"}
    return {table: mark for table, mark in digest().items() if table not in beside}


def test_no_get_changes_anything(scene: Scene) -> None:
    wear_totp(scene.olga)
    client = scene.browser()
    signed = client.session
    signed["account_authentication_methods"] = [
        {"method": "password", "at": timezone.now().timestamp(), "reauthenticated": True}
    ]
    signed["account_authentication_methods_user"] = str(scene.olga.pk)
    signed.save()
    client.get("/console/accounts/second/codes/")  # the first look is noted on the sheet
    before = kept()
    for name, path in scene.paths().items():
        for override in ({}, {"X-HTTP-Method-Override": "POST"}, {"X-Method-Override": "DELETE"}):
            answer = client.get(path, HARM, headers=override)
            assert answer.status_code < 500, name
    assert kept() == before
    acts = AuditRow.objects.values_list("what", flat=True)
    assert set(acts) <= {"download.customers", "download.figures"}
    assert client.get("/console/settings/account/").status_code == 200, "still signed in"


@pytest.mark.parametrize("purpose", list(Purpose))
def test_no_link_is_used_up_by_a_get(purpose: Purpose) -> None:
    if purpose == Purpose.SETUP:
        token = setup_link(timezone.now())
    else:
        token = make_link(purpose, open_cafe(), timezone.now())
    before = digest()
    assert Client().get(f"/console/enter/{token}/", HARM).status_code == 200
    assert digest() == before
    assert Staff.objects.count() == (0 if purpose == Purpose.SETUP else 1)


def test_every_answer_carries_the_headers(scene: Scene) -> None:
    for client in (scene.browser(), Client()):
        for name, path in {**scene.paths(), "nowhere": "/console/nowhere/"}.items():
            if name not in SAFE_ALWAYS:
                answer = client.get(path)
                assert "frame-ancestors 'none'" in answer["Content-Security-Policy"], name
                assert "unsafe" not in answer["Content-Security-Policy"], name
                assert answer["X-Content-Type-Options"] == "nosniff", name
                assert answer["Referrer-Policy"] == "same-origin", name
                assert answer["Cache-Control"] == "no-store", name


def test_no_account_page_holds_a_script_of_its_own(scene: Scene) -> None:
    wear_totp(scene.olga)
    client = scene.browser()
    for name, path in scene.paths().items():
        answer = client.get(path)
        if answer.streaming:
            continue
        page = answer.content.decode(errors="replace")
        for tag in re.findall(r"<script[^>]*>", page):
            assert " src=" in tag or 'type="application/json"' in tag, (name, tag)
        assert not re.search(r"<[^>]+ (on\w+|style)=", page), name
