"""What an accountant asks of points owed: months that carry over, and who holds how much."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.insight import Result, owed
from regulars.insight.owing.books import holder_rows, journal_rows, largest, month_ends
from regulars.insight.owing.moves import KINDS, opened

Row = tuple[str, str, str, float]


def table(*rows: Row) -> pd.DataFrame:
    """Movements: who, on which day, what, how much."""
    made = pd.DataFrame(rows, columns=["member", "day", "kind", "amount"])
    made["at"] = [datetime.fromisoformat(day) for day in made.day]
    return made.drop(columns="day").assign(asset="points")


YEAR: tuple[Row, ...] = (
    ("ben", "2026-01-05", "earned", 100),
    ("eva", "2026-01-31T23:59", "earned", 40),
    ("ben", "2026-02-01", "used", 30),
    ("ben", "2026-02-02", "given_back", 30),
    ("eva", "2026-02-10", "taken_back", 15),
    ("ben", "2026-03-01", "used", 60),
    ("eva", "2026-03-31", "ended", 25),
    ("eva", "2026-04-02", "earned", 7),
)
NAMES = ("opening", "earned", "taken_back", "used", "ended", "closing")


def journal(rows: tuple[Row, ...], as_of: date, months: int = 4) -> list[dict[str, Any]]:
    moves = opened(table(*rows))["points"]
    return list(journal_rows("points", moves, month_ends(as_of, months), 0.05))


def test_a_year_by_hand() -> None:
    told = journal(YEAR, date(2026, 4, 15), 12)
    assert [one["month"] for one in told] == [date(2026, month, 1) for month in (1, 2, 3, 4)]
    assert [tuple(one[name] for name in NAMES) for one in told] == [
        (0, 140, 0, 0, 0, 140),
        (140, 0, 15, 0, 0, 125),
        (125, 0, 0, 60, 25, 40),
        (40, 7, 0, 0, 0, 47),
    ]
    assert [one["until"] for one in told][-2:] == [date(2026, 3, 31), date(2026, 4, 15)]
    assert told[0]["worth"] == pytest.approx(7.0)


def test_who_owes_is_told_beside_what_is_held() -> None:
    rows = (*YEAR[:2], ("ben", "2026-02-03", "used", 130.0))
    told = journal(rows, date(2026, 2, 28))[-1]
    assert (told["closing"], told["overdrawn"]) == (10, 30)
    result = owed(table(*rows), as_of="2026-02-28")
    assert isinstance(result, Result)
    assert result.main.records()[0]["owed"] == 40 == told["closing"] + told["overdrawn"]


MOVED = st.lists(
    st.tuples(
        st.sampled_from(["ben", "eva", "ida"]),
        st.dates(date(2025, 11, 1), date(2026, 4, 30)).map(date.isoformat),
        st.sampled_from(KINDS),
        st.integers(1, 500).map(float),
    ),
    min_size=1,
    max_size=40,
)


def carries_over(told: list[dict[str, Any]]) -> bool:
    """Each month begins as the one before ended, and its movements lead from one to the other."""
    ends = [one["closing"] for one in told]
    begins = [one["opening"] for one in told]
    led = [
        one["opening"] + one["earned"] - one["taken_back"] - one["used"] - one["ended"]
        for one in told
    ]
    return begins[1:] == ends[:-1] and led == ends


@settings(max_examples=40, deadline=None)
@given(MOVED)
def test_months_carry_over_whatever_moved(rows: list[Row]) -> None:
    told = journal(tuple(rows), date(2026, 4, 30), 6)
    assert told
    assert told[0]["opening"] == 0
    assert carries_over(told)


def test_a_month_that_forgets_what_was_given_back_would_be_seen() -> None:
    told = journal(YEAR, date(2026, 4, 15))
    broken = [one | {"used": one["used"] + 30 if one["month"].month == 2 else 0} for one in told]
    assert carries_over(told)
    assert not carries_over(broken)


def test_bands_between_round_amounts_hold_everybody_once() -> None:
    held = np.array([0.0, -5.0, *range(1, 101), 900.0, 2500.0])
    told = holder_rows("points", held)
    assert sum(one["members"] for one in told) == 102
    assert sum(one["amount"] for one in told) == 5050 + 3400
    edges = [one["at_least"] for one in told]
    assert edges == [0, 20, 50, 100]
    assert [one["below"] for one in told] == [20, 50, 100, None]
    assert largest(held) == {"ten_largest": 3400 + sum(range(93, 101)), "half_holders": 11}


@pytest.mark.parametrize("held", [[], [0.0], [-3.0]])
def test_nobody_holds_anything(held: list[float]) -> None:
    assert holder_rows("points", np.array(held)) == []
    assert largest(np.array(held)) == {"ten_largest": 0, "half_holders": 0}


def test_one_holder_is_one_band() -> None:
    (told,) = holder_rows("credit", np.array([3.2]))
    assert (told["at_least"], told["below"], told["members"]) == (0, None, 1)
