"""Points owed: worked out by hand, and against crowds whose future is known."""

from __future__ import annotations

import os
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from owed_crowd import Crowd, crowd

from regulars.insight import InsightError, NotEnoughData, Result, owed
from regulars.insight.owing.curve import MONTH, chance, curve, rates, watched
from regulars.insight.owing.estimate import Estimate, estimate
from regulars.insight.owing.moves import DAY, opened, until
from regulars.insight.owing.pieces import HELD, pieces

FULL = os.environ.get("REGULARS_TORTURE") == "1"
FIRST = datetime(2026, 1, 1)
Row = tuple[str, float, str, float]


def table(*rows: Row, life: float | None = None) -> pd.DataFrame:
    """Movements: who, on which day after the first, what, how much."""
    made = pd.DataFrame(rows, columns=["member", "day", "kind", "amount"])
    made["at"] = [FIRST + timedelta(days=day) for day in made.day]
    made["asset"] = "points"
    ends = [
        at + timedelta(days=life) if life and kind == "earned" else pd.NaT
        for at, kind in zip(made["at"], made.kind, strict=True)
    ]
    made["expires"] = pd.to_datetime(pd.Series(ends))
    return made.drop(columns="day")


def held(rows: list[Row], day: float, life: float | None = None) -> list[tuple[float, ...]]:
    """Pieces after so many days: amount, age, fate."""
    moves = opened(table(*rows, life=life))["points"]
    end = (FIRST - datetime(1970, 1, 1)).days + day
    found = pieces(until(moves, end), end)
    return sorted(zip(found.amount, found.age.round(6), found.fate, strict=True))


@pytest.mark.parametrize(
    ("rows", "wanted"),
    [
        # 40 of 100 were used after ten days, 60 are still there after thirty
        (
            [("a", 0, "earned", 100), ("a", 10, "used", 40)],
            [(40, 10, 1), (60, 30, HELD)],
        ),
        # what was earned first is used first, and goes on into the next
        (
            [("a", 0, "earned", 30), ("a", 5, "earned", 30), ("a", 9, "used", 40)],
            [(10, 4, 1), (20, 25, HELD), (30, 9, 1)],
        ),
        # a refund takes from what was earned last; what is given back was not used
        (
            [
                ("a", 0, "earned", 30),
                ("a", 5, "earned", 30),
                ("a", 6, "taken_back", 30),
                ("a", 7, "used", 20),
                ("a", 8, "given_back", 20),
            ],
            [(30, 30, HELD)],
        ),
        # more used than earned: a debt is nobody else's points
        (
            [("a", 0, "earned", 10), ("a", 1, "used", 25), ("b", 2, "earned", 10)],
            [(10, 1, 1), (10, 28, HELD)],
        ),
        # what ended unused is neither used nor held
        (
            [("a", 0, "earned", 10), ("a", 20, "ended", 10)],
            [(10, 20, 2)],
        ),
        # nothing of what comes later is known
        ([("a", 0, "earned", 10), ("a", 40, "used", 10)], [(10, 30, HELD)]),
    ],
)
def test_what_became_of_what_was_earned(rows: list[Row], wanted: list[Any]) -> None:
    assert held(rows, 30) == wanted


def test_the_rate_is_used_over_points_times_days() -> None:
    moves = opened(table(("a", 0, "earned", 100), ("a", 10, "used", 40)))["points"]
    end = (FIRST - datetime(1970, 1, 1)).days + 30.0
    seen = watched(pieces(moves, end), np.zeros(1, int))
    assert seen.held[0].tolist() == [40 * 10 + 60 * 30]
    found = rates(seen.held[0], seen.used[0], seen.ended[0], known=1, ages=3)
    assert found.likely == pytest.approx([40 / 2200] * 3)
    assert found.least == pytest.approx([40 / 2200, 0, 0])
    month = chance(curve(found.likely, found.ends), np.zeros(1), np.array([MONTH]))
    assert month == pytest.approx([1 - np.exp(-40 / 2200 * MONTH)])


def test_ends_that_nobody_knows_beforehand_compete_with_use() -> None:
    rate, ends = np.array([0.02]), np.array([0.01])
    month = chance(curve(rate, ends), np.zeros(1), np.array([MONTH]))
    assert month == pytest.approx([2 / 3 * (1 - np.exp(-0.03 * MONTH))])


def twenty() -> list[Row]:
    """Twenty members: 100 earned on the first day, 50 used in the middle of the second month."""
    names = [f"m{number}" for number in range(20)]
    earned: list[Row] = [(one, 0, "earned", 100) for one in names]
    return [*earned, *((one, MONTH * 1.5, "used", 50) for one in names)]


def looked(rows: list[Row], months: float, life: float | None) -> Estimate:
    moves = opened(table(*rows, life=life))["points"]
    end = (FIRST - datetime(1970, 1, 1)).days + MONTH * months
    return estimate(pieces(moves, end), draws=200, seed=1)


def test_twenty_members_worked_out_by_hand() -> None:
    """After three months 50 are held of each, for one month more. In the three months that were
    seen a member held 100 × 1 + (50 × ½ + 50 × 1) + 50 × 1 = 225 points × months and used 50: by
    that rate 1 − e^(−50/225) of what is held is used in the month that comes. (Ages are whole days
    there.)"""
    found = looked(twenty(), 3, MONTH * 4)
    assert found.ages == 3
    assert found.held == 1000
    assert found.likely == pytest.approx(1000 * (1 - np.exp(-50 / 225)), rel=0.01)
    assert (found.low, found.high) == (0, 1000), "no fourth month was seen: it may be any"


