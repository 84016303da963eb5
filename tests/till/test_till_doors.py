"""Who gets in where: every page of the till for a stranger, an owner, a till, and its cashier."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from till_kit import NOW, PIN, Counter, member, open_counter, place

from regulars.actions import tills
from regulars.actions.refused import Refused
from regulars.db.models import AuditRow, Cashier, Role, TillDevice
from regulars.till import doors
from regulars.till.urls import urlpatterns
from staff import employ

pytestmark = pytest.mark.django_db
ACTORS = ("stranger", "owner", "till", "cashier")
OPEN = {"pair", "pair_by_link", "manifest", "worker"}
"""Pages for any browser."""
PAIRED = {"enter", "leave", "offline", "screen"}
"""Pages for a browser that is a till; all others are for a cashier at one."""
WANTED = {
    **dict.fromkeys(OPEN, ("in", "in", "in", "in")),
    **dict.fromkeys(PAIRED, ("pair", "pair", "in", "in")),
}
REST = ("pair", "pair", "enter", "in")


@pytest.fixture
def counter(monkeypatch: pytest.MonkeyPatch) -> Counter:
    from django.utils import timezone

    monkeypatch.setattr(timezone, "now", lambda: NOW)
    return open_counter()


def browsers(counter: Counter) -> dict[str, Client]:
    owner = Client()
    owner.force_login(
        employ("Otto", Role.OWNER), "allauth.account.auth_backends.AuthenticationBackend"
    )
    return {
        "stranger": Client(),
        "owner": owner,
        "till": counter.browser(signed_in=False),
        "cashier": counter.browser(),
    }


def door(answer: Any) -> str:
    if answer.status_code >= 500:
        return f"broken ({answer.status_code})"
    goal = answer.headers.get("Location", "").partition("?")[0]
    return {"/till/pair/": "pair", "/till/enter/": "enter"}.get(goal, "in")


def address(pattern: Any) -> str:
    return "/till/" + str(pattern.pattern).replace("<str:code>", "NOTHING").replace(
        "<str:key>", "nothing"
    )


def said(counter: Counter, method: str) -> dict[str, tuple[str, ...]]:
    known = browsers(counter)
    session = known["cashier"].cookies["regulars_till_cashier"].value
    row = TillDevice.objects.get(pk=counter.device.pk)
    found = {}
    for pattern in urlpatterns:
        told = []
        for actor in ACTORS:
            answer = known[actor].generic(method, address(pattern))
            told.append("in" if pattern.name == "leave" and actor == "till" else door(answer))
            row.save()
            known["cashier"].cookies["regulars_till_cashier"] = session
            known["till"].cookies.pop("regulars_till_cashier", None)
        found[str(pattern.name)] = tuple(told)
    return found


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_every_page_has_its_door(counter: Counter, method: str) -> None:
    found = said(counter, method)
    wanted = {name: WANTED.get(name, REST) for name in found}
    wanted["leave"] = ("pair", "pair", "in", "enter" if method == "POST" else "in")
    assert found == wanted


def test_saboteur_a_door_that_asks_nobody(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = counter.worker
    monkeypatch.setattr(doors, "device_of", lambda token: worker.device)
    monkeypatch.setattr(doors, "worker_of", lambda *given: worker)
    assert said(counter, "GET")["desk"] != REST


def refusal(counter: Counter, pin: str, after: timedelta = timedelta(0)) -> str:
    try:
        tills.sign_in(counter.device, counter.mia.pk, pin, NOW + after)
    except Refused as refused:
        return refused.code
    return ""


def test_wrong_pins_lock_the_name_at_this_till(counter: Counter) -> None:
    codes = [refusal(counter, "1111") for _ in range(tills.PIN_TRIES + 1)]
    assert codes == ["pin_wrong"] * tills.PIN_TRIES + ["pin_locked"]
    assert refusal(counter, PIN) == "pin_locked", "the right one no longer helps"
    assert refusal(counter, PIN, timedelta(minutes=16)) == ""


def test_right_pins_between_do_not_buy_more_tries(counter: Counter) -> None:
    zoe = tills.add_cashier(None, tills.Wanted(name="Zoe", pin="5093"), NOW)
    wrong = 0
    for minutes in range(0, 60, 16):
        for _ in range(tills.PIN_TRIES - 1):
            wrong += refusal(counter, "0001", timedelta(minutes=minutes)) == "pin_wrong"
            tills.sign_in(counter.device, zoe.pk, "5093", NOW + timedelta(minutes=minutes))
    assert wrong <= tills.NAME_TRIES
    assert TillDevice.objects.get(pk=counter.device.pk).cashier == zoe


def test_names_of_nobody_count_too(counter: Counter) -> None:
    from uuid import uuid4

    codes = set()
    for _ in range(tills.DEVICE_TRIES + 1):
        with pytest.raises(Refused) as refused:
            tills.sign_in(counter.device, uuid4(), "1111", NOW)
        codes.add(refused.value.code)
    assert codes == {"cashier_unknown", "pin_locked"}


@pytest.mark.parametrize(
    ("pin", "code"),
    [
        ("1234", "pin_weak"),
        ("8765", "pin_weak"),
        ("1111", "pin_weak"),
        ("1212", "pin_weak"),
        ("123", "pin_unreadable"),
        ("123456789", "pin_unreadable"),
        ("12a4", "pin_unreadable"),
        ("١٢٣٥", "pin_unreadable"),
    ],
)
def test_pins_that_are_guessed_first_are_refused(counter: Counter, pin: str, code: str) -> None:
    with pytest.raises(Refused, match=code):
        tills.add_cashier(None, tills.Wanted(name="Zoe", pin=pin), NOW)
    assert Cashier.objects.count() == 1


def test_a_pin_is_kept_as_a_hash_and_a_new_one_ends_sessions(counter: Counter) -> None:
    client = counter.browser()
    assert PIN not in Cashier.objects.get().pin.split("$"), "beside its hash"
    boss = employ("Olaf", Role.OWNER)
    tills.change_cashier(boss, counter.mia.pk, tills.Wanted(name="Mia", pin="7305"), NOW)
    assert door(client.get("/till/")) == "enter"
    assert refusal(counter, PIN) == "pin_wrong"
    assert refusal(counter, "7305") == ""


def test_who_left_is_out_at_once(counter: Counter) -> None:
    client = counter.browser()
    tills.set_active(employ("Olaf", Role.OWNER), counter.mia.pk, NOW, active=False)
    assert door(client.get("/till/")) == "enter"
    assert refusal(counter, PIN) == "cashier_unknown"


def test_a_manager_of_another_place_changes_nothing_here(counter: Counter) -> None:
    place("canal")
    lou = employ("Lou", Role.MANAGER, "canal")
    for act in (
        lambda: tills.revoke(lou, counter.device.pk, NOW),
        lambda: tills.make_code("market", "till 9", lou, NOW),
        lambda: tills.set_active(lou, counter.mia.pk, NOW, active=False),
        lambda: tills.add_cashier(lou, tills.Wanted(name="Zoe", pin="5093"), NOW),
    ):
        with pytest.raises(Refused, match="not_your_places"):
            act()
    assert TillDevice.objects.filter(revoked_at=None).count() == 1


def test_what_is_done_about_tills_is_written_down(counter: Counter) -> None:
    told = AuditRow.objects.filter(what__startswith="till").values_list("what", flat=True)
    assert sorted(told) == ["till.code", "till.paired"]
    row = AuditRow.objects.get(what="cashier.added")
    assert PIN not in str(row.details)
    assert "Mia" not in str(row.details)


def test_the_console_makes_tills_and_cashiers(counter: Counter) -> None:
    owner = browsers(counter)["owner"]
    page = owner.get("/console/settings/tills/").content.decode()
    assert "Mia" in page
    made = owner.post("/console/settings/tills/", {"place": "market", "name": "tablet"})
    shown = made.content.decode()
    link = shown.split('value="http://testserver')[1].split('"')[0]
    code = link.split("/")[-2]
    assert f">{code[:4]} {code[4:8]} {code[8:]}<" in shown
    assert ">testserver/till/pair<" in shown
    assert '<svg class="qr"' in shown
    fresh = Client()
    assert fresh.post("/till/pair/", {"code": link.split("/")[-2]}).status_code == 302
    told = {"name": "Zoe", "pin": "5093", "grants_a_day": "5", "undos_a_day": "2"}
    assert owner.post("/console/settings/tills/cashiers/new/", told).status_code == 302
    zoe = Cashier.objects.get(name="Zoe")
    assert (zoe.grants_a_day, zoe.undos_a_day) == (5, 2)
    again = owner.post("/console/settings/tills/cashiers/new/", told)
    assert "Another cashier has this name" in again.content.decode()
    changed = {**told, "name": "Zoë", "pin": ""}
    address = f"/console/settings/tills/cashiers/{zoe.pk}/"
    assert owner.post(address, changed).status_code == 302
    assert Cashier.objects.get(pk=zoe.pk).name == "Zoë"
    owner.post(f"{address}active/", {"active": "no"})
    assert not Cashier.objects.get(pk=zoe.pk).is_active
    owner.post(f"/console/settings/tills/{counter.device.pk}/revoke/")
    assert TillDevice.objects.get(pk=counter.device.pk).revoked_at == NOW
    assert member("Dora", email="dora@example.com")
