"""R11, R12: the same set of facts ends in the same state, however it arrives."""

from __future__ import annotations

import random

import pytest
from histories import (
    AT_END,
    RICH,
    TORTURE,
    booked,
    day,
    folded,
    histories,
    order,
    refund,
    runs,
    same,
    shuffled,
)
from hypothesis import given
from hypothesis import strategies as st

from regulars.engine.booking import Book
from regulars.engine.calendar import instant_of
from regulars.engine.happenings import FoldFact, Promise, Reversal
from regulars.engine.position import place, position

ORDERS = 5_000 if TORTURE else 60

LIFE: list[FoldFact] = [
    order("o1", 10, 120),
    order("o1", 10, 150, version=2),
    refund("f1", 12, "o1", 30),
    refund("f2", 9, "o1", 20),
    refund("f3", 20, "o1"),
    order("o1", 10, 90, version=3),
    Promise(key="r1", at=day(15), rule="coffee", ordinal="r1", price=50, asset="points"),
    Reversal(key="x1", at=day(14), redemption="r1"),
]
"""Created, edited, part refunds (one dated before it), cancelled, reopened, and a coffee that was
given back, told with an earlier date than it was had."""


@pytest.mark.parametrize("first", range(0, ORDERS, 20))
def test_a_life_of_an_order_ends_alike_in_any_order_of_arrival(first: int) -> None:
    wanted = folded(LIFE)
    for seed in range(first, min(first + 20, ORDERS)):
        book = booked(shuffled(LIFE, seed))
        same(book, wanted)


@runs(150, 5_000)
@given(histories(), st.integers(0, 2**32))
def test_what_is_kept_step_by_step_is_the_fold_of_its_set(facts: list[FoldFact], seed: int) -> None:
    arrivals = shuffled(facts, seed)
    same(booked(arrivals), folded(facts))
    same(booked(sorted(facts, key=lambda fact: fact.at)), folded(facts))


@runs(60, 2_000)
@given(histories(), st.integers(0, 2**32), st.lists(st.integers(0, 400), max_size=6))
def test_looking_at_the_clock_changes_nothing(
    facts: list[FoldFact], seed: int, looks: list[int]
) -> None:
    arrivals = shuffled(facts, seed)
    book, chance = Book.opened(RICH, "m1"), random.Random(seed)
    for fact in arrivals:
        if looks and chance.random() < 0.5:
            book.advance(instant_of(day(looks[chance.randrange(len(looks))])))
        book.take(fact)
    book.advance(AT_END)
    assert book.advance(AT_END).rows == []
    same(book, folded(facts))


def test_saboteur_a_late_fact_that_is_applied_as_it_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Book, "is_late", lambda self, where: False)
    late: list[FoldFact] = [order("o2", 20, 120), order("o1", 10, 150)]
    with pytest.raises(AssertionError):
        same(booked(late), folded(late))


def test_saboteur_a_place_that_forgets_what_a_fact_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("regulars.engine.fold.place", lambda fact, facts: position(fact))
    early: list[FoldFact] = [order("o1", 10, 150), refund("f1", 9, "o1", 30)]
    book = booked(early)
    with pytest.raises(AssertionError):
        same(book, folded(early))


def test_a_reversal_never_stands_before_its_redemption() -> None:
    facts = {fact.key: fact for fact in LIFE}
    assert place(facts["x1"], facts) > place(facts["r1"], facts)
