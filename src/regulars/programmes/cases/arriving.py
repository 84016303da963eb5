"""From an event of a case to the facts that arrive, in the words of the product."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from regulars.engine.facts import Line, Order, Refund
from regulars.engine.happenings import (
    Activity,
    Attempt,
    Attribute,
    Click,
    Erasure,
    FoldFact,
    Grant,
    Redemption,
    Reversal,
    SignUp,
    TierSet,
    VoucherUse,
)
from regulars.programmes.cases.shapes import Event
from regulars.programmes.cases.units import Units, code_of, number, word
from regulars.programmes.cases.values import Fields, Value
from regulars.programmes.cases.vocabulary import vocabulary

Arrivals = Iterator[FoldFact | Attempt]
AS_MANY_AS_FIT = -1
NET = {"prices": "net"}
"""The label of an order whose prices have every discount in them."""


class Head(Struct, frozen=True):
    """What every fact of an event has: key, instant, and a source that keeps the order of the
    list among facts of one instant."""

    key: str
    at: datetime
    source: str

    @property
    def of_fact(self) -> dict[str, Any]:
        """The same as fields of a fact."""
        return {"key": self.key, "at": self.at, "source": self.source}

    def further(self, name: str) -> Head:
        """The head of another fact of the same event."""
        return replace(self, key=f"{self.key}/{name}")


def arrivals(event: Event, head: Head, units: Units) -> Arrivals:
    """The facts of an event, in their order. Clicks and changes of rules are no facts here."""
    make = _MAKERS.get(event.type)
    if make is not None:
        yield from make(event, head, units)
    else:
        yield _activity(event, head, units, event.type)


def order_of(fields: Fields, head: Head, units: Units) -> Order:
    """An order by the keys of the language, of the case's past or of an event."""
    words = fields.words
    currency = str(words.get("currency") or units.edition.currency)
    lines = _lines(fields, units, currency)
    total = sum(line.amount_minor for line in lines)
    covered = _money(words, "vouchers_value", units, currency)
    paid = covered + _money(words, "paid", units, currency)
    discount = words.get("discount")
    return Order(
        key=head.key,
        at=head.at,
        source=head.source,
        currency=currency,
        amount_minor=total if lines else paid or _tendered(words, units, currency),
        lines=lines if "lines" in words or "brand" in words or _category(words) else (),
        discount_minor=units.money(discount, currency) if isinstance(discount, Decimal) else 0,
        covered_minor=covered,
        amounts=_amounts(words, units, currency),
        counts=_counts(fields),
        tender=_tender(words, units, currency),
        labels={**_labels(words), **(NET if _is_net(words) else {})},
        dates=_dates(words, units),
        campaigns=_texts(words.get("campaigns")),
        codes=(*_texts(words.get("codes")), *_texts(words.get("code"))),
        vouchers=_texts(words.get("vouchers")),
        spend_points=AS_MANY_AS_FIT if "pay_with_points" in words else 0,
        via=code_of(str(words["via"])) if "via" in words else "",
        place=str(words.get("place") or ""),
    )


def _is_net(words: dict[str, Value]) -> bool:
    """Whether what is told is what earns: with every discount taken off."""
    return "eligible" in words or bool(_off_lines(words.get("discount")))


def _money(words: dict[str, Value], key: str, units: Units, currency: str) -> int:
    return units.money(words[key], currency) if key in words else 0


def _tendered(words: dict[str, Value], units: Units, currency: str) -> int:
    """What was paid for goods where only the payment is told: tender less tip, tax and fees."""
    beside = sum(_money(words, key, units, currency) for key in ("tip", "tax", "fees"))
    return max(sum(_tender(words, units, currency).values()) - beside, 0)


def _category(words: dict[str, Value]) -> str:
    known = vocabulary().product.categories
    return next((one for key, one in known.items() if key in words), "")


def _lines(fields: Fields, units: Units, currency: str) -> tuple[Line, ...]:
    words = fields.words
    brand = str(words.get("brand") or "")
    told = words.get("lines")
    if isinstance(told, tuple):
        off = _off_lines(words.get("discount"))
        return tuple(_line(one, units, currency, off, brand) for one in told)
    for key in vocabulary().product.places["lines"]:
        if key in words:
            amount = units.money(words[key], currency)
            return (Line(category=_category(words), brand=brand, amount_minor=amount),)
    return ()


def _line(one: Value, units: Units, currency: str, off: dict[str, Decimal], brand: str) -> Line:
    if not isinstance(one, Fields):
        raise TypeError(type(one).__name__)
    sku = str(one.words.get("sku") or "")
    amount = number(one.words.get("amount")) - off.get(sku, Decimal(0))
    quantity = number(one.words.get("quantity") or Decimal(1))
    return Line(
        product=sku,
        category=str(one.words.get("category") or ""),
        brand=brand,
        quantity=quantity,
        unit_price=round(amount / quantity, 6) if quantity else amount,
        amount_minor=units.money(amount, currency),
    )


