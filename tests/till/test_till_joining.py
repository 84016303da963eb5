"""Somebody joins at the counter: a card to take along, and what it brought, with the reason."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from msgspec import structs
from till_kit import CLUB, NOW, Counter, member, open_counter

from regulars.actions import till_queue
from regulars.actions.known import known_customer
from regulars.actions.looking import look
from regulars.actions.publishing import publish
from regulars.db.models import Customer, IdentifierRow, TillDeed
from regulars.engine.facts import Identifier, Profile, Who
from regulars.till import labels
from regulars.words.qr import drawn

pytestmark = pytest.mark.django_db
DANA = {"contact": "0176 5550142", "name": "Dana Beispiel", "language": "en", "agreed": "yes"}
WELCOME = """
format: 1
programme: welcome
edition: welcome_1
name: Welcome
zone: Europe/Berlin
currency: EUR
assets:
  - {id: beans, name: {en: bean, de: Bohne}, many: {en: beans, de: Bohnen}}
earn:
  - {id: hello, kind: on_sign_up, points: 25}
"""


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def counter() -> Counter:
    return open_counter()


def text(answer: Any) -> str:
    found = re.sub(r"<(script|svg).*?</\1>|<[^>]+>", " ", answer.content.decode(), flags=re.S)
    return " ".join(found.replace("\xa0", " ").split())


def joins(counter: Counter, lang: str = "en", **more: str) -> Any:
    """What the page shows once somebody joined."""
    client = counter.browser(headers={"Accept-Language": lang})
    answer = client.post("/till/new/", {**DANA, "key": "1" * 32, **more})
    assert answer.status_code == 302, text(answer)
    return client.get(answer["Location"])


def dana() -> str:
    row = IdentifierRow.objects.get(value="+491765550142")
    return str(Customer.objects.get(id=row.customer_id).public_id)


def test_whoever_joined_takes_a_card_along(counter: Counter) -> None:
    answer = joins(counter, a="8.40")
    page, told = answer.content.decode(), text(answer)
    assert "Dana Beispiel is a member now" in told
    assert str(drawn(dana(), "The code of their card")) in page
    assert f'href="/till/?m={dana()}&amp;a=8.40"' in page
    assert "On to the sale of €8.40" in told
    assert "5550142" not in page, "three digits at most"
    assert "On their own phone" not in told, "a sign-in comes by mail"
    found = counter.browser().post("/till/find/", {"q": dana()})
    assert found["Location"] == f"/till/?m={dana()}", "the code on the photo finds them"


def test_with_an_address_the_own_page_is_told(counter: Counter) -> None:
    told = text(joins(counter, contact="dana@example.com"))
    assert "On their own phone: testserver/my/, signed in by mail." in told
    assert "dana@example.com" not in told
    assert "On to a sale" in told


def test_what_joining_brought_is_told_with_its_reason(counter: Counter) -> None:
    publish(WELCOME, now=NOW - timedelta(days=3), by="Olga")
    answer = joins(counter)
    lines = answer.content.decode().partition('<ol class="lines">')[2].partition("</ol>")[0]
    assert "+25 beans" in lines
    assert "Nothing is given" not in lines
    [(programme, why)] = TillDeed.objects.get().details["whys"]
    assert (programme, why["code"], why["amount"]) == ("welcome", "welcomed", 25)
    assert "Dana Beispiel has 25 beans" in text(answer).replace("0 points, 0 stamps and ", "")
    again = joins(counter)
    assert text(again) == text(answer), "the same once more is the same page"


def test_where_nothing_is_given_it_is_said(counter: Counter) -> None:
    assert "Joined. Nothing is given for that; the next sale counts." in text(joins(counter))


def test_in_german_it_is_said_in_german(counter: Counter) -> None:
    told = text(joins(counter, lang="de", a="8,40"))
    assert "Dana Beispiel ist jetzt Mitglied" in told
    assert "Zum Einkauf über 8,40 €" in told


def test_somebody_known_gets_the_card_too(counter: Counter) -> None:
    who = Who(identifiers=(Identifier("email", "ben@example.com"),), profile=Profile(name="Ben"))
    number = known_customer(who, NOW)
    ben = str(Customer.objects.get(id=number).public_id)
    client = counter.browser()
    answer = client.post("/till/join/", {"m": ben, "a": "4.20", "key": "abcdabcd"})
    told = text(client.get(answer["Location"]))
    assert "Ben is a member now" in told
    assert "On to the sale of €4.20" in told


def test_a_stamp_by_hand_stands_with_the_sale(counter: Counter) -> None:
    page = counter.browser().get("/till/", {"m": counter.ana_id}).content.decode()
    sale = page[page.index('class="card t-sale"') :]
    assert 'value="corner_club..stamps"' in sale
    assert 'value="corner_club..stamps"' not in page[: page.index('class="card t-sale"')]


def test_every_reason_can_be_read(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    counter.ana = member("Radu Pop", email="radu@example.com")
    client = counter.browser()
    page = client.get("/till/", {"m": counter.ana_id, "a": "4"}).content.decode()
    assert "And 1 more" in page
    assert "One drink: " in page.partition("And 1 more")[2]
    monkeypatch.setattr(labels, "MOST_REASONS", 9)
    page = text(client.get("/till/", {"m": counter.ana_id, "a": "4"}))
    assert "One drink: " in page
    assert "more" not in page


def kept(**more: Any) -> dict[str, Any]:
    return {
        "key": "a" * 32,
        "at": (NOW - timedelta(minutes=20)).isoformat(),
        "amount_minor": 680,
        "who": "RC-773318",
        "category": "Drinks",
        "quantity": 2,
        **more,
    }


def send(counter: Counter, *sales: dict[str, Any]) -> Any:
    body = json.dumps({"sales": sales})
    return counter.browser().post("/till/queue/", body, content_type="application/json")


def test_what_waited_counts_with_its_goods_once(counter: Counter) -> None:
    for _time in range(2):
        assert send(counter, kept()).json()["results"][0]["booked"]
    assert (counter.points(), counter.points("stamps")) == (466, 2)
    assert send(counter, kept(key="b" * 32, category="", quantity=1)).json()["results"][0]["booked"]
    assert (counter.points(), counter.points("stamps")) == (472, 2)


@pytest.mark.parametrize("quantity", [0, -1, 51, 1.5, "2"])
def test_pieces_that_cannot_be_are_refused(counter: Counter, quantity: Any) -> None:
    assert send(counter, kept(quantity=quantity)).status_code == 400
    assert not TillDeed.objects.exists()


def test_saboteur_a_queue_that_forgets_the_goods(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    sell = till_queue.sell
    monkeypatch.setattr(
        till_queue,
        "sell",
        lambda worker, sale, now: sell(worker, structs.replace(sale, category=""), now),
    )
    with pytest.raises(AssertionError):
        test_what_waited_counts_with_its_goods_once(counter)
    assert look(counter.ana, CLUB, NOW).balances["stamps"].available == 0
