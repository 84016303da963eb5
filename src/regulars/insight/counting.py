"""What counts: applied once, here, for all measures.

- Gross: sale lines of known customers with a positive price and quantity, as rung up; refunds
  are not deducted. An order counts if it has such a line.
- Net: all sale lines of known customers, less refunds. A refund tied to an order lessens that
  order, at the order's own date; an order refunded in full is no order. A refund tied to no order
  lessens the customer's money at the refund's date and cancels nothing.

As of a day: everything whose civil day is not later, refunds included.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any, Literal

from msgspec import Struct

from regulars.insight.lazy import ibis
from regulars.insight.result import Note
from regulars.insight.sales import Sales

Counts = Literal["net", "gross"]


class Choice(Struct, frozen=True, kw_only=True):
    """Which part of a sales table is looked at: what counts, until which day, in which money."""

    counts: Counts
    as_of: date
    currency: str


class Counted:
    """The orders of known customers that count, and the money beside them."""

    def __init__(self, sales: Sales, choice: Choice) -> None:
        self.sales = sales
        self.choice = choice
        self.as_of = choice.as_of

    def keep(self, label: str, expression: Any) -> Any:
        """`expression` as a temporary table that later measures of this choice reuse."""
        return self.sales.keep((label, self.choice), expression)

    @cached_property
    def _lines(self) -> Any:
        lines = self.sales.lines
        last = self.sales.last_date
        if last is not None and last > self.as_of:
            end = datetime.combine(self.as_of + timedelta(days=1), time())
            lines = lines.filter(lines["at"] < ibis.literal(end))
        if len(self.sales.currencies) > 1:
            lines = lines.filter(lines.currency == self.choice.currency)
        return lines

    @cached_property
    def sold(self) -> Any:
        """The sale lines that count, those of guests too."""
        lines = self._lines
        if self.sales.profile.refunds:
            lines = lines.filter(lines.kind == "sale")
        if self.choice.counts == "gross":
            lines = lines.filter(lines.unit_price > 0, lines.quantity > 0)
        return lines

    @property
    def _deducts(self) -> bool:
        return self.choice.counts == "net" and self.sales.profile.refunds > 0

    @cached_property
    def refunds(self) -> Any:
        """The refund lines up to the day, of guests too, in the currency that is counted."""
        return self._lines.filter(self._lines.kind == "refund")

    @cached_property
    def all_orders(self) -> Any:
        """One row per order, of guests and customers, cancelled ones marked.

        Columns: customer_id, order_id, at, place, amount (what is left of it), cancelled.
        """
        plain = self._plain_orders()
        if self._deducts:
            return self.keep("orders", self._lessened(plain))
        plain = plain.mutate(cancelled=ibis.literal(False))
        return plain if self.sales.one_row_an_order else self.keep("orders", plain)

    def _plain_orders(self) -> Any:
        sold = self.sold
        if self.sales.one_row_an_order:
            return sold.select("customer_id", "order_id", "at", "place", "amount")
        place = sold.place.min() if self.sales.has("place") else ibis.null("string")
        return sold.group_by("customer_id", "order_id").aggregate(
            at=sold["at"].min(), place=place, amount=sold.amount.sum()
        )

    def _lessened(self, orders: Any) -> Any:
        refunds = self.refunds.filter(self.refunds.order_id.notnull())
        back = refunds.group_by("order_id").aggregate(back=refunds.amount.sum())
        joined = orders.left_join(back, "order_id").drop("order_id_right")
        left = joined.amount - joined.back.fill_null(0)
        return joined.mutate(
            amount=left, cancelled=(joined.back.fill_null(0) > 0) & (left <= 0)
        ).drop("back")

    @cached_property
    def orders(self) -> Any:
        """The orders that count: customer_id, order_id, at, place, amount."""
        orders = self.all_orders
        if self.sales.profile.guests:
            orders = orders.filter(orders.customer_id.notnull())
        if self._deducts:
            orders = orders.filter(~orders.cancelled)
        return orders.drop("cancelled")

    @cached_property
    def guest_orders(self) -> Any:
        """The orders of guests that would count if we knew them."""
        orders = self.all_orders
        return orders.filter(orders.customer_id.isnull(), ~orders.cancelled)

    @cached_property
    def adjustments(self) -> Any | None:
        """Money beside the counted orders (customer_id, at, amount); None if there is none.

        Refunds tied to no order that is known, and what was given back beyond an order's amount,
        so that all net money adds up to sales less refunds.
        """
        if not self._deducts:
            return None
        orders, refunds = self.all_orders, self.refunds
        untied = refunds.anti_join(orders, "order_id")
        untied = untied.select("customer_id", "at", amount=-untied.amount)
        beyond = orders.filter(orders.cancelled, orders.amount < 0)
        beyond = beyond.select("customer_id", "at", "amount")
        decimals = "decimal(38, 6)"
        both = [part.mutate(amount=part.amount.cast(decimals)) for part in (untied, beyond)]
        return self.keep("adjustments", ibis.union(*both))

    @cached_property
    def movements(self) -> Any:
        """Orders and adjustments in one list: customer_id, at, amount, orders (1 or 0)."""
        return self._movements(self.orders, known=True)

    @cached_property
    def guest_movements(self) -> Any:
        """The same for guests."""
        return self._movements(self.guest_orders, known=False)

    def _movements(self, orders: Any, *, known: bool) -> Any:
        moved = orders.select("customer_id", "at", "amount", orders=ibis.literal(1, "int64"))
        beside = self.adjustments
        if beside is None:
            return moved
        beside = beside.filter(
            beside.customer_id.notnull() if known else beside.customer_id.isnull()
        )
        moved = moved.mutate(amount=moved.amount.cast("decimal(38, 6)"))
        return moved.union(beside.mutate(orders=ibis.literal(0, "int64")))

    @cached_property
    def customers(self) -> Any:
        """Per customer with a counted order: customer_id, orders, amount, first_at, last_at."""
        return self.keep("customers", self.each_customer)

    @cached_property
    def each_customer(self) -> Any:
        """The same, not kept: for who reads it once and needs only some of its columns."""
        orders = self.orders
        grouped = orders.group_by("customer_id").aggregate(
            orders=orders.count(),
            amount=orders.amount.sum(),
            first_at=orders["at"].min(),
            last_at=orders["at"].max(),
        )
        beside = self.adjustments
        if beside is not None:
            extra = beside.group_by("customer_id").aggregate(extra=beside.amount.sum())
            joined = grouped.left_join(extra, "customer_id").drop("customer_id_right")
            grouped = joined.mutate(amount=joined.amount + joined.extra.fill_null(0)).drop("extra")
        return grouped

    def days_before(self, day: Any) -> Any:
        """Whole civil days from `day` (a date expression) to the day this is as of."""
        return ibis.literal(self.as_of).delta(day, unit="day").cast("int64")

    @cached_property
    def any_orders(self) -> bool:
        """Whether anything counts at all."""
        return bool(self.sales.records(self.orders.select("customer_id").limit(1)))

    def currency_notes(self) -> tuple[Note, ...]:
        """What the reader must know about the money: currencies are never added up."""
        others = {
            name: orders
            for name, orders in self.sales.currencies.items()
            if name != self.choice.currency
        }
        if not others:
            return ()
        text = "Only {currency} is counted; {orders} orders in {others} are left out."
        values: dict[str, str | int | float] = {
            "currency": self.choice.currency,
            "orders": sum(others.values()),
            "others": ", ".join(name or "no currency" for name in others),
        }
        return (Note(text=text, values=values),)