def _off_lines(discount: Value) -> dict[str, Decimal]:
    """Reductions by line."""
    several = discount if isinstance(discount, tuple) else (discount,)
    maps = [one for one in several if isinstance(one, Fields)]
    return {str(one.words["line"]): number(one.words["amount"]) for one in maps}


def _amounts(words: dict[str, Value], units: Units, currency: str) -> dict[str, int]:
    places = vocabulary().product.places["amounts"]
    return {
        key: units.money(words[key], currency)
        for key in places
        if isinstance(words.get(key), Decimal)
    }


def _counts(fields: Fields) -> dict[str, Decimal]:
    named = {_named(key): number(one) for key, one in fields.names.items()}
    places = vocabulary().product.places["counts"]
    told = {key: fields.words[key] for key in places if key in fields.words}
    rates = told.pop("rate_table", None)
    if isinstance(rates, dict):
        rates = rates.get(str(fields.words.get("currency")))
    if isinstance(rates, Decimal):
        told["points_per_unit"] = rates
    return {**named, **{key: number(one) for key, one in told.items()}}


def _named(key: Any) -> str:
    return f"{key.word}_{key.window}" if key.window else str(key.word)


def _tender(words: dict[str, Value], units: Units, currency: str) -> dict[str, int]:
    told = words.get("tender")
    if not isinstance(told, dict):
        return {}
    return {one: units.money(amount, currency) for one, amount in told.items()}


def _labels(words: dict[str, Value]) -> dict[str, str]:
    places = vocabulary().product.places["labels"]
    told = {key: word(words[key]) for key in places if key in words}
    own = words.get("labels")
    return {**told, **(own if isinstance(own, dict) else {})}  # type: ignore[dict-item]


def _dates(words: dict[str, Value], units: Units) -> dict[str, datetime]:
    places = vocabulary().product.places["dates"]
    return {key: units.moment(words[key]) for key in places if key in words}


def _texts(value: Value) -> tuple[str, ...]:
    if isinstance(value, tuple):
        return tuple(str(one) for one in value)
    return (str(value),) if isinstance(value, str) else ()


def _order(event: Event, head: Head, units: Units) -> Arrivals:
    fields = event.fields
    if event.kind:
        fields = Fields({**fields.words, "kind": event.kind}, fields.names, fields.line)
    yield order_of(fields, head, units)


def _refund(event: Event, head: Head, units: Units) -> Arrivals:
    words = event.fields.words
    currency = str(words.get("currency") or units.edition.currency)
    eligible = units.money(words["eligible"], currency) if "eligible" in words else None
    asked = words.get("requested_at")
    yield Refund(
        **head.of_fact,
        order=str(words.get("order") or ""),
        currency=currency,
        amount_minor=eligible or 0,
        eligible_minor=eligible,
        lines=tuple(Line(product=sku) for sku in _texts(words.get("lines"))),
        counts=_counts(event.fields),
        full=words.get("full") is True,
        asked_at=asked if isinstance(asked, datetime) else None,
    )


def _cancel(event: Event, head: Head, units: Units) -> Arrivals:
    order = str(event.fields.words.get("order") or "")
    if not order:
        yield _activity(event, head, units, "cancel")
        return
    currency = str(event.fields.words.get("currency") or units.edition.currency)
    yield Refund(
        **head.of_fact, order=order, currency=currency, amount_minor=0, full=True, cancelled=True
    )


def _enrol(event: Event, head: Head, units: Units) -> Arrivals:
    yield from attributes(event.fields, head)
    yield SignUp(**head.of_fact)


def attributes(fields: Fields, head: Head) -> Iterator[Attribute]:
    """What is told of a member, as dated attributes."""
    for name in vocabulary().product.places["attributes"]:
        if name in fields.words:
            own = head.further(name).of_fact
            yield Attribute(**own, name=name, value=word(fields.words[name]))
    for name, value in _told(fields.words).items():
        yield Attribute(**head.further(name).of_fact, name=name, value=value)


def _told(words: dict[str, Value]) -> dict[str, str]:
    """Attributes by any name, and segments, each an attribute of its own."""
    own = words.get("attributes")
    named = {name: word(value) for name, value in own.items()} if isinstance(own, dict) else {}
    return {**named, **{f"segment:{one}": "yes" for one in _texts(words.get("segments"))}}


def _signup(event: Event, head: Head, units: Units) -> Arrivals:
    words = event.fields.words
    via = code_of(str(words["via"])) if "via" in words else ""
    yield SignUp(**head.of_fact, via=via, session=_visit(words))


