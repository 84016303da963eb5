"""The till attacked: guessing (A01, A32), fixation (A02), forged requests (A14), harvest (A12),
scripts in names (A15), other people's things (A10), fields too many (A11), insiders (A13), forged
addresses (A42), what leaks (A43), bank cards (P18), and what logs hold (P16)."""

from __future__ import annotations

import json
import logging
import re
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

sys.path.insert(0, str(Path(__file__).parents[1] / "till"))
from till_kit import NOW, PIN, Counter, digest, give, member, open_counter, paired, place

from regulars.actions import tills
from regulars.actions.till_sales import key_of
from regulars.db.models import Cashier, Customer, TillDeed, TillDevice
from regulars.till.urls import urlpatterns
from steady import steady

pytestmark = pytest.mark.django_db
SCRIPTS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{7*7}}{% debug %}",
    "';alert(1)//",
]


@pytest.fixture
def counter(monkeypatch: pytest.MonkeyPatch) -> Counter:
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    return open_counter()


def test_codes_of_tills_are_not_guessed(counter: Counter, caplog: Any) -> None:
    caplog.set_level(logging.WARNING, "regulars.till")
    _device, code = tills.make_code("market", "till 2", None, NOW)
    client, told = Client(), []
    for number in range(tills.PAIRING_TRIES + 2):
        told.append(client.post("/till/pair/", {"code": f"GUESS{number:07}"}).content.decode())
    assert "Too many codes were tried" in told[-1]
    assert "regulars_till" not in client.cookies
    assert "codes for tills are being guessed" in caplog.text
    assert code not in caplog.text
    right = Client().post("/till/pair/", {"code": code})
    assert right.status_code == 409, "while it is guessed, the right one waits too"


def test_pins_are_not_guessed_from_many_tills(counter: Counter) -> None:
    """However many tills there are, one name is tried a few times an hour."""
    tries = 0
    for number in range(8):
        device, _token = paired("market", f"till {number + 2}")
        for _ in range(tills.PIN_TRIES):
            with pytest.raises(tills.Refused) as refused:
                tills.sign_in(device, counter.mia.pk, "0007", NOW)
            tries += refused.value.code == "pin_wrong"
    assert tries <= tills.NAME_TRIES


def test_another_address_buys_no_more_tries(counter: Counter) -> None:
    client = counter.browser(signed_in=False)
    told = [
        client.post(
            "/till/enter/",
            {"cashier": str(counter.mia.pk), "pin": "0007"},
            headers={"X-Forwarded-For": f"10.0.0.{n}"},
        ).content.decode()
        for n in range(tills.PIN_TRIES + 1)
    ]
    assert "Too many wrong PINs" in told[-1]


def test_a_session_is_new_and_bound_to_its_till(counter: Counter) -> None:
    client = counter.browser(signed_in=False)
    client.cookies["regulars_till_cashier"] = "chosen-by-a-stranger"
    client.post("/till/enter/", {"cashier": str(counter.mia.pk), "pin": PIN})
    session = client.cookies["regulars_till_cashier"].value
    assert session != "chosen-by-a-stranger"
    _other, token = paired("market", "till 2")
    thief = Client()
    thief.cookies["regulars_till"] = token
    thief.cookies["regulars_till_cashier"] = session
    assert thief.get("/till/")["Location"] == "/till/enter/"
    client.post("/till/enter/", {"cashier": str(counter.mia.pk), "pin": PIN})
    client.cookies["regulars_till_cashier"] = session
    assert client.get("/till/")["Location"] == "/till/enter/", "the earlier one ended"


def test_only_hashes_are_kept(counter: Counter) -> None:
    counter.browser()
    with connection.cursor() as cursor:
        cursor.execute("SELECT d::text FROM regulars_till_device d")
        kept = " ".join(row for (row,) in cursor.fetchall())
        cursor.execute("SELECT c::text FROM regulars_cashier c")
        kept += " ".join(row for (row,) in cursor.fetchall())
    assert counter.token not in kept
    assert PIN not in re.findall(r"\b\d{4}\b", steady(kept))


