"""The people and orders that tests speak of."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from regulars.engine.arrivals import Arrival
from regulars.engine.facts import Identifier, Line, Order, Profile, Refund, Who
from regulars.engine.money import to_minor

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


def who(external: str, name: str = "", **more: str) -> Who:
    """Somebody with a customer number and, where given, other identifiers."""
    identifiers = [Identifier("external", external)]
    identifiers += [Identifier(kind, value) for kind, value in more.items()]  # type: ignore[arg-type]
    return Who(identifiers=tuple(identifiers), profile=Profile(name=name) if name else None)


def line(product: str, price: str, quantity: str = "1", currency: str = "EUR") -> Line:
    amount = Decimal(price) * Decimal(quantity)
    return Line(
        product=product,
        quantity=Decimal(quantity),
        unit_price=Decimal(price),
        amount_minor=to_minor(amount, currency),
    )


def order(number: str, *lines: Line, at: datetime = NOON, currency: str = "EUR") -> Order:
    return Order(
        key=f"shop:{number}",
        number=number,
        at=at,
        source="shop",
        currency=currency,
        amount_minor=sum(one.amount_minor for one in lines),
        lines=lines,
    )


def refund(number: str, *lines: Line, at: datetime = NOON, of: str = "") -> Refund:
    return Refund(
        key=f"shop:{number}",
        number=number,
        at=at,
        source="shop",
        order=of,
        currency="EUR",
        amount_minor=sum(one.amount_minor for one in lines),
        lines=lines,
    )


def arrival(fact: Order | Refund, person: Who | None = None) -> Arrival:
    return Arrival(fact=fact, who=person)
