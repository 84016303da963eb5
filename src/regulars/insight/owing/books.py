"""What an accountant asks of the same movements: each month from its opening to its closing
balance, and how what is held is spread over its holders.

Amounts are in the asset's own units; months are civil months of the business's zone. All of it is
sums of what was booked: nothing here is estimated.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from regulars.insight.lazy import numpy
from regulars.insight.owing.moves import (
    EARNED,
    ENDED,
    GIVEN_BACK,
    TAKEN_BACK,
    USED,
    Moves,
    day_number,
)
from regulars.insight.owing.tables import Row

PARTS = (0.25, 0.5, 0.75, 0.9, 0.99)
"""Between bands of balances lie round amounts near these parts of all holders."""
ROUND = (1, 2, 5)
TEN = 10
SIGNS = {EARNED: 1.0, GIVEN_BACK: 1.0, USED: -1.0, TAKEN_BACK: -1.0, ENDED: -1.0}


def month_ends(as_of: date, months: int) -> list[date]:
    """The last days of so many months, this one included, the earliest first; of this month the
    day itself."""
    found, first = [as_of], as_of.replace(day=1)
    for _month in range(max(months - 1, 0)):
        last = first - timedelta(days=1)
        found.append(last)
        first = last.replace(day=1)
    return list(reversed(found)) if months else []


def journal_rows(asset: str, moves: Moves, ends: list[date], worth: float | None) -> Iterator[Row]:
    """By month: opening + earned − taken back − used − ended = closing, from the month of the first
    movement on. What members used or gave back beyond what they had counts against the closing
    balance and is told as `overdrawn` too, so closing + overdrawn is what is held."""
    first = float(moves.at.min(initial=numpy.inf))
    for last in ends:
        start, end = float(day_number(last.replace(day=1))), float(day_number(last) + 1)
        if first >= end:
            continue
        within = (moves.at >= start) & (moves.at < end)
        sums = numpy.bincount(moves.kind[within], moves.amount[within], minlength=5)
        closing = balances(moves, end)
        total = float(closing.sum())
        yield {
            "asset": asset,
            "month": last.replace(day=1),
            "until": last,
            "opening": float(balances(moves, start).sum()),
            "earned": float(sums[EARNED]),
            "taken_back": float(sums[TAKEN_BACK]),
            "used": float(sums[USED] - sums[GIVEN_BACK]),
            "ended": float(sums[ENDED]),
            "closing": total,
            "overdrawn": float(-closing[closing < 0].sum()),
            "worth": None if worth is None else total * worth,
        }


def balances(moves: Moves, end: float) -> Any:
    """What each member has at an instant (days since 1970); below zero where they owe."""
    seen = moves.at < end
    signs = numpy.array([SIGNS[kind] for kind in range(len(SIGNS))])
    signed = moves.amount[seen] * signs[moves.kind[seen]]
    # to a millionth: sums of thousands of parts are not exact in binary
    return numpy.round(numpy.bincount(moves.member[seen], signed, minlength=moves.members), 6)


def holder_rows(asset: str, held: Any) -> list[Row]:
    """How many hold how much, by bands of balances between round amounts; the last band knows no
    end."""
    held = numpy.sort(held[held > 0])
    edges = [0.0, *_edges(held), numpy.inf]
    rows: list[Row] = []
    for low, high in pairwise(edges):
        mine = held[(held >= low) & (held < high)]
        if len(mine):
            rows.append(
                {
                    "asset": asset,
                    "at_least": low,
                    "below": None if numpy.isinf(high) else high,
                    "members": len(mine),
                    "amount": float(mine.sum()),
                }
            )
    return rows


def largest(held: Any) -> dict[str, float | int]:
    """What the ten largest balances hold together, and how many of the largest hold half."""
    held = numpy.sort(held[held > 0])[::-1]
    half = int(numpy.searchsorted(numpy.cumsum(held), held.sum() / 2)) + 1
    return {"ten_largest": float(held[:TEN].sum()), "half_holders": half if len(held) else 0}


def _edges(held: Any) -> list[float]:
    """Round amounts between the bands, rising."""
    if not len(held):
        return []
    near = {_round(float(held[int(part * (len(held) - 1))])) for part in PARTS}
    return sorted(one for one in near if held[0] < one <= held[-1])


def _round(amount: float) -> float:
    """The largest of 1, 2, 5, 10, 20, 50 … that is not above an amount; from 1 on."""
    power = 1.0
    while power * TEN <= amount:
        power *= TEN
    return max(power * one for one in ROUND if one == 1 or power * one <= amount)
