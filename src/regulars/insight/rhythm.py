"""A customer's rhythm: order days, the gaps between them, the next order, who is a regular."""

from __future__ import annotations

from typing import Any

from regulars.insight.counting import Counted
from regulars.insight.lazy import ibis

YEAR_DAYS = 365
"""'The last 12 months' are the last 365 civil days, the day itself included."""


def order_days(counted: Counted) -> Any:
    """Each civil day on which a customer ordered, once: customer_id, day."""
    orders = counted.orders
    days = orders.select("customer_id", day=orders["at"].date()).distinct()
    return counted.keep("order days", days)


def day_gaps(counted: Counted) -> Any:
    """Successive order days: customer_id, day, number (1 = from the first day), gap in days."""
    window = ibis.window(group_by="customer_id", order_by="day")
    days = order_days(counted)
    days = days.mutate(
        before=days.day.lag().over(window), number=ibis.row_number().over(window).cast("int64")
    )
    days = days.filter(days.before.notnull())
    return days.mutate(gap=days.day.delta(days.before, unit="day").cast("int64")).drop("before")


def usual_gaps(counted: Counted) -> Any:
    """Per customer with two order days or more: customer_id, usual_gap_days.

    The median of the days between successive order days, both within the 365 days up to the
    customer's last order.
    """
    customers = counted.customers
    last = customers.select("customer_id", last=customers.last_at.date())
    days = order_days(counted).inner_join(last, "customer_id")
    days = days.filter(days.last.delta(days.day, unit="day") < YEAR_DAYS)
    window = ibis.window(group_by="customer_id", order_by="day")
    days = days.mutate(before=days.day.lag().over(window))
    days = days.filter(days.before.notnull())
    gap = days.day.delta(days.before, unit="day")
    return days.group_by("customer_id").aggregate(usual_gap_days=gap.median().cast("float64"))


def next_orders(counted: Counted) -> Any:
    """Each order with the customer's next: customer_id, number, at, day, place, next_day."""
    orders = counted.orders
    # Without places, orders of one instant differ in nothing that is asked here.
    by = ["at", "order_id"] if counted.sales.has("place") else ["at"]
    window = ibis.window(group_by="customer_id", order_by=by)
    steps = orders.select(
        "customer_id",
        "at",
        "place",
        number=ibis.row_number().over(window) + 1,
        next_at=orders["at"].lead().over(window),
    )
    return steps.mutate(day=steps["at"].date(), next_day=steps.next_at.date()).drop("next_at")


def regulars(counted: Counted, orders: int, days: int) -> Any:
    """The customers with at least `orders` orders in the last `days` days: customer_id."""
    bought = counted.orders
    recent = bought.filter(counted.days_before(bought["at"].date()) < days)
    grouped = recent.group_by("customer_id").aggregate(recent=recent.count())
    return grouped.filter(grouped.recent >= orders).select("customer_id")
