"""Facts in: bytes to arrivals.

No request, no database, no clock: what a reader must know is told by a `Shop`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import msgspec
from msgspec import Struct

from regulars.api import shapes, signs
from regulars.api.goods import amounts_of, check_currency, counts_of, goods, minor, units
from regulars.api.problems import Problem, decoded
from regulars.api.shapes import AnyFactIn, CustomerIn, FactIn, OrderIn, RefundIn, TierSetIn
from regulars.engine import moments
from regulars.engine.arrivals import AnyFact, Arrival
from regulars.engine.compiled import Compiled
from regulars.engine.facts import Identifier, IdentifierKind, Order, Profile, Refund, Who
from regulars.engine.happenings import Activity, Attribute, Click, SignUp, TierSet
from regulars.engine.questions import Signal
from regulars.identity import IdentityError, is_surely_a_card, normalise, without_cards

MOST_FACTS = 10_000
AHEAD = timedelta(minutes=10)
"""How far a sender's clock may be ahead of ours."""
KINDS: tuple[IdentifierKind, ...] = ("external", "card", "email", "phone")
"""Ways to know somebody, strongest first."""
_NOISE = rb"(?:[ ._/-]|\xc2\xa0|\xe2\x80[\x89\xaf])*+"
MAYBE_CARD = re.compile(rb'"' + _NOISE + rb"[0-9](?:" + _NOISE + rb"[0-9]){14,15}" + _NOISE + rb'"')
"""Bytes without which no text of a body is a bank card's number, unless a sign is written in
another way (after a backslash): digits and what parts them, alone between the signs of a text."""
PARTS = b" ._/-"
ALL_ZEROS = bytes(ord("0") if chr(sign).isdigit() else sign for sign in range(128)).ljust(256)
BEGINS_AS_CARD = b'"' + b"0" * 15
"""How a bank card's number begins in a body of ASCII, where all digits are the same and what parts
them was taken out."""
ALL = -1


class Shop(Struct, frozen=True, kw_only=True):
    """What a reader must know: when it is, where national phone numbers are from (`region`), and
    the assets of each programme with their decimals, programmes and assets in their order; `meant`
    says which vouchers of a customer are meant where some are named by their codes."""

    now: datetime
    region: str = ""
    assets: dict[str, dict[str, int]] = {}
    meant: Callable[[tuple[str, ...], CustomerIn | None], tuple[str, ...]] = lambda told, _who: told

    def decimals(self, programme: str, asset: str) -> int:
        """The decimals of an asset, empty for the main one. Raises Problem."""
        known = self.assets.get(programme)
        if known is None:
            raise Problem("programme_unknown", "programme", programme=programme[:60])
        name = asset or next(iter(known))
        if name not in known:
            raise Problem("asset_unknown", "asset", asset=name[:60])
        return known[name]


def assets_of(running: dict[str, Compiled]) -> dict[str, dict[str, int]]:
    """The assets of programmes with their decimals, the main one of each first."""
    return {
        name: {one.id: one.decimals for one in compiled.editions[-1].edition.assets}
        for name, compiled in running.items()
    }


class BatchIn(shapes.Shape, frozen=True, kw_only=True):
    """Up to 10,000 facts. `all_or_nothing`: one that is refused stops all."""

    facts: list[msgspec.Raw]
    all_or_nothing: bool = False


class Bad(Struct, frozen=True):
    """A fact of a batch that cannot be taken, with its key where it has one."""

    key: str
    problem: Problem


class Batch(Struct, frozen=True, kw_only=True):
    """A batch as read: for each fact what arrives, or what is wrong with it."""

    facts: list[Arrival | Bad]
    all_or_nothing: bool = False


_one: msgspec.json.Decoder[AnyFactIn] = msgspec.json.Decoder(AnyFactIn)
_many = msgspec.json.Decoder(BatchIn)


