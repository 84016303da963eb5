"""Goods and money as they are told: lines, amounts and counts, checked and in smallest units."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache

from babel.numbers import list_currencies

from regulars.api.problems import Problem
from regulars.api.shapes import LineIn, OrderIn, RefundIn
from regulars.engine.facts import Line
from regulars.engine.money import decimals, to_minor

CURRENCIES = frozenset(list_currencies())
"""Those of ISO 4217, with those of former days: old orders come in too."""
MOST_AMOUNT = 10**12
"""What no amount reaches, in units of its currency (see `shapes.Amount`)."""


def goods(told: OrderIn | RefundIn) -> tuple[tuple[Line, ...], int]:
    """The lines, and what they come to: an amount beside them must say the same."""
    check_currency(told.currency)
    currency = told.currency
    lines = tuple(
        [_line(one, currency, f"lines[{number}]") for number, one in enumerate(told.lines)]
    )
    total = sum([one.amount_minor for one in lines])
    if total >= MOST_AMOUNT * 10 ** decimals(told.currency):
        raise _too_much("lines")
    if told.amount is None:
        if not lines and not (isinstance(told, RefundIn) and (told.full or told.cancelled)):
            raise Problem("field_missing", "amount", name="amount")
        return lines, total
    amount = minor(told.amount, told.currency, "amount")
    if lines and amount != total:
        raise Problem("amounts_differ", "amount", amount=told.amount)
    return lines, amount


def _line(told: LineIn, currency: str, place: str) -> Line:
    price, quantity = told.unit_price, told.quantity
    if price is None:
        if told.amount is None:
            raise Problem("field_missing", f"{place}.amount", name="amount")
        amount = minor(told.amount, currency, f"{place}.amount")
    else:
        worth = _worth(price, quantity, currency, place)
        amount = worth if told.amount is None else minor(told.amount, currency, f"{place}.amount")
    return Line(
        product=told.product,
        category=told.category,
        brand=told.brand,
        quantity=_decimal(quantity),
        unit_price=_decimal(price or "0") or NOTHING,
        amount_minor=amount,
        kind=told.kind,
    )


NOTHING = Decimal(0)
_decimal = lru_cache(maxsize=10_000)(Decimal)
"""Numbers that lines tell: the same few again and again."""


def _worth(price: str, quantity: str, currency: str, place: str) -> int:
    """So many at a price, in smallest units. Raises Problem where it is too much."""
    scale = decimals(currency)
    whole, _, rest = price.partition(".")
    if quantity.isdecimal() and len(rest) <= scale:
        amount = int(whole + rest.ljust(scale, "0")) * int(quantity)
        if amount >= MOST_AMOUNT * 10**scale:
            raise _too_much(place)
        return amount
    exact = _decimal(price) * _decimal(quantity)
    if exact >= MOST_AMOUNT:
        raise _too_much(place)
    return to_minor(exact, currency)


def check_currency(currency: str) -> None:
    """Refuse a currency that there is not and never was. Raises Problem."""
    if currency not in CURRENCIES:
        raise Problem("currency_unknown", "currency", currency=currency)


def _too_much(place: str) -> Problem:
    """What comes to more than an amount may say: nobody could reckon with it."""
    return Problem("value_wrong", place, wanted=f"amount below {MOST_AMOUNT}")


def minor(amount: str, currency: str, place: str) -> int:
    """Money in its smallest unit. Raises Problem for more decimals than the currency has."""
    return units(amount, decimals(currency), place)


def units(amount: str, scale: int, place: str) -> int:
    """An amount in smallest units of so many decimals. Raises Problem for more decimals."""
    if amount == "0":
        return 0
    whole, _, rest = amount.strip().partition(".")
    if len(rest) > scale:
        if rest[scale:].strip("0"):
            raise Problem("too_many_decimals", place, most=scale)
        rest = rest[:scale]
    return int(whole + rest.ljust(scale, "0"))


def amounts_of(told: dict[str, str], currency: str, place: str) -> dict[str, int]:
    """Further amounts by their names, in smallest units. Raises Problem."""
    return {name: minor(one, currency, f"{place}.{name[:40]}") for name, one in told.items()}


def counts_of(told: dict[str, str]) -> dict[str, Decimal]:
    """Numbers by their names."""
    return {name: Decimal(one) for name, one in told.items()}
