"""How each customer stands today: what the console's list of customers shows."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from regulars.insight.counting import Counted
from regulars.insight.lazy import ibis
from regulars.insight.measures.base import Measure, Params
from regulars.insight.people import Rules, people, total_stake
from regulars.insight.result import Kind, Outcome
from regulars.insight.scores import scored


class StandingParams(Params, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who is drifting away, and who is a regular."""

    drift_orders: Annotated[
        int, Meta(ge=2, le=1000, description="orders in 12 months to drift from")
    ] = 5
    drift_factor: Annotated[float, Meta(gt=0, le=100, description="silence in usual gaps")] = 2.0
    regular_orders: Annotated[
        int, Meta(ge=1, le=1000, description="orders that make a regular")
    ] = 3
    regular_days: Annotated[int, Meta(ge=1, le=3650, description="in so many last days")] = 60


class Standing(Measure[StandingParams]):
    """Orders, money, rhythm, segment and flags of each customer."""

    kind = "standing"
    definition = "How each customer stands: orders, money, rhythm, silence, segment."
    who = "Every known customer with an order that counts."
    when = "Up to the chosen day; 12 months are its last 365 days."
    what = "Orders that count and their money; segment as in rfm, drifting as in drifting."
    params_type = StandingParams
    columns: dict[str, Kind] = {
        "customer_id": "text", "orders": "count", "orders_12m": "count", "revenue": "money",
        "revenue_12m": "money", "first_at": "instant", "last_at": "instant",
        "usual_gap_days": "days", "days_since_last": "days", "segment": "text", "r": "count",
        "f": "count", "m": "count", "drifting": "flag", "regular": "flag",
        "stake_a_month": "money", "currency": "text",
    }  # fmt: skip

    def work(self, counted: Counted, params: StandingParams) -> Outcome:
        """One row a customer, in the order of their ids."""
        rules = Rules(
            drift_orders=params.drift_orders,
            drift_factor=params.drift_factor,
            regular_orders=params.regular_orders,
            regular_days=params.regular_days,
        )
        base = people(counted, rules)
        scores = scored(counted).select("customer_id", "r", "f", "m", "segment")
        rows = base.inner_join(scores, "customer_id").order_by("customer_id")
        rows = rows.mutate(
            revenue=rows.amount,
            revenue_12m=rows.amount_12m,
            currency=ibis.literal(counted.choice.currency),
        )
        rows = counted.sales.keep(("standing", counted.choice, rules), rows)
        (headline,) = counted.sales.records(
            rows.aggregate(
                customers=rows.count(),
                regulars=rows.regular.sum(),
                drifting=rows.drifting.sum(),
                stake_a_month=total_stake(rows),
            )
        )
        ranked = rows.order_by("customer_id")
        return self.result(
            counted, headline, (counted.sales.table("customers", ranked, self.columns),)
        )
