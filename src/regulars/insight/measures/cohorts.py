"""Cohorts: of those who first ordered in a month, how many ordered in each later month."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from regulars.insight.counting import Counted
from regulars.insight.measures.base import Measure, Params
from regulars.insight.result import Kind, Outcome, share, small_table

COLUMNS: dict[str, Kind] = {
    "cohort": "date", "size": "count", "months_later": "count", "customers": "count",
    "share": "share", "orders": "count", "revenue": "money", "complete": "flag",
}  # fmt: skip


class Cohorts(Measure[Params]):
    """Monthly retention of newcomers, as counts, shares and revenue."""

    kind = "cohorts"
    definition = "Of those who first ordered in a month, how many ordered again in each later one."
    who = "Known customers, grouped by the calendar month of their first order that counts."
    when = "Calendar months up to the chosen day; a month that is not over is marked."
    what = (
        "A customer counts once a month if at least one order of it counts; month 0 is the first."
    )
    params_type = Params

    def work(self, counted: Counted, params: Params) -> Outcome:
        """Main table `cohorts`, one row a cohort and month; `sizes`, one row a cohort."""
        cells = {(row["first"], row["later"]): row for row in self._cells(counted)}
        firsts = sorted({first for first, _ in cells})
        last = month_number(counted.as_of)
        rows = [
            _row(cells, first, later, counted.as_of)
            for first in range(firsts[0], last + 1)
            for later in range(last - first + 1)
            if first in firsts
        ]
        sizes = [row for row in rows if row["months_later"] == 0]
        customers = sum(row["size"] for row in sizes)
        month_one = [row for row in rows if row["months_later"] == 1 and row["complete"]]
        headline = {
            "customers": customers,
            "cohorts": len(sizes),
            "month_1_share": share(
                sum(row["customers"] for row in month_one), sum(row["size"] for row in month_one)
            ),
        }
        tables = (
            small_table("cohorts", COLUMNS, rows),
            small_table("sizes", {"cohort": "date", "size": "count"}, sizes),
        )
        return self.result(counted, headline, tables)

    def _cells(self, counted: Counted) -> list[dict[str, Any]]:
        months = customer_months(counted)
        bought = months.filter(months.orders > 0)
        firsts = bought.group_by("customer_id").aggregate(first=bought.month.min())
        joined = months.inner_join(firsts, "customer_id")
        joined = joined.mutate(later=joined.month - joined["first"])
        return counted.sales.records(
            joined.filter(joined.later >= 0)
            .group_by("first", "later")
            .aggregate(
                customers=(joined.orders > 0).sum(),
                orders=joined.orders.sum(),
                revenue=joined.amount.sum().cast("float64"),
            )
        )


def customer_months(counted: Counted) -> Any:
    """Per customer and calendar month: customer_id, month (a running number), orders, amount."""
    plain = counted.adjustments is None
    moved = counted.orders if plain else counted.movements
    moved = moved.mutate(month=moved["at"].year() * 12 + moved["at"].month() - 1)
    orders = moved.count() if plain else moved.orders.sum().cast("int64")
    months = moved.group_by("customer_id", "month").aggregate(
        orders=orders, amount=moved.amount.sum()
    )
    return counted.keep("months", months)


def month_number(day: date) -> int:
    """Months since the year 0, so that differences are whole months."""
    return day.year * 12 + day.month - 1


def first_day(month: int) -> date:
    """The first day of a month given by its number."""
    return date(month // 12, month % 12 + 1, 1)


def _row(
    cells: dict[tuple[int, int], dict[str, Any]], first: int, later: int, as_of: date
) -> dict[str, Any]:
    cell = cells.get((first, later), {"customers": 0, "orders": 0, "revenue": 0.0})
    size = cells[first, 0]["customers"]
    return {
        "cohort": first_day(first),
        "size": size,
        "months_later": later,
        "customers": cell["customers"],
        "share": share(cell["customers"], size),
        "orders": cell["orders"],
        "revenue": cell["revenue"],
        "complete": first_day(first + later + 1) - timedelta(days=1) <= as_of,
    }
