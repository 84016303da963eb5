"""A book decides as facts come in; what it decided is part of its set from then on."""

from __future__ import annotations

import random
from typing import Any

import pytest
from histories import (
    AT_END,
    RICH,
    asked,
    balances,
    day,
    folded,
    histories,
    net,
    order,
    redemption,
    refund,
    runs,
    same,
    shuffled,
    yes,
)
from hypothesis import given
from hypothesis import strategies as st

from regulars.engine.booking import Book
from regulars.engine.calendar import instant_of
from regulars.engine.happenings import FoldFact, Grant, Promise, Redemption, Reversal
from regulars.engine.questions import Granted, Question, Reply, Share
from regulars.engine.run import Run
from regulars.engine.sending import once
from regulars.ledger.refused import Refused

ATTEMPTS = st.lists(st.tuples(st.integers(0, 300), st.sampled_from(["", "o0", "o7"])), max_size=4)


def open_book() -> Book:
    return Book.opened(RICH, "m1", lambda question: yes("m1", question))


def decided(facts: list[FoldFact], attempts: list[tuple[int, str]], seed: int) -> Book:
    """A book into which facts and attempts came in some order."""
    arrivals: list[Any] = [fact for fact in shuffled(facts, seed) if not isinstance(fact, Promise)]
    chance, book = random.Random(seed), open_book()
    for number, (days, paid) in enumerate(attempts):
        attempt = redemption(f"r{number}", days, order=paid)
        arrivals.insert(chance.randint(0, len(arrivals)), attempt)
    for arrival in arrivals:
        if isinstance(arrival, Redemption):
            book.advance(instant_of(arrival.at))
            asked(book, arrival)
        else:
            book.take(arrival)
    book.advance(AT_END)
    return book


@runs(150, 3_000)
@given(histories(), ATTEMPTS, st.integers(0, 2**32))
def test_what_was_decided_on_the_way_belongs_to_the_set(
    facts: list[FoldFact], attempts: list[tuple[int, str]], seed: int
) -> None:
    book = decided(facts, attempts, seed)
    same(book, folded(book.facts.values()))
    for asset, holding in zip(RICH.asset_names, book.state.holdings, strict=True):
        lots, debts = (
            sum(lot.left for lot in holding.lots),
            sum(debt.left for debt in holding.debts),
        )
        assert holding.balance == lots - debts == balances(book.booked)[asset]
        assert not (lots and debts)


def asked_ahead() -> Book:
    """A book after a refund; before that somebody had asked for something a year later, when what
    the order gave is over."""
    book = open_book()
    book.take(order("o1", 1, 60))
    with pytest.raises(Refused):
        book.decide(redemption("r1", 400))
    book.take(refund("f1", 2, "o1", 30))
    book.advance(AT_END)
    return book


def test_what_is_only_looked_at_leaves_no_trace_in_records() -> None:
    book = asked_ahead()
    same(book, folded(book.facts.values()))


