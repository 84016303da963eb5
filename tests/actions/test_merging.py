"""Customers who become one, and two again, over the database: as at the desk in memory."""

from __future__ import annotations

import random
import sys
import threading
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.db import connections

sys.path.insert(0, str(Path(__file__).parents[1] / "engine"))
sys.path.insert(0, str(Path(__file__).parent))
from crowd import CHANGE, CROWD, DAY, END, FIRST, HOLDERS, SECOND, START
from live import LONG_AGO, NAMES, Live, Memory
from test_live import TORTURE, plain

from people import line, order, who
from regulars.actions import linking
from regulars.actions.customers import claim_order, merge, undo_merge
from regulars.actions.looking import look
from regulars.actions.members import join as take_part
from regulars.actions.record import record
from regulars.actions.refused import Refused
from regulars.db.models import (
    Customer,
    CustomerLink,
    FactRow,
    HolderState,
    TransferRow,
    VoucherRow,
)
from regulars.engine.arrivals import Arrival
from regulars.engine.calendar import datetime_of
from regulars.engine.joining import join, part
from regulars.ledger.refused import Refused as Refusal

pytestmark = pytest.mark.usefixtures("own_database")
HOUR = timedelta(hours=1)
ONCE_RED = {
    13: "whoever was parted is nobody's advocate any more",
    47: "whoever was merged into one who is merged comes along",
    53: "what waited for a redemption goes with whoever asked for it",
    75: "effects go to who somebody is now, over two links",
    95: "what is told together is decided together",
    98: "whoever was merged has not left",
    124: "an effect on somebody who was merged stays theirs",
    165: "an advocate who is one with somebody banned is banned",
    172: "why a voucher pays nothing is said by all that is known",
    359: "a promise of whoever was parted first is not one's own",
}
"""Histories that ended otherwise over the database, and what they told."""
ANEW = 37
"""A history in which somebody is merged who left for good and took part anew."""


class Both:
    """The same crowd twice, in which people turn out to be one, and then not."""

    def __init__(self) -> None:
        self.memory = Memory(CROWD)
        self.live = Live(CROWD, [FIRST, SECOND], CHANGE)
        self.links: dict[str, str] = {}
        self.differed: list[str] = []

    def pass_time(self, now: int) -> None:
        self.memory.pass_time(now)
        self.live.pass_time(now)

    def join(self, into: str, other: str, now: int) -> None:
        """Two become one; or neither in memory nor over the database, where somebody is gone."""
        self.pass_time(now)
        desk, moment = self.memory.desk, datetime_of(now)
        try:
            join(desk, NAMES[into], NAMES[other])
        except Refusal as refusal:
            with pytest.raises(Refused, match=refusal.code):
                merge(UUID(NAMES[other]), UUID(NAMES[into]), reason="", now=moment)
            return
        self.links[other] = merge(UUID(NAMES[other]), UUID(NAMES[into]), reason="", now=moment)
        self.differed += self.unlike()

    def part(self, other: str, now: int) -> None:
        """And two again."""
        self.pass_time(now)
        part(self.memory.desk, NAMES[other])
        undo_merge(self.links.pop(other), reason="", now=datetime_of(now))
        self.differed += self.unlike()

    def unlike(self) -> list[str]:
        """Whose state differs, among those who are somebody now."""
        there = [one for one in HOLDERS if one not in self.links]
        return [one for one in there if self.live.said(one) != self.memory.said(one)]

    def differing(self) -> list[str]:
        """Who differed when somebody was merged or parted, or does in the end."""
        self.pass_time(END)
        wrong = [one for one in HOLDERS if one not in self.links and not self.adds_up(one)]
        return [*self.differed, *self.unlike(), *wrong]

    def adds_up(self, one: str) -> bool:
        """Whether a member's figures are the sum of their transfers, and nothing is left with
        those who went."""
        desk = self.memory.desk
        for name, number in self.live.numbers.items():
            row = HolderState.objects.get(customer_id=number)
            sums: dict[str, int] = {}
            for moved in TransferRow.objects.filter(customer_id=number):
                sign = (moved.target == "available") - (moved.source == "available")
                sums[moved.asset] = sums.get(moved.asset, 0) + sign * moved.amount
            has = {asset: kinds.get("available", 0) for asset, kinds in row.figures.items()}
            wanted = [0] * len(CROWD.asset_names)
            if name not in self.links:
                wanted = [holding.balance for holding in desk.book(NAMES[name]).state.holdings]
            for asset, balance in zip(CROWD.asset_names, wanted, strict=True):
                if not sums.get(asset, 0) == has.get(asset, 0) == balance:
                    return False
        return True


def lived(seed: int) -> Both:
    """A history in which Ben and Cleo are merged into others and parted, at any moment."""
    chance, both = random.Random(seed), Both()
    for now, one in plain(seed):
        free = [name for name in HOLDERS if name not in both.links and one.holder != name]
        what = chance.random()
        if what < 0.06 and len(free) > 1:
            into, other = chance.sample(free, 2)
            both.join(into, other, now)
        elif what < 0.12 and both.links:
            both.part(chance.choice(sorted(both.links)), now)
        both.memory.arrive(one, now)
        both.live.arrive(one, now)
    return both


@pytest.mark.parametrize("seed", sorted({*range(200), *ONCE_RED}) if TORTURE else [*ONCE_RED, ANEW])
def test_merging_over_the_database_is_joining_at_the_desk(seed: int) -> None:
    assert lived(seed).differing() == []


