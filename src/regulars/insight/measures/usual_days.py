"""Was this day unusual: orders a day against the usual range of that weekday."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from regulars.insight.counting import Counted
from regulars.insight.intervals import quantile
from regulars.insight.measures.base import Measure, Params
from regulars.insight.result import Kind, Outcome, small_table

WEEK = timedelta(days=7)
FEWEST_WEEKS = 8
"""With fewer weeks to compare with, there is no usual range."""
LOW, HIGH = 0.1, 0.9
COLUMNS: dict[str, Kind] = {
    "day": "date", "orders": "count", "low": "number", "median": "number", "high": "number",
    "unusual": "text",
}  # fmt: skip


class UsualDaysParams(Params, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many days to show, and how far back is usual."""

    days: Annotated[int, Meta(ge=1, le=366, description="days to show")] = 14
    weeks: Annotated[int, Meta(ge=8, le=104, description="weeks before to compare with")] = 26


class UsualDays(Measure[UsualDaysParams]):
    """Orders of the last days, each before the usual range of its weekday."""

    kind = "usual-days"
    definition = "Orders a day against the usual range of that weekday."
    who = "Everybody, guests too."
    when = "The last days up to the chosen one, each against the same weekday of 26 weeks before."
    what = (
        "Orders that count; the usual range is the middle 80 of 100 such days, "
        "told from eight weeks on."
    )
    params_type = UsualDaysParams

    def work(self, counted: Counted, params: UsualDaysParams) -> Outcome:
        """Main table `days`, the earliest first; `unusual` is low, high or empty."""
        found = self._orders_a_day(counted, params)
        first = min(found, default=counted.as_of)
        days = [counted.as_of - timedelta(days=back) for back in reversed(range(params.days))]
        rows = [_row(day, found, first, params.weeks) for day in days]
        judged = [row for row in rows if row["low"] is not None]
        headline = {
            "orders": sum(row["orders"] for row in rows),
            "days_judged": len(judged),
            "days_unusual": sum(bool(row["unusual"]) for row in judged),
        }
        return self.result(counted, headline, (small_table("days", COLUMNS, rows),))

    def _orders_a_day(self, counted: Counted, params: UsualDaysParams) -> dict[date, int]:
        orders = counted.all_orders
        orders = orders.filter(~orders.cancelled)
        days = orders.select(day=orders["at"].date())
        days = days.filter(counted.days_before(days.day) < params.days + 7 * params.weeks)
        grouped = days.group_by("day").aggregate(orders=days.count())
        return {row["day"]: row["orders"] for row in counted.sales.records(grouped)}


class _Range(msgspec.Struct, frozen=True):
    low: float | None
    median: float | None
    high: float | None


def _row(day: date, found: dict[date, int], first: date, weeks: int) -> dict[str, Any]:
    usual = _usual(day, found, first, weeks)
    orders = found.get(day, 0)
    unusual = ""
    if usual.low is not None and usual.high is not None:
        unusual = "low" if orders < usual.low else "high" if orders > usual.high else ""
    return {"day": day, "orders": orders, **msgspec.structs.asdict(usual), "unusual": unusual}


def _usual(day: date, found: dict[date, int], first: date, weeks: int) -> _Range:
    """The middle 80 % of that weekday in the weeks before, as far as there are orders."""
    before = [day - n * WEEK for n in range(1, weeks + 1)]
    values = Counter(found.get(one, 0) for one in before if one >= first)
    if values.total() < FEWEST_WEEKS:
        return _Range(None, None, None)
    histogram = dict(values)
    return _Range(quantile(histogram, LOW), quantile(histogram, 0.5), quantile(histogram, HIGH))
