"""Regulars: what share of customers and of revenue they are."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Any

from msgspec import Meta

from regulars.insight.counting import Counted
from regulars.insight.lazy import ibis, pyarrow
from regulars.insight.measures.base import Measure, Params
from regulars.insight.measures.cohorts import first_day, month_number
from regulars.insight.result import Kind, Outcome, share, small_table

COLUMNS: dict[str, Kind] = {
    "day": "date", "customers": "count", "regulars": "count", "share_of_customers": "share",
    "revenue": "money", "regulars_revenue": "money", "share_of_revenue": "share",
}  # fmt: skip


class RegularsParams(Params, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who is a regular."""

    orders: Annotated[int, Meta(ge=1, le=1000, description="orders that make a regular")] = 3
    days: Annotated[int, Meta(ge=1, le=3650, description="in so many last days")] = 60
    months: Annotated[int, Meta(ge=1, le=120, description="month ends to look back on")] = 13


class Regulars(Measure[RegularsParams]):
    """The share of customers and of revenue that regulars are."""

    kind = "regulars"
    definition = "What share of customers and of revenue the regulars are."
    who = "Known customers with an order that counts in the last days; regulars have three or more."
    when = "The last 60 days up to the chosen day, and up to the end of each month before it."
    what = "Orders and money of those days; the number of orders and of days can be chosen."
    params_type = RegularsParams

    def work(self, counted: Counted, params: RegularsParams) -> Outcome:
        """Main table `days`: one row for the chosen day (the last) and each month end before."""
        found = {row["day"]: row for row in self._windows(counted, params)}
        rows = [_row(day, found.get(day, {})) for day in _days(counted.as_of, params.months)]
        known = next((place for place, row in enumerate(rows) if row["customers"]), len(rows) - 1)
        rows = rows[known:]
        headline = {key: value for key, value in rows[-1].items() if key != "day"}
        return self.result(counted, headline, (small_table("days", COLUMNS, rows),))

    def _windows(self, counted: Counted, params: RegularsParams) -> list[dict[str, Any]]:
        days = pyarrow.array(_days(counted.as_of, params.months), type=pyarrow.date32())
        ends = ibis.memtable(pyarrow.table({"day": days}))
        moved = counted.movements
        moved = moved.mutate(on=moved["at"].date()).drop("at")
        # A number, since engines differ in what a date plus days is.
        age = ends.day.delta(moved["on"], unit="day")
        seen = moved.join(ends, [age >= 0, age < params.days])
        each = seen.group_by("day", "customer_id").aggregate(
            orders=seen.orders.sum(), amount=seen.amount.sum()
        )
        regular = each.orders >= params.orders
        return counted.sales.records(
            each.group_by("day").aggregate(
                customers=(each.orders > 0).sum(),
                regulars=regular.sum(),
                revenue=each.amount.sum().cast("float64"),
                regulars_revenue=each.amount.sum(where=regular).cast("float64"),
            )
        )


def _days(as_of: date, months: int) -> list[date]:
    """The ends of the months before, and the day itself."""
    this = month_number(as_of)
    ends = [first_day(this - back) - timedelta(days=1) for back in reversed(range(months))]
    return [*ends, as_of]


def _row(day: date, found: dict[str, Any]) -> dict[str, Any]:
    customers, regulars = found.get("customers", 0), found.get("regulars", 0)
    revenue, theirs = found.get("revenue") or 0.0, found.get("regulars_revenue") or 0.0
    return {
        "day": day,
        "customers": customers,
        "regulars": regulars,
        "share_of_customers": share(regulars, customers),
        "revenue": revenue,
        "regulars_revenue": theirs,
        "share_of_revenue": share(theirs, revenue),
    }