def test_within_what_was_seen_the_range_is_one_of_doubt_alone() -> None:
    late: list[Row] = [(f"n{number}", MONTH * 3 - 30, "earned", 10) for number in range(40)]
    found = looked([*twenty(), *late], 3, MONTH * 2)
    # of age one month, 30.4375 × 0.0219 = ⅔ were used; the old ones have no day left
    assert found.held == 20 * 50 + 40 * 10
    assert found.likely == pytest.approx(400 * (1 - np.exp(-50 / 75)), rel=0.05)
    assert 0 < found.low < found.likely < found.high < 400


@pytest.mark.parametrize(
    ("rows", "months"),
    [
        (twenty()[:-2], 3.0),  # too few have used anything
        (twenty(), 2.0),  # too short a time
    ],
)
def test_too_early_to_say_the_range_is_from_nothing_to_all(rows: list[Row], months: float) -> None:
    found = looked(rows, months, None)
    assert found.early
    assert (found.low, found.high) == (0, found.held)


def test_what_is_held_is_worth_what_it_is_worth() -> None:
    rows = [*twenty(), ("x", 100, "earned", 200)]
    result = owed(
        table(*rows, life=400), worth={"points": 0.05}, as_of="2026-04-30", currency="EUR"
    )
    assert isinstance(result, Result)
    (row,) = result.main.records()
    assert (row["owed"], row["holders"], row["earned"], row["used"]) == (1200, 21, 2200, 1000)
    assert row["worth"] == pytest.approx(60)
    assert result.headline["worth"] == pytest.approx(60)
    assert 0 <= result.headline["low_worth"] <= result.headline["high_worth"] <= 60 + 1e-9
    ends = result["ends"].records()
    assert sum(one["amount"] for one in ends) == pytest.approx(1200)
    assert {one["month"] for one in ends} == {date(2027, 2, 1), date(2027, 5, 1)}
    moved = {one["what"]: one["amount"] for one in result["moved"].records()}
    assert moved == {
        "begin": 1000, "earned": 200, "used": 0, "taken_back": 0, "ended": 0, "now": 1200,
    }  # fmt: skip
    assert [one["day"] for one in result["months"].records()][-1] == date(2026, 4, 30)


@pytest.mark.parametrize(("stamps", "told"), [(1, True), (300, True), (400, False)])
def test_one_stamp_hides_nothing_of_the_points(stamps: float, told: bool) -> None:
    """1,000 points are worth 50, a stamp 1.67 cents; what is too early counts in full up to a
    tenth of all."""
    card = table(("m0", 80, "earned", stamps)).assign(asset="stamps")
    worth = {"points": 0.05, "stamps": 1 / 60}
    told_of = pd.concat([table(*twenty(), life=400), card])
    result = owed(told_of, worth=worth, as_of="2026-04-30", currency="EUR")
    assert isinstance(result, Result)
    points, other = sorted(result.main.records(), key=lambda row: str(row["asset"]))
    assert other["likely_worth"] is None
    found = result.headline["likely_worth"]
    assert (found is not None) is told
    if told:
        assert found == pytest.approx(points["likely_worth"] + other["worth"])
        assert result.headline["low_worth"] <= found <= result.headline["high_worth"]


def test_the_same_table_gives_the_same_range_and_another_order_too() -> None:
    mixed = table(*twenty(), life=200).sample(frac=1, random_state=3)
    one, other = (
        owed(each, as_of="2026-05-01", months=0).to_dict()
        for each in (table(*twenty(), life=200), mixed)
    )
    assert one == other


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (lambda rows: rows.drop(columns="kind"), "no column 'kind'"),
        (lambda rows: rows.assign(kind="won"), "another kind"),
        (lambda rows: rows.assign(amount=-1.0), "no number from 0 on"),
    ],
)
def test_a_table_that_cannot_be_read_is_refused_in_a_sentence(broken: Any, words: str) -> None:
    with pytest.raises(InsightError, match=words):
        owed(broken(table(*twenty())))


def test_nothing_earned_is_said_so() -> None:
    assert isinstance(owed(table(*twenty()), as_of="2025-01-01"), NotEnoughData)
    assert isinstance(owed(table(*twenty()).iloc[:0]), NotEnoughData)


def told(one: Crowd) -> Estimate:
    return estimate(pieces(until(one.moves, one.end), one.end), draws=150, seed=1)


SEEDS = range(60 if FULL else 6)


def naive(one: Crowd) -> float:
    """The share of all points that were ever used, taken for what is held: the saboteur."""
    seen = pieces(until(one.moves, one.end), one.end)
    share = seen.amount[seen.fate == 1].sum() / seen.amount.sum()
    return float(share * seen.amount[seen.fate == HELD].sum())


def test_the_range_holds_what_really_was_used_nine_times_in_ten() -> None:
    crowds = [crowd(200, seed) for seed in SEEDS]
    found = [told(one) for one in crowds]
    within = sum(a.low <= one.used_after <= a.high for a, one in zip(found, crowds, strict=True))
    assert within >= 0.85 * len(crowds) - 1
    off = [(a.likely or 0) / one.used_after - 1 for a, one in zip(found, crowds, strict=True)]
    assert abs(float(np.mean(off))) < 0.2
    wide = [(a.high - a.low) / a.held for a in found]
    assert max(wide) < 0.6, "a range from nothing to all would hold everything"
    beside = sum(a.low <= naive(one) <= a.high for a, one in zip(found, crowds, strict=True))
    assert beside < within, "the share of all points ever used would do as well"


def test_days_are_counted_as_days() -> None:
    assert timedelta(days=1) / timedelta(microseconds=1) == DAY
