"""The time between orders."""

from __future__ import annotations

from collections import defaultdict
from typing import Annotated, Any

from msgspec import Meta

from regulars.insight.counting import Counted
from regulars.insight.intervals import quantile
from regulars.insight.lazy import ibis
from regulars.insight.measures.base import Measure, Params
from regulars.insight.result import Kind, Outcome, Table, share, small_table
from regulars.insight.rhythm import day_gaps

BANDS_FROM = (1, 2, 4, 8, 15, 31, 61, 91, 181, 366)
QUARTILES: dict[str, Kind] = {"gaps": "count", "q1": "days", "median": "days", "q3": "days"}
Histogram = dict[int, int]


class GapsParams(Params, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How far to count."""

    up_to: Annotated[int, Meta(ge=1, le=100, description="the highest order day")] = 10


class Gaps(Measure[GapsParams]):
    """Days between successive order days."""

    kind = "gaps"
    definition = "The time between orders: days between a customer's successive order days."
    who = "Known customers who ordered on two days or more."
    when = "From the first order to the chosen day; a gap that has not ended yet is not in it."
    what = "Orders that count; several on one day are one order day."
    params_type = GapsParams

    def work(self, counted: Counted, params: GapsParams) -> Outcome:
        """Main table `bands`; `by_number`: quartiles from the n-th order day to the next."""
        found = self._histograms(counted, params.up_to)
        whole: Histogram = defaultdict(int)
        for histogram in found.values():
            for gap, count in histogram.items():
                whole[gap] += count
        if not whole:
            return self.too_early(counted, "Nobody has ordered on two days yet.")
        by_number = [
            {"order_day": number, **_quartiles(found[number])}
            for number in sorted(found)
            if number <= params.up_to
        ]
        tables = (
            _bands(whole),
            small_table("by_number", {"order_day": "count", **QUARTILES}, by_number),
        )
        days = sum(gap * count for gap, count in whole.items())
        headline = {**_quartiles(whole), "mean": days / sum(whole.values())}
        headline["days_to_second"] = _quartiles(found[1])["median"]
        return self.result(counted, headline, tables)

    def _histograms(self, counted: Counted, up_to: int) -> dict[int, Histogram]:
        """How often each gap occurs, by the number of the order day before it."""
        steps = day_gaps(counted)
        steps = steps.mutate(number=ibis.least(steps.number, up_to + 1))
        grouped = steps.group_by("number", "gap").aggregate(count=steps.count())
        found: dict[int, Histogram] = defaultdict(dict)
        for row in counted.sales.records(grouped):
            found[row["number"]][row["gap"]] = row["count"]
        return found


def _quartiles(histogram: Histogram) -> dict[str, Any]:
    return {
        "gaps": sum(histogram.values()),
        "q1": quantile(histogram, 0.25),
        "median": quantile(histogram, 0.5),
        "q3": quantile(histogram, 0.75),
    }


def _bands(histogram: Histogram) -> Table:
    total = sum(histogram.values())
    rows = []
    for place, start in enumerate(BANDS_FROM):
        end = BANDS_FROM[place + 1] - 1 if place + 1 < len(BANDS_FROM) else None
        gaps = sum(
            count
            for gap, count in histogram.items()
            if gap >= start and (end is None or gap <= end)
        )
        rows.append({"days_from": start, "days_to": end, "gaps": gaps, "share": share(gaps, total)})
    kinds: dict[str, Kind] = {
        "days_from": "count", "days_to": "count", "gaps": "count", "share": "share",
    }  # fmt: skip
    return small_table("bands", kinds, rows)
