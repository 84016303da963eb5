"""Facts as somebody sends them over HTTP: the other way round than `regulars.api.facts` reads."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import msgspec

from regulars.api import shapes
from regulars.api.answers import shown
from regulars.api.facts import ALL, Shop, read
from regulars.api.problems import Problem
from regulars.engine.arrivals import Arrival
from regulars.engine.facts import Line, Order, Refund, Who
from regulars.engine.happenings import Activity, Attribute, Click, SignUp, TierSet
from regulars.engine.money import decimals

PLAIN: dict[type, tuple[type, tuple[str, ...]]] = {
    Activity: (shapes.ActivityIn, ("kind", "order", "value", "labels")),
    SignUp: (shapes.SignUpIn, ("via", "session")),
    Click: (shapes.ClickIn, ("via", "session")),
    Attribute: (shapes.AttributeIn, ("name", "value")),
    TierSet: (shapes.TierSetIn, ("tier", "until", "reason")),
}
"""The shape of each type of fact, and the fields that are the same in both."""
OF_ORDER = ("number", "place", "labels", "dates", "campaigns", "codes", "vouchers", "via")
OF_REFUND = ("order", "number", "place", "full", "cancelled", "asked_at")


def sent(arrival: Arrival, shop: Shop, currency: str) -> bytes | None:
    """The bytes that say a fact; None where HTTP cannot say it, or not all of it."""
    told = _told(arrival, shop, currency)
    if told is None:
        return None
    body = msgspec.json.encode(told)
    try:
        understood = read(body, shop, may_grant=True)
    except Problem:
        return None
    return body if understood == arrival else None


def _told(arrival: Arrival, shop: Shop, currency: str) -> shapes.FactIn | None:
    fact = arrival.fact
    base: dict[str, Any] = {
        "key": fact.key,
        "at": fact.at,
        "version": fact.version,
        "source": fact.source,
        "customer": _person(arrival.who) if arrival.who else shapes.CustomerIn(),
        "signals": {one.kind: one.value for one in arrival.signals},
    }
    if isinstance(fact, Order):
        party = tuple(_person(one) for one in arrival.party)
        return shapes.OrderIn(**base, **_order(fact, shop), party=party)
    if isinstance(fact, Refund):
        return shapes.RefundIn(**base, **_refund(fact))
    if type(fact) not in PLAIN:
        return None
    shape, fields = PLAIN[type(fact)]
    same = {name: getattr(fact, name) for name in fields}
    more = _more(arrival, currency)
    return shape(**base, **same, **more)  # type: ignore[no-any-return]


def _person(who: Who) -> shapes.CustomerIn:
    return shapes.CustomerIn(external=who.identifiers[0].value)


def _more(arrival: Arrival, currency: str) -> dict[str, Any]:
    fact = arrival.fact
    if isinstance(fact, TierSet):
        return {"programme": arrival.programme}
    if isinstance(fact, Activity):
        amount = shown(fact.amount_minor, decimals(currency)) if fact.amount_minor else None
        money = {"amount": amount, "currency": currency} if amount else {}
        return {**money, "counts": _counts(fact.counts)}
    return {}


def _order(order: Order, shop: Shop) -> dict[str, Any]:
    scale = decimals(order.currency)
    points = next((next(iter(one.values())) for one in shop.assets.values()), 0)
    spend = "all" if order.spend_points == ALL else shown(order.spend_points, points)
    return {
        **{name: getattr(order, name) for name in OF_ORDER},
        "currency": order.currency,
        "amount": shown(order.amount_minor, scale),
        "lines": _lines(order.lines, scale),
        "discount": shown(order.discount_minor, scale),
        "covered": shown(order.covered_minor, scale),
        "amounts": {name: shown(one, scale) for name, one in order.amounts.items()},
        "counts": _counts(order.counts),
        "tender": {name: shown(one, scale) for name, one in order.tender.items()},
        "spend_points": spend,
    }


def _refund(refund: Refund) -> dict[str, Any]:
    scale = decimals(refund.currency)
    eligible = refund.eligible_minor
    told = refund.amount_minor or not (refund.full or refund.cancelled)
    return {
        **{name: getattr(refund, name) for name in OF_REFUND},
        "currency": refund.currency,
        "amount": shown(refund.amount_minor, scale) if told else None,
        "lines": _lines(refund.lines, scale),
        "eligible": None if eligible is None else shown(eligible, scale),
        "counts": _counts(refund.counts),
    }


def _lines(lines: tuple[Line, ...], scale: int) -> tuple[shapes.LineIn, ...]:
    return tuple(
        shapes.LineIn(
            product=one.product,
            category=one.category,
            brand=one.brand,
            quantity=f"{one.quantity:f}",
            unit_price=f"{one.unit_price:f}" if one.unit_price else None,
            amount=shown(one.amount_minor, scale),
            kind=one.kind,
        )
        for one in lines
    )


def _counts(counts: Mapping[str, Decimal]) -> dict[str, str]:
    return {name: f"{one:f}" for name, one in counts.items()}