def test_saboteur_that_looks_ahead_on_the_records_themselves(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    aside = Run.aside

    def shared(run: Run) -> Run:
        found = aside(run)
        found.records = dict(run.records)
        return found

    monkeypatch.setattr(Run, "aside", shared)
    with pytest.raises(AssertionError):
        test_what_is_only_looked_at_leaves_no_trace_in_records()


def test_a_known_version_changes_nothing_and_a_higher_one_is_the_fact() -> None:
    book = open_book()
    book.take(order("o1", 1, 100, version=2))
    before = RICH.dump(book.state)
    for version in (1, 2):
        assert book.take(order("o1", 1, 50, version=version)).rows == []
    assert RICH.dump(book.state) == before
    told = book.take(order("o1", 1, 40, version=3))
    assert {(row.rule, row.amount) for row in told.rows} == {
        ("spend", -60),
        ("star", -60),
        ("cash", -120),
    }
    assert told.cause == "o1"


def test_the_instant_belongs_to_the_difference() -> None:
    book = open_book()
    book.take(order("o1", 1, 100))
    moved = book.take(order("o1", 2, 100, version=2)).rows
    at = {(row.at, row.amount) for row in moved if row.rule == "spend"}
    assert at == {(instant_of(day(1)), -100), (instant_of(day(2)), 100)}


def test_what_waits_for_an_order_acts_when_it_comes() -> None:
    book = open_book()
    assert book.take(refund("f1", 2, "o1", 40)).rows == []
    book.take(order("o1", 3, 100))
    assert book.state.holdings[0].balance == 60
    same(book, folded(book.facts.values(), until=book.state.at))


def test_a_promise_given_by_itself_is_dated_after_everything_of_its_instant() -> None:
    book = open_book()
    book.take(order("o1", 1, 100))
    vouchers = [fact for fact in book.facts.values() if isinstance(fact, Promise)]
    assert [(one.rule, one.ordinal, one.at) for one in vouchers] == [
        ("free", "1", day(1)),
        ("free", "2", day(1)),
    ]
    booked = book.take(order("o2", 1, 100))
    assert [(one.ordinal, one.at) for one in booked.promises] == [("3", day(1)), ("4", day(1))]
    assert len(book.state.vouchers) == 4
    same(book, folded(book.facts.values(), until=book.state.at))


def test_ten_promises_of_one_instant_keep_their_order() -> None:
    book = open_book()
    book.take(Grant(key="g1", at=day(1), asset="stars", amount=600))
    assert [fact.ordinal for fact in book.facts.values() if isinstance(fact, Promise)] == [
        str(number) for number in range(1, 13)
    ]
    same(book, folded(book.facts.values(), until=book.state.at))


def test_a_late_attempt_must_hold_then_and_now() -> None:
    book = open_book()
    book.take(order("o1", 1, 60))
    assert asked(book, redemption("r1", 10))
    before = RICH.dump(book.state)
    with pytest.raises(Refused, match="insufficient_points"):
        book.decide(redemption("r2", 5))
    assert RICH.dump(book.state) == before
    book.take(order("o2", 11, 60))
    with pytest.raises(Refused, match="insufficient_points"):
        book.decide(redemption("r3", 0.5))
    assert asked(book, redemption("r4", 11.5))


def test_a_redemption_that_names_an_order_is_folded_with_it() -> None:
    """Also when the order comes after it: the promise moves to the order."""
    late, known = open_book(), open_book()
    for book in (late, known):
        book.take(order("o1", 1, 200))
    assert asked(late, redemption("r1", 2, order="o2"))
    moved = late.take(order("o2", 3, 100))
    assert {(row.step, row.at, row.amount) for row in moved.rows if row.rule == "coffee"} == {
        ("price", instant_of(day(2)), -50),
        ("price", instant_of(day(3)), 50),
    }
    known.take(order("o2", 3, 100))
    assert asked(known, redemption("r1", 3, order="o2"))
    assert late.state.holdings[0].balance == known.state.holdings[0].balance
    same(late, folded(late.facts.values(), until=late.state.at))


def test_a_reversal_brings_back_what_a_moved_redemption_took() -> None:
    book = open_book()
    book.take(order("o1", 1, 200))
    assert asked(book, redemption("r1", 2, order="o2"))
    book.take(Reversal(key="x1", at=day(2.5), redemption="r1"))
    assert book.state.holdings[0].balance == 200
    book.take(order("o2", 3, 100))
    assert balances(book.booked)["points"] == book.state.holdings[0].balance
    same(book, folded(book.facts.values(), until=book.state.at))


def test_a_question_is_asked_once_for_a_late_attempt() -> None:
    questions: list[Question] = []

    def answer(question: Question) -> Reply:
        questions.append(question)
        return Granted(amount=1)

    ask = once(answer)
    assert ask is not None
    share = Share(name="budget", wanted=1, most=1)
    assert ask(share) == ask(share) == Granted(amount=1)
    assert questions == [share]


def test_saboteur_a_promise_that_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    book = open_book()
    book.take(order("o1", 1, 60))
    assert asked(book, redemption("r1", 2))
    del book.facts["r1"]
    with pytest.raises(AssertionError):
        same(book, folded(book.facts.values(), until=book.state.at))


def test_saboteur_a_difference_that_forgets_the_instant() -> None:
    book = open_book()
    book.take(order("o1", 1, 100))
    book.take(order("o1", 2, 100, version=2))
    book.booked = [row for row in book.booked if row.amount > 0][:1]
    assert net(book.booked) != net(folded(book.facts.values(), until=book.state.at).rows)


def test_a_reversal_may_wait_for_what_is_given_by_itself() -> None:
    book = open_book()
    for number, days in enumerate((0, 40)):
        book.take(Reversal(key=f"x{number}", at=day(days), redemption="club/free/m1/1"))
    told = book.take(order("o1", 1, 50))
    assert [promise.key for promise in told.promises] == ["club/free/m1/1"]
    same(book, folded(book.facts.values(), until=book.state.at))
