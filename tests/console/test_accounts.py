"""Signing in and out, sessions that end, second factors, wrong tries."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from doors import SECRET, totp, tries_stand_still, wear_totp

from regulars.actions import staff as actions
from regulars.actions.entry import Purpose, make_link, tidy
from regulars.console import accounts
from regulars.console.account_forms import MAINLAND, zone_of, zones
from regulars.db.models import Business, EntryLink, Role, Staff
from staff import PASSWORD, digest, employ, open_cafe, signed_in

pytestmark = pytest.mark.django_db
LOGIN = "/console/accounts/login/"
MINE = "/console/settings/account/"
SECOND = "/console/accounts/second/"


def sign_in(client: Client, email: str, password: str) -> Any:
    return client.post(LOGIN, {"login": email, "password": password})


def inside(client: Client) -> bool:
    return client.get(MINE).status_code == 200


def with_cookie(key: str) -> Client:
    client = Client()
    client.cookies["sessionid"] = key
    return client


# --- Sessions (A02) ----------------------------------------------------------------------------


def test_a_session_planted_before_does_not_survive_the_sign_in() -> None:
    olga = open_cafe()
    client = Client()
    client.session.save()
    planted = client.session
    planted["x"] = 1
    planted.save()
    client.cookies["sessionid"] = planted.session_key
    sign_in(client, olga.email, PASSWORD)
    assert client.session.session_key != planted.session_key
    assert not inside(with_cookie(planted.session_key))


def test_signing_out_ends_the_session_on_the_server() -> None:
    client = signed_in(open_cafe())
    key = client.session.session_key
    assert client.get("/console/accounts/logout/").status_code == 200
    assert inside(client)
    assert client.post("/console/accounts/logout/").status_code == 302
    assert not Session.objects.filter(session_key=key).exists()
    assert not inside(with_cookie(key))


def test_a_new_password_ends_all_other_sessions() -> None:
    olga = open_cafe()
    client, other = signed_in(olga), signed_in(olga)
    before = client.session.session_key
    fields = {
        "oldpassword": PASSWORD,
        "password1": "a quite new one",
        "password2": "a quite new one",
    }
    answer = client.post("/console/accounts/password/change/", fields)
    assert answer["Location"] == MINE
    assert inside(client)
    assert client.session.session_key != before
    assert not inside(other)
    assert not inside(with_cookie(before))


def test_a_wrong_present_password_changes_nothing() -> None:
    client = signed_in(open_cafe())
    before = digest()
    fields = {
        "oldpassword": "wrong",
        "password1": "a quite new one",
        "password2": "a quite new one",
    }
    answer = client.post("/console/accounts/password/change/", fields)
    assert "This is not your present password." in answer.content.decode()
    assert digest() == before


def test_one_signs_out_everywhere_else() -> None:
    olga = open_cafe()
    client, other = signed_in(olga), signed_in(olga)
    page = client.get("/console/accounts/sessions/").content.decode()
    assert "2 devices" in page
    client.post("/console/accounts/sessions/")
    assert (inside(client), inside(other)) == (True, False)


@pytest.mark.parametrize("change", ["reset", "left"])
def test_a_half_finished_sign_in_ends_with_the_password(change: str) -> None:
    olga, sam = open_cafe(), employ("Sam", Role.STAFF)
    wear_totp(sam)
    thief = Client()
    assert sign_in(thief, sam.email, PASSWORD)["Location"] == f"{SECOND}enter/"
    if change == "reset":
        token = actions.link_for(olga, sam.pk, timezone.now())
        actions.reset_password(token, "a quite new one", timezone.now())
    else:
        actions.deactivate(olga, sam.pk)
    thief.post(f"{SECOND}enter/", {"code": totp()})
    assert thief.session.get("_auth_user_id") is None
    assert not inside(thief)


def test_saboteur_without_the_seal_a_half_finished_sign_in_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delattr(accounts.Adapter, "login")
    olga, sam = open_cafe(), employ("Sam", Role.STAFF)
    wear_totp(sam)
    thief = Client()
    sign_in(thief, sam.email, PASSWORD)
    token = actions.link_for(olga, sam.pk, timezone.now())
    actions.reset_password(token, "a quite new one", timezone.now())
    thief.post(f"{SECOND}enter/", {"code": totp()})
    assert thief.session.get("_auth_user_id") == str(sam.pk)


# --- Wrong tries -------------------------------------------------------------------------------


def test_unknown_and_wrong_look_alike() -> None:
    olga = open_cafe()
    pages = []
    for email in (olga.email, "nobody@corner.example"):
        answer = sign_in(Client(), email, "quite wrong indeed")
        page = re.sub(r'value="\w{64}"', "", answer.content.decode()).replace(email, "")
        pages.append((answer.status_code, page))
    assert pages[0] == pages[1]
    assert "do not belong together" in pages[0][1]


def test_nobody_signs_themself_up() -> None:
    open_cafe()
    before = digest()
    for path in ("signup/", "email/", "confirm-email/", "password/reset/", "2fa/", "login/code/"):
        fields = {"email": "eve@x.example", "password1": PASSWORD}
        assert Client().post(f"/console/accounts/{path}", fields).status_code == 404
    assert digest() == before


def test_guessing_is_stopped_and_unlocked(monkeypatch: pytest.MonkeyPatch) -> None:
    tries_stand_still(monkeypatch)
    olga = open_cafe()
    pages = [sign_in(Client(), olga.email, f"wrong {n}").content.decode() for n in range(6)]
    assert ["Too many wrong tries." in page for page in pages] == [False] * 5 + [True]
    right = sign_in(Client(), olga.email.upper(), PASSWORD)
    assert right.status_code == 200
    accounts.unlock(olga)
    assert sign_in(Client(), olga.email, PASSWORD).status_code == 302


def test_guessing_the_second_factor_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    tries_stand_still(monkeypatch)
    olga = open_cafe()
    wear_totp(olga)
    client = Client()
    sign_in(client, olga.email, PASSWORD)
    wrong = "000000" if totp() != "000000" else "000001"
    pages = [client.post(f"{SECOND}enter/", {"code": wrong}).content.decode() for _ in range(6)]
    assert ["Too many wrong tries." in page for page in pages] == [False] * 5 + [True]
    client.post(f"{SECOND}enter/", {"code": totp()})
    assert not inside(client)
    accounts.unlock(olga)
    client.post(f"{SECOND}enter/", {"code": totp()})
    assert inside(client)


def test_an_address_is_the_same_in_capitals() -> None:
    open_cafe()
    assert sign_in(Client(), " OLGA@Corner.Example", PASSWORD).status_code == 302


def test_what_ended_is_forgotten() -> None:
    olga = open_cafe()
    now = timezone.now()
    make_link(Purpose.ENTER, olga, now - timedelta(days=32))
    make_link(Purpose.RESET, olga, now)
    over, still = signed_in(olga), signed_in(olga)
    Session.objects.filter(session_key=over.session.session_key).update(expire_date=now)
    tidy(timezone.now())
    assert [link.purpose for link in EntryLink.objects.all()] == ["reset"]
    assert UserSession.objects.count() == Session.objects.count() == 1
    assert inside(still)


def test_next_leads_to_this_house_only() -> None:
    open_cafe()
    for goal, wanted in ((MINE, MINE), ("https://evil.example/", "/"), ("//evil.example", "/")):
        fields = {"login": "olga@corner.example", "password": PASSWORD, "next": goal}
        assert Client().post(LOGIN, fields)["Location"] == wanted


# --- Second factors ----------------------------------------------------------------------------


def confirmed(client: Client) -> Client:
    client.post("/console/accounts/confirm/", {"password": PASSWORD})
    return client


def test_an_app_is_set_up_with_its_code() -> None:
    olga = open_cafe()
    client = signed_in(olga)
    assert client.get(f"{SECOND}app/add/")["Location"].startswith("/console/accounts/confirm/")
    page = confirmed(client).get(f"{SECOND}app/add/").content.decode()
    assert 'src="data:image/svg+xml;base64,' in page
    secret = re.search(r'<code class="wrap-anywhere">(\w+)</code>', page)
    assert secret
    assert client.post(f"{SECOND}app/add/", {"code": "000"}).status_code == 200
    assert not Authenticator.objects.exists()
    answer = client.post(f"{SECOND}app/add/", {"code": totp(secret[1])})
    assert answer["Location"] == f"{SECOND}codes/"
    codes = re.findall(r"<li><code>(\w+)</code>", client.get(answer["Location"]).content.decode())
    assert len(codes) == 10
    assert codes[0] in client.get(f"{SECOND}codes/file/").content.decode()

    other = Client()
    sign_in(other, olga.email, PASSWORD)
    assert not inside(other)
    other.post(f"{SECOND}enter/", {"code": codes[0]})
    assert inside(other)
    third = Client()
    sign_in(third, olga.email, PASSWORD)
    third.post(f"{SECOND}enter/", {"code": codes[0]})
    assert not inside(third), "a recovery code works once"


def test_a_code_works_once() -> None:
    olga = open_cafe()
    wear_totp(olga)
    code = totp()
    one, two = Client(), Client()
    for client in (one, two):
        sign_in(client, olga.email, PASSWORD)
        client.post(f"{SECOND}enter/", {"code": code})
    assert (inside(one), inside(two)) == (True, False)


def test_the_last_second_factor_stays_while_it_is_required() -> None:
    olga = open_cafe()
    client = confirmed(signed_in(olga))
    wear_totp(olga)
    Business.objects.update(second_factor_required=True)
    page = client.get(f"{SECOND}app/remove/").content.decode()
    assert "Set up another one first." in page
    client.post(f"{SECOND}app/remove/")
    assert Authenticator.objects.filter(type="totp").exists()
    Business.objects.update(second_factor_required=False)
    client.post(f"{SECOND}app/remove/")
    assert not Authenticator.objects.exists()


def test_a_required_second_factor_leads_there_and_back() -> None:
    olga = open_cafe()
    Business.objects.update(second_factor_required=True)
    client = signed_in(olga)
    assert client.get(MINE)["Location"] == f"{SECOND}?next=%2Fconsole%2Fsettings%2Faccount%2F"
    page = client.get(SECOND).content.decode()
    assert "Corner Coffee asks everybody for a second factor." in page
    wear_totp(olga)
    assert inside(client)


def test_the_host_takes_a_lost_second_factor_away() -> None:
    olga = open_cafe()
    wear_totp(olga)
    assert actions.remove_second_factor("Olga@corner.example") == 2
    assert inside(signed_in(olga))


def test_names_and_secrets_do_not_leak_into_the_page_of_another(settings: Any) -> None:
    olga, sam = open_cafe(), employ("Sam", Role.STAFF)
    wear_totp(olga)
    page = confirmed(signed_in(sam)).get(SECOND).content.decode()
    assert SECRET not in page
    assert Staff.objects.get(pk=sam.pk).check_password(PASSWORD)


def test_who_only_collects_points_finds_the_way_from_the_sign_in_of_staff() -> None:
    open_cafe()
    page = Client().get(LOGIN).content.decode()
    assert f'href="{reverse("portal:sign_in")}"' in page


@pytest.mark.parametrize(
    ("country", "zone"),
    [("GB", "Europe/London"), ("DE", "Europe/Berlin"), ("PL", "Europe/Warsaw"), ("US", "")],
)
def test_a_country_with_one_clock_names_its_zone(country: str, zone: str) -> None:
    assert zone_of(country) == zone
    assert not zone or zone in dict(zones())


def test_the_zones_of_mainlands_can_be_chosen() -> None:
    assert set(MAINLAND.values()) <= set(dict(zones()))
