"""One order comes by the API and by a shop's webhook at the same instant, or again under another
name of the request: it counts once, by its own key (R10, R16)."""

from __future__ import annotations

import itertools
import json
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from booking_kit import AT, CLUB, FULL, NOW, SINCE, at_once, digest, open_club, wrong
from django.db import connection
from msgspec import structs

from hook_shop import DOMAINS, SECRET, headers, opened, shopify_order
from regulars.actions import answering, hooks
from regulars.actions.members import join
from regulars.api import clock
from regulars.api.facts import Shop
from regulars.cli.live import spelling
from regulars.db import factstore, people
from regulars.db.models import Business, Customer, FactRow, TransferRow
from regulars.db.queries.advocates import code_of
from regulars.engine.arrivals import Arrival
from regulars.engine.facts import Who
from regulars.sources.hooked import Settings
from regulars.sources.shopify import Shopify, reading

sys.path.insert(0, str(Path(__file__).parents[1] / "api"))
from api_kit import Answer, Caller, key

from people import who

pytestmark = [
    pytest.mark.slow,
    pytest.mark.usefixtures("own_database"),
    pytest.mark.timeout(7200 if FULL else 900),
]
ROUNDS = 40 if FULL else 3
FRIENDS = """
referrals:
  - id: friends
    kind: two_sided
    pays: [{after: order, advocate: [{amount: 50}], friend: [{amount: 20}]}]
policy: {referral_refund: claw_back}
"""
ONCE = (50, 20, 1)
"""What an order by a friend comes to: points for both, and a stamp."""


@pytest.fixture(autouse=True)
def moment() -> Iterator[None]:
    """It is the day of the orders."""
    clock.tell(NOW)
    yield
    clock.tell(None)


class Store:
    """A club whose shop sends its orders, and whose till does."""

    def __init__(self) -> None:
        open_club(text=CLUB + FRIENDS)
        Business.objects.update_or_create(id=1, defaults={"name": "Club", "created_at": SINCE})
        self.token, self.till = opened("shopify"), key()

    def sale(self, number: int) -> Sale:
        """A friend's first order."""
        return Sale(self, number)


class Sale:
    """The first order of a friend who was brought by somebody."""

    def __init__(self, store: Store, number: int) -> None:
        self.store, self.number = store, number
        buyer = {"id": 7000 + number, "email": f"friend{number}@example.com"}
        payload = shopify_order(id=9000 + number, email=buyer["email"], customer=buyer)
        self.friend, self.advocate = self.members(payload)
        self.payload = {**payload, "discount_codes": [{"code": code_of(self.advocate, "club")}]}
        self.told = self.read(self.payload)

    def read(self, payload: dict[str, Any]) -> Arrival:
        """The order as the shop means it."""
        settings = Settings(secret=SECRET, shop=DOMAINS["shopify"], source="shopify")
        body = json.dumps(payload).encode()
        standing = Shopify().read("orders/paid", body, settings).standing
        assert standing is not None
        return Arrival(fact=standing.order, who=standing.who)

    def members(self, payload: dict[str, Any]) -> list[int]:
        """The friend, and who brought them."""
        friend = self.read(payload).who
        assert friend is not None
        told = [Who(identifiers=friend.identifiers), who(f"advocate{self.number}")]
        with connection.cursor() as cursor:
            found = people.find_or_make(cursor, told, now=SINCE, crowd=people.Crowd())
        join(found, "club", since=SINCE, now=SINCE)
        Customer.objects.filter(pk=found[1]).update(has_bought=True)
        return list(found)

    def by_webhook(self) -> str:
        """What the shop hears."""
        body = json.dumps(self.payload).encode()
        told = headers("shopify", "orders/paid", body)
        return hooks.receive(self.store.token, told, body, now=clock.now()).state

    def by_api(self, name: str = "first", more: str = "") -> str:
        """What the till hears, that says the same, or that it was paid by somebody `more`."""
        return self.posted(name, more).said.get("state") or "refused"

    def posted(self, name: str, more: str = "", version: int = 1) -> Answer:
        """The whole answer to a request of that name."""
        number = more or self.told.fact.number
        fact = structs.replace(self.told.fact, number=number, version=version)
        assert self.told.who is not None
        known = self.told.who.identifiers
        plain = Arrival(fact=fact, who=Who(identifiers=known[:1]))
        body = spelling.sent(plain, Shop(now=NOW, assets={"club": {"points": 0}}), "EUR")
        assert body is not None
        told = {**json.loads(body), "customer": {one.kind: one.value for one in known}}
        name = f"{name}-{self.number}"
        return Caller(self.store.till).post("/facts", told, Idempotency_Key=name)

    def came_to(self) -> tuple[int, int, int]:
        """The points that the advocate and the friend have for each other, and the stamps."""
        return (
            self.moved(self.advocate, "points", "friends"),
            self.moved(self.friend, "points", "friends"),
            self.moved(self.friend, "stamps", "stamp"),
        )

    def moved(self, whose: int, asset: str, rule: str) -> int:
        """What a rule gave somebody, less what it took back."""
        rows = TransferRow.objects.filter(customer_id=whose, asset=asset, rule=rule)
        return sum(one.amount * (1 if one.target == "available" else -1) for one in rows)


