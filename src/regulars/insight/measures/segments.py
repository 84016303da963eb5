"""Where everybody stands: named segments, the score grid, visits against silence."""

from __future__ import annotations

from math import fsum
from typing import Any

from regulars.insight.counting import Counted
from regulars.insight.lazy import ibis
from regulars.insight.measures.base import Measure, Params
from regulars.insight.result import Kind, Outcome, Table, share, small_table
from regulars.insight.rhythm import YEAR_DAYS
from regulars.insight.scores import SEGMENTS, scored

VISITS_FROM = (1, 2, 4, 8, 15)
SILENCE_FROM = (0, 8, 22, 46, 121)
GROUPS = (
    ("new", "new", "once_only", "once_only", "once_only"),
    ("getting_to_know", "getting_to_know", "on_the_fence", "resting", "resting"),
    ("loyal", "loyal", "on_the_fence", "slipping", "slipping"),
    ("best", "loyal", "loyal", "slipping", "lost_friend"),
    ("best", "best", "slipping", "slipping", "lost_friend"),
)
"""For each band of visits (down) and of silence (across), what such customers are called."""

CELL: dict[str, Kind] = {"customers": "count", "revenue": "money"}


class Segments(Measure[Params]):
    """Customers and money by named segment, by scores, and by visits and silence."""

    kind = "segments"
    definition = "Where everybody stands: customers and revenue by RFM segment and by visits."
    who = "Every known customer with an order that counts; the visit grid, those of 12 months."
    when = "Up to the chosen day; visits are orders of its last 365 days."
    what = "Segments and scores as in rfm; revenue is all that the customer ever brought."
    params_type = Params

    def work(self, counted: Counted, params: Params) -> Outcome:
        """Four tables: segments (main), grid r × f, cells r × f × m, visits."""
        named = self._named(counted)
        visits = self._visits(counted)
        customers = sum(row["customers"] for row in named.records())
        seen = sum(row["customers"] for row in visits.records())
        headline = {"customers": customers, "absent_12_months": customers - seen}
        tables = (named, self._grid(counted, "r", "f"), self._grid(counted, "r", "f", "m"), visits)
        return self.result(counted, headline, tables)

    def _named(self, counted: Counted) -> Table:
        found = {row["segment"]: row for row in self._sums(counted, scored(counted), "segment")}
        none = {"customers": 0, "revenue": 0.0}
        rows = [{**none, **found.get(name, {}), "segment": name} for name in SEGMENTS]
        customers = sum(row["customers"] for row in rows)
        revenue = fsum(row["revenue"] for row in rows)
        for row in rows:
            row["customer_share"] = share(row["customers"], customers)
            row["revenue_share"] = share(row["revenue"], revenue)
        shares: dict[str, Kind] = {"customer_share": "share", "revenue_share": "share"}
        return small_table("segments", {"segment": "text", **CELL, **shares}, rows)

    def _grid(self, counted: Counted, *scores: str) -> Table:
        rows = self._sums(counted, scored(counted), *scores)
        rows.sort(key=lambda row: tuple(row[score] for score in scores))
        keys: dict[str, Kind] = dict.fromkeys(scores, "count")
        return small_table("grid" if len(scores) == 2 else "cells", {**keys, **CELL}, rows)

    def _visits(self, counted: Counted) -> Table:
        orders = counted.orders
        recent = orders.filter(counted.days_before(orders["at"].date()) < YEAR_DAYS)
        visits = recent.group_by("customer_id").aggregate(
            visits=recent.count(), last_at=recent["at"].max()
        )
        money = scored(counted).select("customer_id", "monetary")
        people = visits.inner_join(money, "customer_id")
        silence = counted.days_before(people.last_at.date())
        people = people.mutate(v=_band(people.visits, VISITS_FROM), s=_band(silence, SILENCE_FROM))
        found = {(row["v"], row["s"]): row for row in self._sums(counted, people, "v", "s")}
        rows = [
            _visit_cell(v, s, found.get((v, s), {}))
            for v in reversed(range(len(VISITS_FROM)))
            for s in range(len(SILENCE_FROM))
        ]
        bands = ("visits_from", "visits_to", "days_from", "days_to")
        keys: dict[str, Kind] = {**dict.fromkeys(bands, "count"), "group": "text"}
        return small_table("visits", {**keys, **CELL}, rows)

    def _sums(self, counted: Counted, people: Any, *keys: str) -> list[dict[str, Any]]:
        grouped = people.group_by(*keys).aggregate(
            customers=people.count(), revenue=people.monetary.sum().cast("float64")
        )
        return counted.sales.records(grouped)


def _band(value: Any, starts: tuple[int, ...]) -> Any:
    """The number of the band that a value lies in, from 0."""
    steps = [(value >= start).cast("int64") for start in starts[1:]]
    return sum(steps, ibis.literal(0, "int64"))


def _visit_cell(v: int, s: int, found: dict[str, Any]) -> dict[str, Any]:
    def end(starts: tuple[int, ...], band: int) -> int | None:
        return starts[band + 1] - 1 if band + 1 < len(starts) else None

    return {
        "visits_from": VISITS_FROM[v],
        "visits_to": end(VISITS_FROM, v),
        "days_from": SILENCE_FROM[s],
        "days_to": end(SILENCE_FROM, s),
        "group": GROUPS[v][s],
        "customers": found.get("customers", 0),
        "revenue": found.get("revenue", 0.0),
    }
