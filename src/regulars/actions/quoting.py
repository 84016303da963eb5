"""What a cart would earn and what could be used on it: decided on a copy, and nothing is booked.

No lock is held: what is promised here is asked again when it is redeemed.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from msgspec import Struct, structs

from regulars.actions.looking import Opened, open_book, open_under
from regulars.actions.publishing import readable, with_edition
from regulars.actions.refused import Refused
from regulars.db import programmes, shelves
from regulars.engine.booking import Book
from regulars.engine.edition import Edition
from regulars.engine.facts import Order
from regulars.engine.happenings import Redemption
from regulars.engine.kinds.rewards.birthday import Birthday
from regulars.engine.kinds.rewards.partner import Partner
from regulars.engine.kinds.rewards.price import Price
from regulars.engine.kinds.rewards.spend import Spend
from regulars.engine.run import GIVES, Why
from regulars.ledger.refused import Refused as NotGiven

ASKED_FOR = (Birthday, Partner, Price, Spend)
"""The kinds of rewards that somebody asks for; the others are given by themselves."""
CART = "quote"


class Offer(Struct, frozen=True, kw_only=True):
    """A reward: whether the member may have it now, for how much of which asset, or why not.
    What costs the same for everybody has its price in either case."""

    reward: str
    may: bool
    price: int = 0
    asset: str = ""
    code: str = ""
    params: dict[str, Any] = {}


class Quote(Struct, frozen=True, kw_only=True):
    """What a cart would come to in one programme. `pays_minor` is what is left to pay after what
    pays a part, None where nothing does; `refused` by voucher or code why it would not count."""

    programme: str
    member: str
    gave: dict[str, int]
    whys: list[Why]
    pays_minor: int | None
    refused: dict[str, str]
    tier: str
    tier_after: str
    offers: list[Offer]
    figures: dict[str, dict[str, int]]
    revision: int


def quote(customer_id: int, programme: str, cart: Order, now: datetime) -> Quote:
    """What a cart would earn now, and what may be used. Refused: programme_unknown, not_member."""
    with transaction.atomic(), connection.cursor() as cursor:
        return _asked(open_book(cursor, customer_id, programme, now), cart, now)


def quote_under(customer_id: int, text: str, cart: Order, now: datetime) -> Quote:
    """The same, if the edition of this file were in force from now on. Refused: programme_unknown,
    not_member, edition_unreadable."""
    edition = readable(text)
    with transaction.atomic(), connection.cursor() as cursor:
        present = programmes.running(cursor).get(edition.programme_id)
        if present is None:
            raise Refused("programme_unknown", programme=edition.programme_id)
        opened = open_under(cursor, customer_id, with_edition(present, edition, now), now)
        return _asked(opened, cart, now)


def _asked(opened: Opened, cart: Order, now: datetime) -> Quote:
    offers = _offers(opened, cart.amount_minor, now)
    tier = _tier(opened)
    cart = structs.replace(cart, key=CART, at=now, version=1)
    return _quoted(opened, cart, offers, tier)


def offers(customer_id: int, programme: str, now: datetime) -> list[Offer]:
    """The rewards of a programme, and whether a member may have them now. Refused:
    programme_unknown, not_member."""
    with transaction.atomic(), connection.cursor() as cursor:
        return _offers(open_book(cursor, customer_id, programme, now), None, now)


def _offers(opened: Opened, basket: int | None, now: datetime) -> list[Offer]:
    rules = opened.book.run.edition.edition.rewards
    asked = [_offer(opened.book, one, basket, now) for one in rules if isinstance(one, ASKED_FOR)]
    with connection.cursor() as cursor:
        closed = shelves.closed(cursor, opened.row.programme)
    shut = [structs.replace(one, may=False, code="sold_out", params={}) for one in asked]
    return [no if one.reward in closed else one for one, no in zip(asked, shut, strict=True)]


def _offer(book: Book, rule: Any, basket: int | None, now: datetime) -> Offer:
    """The answer that a redemption would get, on what is at hand."""
    name = rule.name_in_state
    asked = Redemption(key=f"{CART}:{name}", at=now, reward=name, basket_minor=basket)
    try:
        promise = Book.decide(book, asked)
    except NotGiven as refusal:
        no = Offer(reward=name, may=False, code=refusal.code, params=dict(refusal.params))
        return _priced(no, rule, book.run.edition.edition)
    return Offer(reward=name, may=True, price=promise.price, asset=promise.asset)


def _priced(offer: Offer, rule: Any, edition: Edition) -> Offer:
    """What is refused at present, with what it would take."""
    if not getattr(rule, "price", None):
        return offer
    asset = getattr(rule, "asset", None) or edition.assets[0].id
    decimals = next(one.decimals for one in edition.assets if one.id == asset)
    price = int(Decimal(str(rule.price)).scaleb(decimals))
    return structs.replace(offer, price=price, asset=asset)


def _quoted(opened: Opened, cart: Order, offers: list[Offer], tier: str) -> Quote:
    book = opened.book
    book.explain = True
    book.run.want(cart.key)
    booked = book.take(cart)
    gave: dict[str, int] = {}
    for row in booked.rows:
        if row.key == cart.key and row.step in GIVES:
            gave[row.asset] = gave.get(row.asset, 0) + GIVES[row.step] * row.amount
    record = book.run.records.get(cart.key)
    shown = record.payments if record is not None else []
    return Quote(
        programme=opened.row.programme,
        member=opened.row.number,
        gave=gave,
        whys=[one for one in booked.whys if one.key == cart.key],
        pays_minor=record.pays if record is not None and shown else None,
        refused={one.voucher: one.refused for one in shown if one.refused},
        tier=tier,
        tier_after=_tier(opened),
        offers=offers,
        figures=opened.figures,
        revision=opened.row.revision,
    )


def _tier(opened: Opened) -> str:
    run = opened.book.run
    tiers = run.edition.edition.tiers
    return tiers[run.state.standing.tier].id if tiers else ""


def figure(customer_id: int, programme: str, metric: str, now: datetime) -> Decimal:
    """What a metric comes to for a member, where their ladder counts. Refused:
    programme_unknown, not_member."""
    with transaction.atomic(), connection.cursor() as cursor:
        found = open_book(cursor, customer_id, programme, now).book.read(metric)
    return Decimal(found) if isinstance(found, int | Decimal) else Decimal(0)
