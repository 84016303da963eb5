"""The tables of `owed`: their columns, and the rows that are told beside the sums."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from regulars.insight.lazy import numpy
from regulars.insight.owing.curve import MONTH, curve
from regulars.insight.owing.estimate import Estimate
from regulars.insight.owing.moves import day_number
from regulars.insight.owing.pieces import Pieces
from regulars.insight.result import Kind

Row = dict[str, Any]
MOST_ENDS = 240

TABLES: dict[str, dict[str, Kind]] = {
    "assets": {
        "asset": "text", "owed": "number", "holders": "count", "likely": "number",
        "low": "number", "high": "number", "share": "share", "earned": "number", "used": "number",
        "ended": "number", "users": "count", "known_months": "count", "worth_of_one": "number",
        "worth": "money", "likely_worth": "money", "ten_largest": "number",
        "half_holders": "count",
    },
    "ends": {"asset": "text", "month": "date", "amount": "number", "likely": "number"},
    "months": {
        "asset": "text", "day": "date", "owed": "number", "likely": "number", "low": "number",
        "high": "number",
    },
    "journal": {
        "asset": "text", "month": "date", "until": "date", "opening": "number",
        "earned": "number", "taken_back": "number", "used": "number", "ended": "number",
        "closing": "number", "overdrawn": "number", "worth": "money",
    },
    "holders": {
        "asset": "text", "at_least": "number", "below": "number", "members": "count",
        "amount": "number",
    },
    "moved": {"asset": "text", "what": "text", "amount": "number"},
    "curve": {
        "asset": "text", "month": "count", "members": "count", "held": "number", "used": "number",
        "rate": "share", "used_by_then": "share",
    },
}  # fmt: skip
"""Each table's columns; the first table is the main one."""


def curve_rows(asset: str, found: Estimate) -> list[Row]:
    """By month of age that is known: what was held of that age on average through the month, what
    of it was used, and the part of a point that is used by the end of the month, if none ended."""
    known, seen = found.ages, found.watched
    held, used = seen.held.sum(axis=0)[:known], seen.used.sum(axis=0)[:known]
    by_then = curve(found.rates.likely[:known], numpy.zeros(known)).used[1:]
    return [
        {
            "asset": asset,
            "month": month + 1,
            "members": int(seen.members[month]),
            "held": float(held[month] / MONTH),
            "used": float(used[month]),
            "rate": float(1 - numpy.exp(-found.rates.likely[month] * MONTH)),
            "used_by_then": float(by_then[month]),
        }
        for month in range(known)
    ]


def end_rows(asset: str, held: Pieces, found: Estimate, as_of: date) -> list[Row]:
    """What is held by the month in which it ends if nobody uses it, and how much of it is likely to
    be used; without a month what has no end that is known."""
    day = day_number(as_of) + numpy.where(numpy.isinf(held.left), -1.0, held.left)
    open_end = numpy.isinf(held.left)
    sums: dict[date | None, list[float]] = {}
    days, back = numpy.unique(numpy.where(open_end, -1.0, numpy.ceil(day)), return_inverse=True)
    amounts = numpy.bincount(back.ravel(), held.amount, minlength=len(days))
    likely = numpy.bincount(back.ravel(), held.amount * found.chances, minlength=len(days))
    for number, amount, part in zip(days, amounts, likely, strict=True):
        month = None if number < 0 else _month(int(number))
        one = sums.setdefault(month, [0.0, 0.0])
        one[0] += float(amount)
        one[1] += float(part)
    told = sorted(sums.items(), key=lambda item: item[0] or date.max)
    return [
        {
            "asset": asset,
            "month": month,
            "amount": amount,
            "likely": None if found.early else part,
        }
        for month, (amount, part) in told[:MOST_ENDS]
    ]


def _month(number: int) -> date:
    """The first day of the month in which the last day before an end lies."""
    return (date(1970, 1, 1) + timedelta(days=number)).replace(day=1)
