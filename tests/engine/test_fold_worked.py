"""One history worked by hand: a late order, refunds by the old rules, expiry, a reversal.

One point for a euro; silver from 500 points earned within two years earns double; points live for
12 months. From 1 July all earn three points, which live to the end of the month six months later.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
from histories import said, yes

from regulars.engine.booking import Book, Booked
from regulars.engine.calendar import datetime_of, instant_of
from regulars.engine.compiled import Compiled
from regulars.engine.compiling import compiled
from regulars.engine.conditions import Condition
from regulars.engine.edition import Asset, Edition, Tier
from regulars.engine.facts import Order, Refund
from regulars.engine.fold import fold
from regulars.engine.happenings import Redemption, Reversal
from regulars.engine.kinds.change.multiply import Multiply
from regulars.engine.kinds.earn.per_amount import PerAmount
from regulars.engine.kinds.life.after_earning import After, MonthEnd
from regulars.engine.kinds.metrics.earned import Earned
from regulars.engine.kinds.rewards.price import Price
from regulars.engine.kinds.standing.rolling import Rolling


def programme() -> Compiled:
    """Both editions."""
    first = Edition(
        format=1,
        programme="club",
        edition="a",
        name="Club",
        assets=[Asset(id="points", name="point", expire=After(life="P12M"))],
        metrics=[Earned(id="earned")],
        earn=[PerAmount(id="earn", step="1 EUR", points="1")],
        change=[Multiply(id="silver", factor="2", who=Condition(tier=("silver",)))],
        standing=Rolling(metric="earned", months=24),
        tiers=[
            Tier(id="bronze", name="Bronze", from_="0"),
            Tier(id="silver", name="Silver", from_="500"),
        ],
        rewards=[Price(id="redeem", name="a bag", price="350")],
    )
    second = msgspec.structs.replace(
        first,
        edition="b",
        from_="2025-07-01T00:00:00Z",
        assets=[Asset(id="points", name="point", expire=MonthEnd(months=6))],
        earn=[PerAmount(id="earn", step="1 EUR", points="3")],
        change=[],
    )
    return compiled([first, second])


def at(month: int, day: int, year: int = 2025) -> datetime:
    return datetime(year, month, day, 10, tzinfo=UTC)


def bought(key: str, when: datetime, euros: int) -> Order:
    return Order(key=key, at=when, currency="EUR", amount_minor=euros * 100)


def back(key: str, when: datetime, euros: int) -> Refund:
    return Refund(key=key, at=when, order="o2", currency="EUR", amount_minor=euros * 100)


def booked(booked: Booked) -> set[tuple[Any, ...]]:
    return {
        (row.key, row.step, row.lot, datetime_of(row.at).date().isoformat(), row.amount)
        for row in booked.rows
    }


def lots(book: Book) -> list[tuple[str, int, str]]:
    return [
        (lot.key, lot.left, datetime_of(lot.expires).date().isoformat())
        for lot in book.state.holdings[0].lots
    ]


def as_folded(book: Book) -> None:
    wanted = fold(book.programme, book.facts.values(), until=book.state.at)
    assert said(book.programme, book.state) == said(book.programme, wanted.state)


def test_one_history_worked_by_hand() -> None:
    book = Book.opened(programme(), "m1", lambda question: yes("m1", question))

    assert booked(book.take(bought("o1", at(1, 10), 300))) == {
        ("o1", "earn", "", "2025-01-10", 300)
    }
    assert booked(book.take(bought("o2", at(3, 1), 100))) == {("o2", "earn", "", "2025-03-01", 100)}
    assert lots(book) == [("o1", 300, "2026-01-10"), ("o2", 100, "2026-03-01")]

    promise = book.decide(Redemption(key="r1", at=at(3, 10), reward="redeem"))
    assert booked(book.take(promise)) == {("r1", "price", "", "2025-03-10", 350)}
    assert (lots(book), book.state.standing.tier) == ([("o2", 50, "2026-03-01")], 0)

    assert booked(book.take(bought("o0", at(2, 1), 250))) == {
        ("o0", "earn", "", "2025-02-01", 250),
        ("o2", "earn", "", "2025-03-01", 100),
    }
    assert lots(book) == [("o0", 200, "2026-02-01"), ("o2", 200, "2026-03-01")]
    assert book.state.standing.tier == 1
    assert [(part.key, part.amount) for part in book.run.records["r1"].parts] == [
        ("o1", 300),
        ("o0", 50),
    ]

    assert booked(book.take(back("f2", at(4, 1), 40))) == {("f2", "claw", "", "2025-04-01", 80)}
    before = lots(book)
    assert booked(book.advance(instant_of(at(7, 2)))) == set()
    assert lots(book) == before == [("o0", 200, "2026-02-01"), ("o2", 120, "2026-03-01")]

    assert booked(book.take(bought("o3", at(7, 10), 50))) == {("o3", "earn", "", "2025-07-10", 150)}
    assert [key for key, _, _ in lots(book)] == ["o3", "o0", "o2"]
    assert booked(book.take(back("f2b", at(8, 1), 60))) == {("f2b", "claw", "", "2025-08-01", 120)}
    assert lots(book) == [("o3", 150, "2026-02-01"), ("o0", 200, "2026-02-01")]
    assert (book.state.holdings[0].balance, book.state.standing.tier) == (350, 1)

    assert booked(book.advance(instant_of(at(2, 2, 2026)))) == {
        ("o3", "expire", "", "2026-02-01", 150),
        ("o0", "expire", "", "2026-02-01", 200),
    }
    assert (lots(book), book.state.standing.tier) == ([], 1)

    reversal = Reversal(key="x1", at=at(2, 10, 2026), redemption="r1")
    assert booked(book.take(reversal)) == {
        ("x1", "restore", "o1", "2026-02-10", 300),
        ("x1", "expire", "o1", "2026-02-10", 300),
        ("x1", "restore", "o0", "2026-02-10", 50),
        ("x1", "expire", "o0", "2026-02-10", 50),
    }
    assert (lots(book), book.state.holdings[0].balance) == ([], 0)
    as_folded(book)
