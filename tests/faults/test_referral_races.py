"""Two facts about one friend at the same moment: both sides are paid once, or not at all (R16)."""

from __future__ import annotations

import itertools
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from people import who
from regulars.actions import booking
from regulars.actions.members import join
from regulars.actions.passing import pass_time
from regulars.actions.publishing import publish
from regulars.actions.record import record
from regulars.actions.sweeping import sweep
from regulars.db import holders, introductions, people
from regulars.db.models import Customer, Friend, HolderState, TransferRow
from regulars.db.queries.advocates import code_of
from regulars.engine.arrivals import Arrival
from regulars.engine.facts import Order, Refund
from regulars.engine.questions import Signal

ROUNDS = 40 if os.environ.get("REGULARS_TORTURE") else 2
SINCE = datetime(2026, 1, 1, tzinfo=UTC)
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
NOW = AT + timedelta(minutes=1)
LATER = AT + timedelta(days=20)
WRITE: Callable[..., None] = booking.write
MEETING = 0.4
"""Seconds that one waits for the other, so that they meet if anything lets them."""
PROGRAMME = """
format: 1
programme: club
edition: races_1
name: Club
zone: Europe/Berlin
currency: EUR
assets: [{id: points, name: point}]
referrals:
  - id: friends
    kind: two_sided
    pays: [{after: order, advocate: [{amount: 50}], friend: [{amount: 20}]}]
    risk: {per_ip: {most: 1, then: block}}
    review: {wait: P14D}
policy: {referral_refund: claw_back}
"""

pytestmark = pytest.mark.slow


class Pair:
    """An advocate and a friend, a rival advocate and theirs: all members, who have bought."""

    def __init__(self, number: int) -> None:
        self.names = [f"{one}{number}" for one in ("advocate", "friend", "rival", "other")]
        with connection.cursor() as cursor:
            told = [who(one) for one in self.names]
            found = people.find_or_make(cursor, told, now=SINCE, crowd=people.Crowd())
        join(found, "club", since=SINCE, now=SINCE)
        Customer.objects.filter(pk__in=found).update(has_bought=True)
        self.numbers = found
        self.codes = [code_of(one, "club") for one in found]

    def order(self, key: str, buyer: int = 1, ip: str = "") -> Arrival:
        """A friend buys by the code of the advocate who stands before them."""
        fact = Order(
            key=f"{key}-{self.names[0]}",
            at=AT,
            currency="EUR",
            amount_minor=4000,
            codes=(self.codes[buyer - 1],),
        )
        signals = (Signal("ip", f"{ip}-{self.names[0]}"),) if ip else ()
        return Arrival(fact=fact, who=who(self.names[buyer]), signals=signals)

    def refund(self, key: str) -> Arrival:
        """All the money for an order goes back."""
        fact = Refund(
            key=f"back-{key}-{self.names[0]}",
            at=AT + timedelta(seconds=1),
            order=f"{key}-{self.names[0]}",
            currency="EUR",
            amount_minor=4000,
            full=True,
        )
        return Arrival(fact=fact, who=who(self.names[1]))

    def paid(self) -> tuple[int, ...]:
        """What the four have."""
        return tuple(map(points, self.numbers))


def points(number: int) -> int:
    """The points of a member, by transfers; -1 where the row says something else."""
    moved = TransferRow.objects.filter(customer_id=number, asset="points")
    told = HolderState.objects.get(customer_id=number).figures.get("points", {})
    counted = sum(
        row.amount * ((row.target == "available") - (row.source == "available")) for row in moved
    )
    return counted if counted == told.get("available", 0) else -1


class Meeting:
    """Who of those that record together is about to write. Who records alone has nobody to meet."""

    coming = itertools.count()
    other = threading.Event()

    @classmethod
    def wait(cls) -> None:
        if threading.current_thread() is threading.main_thread():
            return
        if next(cls.coming) == 0:
            cls.other.wait(MEETING)
        else:
            cls.other.set()


def together(*arrivals: Arrival) -> list[str]:
    """What went wrong with arrivals that are recorded at the same moment."""
    wrong: list[str] = []
    Meeting.coming, Meeting.other = itertools.count(), threading.Event()

    def run(arrival: Arrival) -> None:
        try:
            record([arrival], now=NOW)
        except Exception as error:
            wrong.append(repr(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[one]) for one in arrivals]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return wrong


