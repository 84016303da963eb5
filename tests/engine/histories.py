"""A programme with something of everything, and random histories of one holder in it."""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from regulars.engine.booking import Book
from regulars.engine.calendar import instant_of
from regulars.engine.compiled import Compiled
from regulars.engine.compiling import compiled
from regulars.engine.conditions import Condition
from regulars.engine.edition import Asset, Edition, Tier
from regulars.engine.facts import Line, Order, Refund
from regulars.engine.fold import Folded, fold
from regulars.engine.happenings import (
    Attribute,
    FoldFact,
    Grant,
    Promise,
    Redemption,
    Reversal,
)
from regulars.engine.kinds.change.multiply import Multiply
from regulars.engine.kinds.earn.per_amount import PerAmount
from regulars.engine.kinds.life.after_earning import After, MonthEnd
from regulars.engine.kinds.limit.points_per_period import PointsPerDay
from regulars.engine.kinds.metrics.earned import Earned
from regulars.engine.kinds.rewards.every import Every
from regulars.engine.kinds.rewards.price import Price
from regulars.engine.kinds.standing.rolling import Rolling
from regulars.engine.questions import Granted, Question, Reply
from regulars.engine.run import GIVES, Row
from regulars.engine.state import State
from regulars.ledger.refused import Refused

TORTURE = bool(os.environ.get("REGULARS_TORTURE"))
START = datetime(2025, 1, 1, 10, tzinfo=UTC)
CHANGE = datetime(2025, 6, 1, tzinfo=UTC)
END = datetime(2027, 6, 1, tzinfo=UTC)
AT_END = instant_of(END)


def runs(small: int, full: int) -> settings:
    """So many examples; a red one is printed and kept."""
    return settings(
        max_examples=full if TORTURE else small,
        deadline=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )


TIERS = [
    Tier(id="base", name="Base", from_="0"),
    Tier(id="silver", name="Silver", from_="150"),
    Tier(id="gold", name="Gold", from_="400"),
]


def edition(**changed: Any) -> Edition:
    """The first edition: points with a cap and tiers, stars that turn into vouchers, credit that
    waits two weeks."""
    points = Asset(id="points", name="point", expire=MonthEnd(months=3))
    stars = Asset(id="stars", name="star", decimals=1, expire=After(life="P60D"))
    credit = Asset(id="credit", name="credit", decimals=2, currency="EUR")
    body: dict[str, Any] = {
        "format": 1,
        "programme": "club",
        "edition": "a",
        "name": "Club",
        "assets": [points, stars, credit],
        "metrics": [Earned(id="earned", asset="points")],
        "earn": [
            PerAmount(id="spend", step="1 EUR", points="1", except_=("fees",)),
            PerAmount(id="star", step="10 EUR", points="1", asset="stars", full_steps=True),
            PerAmount(id="cash", step="100 EUR", points="2", asset="credit", after="P14D"),
        ],
        "change": [
            Multiply(id="beans", factor="2", when=Condition(category=("beans",))),
            Multiply(id="better", factor="1.5", who=Condition(tier=("silver", "gold"))),
        ],
        "limit": [PointsPerDay(id="cap", most="300")],
        "standing": Rolling(metric="earned", months=3),
        "tiers": TIERS,
        "rewards": [
            Price(id="coffee", name="coffee", price="50"),
            Every(id="free", name="free", each=5, asset="stars", item="bun", valid="P30D"),
        ],
    }
    return Edition(**{**body, **changed})


def later(**changed: Any) -> Edition:
    """The second edition: three points, another life, another order of assets and tiers."""
    first = edition()
    body: dict[str, Any] = {
        "edition": "b",
        "from_": "2025-06-01T00:00:00Z",
        "assets": [
            Asset(id="gems", name="gem", expire=After(life="P10D")),
            *reversed(first.assets[1:]),
            Asset(id="points", name="point", expire=After(life="P45D")),
        ],
        "earn": [
            PerAmount(id="spend", step="1 EUR", points="3", asset="points"),
            PerAmount(id="star", step="10 EUR", points="1", asset="stars", full_steps=True),
            PerAmount(id="cash", step="100 EUR", points="2", asset="credit", after="P14D"),
            PerAmount(id="gem", step="5 EUR", points="1", asset="gems"),
        ],
        "limit": [PointsPerDay(id="cap", most="300", asset="points")],
        "rewards": [
            Price(id="coffee", name="coffee", price="60", asset="points"),
            Every(id="free", name="free", each=4, asset="stars", item="bun", valid="P30D"),
        ],
        "tiers": [TIERS[0], Tier(id="bronze", name="Bronze", from_="50"), *TIERS[1:]],
    }
    return edition(**{**body, **changed})


