"""How every customer stands: money, rhythm, silence. Drifting and standing read it alike."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from regulars.insight.counting import Counted
from regulars.insight.rhythm import YEAR_DAYS, usual_gaps

MONTHS = 12


class Rules(Struct, frozen=True, kw_only=True):
    """Who is drifting away and who is a regular.

    Drifting: at least `drift_orders` orders in the last 365 days, and a silence of more than
    `drift_factor` usual gaps. Regular: at least `regular_orders` orders in `regular_days` days.
    """

    drift_orders: int = 5
    drift_factor: float = 2.0
    regular_orders: int = 3
    regular_days: int = 60


def people(counted: Counted, rules: Rules) -> Any:
    """Per customer with a counted order.

    Columns: customer_id, orders, amount, first_at, last_at, orders_12m, amount_12m,
    year_before_silence, stake_a_month, usual_gap_days, days_since_last, drifting, regular.
    """
    base = counted.customers.inner_join(_sums(counted, rules), "customer_id")
    base = base.left_join(usual_gaps(counted), "customer_id").drop("customer_id_right")
    base = base.mutate(
        stake_a_month=base.year_before_silence.cast("float64") / MONTHS,
        days_since_last=counted.days_before(base.last_at.date()),
        regular=base.recent >= rules.regular_orders,
    )
    return base.mutate(
        drifting=(base.orders_12m >= rules.drift_orders)
        & (base.days_since_last > rules.drift_factor * base.usual_gap_days).fill_null(False)
    ).drop("recent")


def _sums(counted: Counted, rules: Rules) -> Any:
    customers = counted.customers
    last = customers.select("customer_id", last=customers.last_at.date())
    moved = counted.movements.inner_join(last, "customer_id")
    day = moved["at"].date()
    age = counted.days_before(day)
    this_year = age < YEAR_DAYS
    return moved.group_by("customer_id").aggregate(
        orders_12m=moved.orders.sum(where=this_year).fill_null(0).cast("int64"),
        amount_12m=moved.amount.sum(where=this_year).fill_null(0),
        recent=moved.orders.sum(where=age < rules.regular_days).fill_null(0),
        year_before_silence=moved.amount.sum(
            where=moved["last"].delta(day, unit="day") < YEAR_DAYS
        ).fill_null(0),
    )


def total_stake(rows: Any) -> Any:
    """The money a month that those drifting away used to spend; summed exactly, divided once."""
    return rows.year_before_silence.sum(where=rows.drifting).fill_null(0).cast("float64") / MONTHS