def test_no_get_changes_anything(counter: Counter) -> None:
    client = counter.browser()
    before = digest()
    for pattern in urlpatterns:
        path = re.sub("<[^>]+>", "nothing", str(pattern.pattern))
        query = {"m": counter.ana_id, "a": "8.40", "on": "corner_club.coffee", "pin": PIN}
        answer = client.get(f"/till/{path}", query)
        assert answer.status_code < 500, path
    assert digest() == before


def test_requests_from_elsewhere_are_refused(counter: Counter) -> None:
    client = counter.browser()
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies
    before = digest()
    for name in ("book", "tap", "undo", "enrol", "join", "queue", "leave", "enter", "find"):
        pattern = next(one for one in urlpatterns if one.name == name)
        told = {"m": counter.ana_id, "a": "8.40", "cashier": str(counter.mia.pk), "pin": PIN}
        answer = strict.post(f"/till/{pattern.pattern}", told)
        assert answer.status_code == 403, name
    text = json.dumps({"sales": []})
    assert strict.post("/till/queue/", text, content_type="text/plain").status_code == 403
    assert digest() == before


def test_a_list_of_members_is_not_read_out(counter: Counter) -> None:
    client = counter.browser()
    for number in range(12):
        member(f"Anna Nummer{number}", email=f"n{number}@example.com", phone=f"+4917155500{number}")
    page = client.post("/till/find/", {"q": "ann"}).content.decode()
    assert page.count(">Choose<") == 8
    assert "@" not in re.sub(r"<[^>]+>", "", page)
    told = re.sub(r"<[^>]+>", " ", page.split('id="picks"')[1].split("</ul>")[0])
    assert not re.search(r"(?<![\w-])\d{4,}", told)
    for short in ("a", "an", "%", "__", "a%b"):
        assert ">Choose<" not in client.post("/till/find/", {"q": short}).content.decode()
    codes = {
        client.post("/till/find/", {"q": "ann"}).status_code
        for _ in range(tills.FINDS_A_MINUTE + 1)
    }
    assert codes == {200, 429}


@pytest.mark.parametrize("script", SCRIPTS)
def test_names_are_text(counter: Counter, script: str) -> None:
    hostile = member(script, email="hostile@example.com")
    Cashier.objects.update(name=script[:100])
    counter.ana = hostile
    client = counter.browser()
    pages = [
        client.get("/till/", {"m": counter.ana_id, "a": script}),
        client.post("/till/find/", {"q": "hostile@example.com", "a": script}, follow=True),
        client.post("/till/find/", {"q": script}),
        client.post("/till/new/", {"contact": script, "name": script, "sent": script}),
        client.get("/till/why/", {"m": counter.ana_id, "p": "corner_club", "a": script}),
        client.get("/till/enter/"),
        client.get("/till/pair/" + script.replace("/", "") + "/"),
    ]
    for page in pages:
        text = page.content.decode()
        assert "<script>alert" not in text
        assert "<img src=x" not in text
        assert "49{" not in text
        assert "unsafe-inline" not in page["Content-Security-Policy"]


def test_a_till_shows_its_own_place_only(counter: Counter) -> None:
    client = counter.browser()
    place("canal")
    device, token = paired("canal", "till 9")
    mine = counter.token
    counter.token = token
    there = counter.browser()
    sold = there.post("/till/book/", {"m": counter.ana_id, "a": "8.40", "key": "f" * 32})
    deed = TillDeed.objects.get()
    assert there.get(sold["Location"]).status_code == 200
    assert client.get(sold["Location"]).status_code == 404
    before = digest()
    assert client.post("/till/undo/", {"undo": deed.key}).status_code == 409
    assert digest() == before
    assert (device.place_id, mine != token) == ("canal", True)


