"""Which order a refund belongs to, where the source does not say but it can be told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from regulars.engine.facts import Line, Order, Refund

Stock = dict[tuple[str, Decimal], Decimal]
"""What can still come back of an order: quantity by product and unit price."""


def match_refunds(orders: Sequence[Order], refunds: Sequence[Refund]) -> dict[str, str]:
    """The order's key by the refund's key, for one customer's history.

    A refund is tied to an order when exactly one order not later than it holds all its products,
    at the same unit prices, in quantities that have not come back already. With several such
    orders nobody can tell, and the refund stays untied: it lessens what the customer spent and
    cancels no order. Refunds that name their order only use up quantities.
    """
    left = {order.key: _stock(order.lines) for order in orders}
    at = {order.key: order.at for order in orders}
    ties: dict[str, str] = {}
    for refund in sorted(refunds, key=lambda r: (r.at, r.key)):
        wanted = _stock(refund.lines)
        if refund.order:
            _use(left.get(refund.order, {}), wanted)
            continue
        if not wanted:
            continue
        fits = [
            key for key, stock in left.items() if at[key] <= refund.at and _holds(stock, wanted)
        ]
        if len(fits) == 1:
            ties[refund.key] = fits[0]
            _use(left[fits[0]], wanted)
    return ties


def _stock(lines: Iterable[Line]) -> Stock:
    stock: Stock = {}
    for line in lines:
        if line.product and line.quantity > 0 and line.kind == "goods":
            key = (line.product, line.unit_price)
            stock[key] = stock.get(key, Decimal(0)) + line.quantity
    return stock


def _holds(stock: Stock, wanted: Stock) -> bool:
    return all(stock.get(key, Decimal(0)) >= quantity for key, quantity in wanted.items())


def _use(stock: Stock, wanted: Stock) -> None:
    for key, quantity in wanted.items():
        if key in stock:
            stock[key] -= quantity