RICH = compiled([edition(), later()])


def day(days: float) -> datetime:
    """An instant so many days after the first of January 2025, ten o'clock."""
    return START + timedelta(days=days)


def order(key: str, days: float, euros: float, **fields: Any) -> Order:
    """An order of one line."""
    minor = round(euros * 100)
    fields.setdefault("lines", (Line(product="p", category="goods", amount_minor=minor),))
    return Order(key=key, at=day(days), currency="EUR", amount_minor=minor, **fields)


def refund(key: str, days: float, of: str, euros: float = 0, **fields: Any) -> Refund:
    """A refund of a part of an order; of all of it where no amount is given."""
    return Refund(
        key=key,
        at=day(days),
        order=of,
        currency="EUR",
        amount_minor=round(euros * 100),
        full=not euros,
        **fields,
    )


def yes(holder: str, question: Question) -> Reply:
    """The answers of a caller who grants everything that is shared."""
    return Granted(amount=getattr(question, "wanted", 0))


def net(rows: Iterable[Row]) -> Counter[Row]:
    """What rows come to, by identity and instant."""
    total: Counter[Row] = Counter()
    for row in rows:
        total[Row(row.key, row.rule, row.step, row.at, row.asset, 0, row.lot)] += row.amount
    return Counter({row: amount for row, amount in total.items() if amount})


def balances(rows: Iterable[Row]) -> Counter[str]:
    """What rows come to, by asset."""
    total: Counter[str] = Counter()
    for row in rows:
        total[row.asset] += row.amount * GIVES.get(row.step, 0)
    return total


def folded(facts: Iterable[FoldFact], programme: Compiled = RICH, until: int = AT_END) -> Folded:
    """The fold of a set of facts at the end of time, with every record."""
    return fold(programme, list(facts), until=until, holder="m1")


def booked(arrivals: Iterable[FoldFact], programme: Compiled = RICH, until: int = AT_END) -> Book:
    """A book into which facts came one by one, where nothing is decided."""
    book = Book.opened(programme, "m1")
    for fact in arrivals:
        book.take(fact)
    book.advance(until)
    return book


def said(programme: Compiled, state: State) -> dict[str, Any]:
    """A state by names, as it would be stored."""
    body: dict[str, Any] = msgspec.json.decode(programme.dump(state))
    return body


def same(book: Book, other: Folded) -> None:
    """What is kept step by step is the fold of its set, and so is what is booked."""
    programme = book.programme
    assert said(programme, book.state) == said(programme, other.state)
    assert net(book.booked) == net(other.rows)


DAYS = st.integers(0, 2 * 300).map(lambda half: half / 2)
"""Half days, so that things meet at one instant."""
CATEGORIES = st.sampled_from(["goods", "beans", "fees"])


