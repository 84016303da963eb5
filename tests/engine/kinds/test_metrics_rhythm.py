"""Streaks and readings of instruments: by hand, and against a plain model."""

from __future__ import annotations

import os
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rewards_shop import Shop

from regulars.engine.kinds.earn import per_reading
from regulars.engine.kinds.metrics import readings, streak

HEAD = """
format: 1
edition: rhythm
name: Rhythm
zone: Europe/Berlin
currency: EUR
assets: [{id: points, name: points}, {id: freezes, name: freezes}]
activities: {lesson: lesson, meter: reading}
counts: {reading: reading}
"""
STREAK = """
metrics: [{id: days, kind: streak, activity: lesson, protection: freezes}]
rewards:
  - {id: badges, kind: milestone, name: B, of: days, steps: [{at: 3, points: 10}]}
"""
WEEKS = "\nmetrics: [{id: weeks, kind: streak, period: week, orders: true}]\n"
METERS = """
metrics:
  - {id: used, kind: readings, activity: meter, instrument: machine}
  - {id: yearly, kind: readings, activity: meter, instrument: machine, within: year,
     windows: [year]}
earn: [{id: earn, kind: per_reading, activity: meter, instrument: machine, points: 1, each: 10}]
"""


def day(number: int, hour: int = 10) -> str:
    return f"2026-05-{number:02d}T{hour:02d}:00:00+02:00"


def lesson(shop: Shop, at: str, zone: str = "") -> None:
    shop.act(f"l{at}", at, "lesson", labels={"device_zone": zone} if zone else {})


DAYS: list[tuple[list[int], int, int, int, int]] = [
    # days with a lesson, freezes at first; streak at the end of 10 May, freezes then, points
    ([8, 9, 10], 0, 3, 0, 10),
    ([8, 10], 0, 1, 0, 0),
    ([8, 10], 1, 2, 0, 0),
    ([6, 10], 2, 1, 0, 0),
    ([6, 10], 3, 2, 0, 0),
    ([10, 10], 2, 1, 2, 0),
    ([7, 8, 9], 1, 3, 1, 10),
    ([7, 8], 1, 2, 0, 0),
    ([7], 1, 0, 0, 0),
]


@pytest.mark.parametrize(("days", "freezes", "length", "left", "points"), DAYS)
def test_a_streak_by_hand(
    days: list[int], freezes: int, length: int, left: int, points: int
) -> None:
    shop = Shop(HEAD + STREAK)
    if freezes:
        shop.give(day(1), freezes, "freezes")
    for place, one in enumerate(days):
        lesson(shop, day(one, 10 + place))
    shop.until(day(10, 23))
    assert (shop.read("days"), shop.has("freezes"), shop.has()) == (length, left, points)
    assert shop.read("streak") == length
    assert shop.read("days_longest") >= length
    shop.settled()


def test_a_lesson_that_arrives_late_mends_the_streak_and_gives_the_protection_back() -> None:
    shop = Shop(HEAD + STREAK)
    shop.give(day(1), 1, "freezes")
    lesson(shop, day(2))
    lesson(shop, day(4))
    assert (shop.read("days"), shop.has("freezes")) == (2, 0)
    lesson(shop, day(3))
    assert (shop.read("days"), shop.has("freezes"), shop.has()) == (3, 1, 10)
    shop.settled()


def test_a_streak_of_weeks_by_orders() -> None:
    shop = Shop(HEAD + WEEKS)
    for key, at in (("o1", 3), ("o2", 4), ("o3", 5), ("o4", 17)):
        shop.order(key, day(at), 100)
    assert shop.read("weeks") == 3
    assert shop.until("2026-05-24T23:59:59+02:00").read("weeks") == 3
    assert shop.until("2026-05-25T00:00:00+02:00").read("weeks") == 0
    shop.settled()


ZONES = [("device_zone", 2), ("account_zone", 1), ("programme_zone", 2)]


@pytest.mark.parametrize(("policy", "length"), ZONES)
def test_whose_midnight_ends_a_day(policy: str, length: int) -> None:
    shop = Shop(HEAD + STREAK + f"policy: {{streak_zone: {policy}}}\n")
    shop.told("2025-02-01T00:00:00+00:00", "zone", "Asia/Tokyo")
    lesson(shop, "2025-03-01T23:30:00+09:00", "Asia/Tokyo")
    lesson(shop, "2025-03-02T12:00:00-08:00", "America/Los_Angeles")
    assert shop.read("days") == length
    shop.settled()


