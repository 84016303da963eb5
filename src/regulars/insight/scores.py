"""RFM scores and the named segments.

Each score is a quintile, 1 (worst) to 5 (best), as SQL's ntile(5) makes it: customers sorted by
the value and then by their id, cut into five groups whose sizes differ by one at most, the larger
groups first. Recency counts down: the longest silence scores 1.

A segment is read off a 5 × 5 map: the recency score, and the mean of the frequency and monetary
scores rounded half up. So every one of the 125 cells has exactly one segment.
"""

from __future__ import annotations

from typing import Any

from regulars.insight.counting import Counted
from regulars.insight.lazy import ibis

SEGMENT_MAP = {
    5: ("new", "potential_loyalist", "potential_loyalist", "champion", "champion"),
    4: ("promising", "potential_loyalist", "potential_loyalist", "loyal", "champion"),
    3: ("about_to_sleep", "about_to_sleep", "need_attention", "loyal", "loyal"),
    2: ("hibernating", "hibernating", "at_risk", "at_risk", "cannot_lose"),
    1: ("lost", "lost", "at_risk", "at_risk", "cannot_lose"),
}
"""Recency score → the segments for a frequency-and-money score of 1 to 5."""

SEGMENTS = (
    "champion", "loyal", "potential_loyalist", "new", "promising", "need_attention",
    "about_to_sleep", "at_risk", "cannot_lose", "hibernating", "lost",
)  # fmt: skip
"""All segments, those to be happiest about first."""


def segment(r: int, f: int, m: int) -> str:
    """The segment of one cell; scores from 1 to 5."""
    return SEGMENT_MAP[r][(f + m + 1) // 2 - 1]


def scored(counted: Counted) -> Any:
    """Per customer: customer_id, recency (days), frequency, monetary, r, f, m, segment."""
    base = counted.each_customer
    base = base.select(
        "customer_id",
        recency=counted.days_before(base.last_at.date()),
        frequency=base.orders,
        monetary=base.amount,
    )
    scores = base.mutate(
        r=_quintile(base.recency.desc(), base.customer_id),
        f=_quintile(base.frequency, base.customer_id),
        m=_quintile(base.monetary.cast("float64"), base.customer_id),
    )
    return counted.keep("scores", scores.mutate(segment=_segment_of(scores)))


def _quintile(value: Any, customer_id: Any) -> Any:
    # Sorting by float is a quarter quicker than by a wide decimal, and for sums of money of less
    # than nine billion units no less exact. ibis counts groups from 0 where SQL counts from 1.
    return (ibis.ntile(5).over(order_by=[value, customer_id]) + 1).cast("int64")


def _segment_of(scores: Any) -> Any:
    cell = scores.r * 10 + (scores.f + scores.m + 1) // 2
    names: dict[str, list[int]] = {}
    for r, row in SEGMENT_MAP.items():
        for column, name in enumerate(row, start=1):
            names.setdefault(name, []).append(r * 10 + column)
    return ibis.cases(*((cell.isin(cells), name) for name, cells in names.items()))
