"""A book that goes on from a milestone is the book that was folded from the beginning."""

from __future__ import annotations

from typing import Any

import pytest
import test_head as heads
from histories import TORTURE, day, histories, order, refund, runs
from hypothesis import given
from hypothesis import strategies as st
from shelf import Shelf, milestones_every

from regulars.engine.booking import Book
from regulars.engine.happenings import FoldFact, Opening
from regulars.engine.head import Shelved
from regulars.engine.milestones import about, changes_all

SEEDS = 200 if TORTURE else 4
APART = st.sampled_from([1, 2, 3])
"""How many facts are between milestones."""


def inner(test: Any) -> Any:
    """What a property asks, without what it is asked of."""
    return test.hypothesis.inner_test


@runs(60, 2_000)
@given(histories(), st.integers(0, 2**32), APART)
def test_facts_one_by_one(facts: list[FoldFact], seed: int, apart: int) -> None:
    with milestones_every(apart):
        inner(heads.test_facts_one_by_one_out_of_heads_end_as_in_one_book)(facts, seed)


@runs(60, 2_000)
@given(histories(), st.integers(0, 2**32), APART)
def test_several_to_one_opening(facts: list[FoldFact], seed: int, apart: int) -> None:
    with milestones_every(apart):
        inner(heads.test_facts_may_come_several_to_one_opening)(facts, seed)


@runs(60, 2_000)
@given(histories(), heads.ATTEMPTS, st.integers(0, 2**32), APART)
def test_what_is_decided(
    facts: list[FoldFact], attempts: list[tuple[int, str]], seed: int, apart: int
) -> None:
    with milestones_every(apart):
        inner(heads.test_what_is_decided_out_of_heads_is_what_one_book_decides)(
            facts, attempts, seed
        )


@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_desk_of_shelved_books(seed: int) -> None:
    with milestones_every(1 + seed % 3):
        assert heads.differing(seed, late=True) == []


def comes_to_the_same(*arrivals: FoldFact) -> Shelf:
    """A shelf and an open book that take these one by one, with milestones after each fact."""
    shelf, book = heads.both(asking=False)
    with milestones_every(1):
        for fact in arrivals:
            heads.alike(shelf.take(fact), book.take(fact))
            heads.same(shelf, book)
    return shelf


TEN = [order(f"o{number}", 2 * number + 1, 20) for number in range(10)]


def test_what_comes_late_is_folded_from_a_milestone() -> None:
    shelf = comes_to_the_same(*TEN, order("l1", 2, 10), order("l2", 16, 10))
    assert shelf.reached == 1
    assert shelf.milestones


BEHIND = (
    *TEN,
    order("l1", 16, 10),
    refund("f1", 4, "o9", 5),
    order("l2", 18, 10),
)
"""A refund told of an earlier day than its order: it stands after that, and milestones between the
two do not know it."""


def test_a_fact_that_stands_later_than_it_is_told_is_not_missed() -> None:
    comes_to_the_same(*BEHIND)


def test_saboteur_that_keeps_milestones_before_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Shelved, "forget_after", lambda book, at: None)
    with pytest.raises(AssertionError):
        comes_to_the_same(*BEHIND)


def test_what_names_something_before_a_milestone_is_folded_from_an_earlier_one() -> None:
    shelf = comes_to_the_same(
        *TEN, order("l1", 2, 10), refund("f1", 20, "o7", 5), order("l2", 18, 9)
    )
    at = max(one.at for one in shelf.milestones)
    assert at > min(one.at for one in shelf.milestones)


def test_saboteur_that_does_not_look_what_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The refund is stored after the milestone, its order before it."""
    monkeypatch.setattr(Shelved, "first_named", lambda book, road, facts: 1 << 62)
    with pytest.raises(AssertionError):
        comes_to_the_same(*TEN, order("l1", 2, 10), refund("f1", 20, "o7", 5), order("l2", 19.5, 9))


def test_saboteur_that_goes_on_from_a_later_milestone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Shelved, "reach", lambda book, facts: book.run.state.at)
    with pytest.raises(AssertionError):
        comes_to_the_same(*TEN, order("l1", 2, 10), order("l2", 4, 10))


def test_what_a_fact_may_change_beside_itself() -> None:
    assert about(order("o1", 1, 5)) == set()
    assert about(order("o1", 1, 5, version=2)) == {"o1"}
    assert about(refund("f1", 2, "o1", 5)) == {"o1"}
    opening = Opening(key="p1", at=day(3), what="asset", name="points", amount=5)
    assert changes_all(opening, ())
    assert changes_all(order("o9", 1, 5), ("o9",))
    assert not changes_all(order("o9", 1, 5), ("o8",))


def test_a_book_without_a_head_has_no_base() -> None:
    shelf = comes_to_the_same(*TEN, order("l1", 2, 10))
    shelf.head = ""
    book = shelf.open()
    assert isinstance(book, Book)
    assert (book.whole, book.base) == (True, None)