def read(body: bytes, shop: Shop, *, may_grant: bool = False) -> Arrival:
    """One fact as it was sent. `may_grant`: the sender may set tiers. Raises
    Problem."""
    told = decoded(_one, body)
    signs.check(told, body)
    if may_hold_a_card(body):
        _without_bank_cards(told)
    if isinstance(told, TierSetIn) and not may_grant:
        raise Problem("scope_missing", "type", scope="grants:write")
    fact = _made(told, shop)
    if not moments.in_order(fact):
        raise Problem("bad_time", "at")
    if fact.at > shop.now + AHEAD:
        raise Problem("time_ahead", "at")
    return Arrival(
        fact=fact,
        who=person(told.customer, shop.region) if told.customer else None,
        programme=told.programme if isinstance(told, TierSetIn) else "",
        signals=tuple([Signal(*one) for one in told.signals.items()]) if told.signals else (),
        party=_party(told, shop) if isinstance(told, OrderIn) and told.party else (),
    )


def _party(told: OrderIn, shop: Shop) -> tuple[Who, ...]:
    """Who else takes part, each known by one way at least. Raises Problem."""
    return tuple(
        person(one, shop.region, f"party[{number}]") for number, one in enumerate(told.party)
    )


def read_batch(body: bytes, shop: Shop, *, may_grant: bool = False) -> Batch:
    """A batch: one bad fact never stops the others. Raises Problem where it is no batch."""
    told = decoded(_many, body)
    if not told.facts:
        raise Problem("batch_empty", "facts")
    if len(told.facts) > MOST_FACTS:
        raise Problem("batch_too_long", "facts", most=MOST_FACTS)
    facts: list[Arrival | Bad] = []
    for place, raw in enumerate(told.facts):
        body = bytes(raw)
        try:
            facts.append(read(body, shop, may_grant=may_grant))
        except Problem as problem:
            facts.append(Bad(key_told(body), problem.within(f"facts[{place}]")))
    return Batch(facts=facts, all_or_nothing=told.all_or_nothing)


def key_told(body: bytes) -> str:
    """The key of a fact that is wrong otherwise, empty where it has none."""
    try:
        found = msgspec.json.decode(body, type=dict[str, Any]).get("key", "")
    except (msgspec.MsgspecError, RecursionError):
        return ""
    return found[:200] if isinstance(found, str) else ""


def may_hold_a_card(body: bytes) -> bool:
    """Whether a body has to be searched for the number of a bank card."""
    if b"\\" in body:
        return True
    if body.isascii():
        return BEGINS_AS_CARD in body.translate(ALL_ZEROS, PARTS)
    return MAYBE_CARD.search(body) is not None


def _without_bank_cards(told: FactIn) -> None:
    """No code is the number of a bank card; a customer's ways to be known are judged by kind."""
    for field in told.__struct_fields__:
        if field in ("customer", "party"):
            continue
        for where, text in signs.texts(getattr(told, field), field):
            if is_surely_a_card(text):
                raise Problem("looks_like_payment_card", where)


def _made(told: AnyFactIn, shop: Shop) -> AnyFact:
    """The fact that a shape says."""
    fact: AnyFact = _MAKERS[type(told)](told, shop)
    return fact


def _base(told: FactIn) -> dict[str, Any]:
    return {"key": told.key, "at": told.at, "version": told.version, "source": told.source}


def order(told: OrderIn, shop: Shop) -> Order:
    """An order as it was told. Raises Problem."""
    lines, amount = goods(told)
    seldom = _seldom(told, shop)
    return Order(
        key=told.key,
        at=told.at,
        version=told.version,
        source=told.source,
        number=told.number,
        currency=told.currency,
        amount_minor=amount,
        lines=lines,
        place=told.place,
        labels=told.labels,
        dates=told.dates,
        campaigns=told.campaigns,
        codes=told.codes,
        vouchers=shop.meant(told.vouchers, told.customer) if told.vouchers else (),
        via=told.via,
        **seldom,
    )


