"""The till as a browser sees it: pair, sign in, find, sell, undo, enrol, without a script."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from till_kit import CLUB, NOW, PIN, Counter, digest, member, open_counter, paired, place, text

from regulars.actions import tills
from regulars.actions.till_looking import in_force, ready
from regulars.console.views.customers.known import details_of
from regulars.db.models import (
    Cashier,
    Customer,
    FactRow,
    Friend,
    HolderState,
    IdentifierRow,
    Role,
    TillDeed,
)
from regulars.till import asking
from regulars.words.birthdays import OUTSIDE, days_of
from staff import employ

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """What time it is: the one entry may be changed."""
    at = [NOW]
    monkeypatch.setattr(timezone, "now", lambda: at[0])
    return at


@pytest.fixture
def counter() -> Counter:
    return open_counter()


def fields(answer: Any, action: str) -> dict[str, Any]:
    """The hidden fields of the form with an action."""
    page = answer.content.decode()
    form = next(
        one for one in re.findall(r"<form.*?</form>", page, re.S) if f'action="{action}"' in one
    )
    told: dict[str, Any] = {}
    for name, value in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form):
        told.setdefault(name, []).append(value)
    return told


def test_a_code_makes_a_browser_the_till_once(counter: Counter) -> None:
    _device, code = tills.make_code("market", "till 2", None, NOW)
    client = Client()
    before = digest()
    assert code in client.get(f"/till/pair/{code}/").content.decode()
    assert digest() == before, "opening the link changes nothing"
    answer = client.post("/till/pair/", {"code": f" {code[:4]}-{code[4:].lower()} "})
    assert (answer.status_code, answer["Location"]) == (302, "/till/enter/")
    morsel = answer.cookies["regulars_till"]
    assert (morsel["httponly"], morsel["path"]) == (True, "/till/")
    assert "Mia" in text(client.get("/till/enter/"))
    again = Client().post("/till/pair/", {"code": code})
    assert again.status_code == 409


def test_a_revoked_till_is_out_at_once(counter: Counter) -> None:
    client = counter.browser()
    assert client.get("/till/").status_code == 200
    tills.revoke(employ("Max", Role.MANAGER), counter.device.pk, NOW)
    assert client.get("/till/")["Location"] == "/till/pair/"


def test_a_session_ends_by_itself_and_by_the_button(
    counter: Counter, today: list[datetime]
) -> None:
    client = counter.browser()
    today[0] = NOW + timedelta(minutes=9)
    assert client.get("/till/").status_code == 200
    today[0] = NOW + timedelta(minutes=18)
    assert client.get("/till/").status_code == 200, "it was used meanwhile"
    today[0] = NOW + timedelta(minutes=29)
    assert client.get("/till/")["Location"] == "/till/enter/"
    client = counter.browser()
    kept = client.cookies["regulars_till_cashier"].value
    client.post("/till/leave/")
    client.cookies["regulars_till_cashier"] = kept
    assert client.get("/till/")["Location"] == "/till/enter/", "the server ended it too"


def test_cashiers_work_at_their_places_only(counter: Counter) -> None:
    place("canal")
    counter.mia.places.set([place("canal")])
    client = counter.browser(signed_in=False)
    assert "Mia" not in text(client.get("/till/enter/"))
    answer = client.post("/till/enter/", {"cashier": str(counter.mia.pk), "pin": PIN})
    assert answer.status_code == 409
    _device, token = paired("canal")
    counter.token = token
    assert counter.browser().get("/till/").status_code == 200


@pytest.mark.parametrize("typed", ["ana@example.com", "0171 5550482", "rc-773318"])
def test_the_member_is_found(counter: Counter, typed: str) -> None:
    client = counter.browser()
    answer = client.post("/till/find/", {"q": typed, "a": "8.40"})
    assert answer["Location"] == f"/till/?m={counter.ana_id}&a=8.40"


def test_names_give_a_list_that_shows_three_digits_at_most(counter: Counter) -> None:
    member("Radu Pop", email="radu@example.com", phone="+491715550071")
    page = text(counter.browser().post("/till/find/", {"q": "pop"}))
    assert "2 members fit" in page
    assert "phone ··482 · card ··318" in page
    assert not re.search(r"\d{4}", page.replace("2026", ""))
    assert "@" not in page


def desk(counter: Counter, client: Client, **more: Any) -> Any:
    return client.get("/till/", {"m": counter.ana_id, **more})


def test_the_desk_shows_who_it_is_and_what_may_be_used(counter: Counter) -> None:
    page = text(desk(counter, counter.browser(), a="8.40"))
    assert "Ana Popescu" in page
    assert "phone ··482 · card ··318" in page
    assert "460" in page
    assert "A coffee" in page
    assert "Book · €8.40 to pay" in page
    assert "+8 points" in page
    assert "no cash register" in text(counter.browser().get("/till/"))


def test_what_may_not_be_used_is_one_line_with_reasons(counter: Counter) -> None:
    poor = member("Radu Pop", email="radu@example.com")
    counter.ana = poor
    page = text(desk(counter, counter.browser(), a="4"))
    assert "Not on this sale: A coffee: 50 points to go" in page
    assert "To Regular" in page


def test_a_sale_is_booked_and_undone_without_a_script(counter: Counter) -> None:
    client = counter.browser()
    answer = desk(counter, client, a="8,40", on=f"{CLUB}.coffee")
    assert "Take off" in text(answer)
    told = fields(answer, "/till/book/")
    booked = client.post("/till/book/", told)
    page = text(client.get(booked["Location"]))
    assert "Booked for Ana Popescu" in page
    assert "€8.40 to pay" in page
    assert "418 points" in page
    again = client.post("/till/book/", told)
    assert again["Location"] == booked["Location"]
    assert FactRow.objects.filter(type="order").count() == 1
    deed = TillDeed.objects.get()
    assert "Undo the last: €8.40" in text(client.get("/till/"))
    undone = client.post("/till/undo/", {"undo": deed.key})
    page = text(client.get(undone["Location"]))
    assert "Taken back" in page
    assert counter.points() == 460


def test_a_wrong_amount_and_a_gone_reward_are_told(counter: Counter) -> None:
    client = counter.browser()
    assert "This is no amount" in text(desk(counter, client, a="eight"))
    page = text(desk(counter, client, a="4", u=[f"{CLUB}.beans"] * 3))
    assert "220 points" in page or "It takes" in page
    told = {"m": counter.ana_id, "a": "4", "expects": "300", "key": "0" * 32}
    answer = client.post("/till/book/", told)
    assert answer.status_code == 409
    assert "Nothing was booked" in text(answer)
    assert not TillDeed.objects.exists()


def test_drinks_are_told_by_pieces(counter: Counter) -> None:
    client = counter.browser()
    answer = desk(counter, client, a="8.40", c="Drinks", n="1", pieces="plus")
    page = text(answer)
    assert "− 2 pieces +" in page
    assert "+2 stamps" in page
    client.post("/till/book/", fields(answer, "/till/book/"))
    assert counter.points("stamps") == 2


def test_one_tap_for_a_stamp(counter: Counter) -> None:
    client = counter.browser()
    answer = desk(counter, client)
    assert "+ 1 stamp" in text(answer)
    told = fields(answer, "/till/tap/")
    done = client.post("/till/tap/", {**told, "tap": f"{CLUB}..stamps"})
    client.post("/till/tap/", {**told, "tap": f"{CLUB}..stamps"})
    assert counter.points("stamps") == 1
    assert "1 stamp" in text(client.get(done["Location"]))
    wrong = client.post("/till/tap/", {**told, "tap": f"{CLUB}..points"})
    assert wrong.status_code == 409


def test_why_is_one_tap_away(counter: Counter) -> None:
    client = counter.browser()
    client.post("/till/book/", fields(desk(counter, client, a="8.40"), "/till/book/"))
    answer = client.get("/till/why/", {"m": counter.ana_id, "p": CLUB, "asset": "points"})
    page = text(answer)
    assert "Why Ana Popescu has 468 points" in page
    assert "+8" in page
    assert "+460" in page


def public_id(number: int) -> str:
    return str(Customer.objects.get(id=number).public_id)


JOIN = {"contact": "0176 5550142", "name": "Dana", "language": "de", "agreed": "yes"}


def test_somebody_joins_in_ten_seconds(counter: Counter) -> None:
    client = counter.browser()
    told = {**JOIN, "key": "1" * 32, "a": "8.40", "sent": "ana"}
    answer = client.post("/till/new/", told)
    page = text(answer)
    assert "Ana P." in page
    assert "Nobody, or not sure" in page
    assert HolderState.objects.count() == 1, "who sent them is asked first"
    answer = client.post("/till/new/", {**told, "advocate": counter.ana_id})
    assert answer.status_code == 302
    assert "a=8.40" in answer["Location"]
    row = IdentifierRow.objects.get(value="+491765550142")
    assert HolderState.objects.filter(customer_id=row.customer_id, programme=CLUB).exists()
    sign_up = FactRow.objects.get(type="sign_up")
    assert sign_up.customer_id == row.customer_id
    assert sign_up.body["via"]
    again = client.post("/till/new/", {**told, "advocate": counter.ana_id})
    assert again["Location"] == answer["Location"]
    assert Friend.objects.filter(customer_id=row.customer_id, programme=CLUB).exists()
    first = client.get("/till/", {"m": public_id(row.customer_id), "a": "20"})
    assert "Book · €15.00 to pay" in text(first), "friends get five euros off from fifteen on"
    booked = client.post("/till/book/", fields(first, "/till/book/"))
    assert "€15.00 to pay" in text(client.get(booked["Location"]))


def test_a_birthday_given_at_the_counter_brings_its_treat(counter: Counter) -> None:
    client = counter.browser()
    assert "Join, with this sale of €8.40" in text(client.get("/till/new/?a=8,4"))
    assert 'name="birthday"' in client.get("/till/new/").content.decode()
    assert client.post("/till/new/", {**JOIN, "birthday": "29.2."}).status_code == 302
    row = Customer.objects.get(name="Dana")
    assert str(row.birth_date) == "1904-02-29", "nobody said a year"
    assert details_of(row)[0].text == "29 Feb", "nor does staff read one"
    fact = FactRow.objects.get(customer_id=row.id, type="attribute")
    assert (fact.body["name"], fact.body["value"]) == ("birth_date", "--02-29")
    page = client.get("/till/", {"m": row.public_id})
    assert "Use: One drink" not in page.content.decode()
    when = days_of("birthday", OUTSIDE, in_force(ready()[CLUB]))
    assert when == "Only in the week of the birthday."
    told = {**JOIN, "name": "Dora", "contact": "d@example.com", "birthday": "21 11"}
    assert client.post("/till/new/", told).status_code == 302
    page = client.get("/till/", {"m": Customer.objects.get(name="Dora").public_id})
    assert "Use: One drink" in page.content.decode()


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"agreed": ""}, "ticked"),
        ({"birthday": "31.2."}, "There is no such birthday"),
        ({"contact": ""}, "Give a phone number"),
        ({"contact": "not@whole"}, "not a whole e-mail address"),
        ({"contact": "ana@example.com"}, "known by this already"),
    ],
)
def test_nobody_joins_without(counter: Counter, wrong: dict[str, str], sentence: str) -> None:
    client = counter.browser()
    before = digest()
    page = text(client.post("/till/new/", {**JOIN, **wrong}))
    assert sentence.replace("ticked", "nobody joins without") in page
    assert digest() == before


def test_what_waited_is_booked_once(counter: Counter) -> None:
    client = counter.browser()
    at = (NOW - timedelta(minutes=20)).isoformat()
    one = {"key": "a" * 32, "at": at, "amount_minor": 680, "who": "RC-773318", "cashier": ""}
    nobody = {**one, "key": "b" * 32, "who": "RC-000000"}
    old = {**one, "key": "c" * 32, "at": (NOW - timedelta(days=9)).isoformat()}
    body = json.dumps({"sales": [one, nobody, old]})
    told = client.post("/till/queue/", body, content_type="application/json").json()["results"]
    assert [one["booked"] for one in told] == [True, False, False], told
    assert "Nobody is known by this" in told[1]["message"]
    again = client.post("/till/queue/", body, content_type="application/json").json()["results"]
    assert again == told
    deed = TillDeed.objects.get()
    assert (deed.at, deed.details["queued"]) == (NOW - timedelta(minutes=20), True)
    assert counter.points() == 466


def test_a_code_of_what_no_text_holds_is_nobodys_and_holds_up_no_other(counter: Counter) -> None:
    client = counter.browser()
    strange = "RC-773318\0"
    page = text(client.post("/till/find/", {"q": strange}))
    assert "Nobody" in page
    one = {"key": "a" * 32, "at": NOW.isoformat(), "amount_minor": 680, "who": strange}
    sales = [one, {**one, "key": "b" * 32, "who": "RC-773318"}]
    body = json.dumps({"sales": sales})
    answer = client.post("/till/queue/", body, content_type="application/json")
    assert [one["booked"] for one in answer.json()["results"]] == [False, True]


@pytest.mark.parametrize("body", ["", "[]", '{"sales": [{"key": "x"}]}', '{"sales": 7}'])
def test_what_cannot_be_read_is_not_booked(counter: Counter, body: str) -> None:
    client = counter.browser()
    before = digest()
    answer = client.post("/till/queue/", body, content_type="application/json")
    assert answer.status_code == 400
    assert digest() == before


def test_the_device_can_keep_the_page(counter: Counter) -> None:
    client = counter.browser()
    told = client.get("/till/manifest.webmanifest").json()
    assert (told["start_url"], told["scope"]) == ("/till/", "/till/")
    worker = client.get("/till/worker.js")
    assert worker["Content-Type"] == "text/javascript"
    page = text(client.get("/till/offline/"))
    assert "Keep selling" in page
    assert "Ana" not in page
    assert "camera=(self)" in client.get("/till/")["Permissions-Policy"]


@pytest.mark.parametrize(
    ("typed", "minor"),
    [
        ("", 0),
        ("8.40", 840),
        ("8,4", 840),
        ("€ 8.40", 840),
        ("8,40 €", 840),
        ("1.234,50", 123450),
        ("1,234.50", 123450),
        ("12", 1200),
        (".5", 50),
        ("EUR 12", 1200),
        ("$12", None),
        ("12 lei", None),
        ("1.234.567,80", 123456780),
        ("1.234", None),
        ("8.40.5", None),
        ("1.234.50", None),
        ("12.34,50", None),
        ("8.405", None),
        (".", None),
        ("eight", None),
        ("-3", None),
        ("1e9", None),
        ("٣", None),
        ("9" * 40, None),
    ],
)
def test_amounts_as_people_type_them(typed: str, minor: int | None) -> None:
    assert asking.minor_of(typed, "EUR") == minor


def test_the_next_one_is_found_from_every_page(counter: Counter) -> None:
    """The search is everywhere, with exactly one place for those who fit."""
    client = counter.browser()
    booked = client.post("/till/book/", fields(desk(counter, client, a="8.40"), "/till/book/"))
    for answer in (
        client.get("/till/"),
        desk(counter, client),
        client.get(booked["Location"]),
        client.post("/till/find/", {"q": "ana"}),
    ):
        page = answer.content.decode()
        assert (page.count('id="q"'), page.count('id="picks"')) == (1, 1)


def test_german(counter: Counter) -> None:
    client = counter.browser()
    client.cookies["regulars_language"] = "de"
    page = text(desk(counter, client, a="8,40"))
    assert "Buchen · 8,40 € zu zahlen" in page
    assert Cashier.objects.count() == 1