def test_fields_too_many_change_nothing(counter: Counter) -> None:
    client = counter.browser()
    extra = {
        "points": "9999",
        "amount": "9999",
        "gave": "9999",
        "tier": "neighbour",
        "place": "canal",
        "cashier": "somebody",
        "customer": "7",
        "at": "2020-01-01",
    }
    client.post("/till/book/", {"m": counter.ana_id, "a": "8.40", "key": "e" * 32, **extra})
    deed = TillDeed.objects.get()
    assert (deed.cashier, deed.place, deed.at) == (counter.mia, "market", NOW)
    assert counter.points() == 468
    body = {"key": "a" * 32, "at": NOW.isoformat(), "amount_minor": 5, "who": "RC-773318"}
    odd = json.dumps({"sales": [{**body, "uses": ["corner_club.beans"]}]})
    assert client.post("/till/queue/", odd, content_type="application/json").status_code == 400


@pytest.mark.parametrize(
    "amount", ["-8", "1e5", "NaN", "Infinity", "0x10", "9" * 30, "8.40.5", "8;40", "\u00bd"]
)
def test_odd_amounts_are_not_booked(counter: Counter, amount: str) -> None:
    client = counter.browser()
    before = digest()
    answer = client.post("/till/book/", {"m": counter.ana_id, "a": amount, "key": "d" * 32})
    assert answer.status_code == 409, amount
    assert digest() == before


def test_keys_of_one_till_are_not_those_of_another(counter: Counter) -> None:
    """Whoever chooses a key cannot take the answer, or the place, of somebody else's."""
    _device, token = paired("market", "till 2")
    counter.browser().post("/till/book/", {"m": counter.ana_id, "a": "1", "key": "c" * 32})
    counter.token = token
    counter.browser().post("/till/book/", {"m": counter.ana_id, "a": "2", "key": "c" * 32})
    assert TillDeed.objects.count() == 2
    odd = {"m": counter.ana_id, "a": "3", "key": "../../shop:order:1"}
    counter.browser().post("/till/book/", odd)
    assert all(deed.key.startswith("till:") for deed in TillDeed.objects.all())
    assert not TillDeed.objects.filter(key__contains="shop").exists()
    assert key_of(counter.worker, "x").startswith("till:")


def test_bank_cards_are_not_kept(counter: Counter) -> None:
    client = counter.browser()
    number = "4111 1111 1111 1111"
    told = {"contact": "card@example.com", "name": f"Dana {number}", "agreed": "yes"}
    client.post("/till/new/", {**told, "key": "b" * 32})
    person = Customer.objects.exclude(id=counter.ana).get()
    assert "1111 1111" not in person.name
    assert client.post("/till/find/", {"q": number}).status_code == 200


def test_logs_hold_nobody(counter: Counter, caplog: Any) -> None:
    caplog.set_level(logging.DEBUG)
    client = counter.browser()
    client.post("/till/find/", {"q": "ana@example.com"})
    client.post("/till/book/", {"m": counter.ana_id, "a": "8.40", "key": "a" * 32})
    client.post("/till/new/", {"contact": "+491765550199", "name": "Canary", "agreed": "yes"})
    for secret in ("ana@example.com", "Ana Popescu", "5550199", "Canary", counter.token):
        assert secret not in caplog.text
    assert PIN not in re.findall(r"\w+", steady(caplog.text)), "nor in any number but ids"


def test_old_sales_cannot_be_made_up(counter: Counter) -> None:
    """What waited is at most three days old and never of tomorrow."""
    client = counter.browser()
    told = {"key": "a" * 32, "amount_minor": 500, "who": "RC-773318"}
    for at in ("2026-11-01T10:00:00Z", "2026-11-29T10:00:00Z"):
        body = json.dumps({"sales": [{**told, "key": at[8:10] * 16, "at": at}]})
        client.post("/till/queue/", body, content_type="application/json")
    deed = TillDeed.objects.get()
    assert deed.at == NOW
    assert isinstance(deed.at, datetime)


def test_a_hostile_colleague_meets_limits(counter: Counter) -> None:
    """One who books for one card all day, or gives by hand without end."""
    client = counter.browser()
    give(counter.ana, 100, "stamps")
    codes = [
        client.post("/till/book/", {"m": counter.ana_id, "a": "1", "key": f"{n:032}"}).status_code
        for n in range(14)
    ]
    assert codes.count(302) == 12
    assert codes[-1] == 409
    assert TillDevice.objects.count() == 1
