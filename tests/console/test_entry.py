"""The doors: set-up, sign-in links, invitations, resets, and what a stranger gets out of them."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from doors import browser, totp, tries_stand_still, wear_totp

from regulars.actions import entry
from regulars.actions import staff as actions
from regulars.actions.entry import Purpose, make_link, setup_link
from regulars.actions.staff import Invitation, Position
from regulars.db.models import Business, EntryLink, Role, Staff
from staff import PASSWORD, digest, employ, open_cafe, signed_in

pytestmark = pytest.mark.django_db
SETUP = {
    "business": "Corner Coffee",
    "zone": "Europe/Berlin",
    "region": "DE",
    "currency": "EUR",
    "language": "en",
    "name": "Olga",
    "email": "Olga@corner.example",
    "password": PASSWORD,
}
FORGOT = "/console/accounts/password/forgot/"


def door(token: str) -> str:
    return f"/console/enter/{token}/"


def who(client: Client) -> str | None:
    return client.session.get("_auth_user_id")


def jobs() -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT args FROM procrastinate_jobs WHERE task_name = 'mail_link'")
        return [json.loads(row[0]) for row in cursor.fetchall()]


@pytest.fixture
def mail(settings: Any, mailoutbox: list[Any]) -> list[Any]:
    settings.MAIL_CONFIGURED = True
    settings.BASE_URL = "https://console.example"
    return mailoutbox


def test_set_up_makes_the_owner_and_signs_them_in() -> None:
    token = setup_link(timezone.now())
    assert token
    client = Client()
    page = client.get(door(token), headers={"Accept-Language": "de-AT,de;q=0.9"}).content.decode()
    assert '<option value="AT" selected>' in page
    before = client.session.session_key
    answer = client.post(door(token), SETUP)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    olga = Staff.objects.get()
    assert (olga.email, olga.role, who(client)) == ("olga@corner.example", "owner", str(olga.pk))
    assert client.session.session_key != before
    assert Business.objects.get().zone == "Europe/Berlin"


def test_set_up_closes_for_ever() -> None:
    token = setup_link(timezone.now())
    assert token
    Client().post(door(token), SETUP)
    late = make_link(Purpose.SETUP, None, timezone.now())
    before = digest()
    for used in (token, late):
        for fields in (SETUP, {**SETUP, "email": "eve@x.example"}):
            assert Client().post(door(used), fields).status_code == 404
    assert digest() == before
    assert setup_link(timezone.now()) is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("zone", "Mars/Olympus"),
        ("currency", "QQQ"),
        ("region", "ZZ"),
        ("language", "xx"),
        ("email", "olga"),
        ("password", "short"),
        ("password", "password123"),
        ("business", ""),
    ],
)
def test_a_wrong_set_up_form_uses_nothing_up(field: str, value: str) -> None:
    token = setup_link(timezone.now())
    assert token
    before = digest()
    answer = Client().post(door(token), {**SETUP, field: value})
    assert answer.status_code == 200
    assert f'id="id_{field}_error"' in answer.content.decode()
    assert digest() == before


def test_a_link_scanner_uses_nothing_up() -> None:
    olga = open_cafe()
    token = make_link(Purpose.ENTER, olga, timezone.now())
    before = digest()
    for method in ("GET", "HEAD", "GET"):
        assert Client().generic(method, door(token)).status_code == 200
    assert Client().generic("OPTIONS", door(token)).status_code == 405
    assert digest() == before
    client = Client()
    assert client.post(door(token)).status_code == 302
    assert who(client) == str(olga.pk)
    assert Client().post(door(token)).status_code == 404


def test_whoever_was_signed_in_before_is_signed_out_by_a_link() -> None:
    olga, sam = open_cafe(), employ("Sam", Role.STAFF)
    client = signed_in(sam)
    before = client.session.session_key
    client.post(door(make_link(Purpose.ENTER, olga, timezone.now())))
    assert who(client) == str(olga.pk)
    assert client.session.session_key != before


@pytest.mark.parametrize("state", ["unknown", "used", "over", "older", "left"])
def test_links_that_do_not_open_look_alike(state: str) -> None:
    olga, now = open_cafe(), timezone.now()
    made = now - timedelta(minutes=31) if state == "over" else now
    token = make_link(Purpose.RESET, olga, made)
    if state == "unknown":
        token = "x" * 43
    elif state == "used":
        entry.take_link(token, Purpose.RESET, now)
    elif state == "older":
        make_link(Purpose.RESET, olga, now)
    elif state == "left":
        Staff.objects.update(is_active=False)
    before = digest()
    for method in ("get", "post"):
        answer = getattr(Client(), method)(door(token), {"password": "a quite new password"})
        assert answer.status_code == 404
        assert "This link has been used or has ended." in answer.content.decode()
    assert digest() == before


def test_an_invitation_is_answered_and_signs_in() -> None:
    olga = open_cafe()
    wanted = Invitation(email="nina@x.example", position=Position(role=Role.VIEWER))
    nina = actions.invite(olga, wanted, timezone.now())
    token = actions.link_for(olga, nina.pk, timezone.now())
    client = Client()
    assert (
        client.post(door(token), {"name": "Nina", "password": "nina@x.example"}).status_code == 200
    )
    assert EntryLink.objects.filter(used_at=None).exists()
    assert client.post(door(token), {"name": "Nina", "password": PASSWORD}).status_code == 302
    assert who(client) == str(nina.pk)


def test_a_reset_does_not_sign_in_and_ends_every_session() -> None:
    olga, sam = open_cafe(), employ("Sam", Role.STAFF)
    other = signed_in(sam)
    token = actions.link_for(olga, sam.pk, timezone.now())
    client = Client()
    answer = client.post(door(token), {"password": "a quite new password"})
    assert answer["Location"] == "/console/accounts/login/"
    assert who(client) is None
    assert other.get("/console/settings/account/").status_code == 302


# --- Every way in, with a second factor (A05) --------------------------------------------------


def test_a_second_factor_is_asked_for_behind_a_link_too() -> None:
    olga = open_cafe()
    wear_totp(olga)
    client = Client()
    answer = client.post(door(make_link(Purpose.ENTER, olga, timezone.now())))
    assert answer["Location"] == "/console/accounts/second/enter/"
    assert who(client) is None
    assert client.get("/console/settings/account/").status_code == 302
    answer = client.post("/console/accounts/second/enter/", {"code": totp()})
    assert (answer.status_code, who(client)) == (302, str(olga.pk))


def test_a_link_into_a_browser_of_somebody_else_asks_for_the_second_factor() -> None:
    olga, sam = open_cafe(), employ("Sam", Role.STAFF)
    wear_totp(olga)
    client = signed_in(sam)
    client.post(door(make_link(Purpose.ENTER, olga, timezone.now())))
    assert who(client) is None


@pytest.mark.parametrize("purpose", [Purpose.ENTER, Purpose.INVITE, Purpose.SETUP])
def test_every_way_in_leads_to_a_required_second_factor(purpose: Purpose) -> None:
    now = timezone.now()
    if purpose == Purpose.SETUP:
        token = setup_link(now)
        assert token
    else:
        olga = open_cafe()
        wanted = Invitation(email="nina@x.example", position=Position(role=Role.VIEWER))
        staff = actions.invite(olga, wanted, now) if purpose == Purpose.INVITE else olga
        token = make_link(purpose, staff, now)
    client = Client()
    client.post(door(token), SETUP)
    Business.objects.update(second_factor_required=True)
    assert who(client)
    answer = client.get("/console/settings/account/")
    assert answer["Location"].startswith("/console/accounts/second/?next=")


# --- Forgotten passwords (A03) -----------------------------------------------------------------


def test_the_answer_never_tells_who_works_here(mail: list[Any]) -> None:
    open_cafe()
    employ("Gone", Role.STAFF)
    Staff.objects.filter(name="Gone").update(is_active=False)
    answers = []
    for email in ("olga@corner.example", "nobody@x.example", "gone@corner.example"):
        client = Client()
        answer = client.post(FORGOT, {"email": email})
        page = client.get(answer["Location"]).content
        answers.append(
            (answer.status_code, answer["Location"], re.sub(rb'value="\w{64}"', b"", page))
        )
    assert answers[0] == answers[1] == answers[2]
    assert [job["email"] for job in jobs()] == [
        "olga@corner.example",
        "nobody@x.example",
        "gone@corner.example",
    ]
    assert not EntryLink.objects.exists()


def test_the_link_in_the_mail_is_built_from_the_configured_address(mail: list[Any]) -> None:
    olga = open_cafe()
    forged = {"Host": "evil.example"}
    assert Client().post(FORGOT, {"email": olga.email}, headers=forged).status_code == 400
    assert jobs() == []
    forwarded = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"}
    assert Client().post(FORGOT, {"email": olga.email}, headers=forwarded).status_code == 302
    (job,) = jobs()
    assert set(job) == {"purpose", "email"}
    assert entry.mail_link(Purpose(job["purpose"]), job["email"], timezone.now())
    (message,) = mail
    assert message.to == [olga.email]
    found = re.search(r"https://console\.example(/console/enter/\S+)", message.body)
    assert found
    assert "evil" not in message.body
    page = Client().get(found[1])
    assert page.status_code == 200
    assert page["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("email", ["nobody@x.example", "nina@x.example", "gone@corner.example"])
def test_no_reset_is_mailed_to(email: str, mail: list[Any]) -> None:
    """Strangers, people who never answered their invitation, people who left."""
    olga = open_cafe()
    wanted = Invitation(email="nina@x.example", position=Position(role=Role.VIEWER))
    actions.invite(olga, wanted, timezone.now())
    actions.deactivate(olga, employ("Gone", Role.STAFF).pk)
    before = digest()
    assert not entry.mail_link(Purpose.RESET, email, timezone.now())
    assert digest() == before
    assert mail == []


def test_an_invitation_is_mailed(mail: list[Any]) -> None:
    olga = open_cafe()
    wanted = Invitation(email="nina@x.example", position=Position(role=Role.VIEWER))
    actions.invite(olga, wanted, timezone.now())
    (job,) = jobs()
    assert entry.mail_link(Purpose(job["purpose"]), job["email"], timezone.now())
    (message,) = mail
    assert message.subject == "Your place at Corner Coffee"
    assert "https://console.example/console/enter/" in message.body


def test_without_a_mail_server_nothing_is_promised() -> None:
    open_cafe()
    page = Client().get(FORGOT).content.decode()
    assert "regulars staff reset" in page
    assert Client().post(FORGOT, {"email": "olga@corner.example"}).status_code == 200
    assert jobs() == []


def test_asking_again_and_again_is_slowed_down(
    mail: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    tries_stand_still(monkeypatch)
    open_cafe()
    codes = [Client().post(FORGOT, {"email": "olga@corner.example"}).status_code for _ in range(6)]
    assert codes == [302] * 5 + [429]
    assert len(jobs()) == 5


def test_a_forged_host_opens_nothing() -> None:
    token = make_link(Purpose.ENTER, open_cafe(), timezone.now())
    before = digest()
    for path in (door(token), "/console/accounts/login/", FORGOT):
        answer = browser(None).post(path, headers={"Host": "evil.example"})
        assert answer.status_code == 400
    assert digest() == before