def both_ways(sale: Sale, more: str = "") -> tuple[str, str]:
    """What the till and the shop hear that send an order at the same instant: both have found
    that it is not known when they meet."""
    look, calls, meeting = factstore.known_keys, itertools.count(), threading.Barrier(2)

    def meets(cursor: Any, keys: Any) -> Any:
        found = look(cursor, keys)
        if next(calls) < 2:
            meeting.wait(240)
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(factstore, "known_keys", meets)
        told = at_once([lambda: sale.by_api(more=more), sale.by_webhook])
    till, shop = told
    assert isinstance(till, str), till
    assert isinstance(shop, str), shop
    return till, shop


def test_an_order_that_comes_both_ways_at_once_counts_once() -> None:
    store = Store()
    for number in range(ROUNDS):
        sale = store.sale(number)
        assert sorted(both_ways(sale)) == ["known", "recorded"]
        assert sale.came_to() == ONCE
        assert FactRow.objects.filter(key=sale.told.fact.key).count() == 1
    assert wrong() == []


def test_of_two_that_differ_the_shop_is_believed() -> None:
    store = Store()
    for number in range(ROUNDS):
        sale = store.sale(number)
        till, shop = both_ways(sale, "typed by hand")
        assert (till in ("recorded", "refused"), shop) == (True, "recorded")
        assert sale.came_to() == ONCE
        last = FactRow.objects.filter(key=sale.told.fact.key).latest("version")
        assert last.body["number"] == "#1001"
    assert wrong() == []


def test_a_shop_that_has_names_of_its_own_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    sale = Store().sale(0)
    read = reading._fact
    monkeypatch.setattr(reading, "_fact", lambda *told: structs.replace(read(*told), key="another"))
    assert both_ways(sale) == ("recorded", "recorded")
    assert sale.came_to()[2] == 2


def test_another_name_of_the_request_changes_nothing() -> None:
    sale = Store().sale(0)
    assert sale.by_api("first") == "recorded"
    before = digest()
    assert sale.by_api("second") == "known"
    later = AT + timedelta(days=60)
    clock.tell(later)
    assert answering.forget_old(later) == 2
    for name in ("first", "second", "third"):
        answer = sale.posted(name)
        assert answer.said["state"] == "known"
        assert answer.headers["Idempotent-Replay"] == "true"
    assert sale.by_webhook() == "known"
    assert digest() == before
    assert sale.came_to() == ONCE
    assert wrong() == []


def test_a_version_that_was_overtaken_is_told_what_the_later_one_gave() -> None:
    sale = Store().sale(0)
    first = sale.posted("later", "told anew", 2).said
    before = digest()
    for name in ("first", "again"):
        answer = sale.posted(name)
        assert (answer.status, answer.said["state"]) == (200, "known")
        assert [one["gave"] for one in answer.said["programmes"]] == [
            one["gave"] for one in first["programmes"]
        ]
    assert digest() == before
    assert sale.came_to() == ONCE