def _seldom(told: OrderIn, shop: Shop) -> dict[str, Any]:
    """Of what an order may say what most say nothing of. Raises Problem."""
    currency = told.currency
    more: dict[str, Any] = {}
    for name, said in (("discount", told.discount), ("covered", told.covered)):
        if said != "0":
            more[f"{name}_minor"] = minor(said, currency, name)
    for name, amounts in (("amounts", told.amounts), ("tender", told.tender)):
        if amounts:
            more[name] = amounts_of(amounts, currency, name)
    if told.counts:
        more["counts"] = counts_of(told.counts)
    if told.spend_points != "0":
        more["spend_points"] = _points(told.spend_points, shop)
    return more


def _refund(told: RefundIn, _shop: Shop) -> Refund:
    lines, amount = goods(told)
    eligible = told.eligible
    return Refund(
        **_base(told),
        number=told.number,
        order=told.order,
        currency=told.currency,
        amount_minor=amount,
        lines=lines,
        place=told.place,
        eligible_minor=None if eligible is None else minor(eligible, told.currency, "eligible"),
        counts=counts_of(told.counts),
        full=told.full,
        cancelled=told.cancelled,
        asked_at=told.asked_at,
    )


def _activity(told: shapes.ActivityIn, _shop: Shop) -> Activity:
    if told.amount is not None and told.currency is None:
        raise Problem("field_missing", "currency", name="currency")
    if told.currency is not None:
        check_currency(told.currency)
    amount = minor(told.amount, told.currency, "amount") if told.amount and told.currency else 0
    return Activity(
        **_base(told),
        kind=told.kind,
        order=told.order,
        value=told.value,
        amount_minor=amount,
        counts=counts_of(told.counts),
        labels=told.labels,
    )


_MAKERS: dict[type, Any] = {
    OrderIn: order,
    RefundIn: _refund,
    shapes.ActivityIn: _activity,
    shapes.SignUpIn: lambda one, _shop: SignUp(**_base(one), via=one.via, session=one.session),
    shapes.ClickIn: lambda one, _shop: Click(**_base(one), via=one.via, session=one.session),
    shapes.AttributeIn: lambda one, _shop: Attribute(**_base(one), name=one.name, value=one.value),
    TierSetIn: lambda one, _shop: TierSet(
        **_base(one), tier=one.tier, until=one.until, reason=one.reason
    ),
}


def _points(told: str, shop: Shop) -> int:
    """Points of the main asset of the first programme."""
    if told == "all":
        return ALL
    scale = next((next(iter(one.values())) for one in shop.assets.values()), 0)
    return units(told, scale, "spend_points")


def person(told: CustomerIn, region: str, place: str = "customer") -> Who:
    """The person, with what is told about them; `place` is where they stand. Raises Problem."""
    found = identifiers(told, region, place)
    if not found:
        raise Problem("customer_unnamed", place)
    more = told.name or told.language or told.country or told.birth_date or told.attributes
    if not more:
        return Who(identifiers=found)
    pairs = told.attributes.items()
    profile = Profile(
        name=without_cards(told.name.strip()),
        language=told.language,
        country=without_cards(told.country),
        birth_date=told.birth_date,
        attributes={without_cards(name): without_cards(value) for name, value in pairs},
    )
    return Who(identifiers=found, profile=None if profile == NOTHING_TOLD else profile)


NOTHING_TOLD = Profile()


def identifiers(told: CustomerIn, region: str, place: str) -> tuple[Identifier, ...]:
    """The ways to know somebody, in one form each, strongest first. Raises Problem."""
    found = []
    for kind in KINDS:
        raw = getattr(told, kind)
        if raw:
            found.append(Identifier(kind, identifier(kind, raw, region, f"{place}.{kind}")))
    return tuple(found)


def identifier(kind: str, raw: str, region: str, place: str) -> str:
    """One way to know somebody in its one form. Raises Problem."""
    try:
        return normalise(kind, raw, region=region)
    except IdentityError as error:
        raise Problem(error.code, place) from error
