"""The chance of a next order by how many there were already."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta

from regulars.insight.counting import Counted
from regulars.insight.intervals import wilson
from regulars.insight.measures.base import Measure, Params
from regulars.insight.result import Kind, Outcome, share, small_table
from regulars.insight.rhythm import next_orders

COLUMNS: dict[str, Kind] = {
    "orders": "count", "reached": "count", "went_on": "count",
    "share": "share", "low": "share", "high": "share",
    "observed": "count", "within": "count",
    "share_within": "share", "within_low": "share", "within_high": "share",
}  # fmt: skip


class NextOrderParams(Params, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How far to count, and how long to wait."""

    up_to: Annotated[int, Meta(ge=1, le=100, description="the highest number of orders")] = 10
    days: Annotated[int, Meta(ge=1, le=3650, description="how soon the next order must come")] = 90


class NextOrder(Measure[NextOrderParams]):
    """Of those who reached n orders, how many went on to another."""

    kind = "next-order"
    definition = "The chance of a next order, by the number of orders so far."
    who = "Known customers who reached that number of orders."
    when = "Up to the chosen day; within so many days: only those who were watched that long."
    what = "Orders that count, in the order of their time; ranges hold 19 times in 20 (Wilson)."
    params_type = NextOrderParams

    def work(self, counted: Counted, params: NextOrderParams) -> Outcome:
        """Main table `next_orders`, one row a number of orders."""
        rows = [_row(found) for found in self._steps(counted, params)]
        table = small_table("next_orders", COLUMNS, rows)
        first = rows[0]
        headline = {
            "customers": first["reached"],
            "second_order_share": first["share"],
            "second_order_within": first["share_within"],
            "days": params.days,
        }
        return self.result(counted, headline, (table,))

    def _steps(self, counted: Counted, params: NextOrderParams) -> list[dict[str, Any]]:
        steps = next_orders(counted)
        steps = steps.filter(steps.number <= params.up_to)
        watched = counted.days_before(steps.day) >= params.days
        soon = steps.next_day.delta(steps.day, unit="day") <= params.days
        grouped = steps.group_by("number").aggregate(
            reached=steps.count(),
            went_on=steps.next_day.count(),
            observed=watched.sum(),
            within=(watched & soon).sum(),
        )
        return counted.sales.records(grouped.order_by("number"))


def _row(found: dict[str, Any]) -> dict[str, Any]:
    within = found["within"] or 0
    ever = wilson(found["went_on"], found["reached"])
    soon = wilson(within, found["observed"])
    return {
        "orders": found["number"],
        "reached": found["reached"],
        "went_on": found["went_on"],
        "share": share(found["went_on"], found["reached"]),
        "low": ever.low if ever else None,
        "high": ever.high if ever else None,
        "observed": found["observed"],
        "within": within,
        "share_within": share(within, found["observed"]),
        "within_low": soon.low if soon else None,
        "within_high": soon.high if soon else None,
    }