def _visit(words: dict[str, Value]) -> str:
    return str(words.get("session") or words.get("visitor") or "")


def _click(event: Event, head: Head, units: Units) -> Arrivals:
    words = event.fields.words
    yield Click(**head.of_fact, via=code_of(str(words.get("via"))), session=_visit(words))


def _grant(event: Event, head: Head, units: Units) -> Arrivals:
    words = event.fields.words
    if "reward" in words:
        reward, counts = str(words["reward"]), _counts(event.fields)
        yield Activity(**head.of_fact, kind="offer", value=reward, counts=counts)
        return
    told = {_named(key): amount for key, amount in event.fields.names.items()}
    for place, (key, amount) in enumerate(told.items()):
        name = units.asset(key) or key
        own = head.further(name) if place else head
        yield Grant(**own.of_fact, asset=name, amount=units.of_asset(amount, name))


def _redeem(event: Event, head: Head, units: Units) -> Arrivals:
    words = event.fields.words
    asset = _price_asset(units, str(words.get("reward") or ""))
    price, basket = words.get("price"), words.get("basket")
    yield Redemption(
        **head.of_fact,
        reward=str(words.get("reward") or ""),
        price=None if price is None else units.of_asset(price, asset),
        basket_minor=None if basket is None else units.money(basket),
        order=str(words.get("order") or ""),
        pay_all="pay_with_points" in words,
        voucher=str(words.get("voucher") or ""),
        partner=str(words.get("partner") or ""),
        as_voucher="issues" in words,
    )


def _price_asset(units: Units, reward: str) -> str:
    """The asset in which a reward has its price."""
    for rule in units.edition.rewards:
        if rule.name_in_state == reward and isinstance(getattr(rule, "asset", None), str):
            return str(rule.asset)  # type: ignore[attr-defined]
    return units.main


def _use_voucher(event: Event, head: Head, units: Units) -> Arrivals:
    yield VoucherUse(**head.of_fact, voucher=str(event.fields.words["voucher"]))


def _reversal(event: Event, head: Head, units: Units) -> Arrivals:
    yield Reversal(**head.of_fact, redemption=str(event.fields.words["redemption"]))


def _set_tier(event: Event, head: Head, units: Units) -> Arrivals:
    yield TierSet(**head.of_fact, tier=str(event.fields.words["tier"]))


def _act(event: Event, head: Head, units: Units) -> Arrivals:
    make = _ACTS.get(event.kind)
    if make is not None:
        yield from make(event, head, units)
    else:
        yield _activity(event, head, units, event.kind)


def _step(event: Event, head: Head, units: Units) -> Arrivals:
    words = event.fields.words
    kind = str(words["step"])
    own = _activity(event, head, units, kind)
    amount = units.money(words["value"]) if "value" in words else 0
    yield replace(own, value=kind, amount_minor=amount)


def _activity(event: Event, head: Head, units: Units, kind: str) -> Activity:
    words = event.fields.words
    amount = words.get("amount")
    values = (word(words[key]) for key in vocabulary().product.places["values"] if key in words)
    labels = {**_labels(words), **({"kind": event.kind} if event.kind != kind else {})}
    via = {"via": code_of(str(words["via"]))} if "via" in words else {}
    return Activity(
        **head.of_fact,
        kind=kind,
        order=str(words.get("order") or ""),
        value=next(values, ""),
        amount_minor=0 if amount is None else units.money(amount),
        counts=_counts(event.fields),
        labels={**labels, **via},
    )


def _changed(name: str) -> Callable[[Event, Head, Units], Arrivals]:
    def change(event: Event, head: Head, units: Units) -> Arrivals:
        value = word(event.fields.words.get("to"))
        yield Attribute(**head.of_fact, name=name, value=value)

    return change


def _erase(event: Event, head: Head, units: Units) -> Arrivals:
    yield Erasure(**head.of_fact)


_ACTS: dict[str, Callable[[Event, Head, Units], Arrivals]] = {
    "change_birth_date": _changed("birth_date"),
    "change_plan": _changed("plan"),
    "erase_personal_data": _erase,
}
"""Kinds of activity that are facts of their own."""

_MAKERS: dict[str, Callable[[Event, Head, Units], Arrivals]] = {
    "enrol": _enrol,
    "grant": _grant,
    "order": _order,
    "refund": _refund,
    "cancel": _cancel,
    "redeem": _redeem,
    "reverse_redemption": _reversal,
    "use_voucher": _use_voucher,
    "activity": _act,
    "click": _click,
    "signup": _signup,
    "qualify_step": _step,
    "set_tier": _set_tier,
}
"""The maker of each type of event; any other is an activity of that name."""