@st.composite
def orders(draw: st.DrawFn, key: str) -> Order:
    """An order of up to three lines, sometimes part paid."""
    lines = draw(st.lists(st.tuples(CATEGORIES, st.integers(1, 12_000)), min_size=1, max_size=3))
    total = sum(amount for _, amount in lines)
    return Order(
        key=key,
        at=day(draw(DAYS)),
        version=draw(st.integers(1, 2)),
        currency="EUR",
        amount_minor=total,
        discount_minor=draw(st.sampled_from([0, 0, total // 3])),
        lines=tuple(
            Line(product=f"p{number}", category=category, amount_minor=amount)
            for number, (category, amount) in enumerate(lines)
        ),
    )


@st.composite
def refunds(draw: st.DrawFn, key: str, of: Order) -> Refund:
    """Some or all of an order comes back, perhaps dated before it."""
    kind = draw(st.sampled_from(["part", "part", "full", "line", "too much"]))
    amount = draw(st.integers(1, max(of.amount_minor // 2, 1)))
    body: dict[str, Any] = {"amount_minor": amount}
    if kind == "full":
        body = {"amount_minor": of.amount_minor, "full": True}
    elif kind == "line":
        line = of.lines[draw(st.integers(0, len(of.lines) - 1))]
        body = {"amount_minor": line.amount_minor, "lines": (Line(product=line.product),)}
    elif kind == "too much":
        body = {"amount_minor": of.amount_minor + amount}
    return Refund(key=key, at=day(draw(DAYS)), order=of.key, currency="EUR", **body)


@st.composite
def restated(draw: st.DrawFn, of: Order) -> Order:
    """The same order, told again with other content."""
    again = draw(orders(of.key))
    body = {name: getattr(again, name) for name in again.__struct_fields__}
    return Order(**{**body, "version": of.version + draw(st.integers(-1, 2)) or 1})


@st.composite
def promises(draw: st.DrawFn, key: str) -> Promise:
    """A coffee that was promised, perhaps for an order; or a voucher given by itself."""
    if draw(st.booleans()):
        paid = draw(st.sampled_from(["", "", "o0", "o1", "o9"]))
        return Promise(
            key=key,
            at=day(draw(DAYS)),
            rule="coffee",
            ordinal=key,
            price=draw(st.sampled_from([50, 120])),
            asset="points",
            order=paid,
        )
    number = draw(st.integers(1, 12))
    return Promise(
        key=f"club/free/m1/{number}",
        at=day(draw(DAYS)),
        rule="free",
        ordinal=str(number),
        price=50,
        asset="stars",
    )


@st.composite
def histories(draw: st.DrawFn) -> list[FoldFact]:
    """Facts of one holder in no order: each key once in each version, what names comes too."""
    bought = [draw(orders(f"o{number}")) for number in range(draw(st.integers(1, 5)))]
    facts: list[FoldFact] = list(bought)
    for number in range(draw(st.integers(0, 4))):
        facts.append(draw(refunds(f"f{number}", draw(st.sampled_from(bought)))))
    for number in range(draw(st.integers(0, 4))):
        promise = draw(promises(f"r{number}"))
        facts.append(promise)
        if draw(st.booleans()):
            facts.append(Reversal(key=f"x{number}", at=day(draw(DAYS)), redemption=promise.key))
    for number in range(draw(st.integers(0, 2))):
        facts.append(draw(grants(f"g{number}")))
    if draw(st.booleans()):
        facts.append(draw(restated(draw(st.sampled_from(bought)))))
    return list({(fact.key, fact.version): fact for fact in facts}.values())


@st.composite
def grants(draw: st.DrawFn, key: str) -> FoldFact:
    """Staff give or take, or an attribute changes."""
    if draw(st.integers(0, 3)) == 0:
        return Attribute(key=key, at=day(draw(DAYS)), name="zone", value=draw(CATEGORIES))
    return Grant(
        key=key,
        at=day(draw(DAYS)),
        asset=draw(st.sampled_from(["points", "stars", "gems"])),
        amount=draw(st.integers(-80, 80)),
    )


def shuffled(facts: list[FoldFact], seed: int) -> list[FoldFact]:
    """The same facts in another order, a third of them delivered twice."""
    chance = random.Random(seed)
    again = [fact for fact in facts if chance.random() < 1 / 3]
    arrivals = [*facts, *again]
    chance.shuffle(arrivals)
    return arrivals


def redemption(key: str, days: float, **fields: Any) -> Redemption:
    """Somebody asks for a coffee."""
    return Redemption(key=key, at=day(days), reward="coffee", **fields)


def asked(book: Book, attempt: Redemption) -> bool:
    """Decide and take an attempt, as a desk does; whether it was accepted."""
    try:
        promise = book.decide(attempt)
    except Refused:
        return False
    book.take(promise)
    return True