@pytest.fixture
def meeting(own_database: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of those who record together the first who is about to write waits a little for the other."""
    publish(PROGRAMME, now=SINCE)
    before_writing(monkeypatch, Meeting.wait)


def before_writing(monkeypatch: pytest.MonkeyPatch, waits: Callable[[], object]) -> None:
    """Whoever is about to write does this first."""

    def write(*told: Any, **how: Any) -> None:
        waits()
        WRITE(*told, **how)

    monkeypatch.setattr(booking, "write", write)


@contextmanager
def surely() -> Iterator[None]:
    """The first two who are about to write wait for each other, however long it takes: nothing
    holds them apart."""
    calls, barrier = itertools.count(), threading.Barrier(2)
    with pytest.MonkeyPatch.context() as patch:
        before_writing(patch, lambda: next(calls) < 2 and barrier.wait(240))
        yield


@contextmanager
def unlocked() -> Iterator[None]:
    """Nobody locks holders, and the first two have both read friend and advocate before either goes
    on: who has read the friend alone hears that somebody else is concerned, and begins anew."""
    calls, barrier = itertools.count(), threading.Barrier(2)

    def read(cursor: Any, customers: Any) -> list[Any]:
        found = holders.read(cursor, customers)
        if len(set(customers)) > 1 and next(calls) < 2:
            barrier.wait(240)
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(holders, "locked", read)
        yield


def outcome(*arrivals: Arrival, meeting: AbstractContextManager[None] | None = None) -> None:
    """Record together, let what missed each other meet, and let the waiting pass."""
    with meeting or nullcontext():
        assert together(*arrivals) == []
    sweep(NOW, since=SINCE)
    pass_time(LATER)


def two_orders(number: int, meeting: AbstractContextManager[None] | None = None) -> tuple[int, ...]:
    pair = Pair(number)
    outcome(pair.order("a"), pair.order("b"), meeting=meeting)
    return pair.paid()


def order_and_refund(number: int) -> tuple[int, ...]:
    pair = Pair(number)
    record([pair.order("a")], now=AT)
    outcome(pair.order("b"), pair.refund("a"))
    return pair.paid()


def two_from_one_address(
    number: int, meeting: AbstractContextManager[None] | None = None
) -> list[int]:
    pair = Pair(number)
    outcome(pair.order("a", 1, "one"), pair.order("b", 3, "one"), meeting=meeting)
    assert Friend.objects.filter(customer_id__in=pair.numbers).count() == 2
    return sorted(pair.paid())


@pytest.mark.usefixtures("meeting")
def test_two_orders_at_once_pay_once() -> None:
    assert {two_orders(number) for number in range(ROUNDS)} == {(50, 20, 0, 0)}


@pytest.mark.usefixtures("meeting")
def test_what_comes_back_while_more_comes_in_pays_nobody() -> None:
    assert {order_and_refund(number) for number in range(ROUNDS)} == {(0, 0, 0, 0)}


@pytest.mark.usefixtures("meeting")
def test_an_order_and_its_refund_at_once_pay_nobody() -> None:
    pairs = [Pair(number) for number in range(ROUNDS)]
    for pair in pairs:
        outcome(pair.order("a"), pair.refund("a"))
    assert {pair.paid() for pair in pairs} == {(0, 0, 0, 0)}


@pytest.mark.usefixtures("meeting")
def test_two_friends_from_one_address_at_once_see_each_other() -> None:
    assert [two_from_one_address(number) for number in range(ROUNDS)] == [[0, 0, 20, 50]] * ROUNDS


@pytest.mark.usefixtures("meeting")
def test_holders_that_are_not_locked_are_seen() -> None:
    assert two_orders(0, unlocked()) != (50, 20, 0, 0)


@pytest.mark.usefixtures("meeting")
def test_signals_that_are_not_locked_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(introductions.Scene, "one_by_one", lambda *told: None)
    assert two_from_one_address(0, surely()) != [0, 0, 20, 50]
