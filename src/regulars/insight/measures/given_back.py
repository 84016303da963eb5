"""Money given back in the last days: the largest refunds, for somebody to follow up."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta

from regulars.insight.counting import Counted
from regulars.insight.measures.base import Measure, Params
from regulars.insight.result import Kind, Outcome


class GivenBackParams(Params, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How far back to look."""

    days: Annotated[int, Meta(ge=1, le=3650, description="last days to look at")] = 14


class GivenBack(Measure[GivenBackParams]):
    """Refunds of the last days."""

    kind = "given-back"
    definition = "Money given back in the last days, the largest refund first."
    who = "Known customers who were given money back."
    when = "The last 14 days up to the chosen day, by the day of the refund."
    what = "Each refund with its lines together, whether or not refunds are taken off elsewhere."
    params_type = GivenBackParams
    columns: dict[str, Kind] = {
        "customer_id": "text", "at": "instant", "amount": "money", "place": "text",
    }  # fmt: skip

    def work(self, counted: Counted, params: GivenBackParams) -> Outcome:
        """Main table `refunds`, one row a refund."""
        refunds = self._refunds(counted, params.days)
        ranked = refunds.order_by(refunds.amount.desc(), refunds.fact_id)
        (headline,) = counted.sales.records(
            refunds.aggregate(
                refunds=refunds.count(), amount=refunds.amount.sum().cast("float64").fill_null(0.0)
            )
        )
        table = counted.sales.table("refunds", ranked, self.columns)
        return self.result(counted, headline, (table,))

    def _refunds(self, counted: Counted, days: int) -> Any:
        lines = counted.refunds
        age = counted.days_before(lines["at"].date())
        lines = lines.filter(lines.customer_id.notnull(), age < days)
        return lines.group_by("fact_id", "customer_id").aggregate(
            at=lines["at"].min(), amount=lines.amount.sum(), place=lines.place.min()
        )