def model(days: set[int], freezes: int, until: int) -> tuple[int, int]:
    """The streak and the protections when the day `until` is over."""
    length = 0
    for one in range(1, until + 1):
        if one in days:
            length += 1
        elif length and freezes:
            freezes -= 1
        else:
            length = 0
    return length, freezes


def as_the_model_says(order: list[int], freezes: int) -> None:
    shop = Shop(HEAD + STREAK)
    if freezes:
        shop.give("2026-04-30T10:00:00+02:00", freezes, "freezes")
    for place, one in enumerate(order):
        lesson(shop, f"2026-05-{one:02d}T10:00:{place:02d}+02:00")
    shop.until("2026-05-13T00:00:00+02:00")
    assert (shop.read("days"), shop.has("freezes")) == model(set(order), freezes, 12)
    shop.settled()


LEAST = settings(
    max_examples=1500 if os.environ.get("REGULARS_TORTURE") == "1" else 50,
    deadline=None,
    print_blob=True,
)


@LEAST
@given(st.lists(st.integers(1, 12), max_size=12), st.integers(0, 3))
def test_a_streak_is_the_models_in_any_order_of_arrival(order: list[int], freezes: int) -> None:
    as_the_model_says(order, freezes)


def _every_gap(self: Any, run: Any, periods: int) -> bool:
    return bool(self.memory(run).length)


def test_a_streak_that_never_ends_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    as_the_model_says([1, 3], 0)
    monkeypatch.setattr(streak.Working, "protect", _every_gap)
    with pytest.raises(AssertionError):
        as_the_model_says([1, 3], 0)


def read(shop: Shop, key: str, at: str, value: str, machine: str = "a", **labels: str) -> str:
    counts = {"reading": Decimal(value)}
    return shop.act(key, at, "meter", counts=counts, labels={"machine": machine, **labels})


def test_readings_by_hand() -> None:
    shop = Shop(HEAD + METERS)
    assert read(shop, "r1", day(1), "1000") == "accepted"
    assert (shop.read("used"), shop.has()) == (0, 0)
    read(shop, "r2", day(2), "1105.5")
    read(shop, "r3", day(3), "50", "b")
    read(shop, "r4", day(4), "60", "b")
    assert (shop.read("used"), shop.has()) == (Decimal("115.5"), 11)
    assert read(shop, "r5", day(5), "1105.4") == "reading_below_last"
    assert (shop.read("used"), shop.has()) == (Decimal("115.5"), 11)
    read(shop, "r6", day(6), "3", first="yes")
    read(shop, "r7", day(7), "8")
    assert (shop.read("used"), shop.has()) == (Decimal("120.5"), 12)
    shop.settled()


def test_a_year_needs_two_readings() -> None:
    shop = Shop(HEAD + METERS)
    for key, at, value in (
        ("r1", "2025-12-01T10:00:00+01:00", "0"),
        ("r2", "2025-12-31T23:59:59+01:00", "100"),
        ("r3", "2026-01-01T00:00:00+01:00", "400"),
        ("r4", "2026-06-01T10:00:00+02:00", "450"),
    ):
        read(shop, key, at, value)
    assert (shop.read("yearly_2025"), shop.read("yearly_2026")) == (100, 50)
    assert shop.read("used") == 450
    shop.settled()


STEPS = st.lists(st.integers(0, 400), min_size=1, max_size=8)


def nothing_is_lost(steps: list[int]) -> None:
    """However often one reads: the points are those of the whole difference."""
    shop = Shop(HEAD + METERS)
    value = Decimal(100)
    read(shop, "r0", day(1), str(value))
    for place, step in enumerate(steps):
        value += Decimal(step) / 10
        read(shop, f"r{place + 1}", day(2 + place), str(value))
    assert shop.read("used") == Decimal(sum(steps)) / 10
    assert shop.has() == sum(steps) // 100
    shop.settled()


@LEAST
@given(STEPS)
def test_reading_often_loses_nothing(steps: list[int]) -> None:
    nothing_is_lost(steps)


def _from_here(
    self: readings.Instruments, run: Any, act: Any, last: dict[str, readings.Reading]
) -> tuple[int, readings.Reading]:
    name = act.labels["machine"]
    value = readings.thousandths(act.counts["reading"])
    first = last.setdefault(name, readings.Reading(value))
    return value - first.value, first


def test_counting_from_the_first_reading_each_time_is_caught(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    nothing_is_lost([60, 60])
    monkeypatch.setattr(per_reading.Instruments, "difference", _from_here)
    with pytest.raises(AssertionError):
        nothing_is_lost([60, 60])
