"""A café's history to be folded: orders as the reference generates them, with what goes with them.

A holder's facts are made one holder after the other, in the order in which they act, as they are
read from where facts are stored. Every fifth order of a holder is followed by a redemption, where
a plain sum of euros says that there may be points enough (not always: then there are debts); ten
stamps by the promise of a coffee; some orders by a refund of half or all of them.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from regulars.engine.compiled import Compiled
from regulars.engine.compiling import compiled
from regulars.engine.edition import Edition
from regulars.engine.facts import Line, Order, Refund
from regulars.engine.happenings import FoldFact, Promise

CATEGORIES = ("coffee", "cake", "beans", "ground", "coffee", "gift_card")
BEGINS = datetime(2024, 1, 1, tzinfo=UTC)
CHANGES = BEGINS + timedelta(days=400)
PRICES = (("beans", 220), ("cake", 100), ("coffee", 50))
EACH_STAMPS = 10
REFUNDED, HALF = 0.03, 0.5
MINUTE = timedelta(minutes=1)


class Sale(Struct, gc=False):
    """One order of the reference: seconds from the beginning, cents, category by number."""

    number: int
    seconds: int
    minor: int
    category: int


class Holder(Struct, gc=False):
    """One holder with the facts of their history, as stored."""

    name: str
    facts: list[FoldFact]


class Card(Struct):
    """What the making of facts keeps of a holder."""

    name: str
    orders: int = 0
    points: int = 0
    stamps: int = 0
    coffees: int = 0


def programme(first: Edition) -> Compiled:
    """The programme in two editions: the second doubles for neighbours alone."""
    second = replace(first, edition=f"{first.edition}_2", change=[_narrowed(first.change[0])])
    return compiled([first, second], {second.edition: int(CHANGES.timestamp()) * 1_000_000})


def _narrowed(rule: Any) -> Any:
    return replace(rule, who=replace(rule.who, tier=("neighbour",)))


def holders(columns: tuple[Any, Any, Any, Any]) -> list[Holder]:
    """The history of each customer, from the columns that the reference's `gen` makes: seconds,
    customer, cents, category."""
    dice = random.Random(11)
    sales: dict[int, list[Sale]] = {}
    rows = zip(*(column.tolist() for column in columns), strict=True)
    for number, (seconds, customer, minor, category) in enumerate(rows):
        sales.setdefault(customer, []).append(Sale(number, seconds, minor, category))
    return [_holder(f"c{name}", theirs, dice) for name, theirs in sorted(sales.items())]


def _holder(name: str, sales: list[Sale], dice: random.Random) -> Holder:
    card = Card(name)
    facts: list[FoldFact] = []
    before = BEGINS - MINUTE
    for sale in sales:
        at = max(BEGINS + timedelta(seconds=sale.seconds), before + MINUTE)
        for fact in _sold(card, sale, at, dice):
            facts.append(fact)
            before = max(before, fact.at) if not isinstance(fact, Refund) else before
    refunds = [fact for fact in facts if isinstance(fact, Refund)]
    if refunds:
        facts.sort(key=lambda fact: (fact.at, isinstance(fact, Refund)))
    return Holder(name, facts)


def _sold(card: Card, sale: Sale, at: datetime, dice: random.Random) -> Iterator[FoldFact]:
    category = CATEGORIES[sale.category]
    line = Line(category=category, amount_minor=sale.minor)
    order = Order(
        key=f"o{sale.number}", at=at, currency="EUR", amount_minor=sale.minor, lines=(line,)
    )
    yield order
    card.orders += 1
    card.points += sale.minor // 100 if category != "gift_card" else 0
    card.stamps += category == "coffee"
    while card.stamps >= EACH_STAMPS:
        at += timedelta(seconds=1)
        yield _coffee(card, at)
    if card.orders % 5 == 0:
        yield from _redeemed(card, sale, at + timedelta(seconds=1))
    if dice.random() < REFUNDED:
        later = at + timedelta(seconds=dice.randrange(60, 10 * 86400))
        back = sale.minor if dice.random() < HALF else sale.minor // 2
        yield Refund(
            key=f"f{sale.number}", at=later, order=order.key, currency="EUR", amount_minor=back
        )


def _coffee(card: Card, at: datetime) -> Promise:
    card.stamps -= EACH_STAMPS
    card.coffees += 1
    key = f"tenth/{card.name}/{card.coffees}"
    ordinal = str(card.coffees)
    return Promise(key=key, at=at, rule="tenth", ordinal=ordinal, price=EACH_STAMPS, asset="stamps")


def _redeemed(card: Card, sale: Sale, at: datetime) -> Iterator[Promise]:
    for reward, price in PRICES:
        if card.points >= price:
            card.points -= price
            key = f"r{sale.number}"
            yield Promise(key=key, at=at, rule=reward, ordinal=key, price=price, asset="points")
            return
