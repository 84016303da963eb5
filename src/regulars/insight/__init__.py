"""What it means: measures over tables of orders. Pure, no Django.

Each measure is a callable that takes a table or a file path:

    from regulars.insight import rfm
    rfm("orders.parquet", as_of="2026-11-21").to_pandas()

Importing this package is cheap: ibis, DuckDB and pyarrow are loaded by the first computation.
"""

from __future__ import annotations

from typing import Any

from regulars.insight.errors import InsightError
from regulars.insight.measures.base import Measure, Params
from regulars.insight.measures.cohorts import Cohorts
from regulars.insight.measures.drifting import Drifting
from regulars.insight.measures.gaps import Gaps
from regulars.insight.measures.given_back import GivenBack
from regulars.insight.measures.next_order import NextOrder
from regulars.insight.measures.products import Products
from regulars.insight.measures.regulars import Regulars
from regulars.insight.measures.repeat import Repeat
from regulars.insight.measures.revenue import Revenue
from regulars.insight.measures.rfm import Rfm
from regulars.insight.measures.segments import Segments
from regulars.insight.measures.standing import Standing
from regulars.insight.measures.usual_days import UsualDays
from regulars.insight.owing.measure import Owed
from regulars.insight.result import Column, Note, NotEnoughData, Outcome, Result, Table
from regulars.insight.sales import Sales, open_sales

revenue = Revenue()
gaps = Gaps()
repeat = Repeat()
regulars = Regulars()
next_order = NextOrder()
rfm = Rfm()
segments = Segments()
cohorts = Cohorts()
drifting = Drifting()
products = Products()
standing = Standing()
usual_days = UsualDays()
given_back = GivenBack()
owed = Owed()

MEASURES: list[Measure[Any]] = [
    revenue, gaps, repeat, regulars, next_order, rfm,
    segments, cohorts, drifting, products, standing,
    usual_days, given_back,
]  # fmt: skip
"""The measures of sales, in the order in which they are listed. `owed` reads what moved of points,
and no sales: it stands beside them."""

EVERY: list[Measure[Any] | Owed] = [*MEASURES, owed]
"""Everything that can be measured."""


def measure(kind: str) -> Any:
    """The measure called `kind`, of `EVERY`. Raises InsightError that lists them all."""
    for known in EVERY:
        if known.kind == kind:
            return known
    names = ", ".join(known.kind for known in EVERY)
    raise InsightError(f"There is no measure '{kind}'; there are {names}.")


__all__ = [
    "EVERY", "MEASURES", "Column", "InsightError", "Measure", "NotEnoughData", "Note",
    "Outcome", "Owed", "Params",
    "Result", "Sales", "Table", "cohorts", "drifting", "gaps",
    "given_back", "measure", "next_order",
    "open_sales", "owed", "products", "regulars", "repeat", "revenue", "rfm", "segments",
    "standing", "usual_days",
]  # fmt: skip
