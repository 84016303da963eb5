"""An order turns out to be somebody else's, is told anew, or its versions overtake one another; so
do refunds of it: it comes to what was told last, whatever the order of arrival (R10, R11)."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from booking_kit import AT, FULL, NOW, digest, members, open_club, points, wrong
from django.db.models import Max
from msgspec import Struct

from people import who
from regulars.actions import desks
from regulars.actions import record as recording
from regulars.actions.record import record
from regulars.db import histories
from regulars.db.models import FactRow
from regulars.engine.arrivals import Arrival
from regulars.engine.desk import Desk
from regulars.engine.facts import Order, Refund

pytestmark = [
    pytest.mark.slow,
    pytest.mark.usefixtures("own_database"),
    pytest.mark.timeout(7200 if FULL else 900),
]
SEED = 20_261_122
LIVES = 400 if FULL else 12
MINUTE = timedelta(minutes=1)
LATE = timedelta(days=800)
"""So late that an order does not count in points."""

NAMED = """
A1 r1|A1 r1 B2|A1 B2 r1 A3|A1 r1 B2 A3|r1 A1 B2 A3|r1 A1 B2|A1 B2 r1 A3 B4|A1 B2 r1
A1 r1 G2 A3|G1 r1 A2|G1 A2 r1 G3 A4|G1 r1 A2 B3|B1 r1 G2|r1 B1 G2 A3|A1 r1 G2 B3|A1 G2 B3 G4 A5
r1 r2 A1|R1 r2 A1|R1 R2 A1|x1 r2 A1|X1 R2 A1|A1 x1 r2|A1 X1 R2|A1 R1 X2|A1 r1 B2 x2|A1 r1 r2 B2
A1 r1 B2 r2 A3|A1 R1 B2 A3|A1 r1 B2 r2|r2 A1 r1 B2|A1+B2|A1+G2|A1 B2+G3|A1+r1 B2|B2+r1 A1
A1 B2+r1|A1 R1 B2+r2|A1 R1 r2+B2|B2 A1|B2 r1 A1|r1 B2 A1|B3 r1 A1 A2|A2 r1 B1 G3|A1 R1 G2 r2 B3
"""
"""What arrives one after the other, or with + in one batch. A1, B2, G3: the order in that version,
of Anna, Ben or a guest; r, R: a refund of it, R by Anna; x, X: the same of an order that nobody
knows."""


class Life(Struct):
    """Two members of their own, what arrived about an order, and as when it was told."""

    number: int
    late: bool = False
    now: datetime = NOW
    anna: int = 0
    ben: int = 0

    def begin(self) -> None:
        """Make the members."""
        self.anna, self.ben = members([f"anna{self.number}", f"ben{self.number}"])
        self.now = NOW + LATE * self.late

    def arrive(self, batch: str) -> list[str]:
        """What became of what arrived together."""
        self.now += MINUTE
        return [one.state for one in record([*map(self.fact, batch.split("+"))], now=self.now)]

    def fact(self, told: str) -> Arrival:
        """What a word says."""
        what, version, number = told[0], int(told[1]), self.number
        name = {"A": "anna", "R": "anna", "X": "anna", "B": "ben"}.get(what)
        base: dict[str, Any] = {"version": version, "currency": "EUR"}
        person = who(f"{name}{number}") if name else None
        if what in "ABG":
            return Arrival(
                fact=Order(key=f"o{number}", at=AT, amount_minor=1000, **base), who=person
            )
        order = f"{'o' if what in 'rR' else 'unknown'}{number}"
        minor, at = 100 * version, AT + timedelta(seconds=1)
        refund = Refund(key=f"r{number}", at=at, order=order, amount_minor=minor, **base)
        return Arrival(fact=refund, who=person)

    def has(self) -> tuple[int, int]:
        """What the two have."""
        return points(self.anna), points(self.ben)


def wanted(told: Sequence[str]) -> tuple[int, int]:
    """What the two are to have: what was told in the highest version counts."""
    orders = [one for one in told if one[0] in "ABG"]
    refunds = [one for one in told if one[0] not in "ABG"]
    whose = max(orders, key=lambda one: one[1], default="G")[0]
    last = max(refunds, key=lambda one: one[1], default="x0")
    left = 10 - (int(last[1]) if last[0] in "rR" else 0)
    return (left if whose == "A" else 0, left if whose == "B" else 0)


def lives() -> Iterator[str]:
    """Those that have a name, and as many by chance."""
    yield from "|".join(NAMED.split("\n")).strip("|").split("|")
    for number in range(LIVES):
        chance = random.Random(SEED + number)
        told = [f"{chance.choice('ABG')}{version}" for version in range(1, chance.randrange(2, 6))]
        told += [f"{chance.choice('rrRRxX')}{version}" for version in range(1, chance.randrange(4))]
        chance.shuffle(told)
        yield "".join(f"{one}{chance.choice('    +')}" for one in told).strip(" +")


def differing(seen: Sequence[str]) -> list[str]:
    """The lives after which somebody has something else than they should."""
    found = []
    for number, told in enumerate(seen):
        life = Life(number)
        life.begin()
        for batch in told.split():
            life.arrive(batch)
        want = wanted(told.replace("+", " ").split())
        if life.has() != want:
            found.append(f"{told}: {life.has()}, not {want}")
    return found


def test_what_was_told_last_counts_for_whom_it_was_told() -> None:
    open_club()
    assert differing([*lives()]) == [], f"seed {SEED}"
    assert wrong() == []


def test_refunds_that_stay_behind_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    open_club()
    monkeypatch.setattr(histories, "about", lambda *told: [])
    monkeypatch.setattr(Desk, "about", lambda *told: [])
    moved = ["A1 r1 B2", "A1 B2 r1 A3", "G1 r1 A2"]
    assert [one.partition(":")[0] for one in differing(moved)] == moved


def test_what_comes_too_late_stays_late_whosever_it_is() -> None:
    open_club()
    for number, told in enumerate(lives()):
        life = Life(number, late=True)
        life.begin()
        for batch in told.split():
            life.arrive(batch)
        assert life.has() == (0, 0), told
    assert wrong() == []


def test_a_note_that_stands_in_nobodys_way_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    open_club()
    life = Life(0, late=True)
    life.begin()
    monkeypatch.setattr(desks.LiveDesk, "too_late", Desk.too_late)
    life.arrive("A1")
    life.arrive("G2")
    with pytest.raises(RuntimeError, match="the same rows"):
        life.arrive("A3")


def overtaken() -> list[str]:
    """What is heard of a version that comes, twice, when a later one is known."""
    life = Life(0)
    life.begin()
    life.arrive("B2")
    before = digest()
    heard = life.arrive("A1") + life.arrive("A1") + life.arrive("B1")
    assert digest() == before, "nothing is booked"
    return heard


def test_a_version_that_was_overtaken_is_known() -> None:
    open_club()
    assert overtaken() == ["known"] * 3
    assert FactRow.objects.aggregate(Max("version"))["version__max"] == 2


def test_a_version_that_is_no_longer_understood_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    open_club()
    monkeypatch.setattr(recording, "_is_overtaken", lambda *told: False)
    assert overtaken() == ["refused", "refused", "known"]
