"""Do people come back: the repeat rate, newcomers by month, buyers by month and place."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Any

from msgspec import Meta

from regulars.insight.counting import Counted
from regulars.insight.intervals import wilson
from regulars.insight.measures.base import Measure, Params
from regulars.insight.measures.cohorts import first_day, month_number
from regulars.insight.result import Kind, Outcome, Table, share, small_table
from regulars.insight.rhythm import next_orders

WITHIN = (30, 60, 90)
NEVER = 10**6
"""Days until an order that has not come."""

NEWCOMERS: dict[str, Kind] = {
    "month": "date", "customers": "count", "repeated": "count", "share": "share",
}  # fmt: skip
BUYERS: dict[str, Kind] = {
    "month": "date", "place": "text", "buyers": "count", "came_back": "count",
    "share": "share", "low": "share", "high": "share", "complete": "flag",
}  # fmt: skip


class RepeatParams(Params, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The window of the rate, and how soon somebody must come back."""

    window: Annotated[
        Annotated[int, Meta(ge=1, le=36_500)] | None,
        Meta(description="days to look at; without it, all there are"),
    ] = None
    days: Annotated[int, Meta(ge=1, le=3650, description="days to come back in")] = 30


class Repeat(Measure[RepeatParams]):
    """The repeat purchase rate, and how it moves."""

    kind = "repeat"
    definition = "The repeat purchase rate: of those who ordered, how many ordered again."
    who = "Known customers with an order that counts in the window."
    when = "The whole time up to the chosen day, or its last days; by month of the first order."
    what = "An order sent back in full is none; within 30 days only of those watched that long."
    params_type = RepeatParams

    def work(self, counted: Counted, params: RepeatParams) -> Outcome:
        """Main table `newcomers` by first month; `buyers` by month, and by place where known."""
        steps = counted.keep("steps", next_orders(counted))
        tables = (self._newcomers(counted, steps), self._buyers(counted, steps, params.days))
        now = self._came_back(counted, steps, params.days, 0)
        before = self._came_back(counted, steps, params.days, 30)
        headline = {
            **self._rate(counted, steps, params.window),
            "days": params.days,
            "recent_buyers": now["buyers"],
            "came_back": now["came_back"],
            "came_back_share": share(now["came_back"], now["buyers"]),
            "came_back_share_before": share(before["came_back"], before["buyers"]),
        }
        return self.result(counted, headline, tables)

    def _rate(self, counted: Counted, steps: Any, window: int | None) -> dict[str, Any]:
        seen = steps if window is None else steps.filter(counted.days_before(steps.day) < window)
        each = seen.group_by("customer_id").aggregate(orders=seen.count())
        (row,) = counted.sales.records(
            each.aggregate(customers=each.count(), repeated=(each.orders >= 2).sum().fill_null(0))
        )
        return {**row, "rate": share(row["repeated"], row["customers"])}

    def _newcomers(self, counted: Counted, steps: Any) -> Table:
        first = steps.filter(steps.number == 1)
        first = first.mutate(month=first.day.truncate("M").cast("date"))
        wait = first.next_day.delta(first.day, unit="day")
        watched = counted.days_before(first.day)
        counts = {"customers": first.count(), "repeated": first.next_day.count()}
        for days in WITHIN:
            counts[f"observed_{days}"] = (watched >= days).sum()
            counts[f"within_{days}"] = ((watched >= days) & (wait <= days)).sum().fill_null(0)
        rows = counted.sales.records(first.group_by("month").aggregate(**counts).order_by("month"))
        kinds = dict(NEWCOMERS)
        for days in WITHIN:
            kinds[f"observed_{days}"] = kinds[f"within_{days}"] = "count"
            kinds[f"share_{days}"] = "share"
        for row in rows:
            row["share"] = share(row["repeated"], row["customers"])
            for days in WITHIN:
                row[f"share_{days}"] = share(row[f"within_{days}"], row[f"observed_{days}"])
        return small_table("newcomers", kinds, rows)

    def _buyers(self, counted: Counted, steps: Any, days: int) -> Table:
        """Buyers of a month; place is empty for all places together."""
        steps = steps.mutate(
            month=steps.day.truncate("M").cast("date"),
            wait=steps.next_day.delta(steps.day, unit="day").cast("int64").fill_null(NEVER),
        )
        rows = [{**row, "place": None} for row in _first_waits(counted, steps, days, "month")]
        if counted.sales.has("place"):
            placed = steps.filter(steps.place.notnull())
            rows += _first_waits(counted, placed, days, "month", "place")
        rows.sort(key=lambda row: (row["place"] or "", row["month"]))
        for row in rows:
            range_ = wilson(row["came_back"], row["buyers"])
            row["share"] = share(row["came_back"], row["buyers"])
            row["low"], row["high"] = (range_.low, range_.high) if range_ else (None, None)
            row["complete"] = _month_end(row["month"]) + timedelta(days=days) <= counted.as_of
        return small_table("buyers", BUYERS, rows)

    def _came_back(self, counted: Counted, steps: Any, days: int, ago: int) -> dict[str, Any]:
        """Who ordered in the 30 days that ended `days` days before, and again within `days`."""
        age = counted.days_before(steps.day) - days - ago
        seen = steps.filter(age >= 0, age < 30)
        wait = seen.next_day.delta(seen.day, unit="day").cast("int64").fill_null(NEVER)
        (row,) = _first_waits(counted, seen.mutate(wait=wait), days)
        return row


def _first_waits(counted: Counted, steps: Any, days: int, *keys: str) -> list[dict[str, Any]]:
    """Per group: buyers, and those whose first order in it was followed within `days`."""
    first = steps.group_by("customer_id", *keys).aggregate(wait=steps.wait.argmin(steps.number))
    totals = {"buyers": first.count(), "came_back": (first.wait <= days).sum().fill_null(0)}
    grouped = first.group_by(*keys).aggregate(**totals) if keys else first.aggregate(**totals)
    return counted.sales.records(grouped)


def _month_end(month: date) -> date:
    return first_day(month_number(month) + 1) - timedelta(days=1)
