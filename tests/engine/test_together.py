"""Facts that come late together are folded in at once, and come to what they come to one by one."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from histories import (
    AT_END,
    RICH,
    day,
    histories,
    net,
    order,
    refund,
    runs,
    said,
    same,
    shuffled,
    yes,
)
from hypothesis import given
from hypothesis import strategies as st

from regulars.engine import booking, together
from regulars.engine.booking import Book
from regulars.engine.calendar import instant_of
from regulars.engine.desk import Desk
from regulars.engine.fold import fold
from regulars.engine.happenings import FoldFact, Opening, Promise
from regulars.engine.position import position
from regulars.engine.together import Coming, late_ones, record_all, record_late

Takes = Callable[[Desk, list[FoldFact], int], None]


def by_groups(desk: Desk, facts: list[FoldFact], now: int) -> None:
    """As they are booked that come in one transaction."""
    answers = record_all(desk, [Coming(fact, "m1") for fact in facts], now)
    assert [one.outcome.key for one in answers] == [one.key for one in facts]


def one_by_one(desk: Desk, facts: list[FoldFact], now: int) -> None:
    for fact in facts:
        desk.record(fact, "m1", now)


def decided_once(desk: Desk) -> bool:
    """Whether what is booked is what the facts come to, all promises among them."""
    for holder, book in desk.books.items():
        facts = book.facts.values()
        same(book, fold(desk.programme, facts, holder=holder, until=book.state.at))
    return True


def lived(takes: Takes, facts: list[FoldFact], seed: int, asking: bool) -> Desk:
    """A desk where these facts came in groups, each in its order, at the end of the year."""
    desk, chance = Desk(RICH, yes), random.Random(seed)
    if not asking:
        desk.book("m1").run.ask = None
    coming = [fact for fact in shuffled(facts, seed) if not (asking and isinstance(fact, Promise))]
    coming = list({fact.key: fact for fact in coming}.values())
    while coming:
        count = chance.randint(1, 6)
        group, coming = coming[:count], coming[count:]
        takes(desk, sorted(group, key=position), AT_END)
    desk.advance(AT_END)
    return desk


@runs(80, 3_000)
@given(histories(), st.integers(0, 2**32))
def test_groups_come_to_what_they_come_to_one_by_one(facts: list[FoldFact], seed: int) -> None:
    """Where every promise is brought, there is nothing that could be decided otherwise."""
    one, other = (lived(takes, facts, seed, False) for takes in (by_groups, one_by_one))
    assert said(RICH, one.book("m1").state) == said(RICH, other.book("m1").state)
    assert net(one.book("m1").booked) == net(other.book("m1").booked)
    assert one.book("m1").facts == other.book("m1").facts
    assert {key: told.status for key, told in one.outcomes.items()} == {
        key: told.status for key, told in other.outcomes.items()
    }


@runs(80, 3_000)
@given(histories(), st.integers(0, 2**32))
def test_what_groups_decide_holds(facts: list[FoldFact], seed: int) -> None:
    assert decided_once(lived(by_groups, facts, seed, True))


def desk_of_orders() -> Desk:
    """Somebody who has ordered ten times."""
    desk = Desk(RICH, yes)
    for number in range(10):
        desk.record(order(f"o{number}", 2 * number + 1, 20), "m1")
    return desk


LATE = [order("l1", 2, 30), refund("l2", 2.5, "l1", 10), order("l3", 4, 50)]


def test_each_is_told_what_it_brought() -> None:
    desk = desk_of_orders()
    answers = record_late(desk, [Coming(one, "m1") for one in LATE], instant_of(day(40)))
    gave = [
        sum(row.amount for row in one.booked.rows if (row.key, row.asset) == (key, "points"))
        for key, one in zip(("l1", "l2", "l3"), answers, strict=True)
    ]
    assert [one.outcome.status for one in answers] == ["accepted"] * 3
    assert gave == [30, 10, 50]
    assert decided_once(desk)


def chosen(desk: Desk, *facts: FoldFact) -> list[str]:
    return [one.fact.key for one in late_ones(desk, [Coming(fact, "m1") for fact in facts])]


def test_only_what_is_late_and_has_nothing_to_ask_is_taken_together() -> None:
    desk = desk_of_orders()
    assert chosen(desk, *LATE) == ["l1", "l2", "l3"]
    assert chosen(desk, LATE[0]) == []
    assert chosen(desk, LATE[0], order("n1", 30, 10)) == []
    unknown = refund("l4", 3, "nobody", 1)
    assert chosen(desk, *LATE, unknown) == ["l1", "l2", "l3"]
    opening = Opening(key="l5", at=day(3), what="asset", name="points", amount=5)
    known = order("o1", 3, 20)
    assert chosen(desk, *LATE, opening, known) == ["l1", "l2", "l3"]
    vouched = order("l6", 5, 10, vouchers=("v",))
    assert chosen(desk, *LATE, vouched) == ["l1", "l2", "l3"]


def test_all_are_folded_in_by_one_fold(monkeypatch: pytest.MonkeyPatch) -> None:
    replays: list[object] = []
    replay = Book.replay
    monkeypatch.setattr(
        Book, "replay", lambda book, *told: (replays.append(book), replay(book, *told))[1]
    )
    desk = desk_of_orders()
    record_late(desk, [Coming(one, "m1") for one in LATE], instant_of(day(40)))
    assert len(replays) == 1
    one_by_one(desk, [order(f"k{n}", n + 0.5, 10) for n in range(3)], instant_of(day(40)))
    assert len(replays) == 4


def test_saboteur_that_tells_the_first_all(monkeypatch: pytest.MonkeyPatch) -> None:
    def first(booked: object, facts: list[FoldFact]) -> list[object]:
        return [booked]

    monkeypatch.setattr(together, "parted", first)
    with pytest.raises((AssertionError, KeyError)):
        test_each_is_told_what_it_brought()


def test_saboteur_that_forgets_one_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    take_late = Book.take_late
    monkeypatch.setattr(Book, "take_late", lambda book, facts: take_late(book, facts[:-1]))
    with pytest.raises((AssertionError, KeyError)):
        test_each_is_told_what_it_brought()


def taken_at_once(count: int, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many facts are applied for so many orders of one instant, of which every fifth brings a
    voucher, in four parts."""
    applied = 0

    def counted(what: Callable[..., None], of: Callable[[object], int]) -> Callable[..., None]:
        def run(*told: object) -> None:
            nonlocal applied
            applied += of(told[1])
            what(*told)

        return run

    with monkeypatch.context() as patch:
        patch.setattr(booking, "step", counted(booking.step, lambda _fact: 1))
        patch.setattr(booking, "follow", counted(booking.follow, lambda told: len(told.facts)))  # type: ignore[attr-defined]
        desk = Desk(RICH, yes)
        facts = [order(f"o{number:05}", 1, 10) for number in range(count)]
        for part in range(4):
            by_groups(desk, facts[part * count // 4 : (part + 1) * count // 4], instant_of(day(1)))
    assert decided_once(desk)
    assert len(desk.book("m1").state.vouchers) >= count // 5
    return applied


PARTS = 4
"""Each part folds once what was there, and gives what it brings."""


def test_orders_of_one_instant_cost_as_much_each_however_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for count in (40, 400):
        assert taken_at_once(count, monkeypatch) <= PARTS * 1.2 * count


def test_saboteur_that_does_not_wait_for_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Book, "expects", property(lambda book: False, lambda book, told: None))
    monkeypatch.setattr(together, "LEAST", 10**9)
    assert taken_at_once(400, monkeypatch) > 10 * PARTS * 400
