"""Customers drifting away: silent for longer than their own rhythm explains."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from regulars.insight.counting import Counted
from regulars.insight.measures.base import Measure, Params
from regulars.insight.people import Rules, people, total_stake
from regulars.insight.result import Kind, Outcome


class DriftingParams(Params, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whom to look at, and how long a silence is too long."""

    orders: Annotated[int, Meta(ge=2, le=1000, description="orders in 12 months at least")] = 5
    factor: Annotated[float, Meta(gt=0, le=100, description="silence in usual gaps")] = 2.0


class Drifting(Measure[DriftingParams]):
    """Those who used to come often and have stopped, with the money at stake."""

    kind = "drifting"
    definition = "Customers drifting away: their silence against their own rhythm, and the stake."
    who = "Known customers with five orders or more in the 12 months up to the chosen day."
    when = "Silent for more than twice their usual gap; the number and the factor can be chosen."
    what = (
        "The usual gap is the median of days between order days in the 365 days up to the last "
        "order; the stake is a twelfth of what they spent in those days."
    )
    params_type = DriftingParams
    columns: dict[str, Kind] = {
        "customer_id": "text", "last_at": "instant", "days_since_last": "days",
        "usual_gap_days": "days", "orders_12m": "count", "revenue_12m": "money",
        "stake_a_month": "money",
    }  # fmt: skip

    def work(self, counted: Counted, params: DriftingParams) -> Outcome:
        """Main table `customers`, the highest stake first."""
        rules = Rules(drift_orders=params.orders, drift_factor=params.factor)
        everybody = people(counted, rules)
        looked_at = everybody.filter(everybody.orders_12m >= params.orders)
        rows = counted.sales.keep(("drifting", counted.choice, rules), looked_at)
        gone = rows.filter(rows.drifting).mutate(revenue_12m=rows.amount_12m)
        ranked = gone.order_by(gone.stake_a_month.desc(), gone.customer_id)
        (headline,) = counted.sales.records(
            rows.aggregate(
                customers=rows.drifting.sum().fill_null(0),
                stake_a_month=total_stake(rows),
                looked_at=rows.count(),
            )
        )
        return self.result(
            counted, headline, (counted.sales.table("customers", ranked, self.columns),)
        )