def test_all_who_were_parted_are_themselves() -> None:
    both = lived(3)
    for other in list(both.links)[::-1]:
        both.part(other, END - DAY)
    assert both.differing() == []
    open_rows = set(VoucherRow.objects.filter(state="open").values_list("customer_id", "id"))
    books = {number: NAMES[one] for one, number in both.live.numbers.items()}
    wanted = {
        (number, key)
        for number, name in books.items()
        for key in both.memory.desk.book(name).state.vouchers
    }
    assert {number for number, _key in open_rows} == {number for number, _key in wanted}
    assert len(open_rows) == len(wanted)


def test_saboteur_what_went_is_not_taken_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linking, "_close", lambda sitting, row, gone: None)
    both = Both()
    buy("o1", "anna", "50.00")
    merge(UUID(NAMES["anna"]), UUID(NAMES["ben"]), reason="", now=START)
    both.links["anna"] = "one"
    assert not both.adds_up("ben")


def buy(key: str, whose: str, price: str, at: datetime = START) -> None:
    """An order of somebody, booked when it happens."""
    fact = order(key, line("a", price), at=at)
    [outcome] = record([Arrival(fact=fact, who=who(whose))], now=at)
    assert outcome.state == "recorded"


def points(number: int, now: datetime = START + HOUR) -> int:
    return look(number, "crowd", now).balances["points"].available


def test_facts_for_both_names_land_on_whom_they_became() -> None:
    live = Live(CROWD, [FIRST, SECOND], CHANGE)
    anna, ben = live.numbers["anna"], live.numbers["ben"]
    buy("o1", "anna", "10.00")
    buy("o2", "ben", "20.00")
    key = merge(UUID(NAMES["ben"]), UUID(NAMES["anna"]), reason="", now=START)
    assert points(anna) == points(ben) == 30
    with pytest.raises(Refused, match="merge_already"):
        merge(UUID(NAMES["ben"]), UUID(NAMES["anna"]), reason="", now=START)
    with pytest.raises(Refused, match="merge_circle"):
        merge(UUID(NAMES["anna"]), UUID(NAMES["ben"]), reason="", now=START)
    buy("o3", "ben", "3.00")
    buy("o4", "anna", "4.00")
    assert points(anna) == 37 + 5
    undo_merge(key, reason="", now=START)
    # What three stamps gave was promised to Anna, and promises are kept.
    assert (points(anna), points(ben)) == (14 + 5, 23)
    with pytest.raises(Refused, match="merge_unknown"):
        undo_merge(key, reason="", now=START)


def test_both_at_once_into_each_other_is_one_merge() -> None:
    live = Live(CROWD, [FIRST, SECOND], CHANGE)
    buy("o1", "anna", "10.00")
    buy("o2", "ben", "20.00")
    for number in range(4):  # what three stamps give is promised to both, whoever is first below
        buy(f"p{number}", ("anna", "ben")[number % 2], "1.00")
    assert (points(live.numbers["anna"]), points(live.numbers["ben"])) == (12 + 5, 22 + 5)
    said: list[str] = []
    gate = threading.Barrier(3)

    def act(one: str, other: str) -> None:
        gate.wait()
        try:
            merge(UUID(NAMES[one]), UUID(NAMES[other]), reason="", now=START)
            said.append("merged")
        except Refused as refusal:
            said.append(refusal.code)
        finally:
            connections.close_all()

    def go_on() -> None:
        gate.wait()
        for number in range(10):
            buy(f"n{number}", ("anna", "ben")[number % 2], "1.00")
        connections.close_all()

    threads = [
        threading.Thread(target=act, args=pair) for pair in (("anna", "ben"), ("ben", "anna"))
    ]
    threads.append(threading.Thread(target=go_on))
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(said) == ["merge_circle", "merged"]
    assert CustomerLink.objects.filter(undone_at=None).count() == 1
    assert points(live.numbers["anna"]) == points(live.numbers["ben"]) == 54
    assert FactRow.objects.filter(type="order").count() == 16


def test_a_claimed_order_counts_and_counts_no_more() -> None:
    live = Live(CROWD, [FIRST, SECOND], CHANGE)
    anna = live.numbers["anna"]
    record([Arrival(fact=order("g1", line("a", "12.00"), at=START))], now=START)
    assert points(anna) == 0
    key = claim_order("shop:g1", UUID(NAMES["anna"]), reason="", now=START)
    assert points(anna) == 12
    undo_merge(key, reason="", now=START)
    assert points(anna) == 0


def test_somebody_who_is_no_member_brings_what_they_bought() -> None:
    live = Live(CROWD, [FIRST, SECOND], CHANGE)
    anna = live.numbers["anna"]
    buy("o1", "dora", "12.00")
    dora = Customer.objects.get(id=FactRow.objects.get(key="shop:o1").customer_id)
    key = merge(dora.public_id, UUID(NAMES["anna"]), reason="", now=START)
    buy("o2", "dora", "2.00")
    assert points(anna) == 14
    undo_merge(key, reason="", now=START)
    assert points(anna) == 0
    merge(UUID(NAMES["anna"]), dora.public_id, reason="", now=START)
    assert points(anna) == points(dora.id) == 14


def test_each_counts_since_they_joined() -> None:
    live = Live(CROWD, [FIRST, SECOND], CHANGE)
    anna = live.numbers["anna"]
    buy("o1", "dora", "5.00", START - 4 * HOUR)
    buy("o2", "dora", "7.00", START - 2 * HOUR)
    dora = Customer.objects.get(id=FactRow.objects.get(key="shop:o1").customer_id)
    take_part([dora.id], "crowd", since=START - 3 * HOUR, now=START)
    assert points(dora.id) == 7
    merge(UUID(NAMES["anna"]), dora.public_id, reason="", now=START)
    assert points(anna) == 7
    buy("o3", "anna", "1.00", START - 5 * HOUR)
    assert points(anna) == 8
    assert HolderState.objects.get(customer_id=anna).since == LONG_AGO
