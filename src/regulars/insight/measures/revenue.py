"""Revenue, orders and customers over time, new against returning."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from math import fsum
from typing import Annotated, Any, Literal

from msgspec import Meta

from regulars.insight.counting import Counted
from regulars.insight.measures.base import Measure, Params
from regulars.insight.result import Kind, Outcome, share, small_table

COLUMNS: dict[str, Kind] = {
    "period": "date", "revenue": "money", "orders": "count", "customers": "count",
    "new_customers": "count", "returning_customers": "count", "new_revenue": "money",
    "returning_revenue": "money", "guest_orders": "count", "guest_revenue": "money",
    "complete": "flag",
}  # fmt: skip
UNITS = {"day": "D", "week": "W", "month": "M"}
Period = Literal["day", "week", "month"]


class RevenueParams(Params, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How finely to divide time."""

    period: Annotated[Period, Meta(description="day, week (from Monday) or month")] = "month"


class Revenue(Measure[RevenueParams]):
    """What came in, from whom."""

    kind = "revenue"
    definition = "Revenue, orders and customers over time; new customers against returning ones."
    who = "Known customers; guests stand in columns of their own."
    when = "By day, week from Monday or calendar month, in which the order was made."
    what = "New in a period is who made the first order that counts in it, with all of that period."
    params_type = RevenueParams

    def work(self, counted: Counted, params: RevenueParams) -> Outcome:
        """Main table `periods`, one row a period, also for periods without orders."""
        known = {row["period"]: row for row in self._known(counted, params.period)}
        guests = {row["period"]: row for row in self._guests(counted, params.period)}
        start = min([*known, *guests])
        rows = [
            _row(period, known.get(period, {}), guests.get(period, {}))
            for period in _periods(start, counted.as_of, params.period)
        ]
        for row in rows:
            row["complete"] = _next(row["period"], params.period) - timedelta(1) <= counted.as_of
        return self.result(
            counted, self._headline(counted, rows), (small_table("periods", COLUMNS, rows),)
        )

    def _known(self, counted: Counted, period: Period) -> list[dict[str, Any]]:
        moved = counted.movements
        moved = moved.mutate(period=moved["at"].truncate(UNITS[period]).cast("date"))
        each = moved.group_by("customer_id", "period").aggregate(
            orders=moved.orders.sum().cast("int64"), amount=moved.amount.sum()
        )
        bought = each.filter(each.orders > 0)
        firsts = bought.group_by("customer_id").aggregate(first=bought.period.min())
        joined = each.left_join(firsts, "customer_id")
        # Money of somebody without any counted order left is no newcomer's.
        new = joined.period == joined["first"].fill_null(date.min)
        return counted.sales.records(
            joined.group_by("period").aggregate(
                orders=joined.orders.sum(),
                customers=(joined.orders > 0).sum(),
                new_customers=new.sum(),
                revenue=joined.amount.sum().cast("float64"),
                new_revenue=joined.amount.sum(where=new).cast("float64"),
                returning_revenue=joined.amount.sum(where=~new).cast("float64"),
            )
        )

    def _guests(self, counted: Counted, period: Period) -> list[dict[str, Any]]:
        if not counted.sales.profile.guests:
            return []
        moved = counted.guest_movements
        moved = moved.mutate(period=moved["at"].truncate(UNITS[period]).cast("date"))
        return counted.sales.records(
            moved.group_by("period").aggregate(
                guest_orders=moved.orders.sum().cast("int64"),
                guest_revenue=moved.amount.sum().cast("float64"),
            )
        )

    def _headline(self, counted: Counted, rows: list[dict[str, Any]]) -> dict[str, Any]:
        customers = counted.customers
        (people,) = counted.sales.records(customers.aggregate(customers=customers.count()))
        (known,) = counted.sales.records(
            counted.movements.aggregate(revenue=counted.movements.amount.sum().cast("float64"))
        )
        orders = sum(row["orders"] for row in rows)
        return {
            **known,
            "orders": orders,
            **people,
            "revenue_per_order": share(known["revenue"], orders),
            "guest_orders": sum(row["guest_orders"] for row in rows),
            "guest_revenue": fsum(row["guest_revenue"] for row in rows),
        }


def _row(period: date, known: dict[str, Any], guests: dict[str, Any]) -> dict[str, Any]:
    counts = ("orders", "customers", "new_customers")
    row: dict[str, Any] = {name: known.get(name) or 0 for name in counts}
    for name in ("revenue", "new_revenue", "returning_revenue"):
        row[name] = known.get(name) or 0.0
    row["returning_customers"] = row["customers"] - row["new_customers"]
    row["guest_orders"] = guests.get("guest_orders", 0)
    row["guest_revenue"] = guests.get("guest_revenue", 0.0)
    row["period"] = period
    return row


def _periods(start: date, end: date, period: Period) -> Iterator[date]:
    while start <= end:
        yield start
        start = _next(start, period)


def _next(start: date, period: Period) -> date:
    if period == "month":
        return date(start.year + start.month // 12, start.month % 12 + 1, 1)
    return start + timedelta(days=7 if period == "week" else 1)
