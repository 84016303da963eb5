"""A late fact costs a fold: what is not recorded any more is folded to when it is asked for."""

from __future__ import annotations

import random
from typing import Any

import msgspec
import pytest
from histories import (
    AT_END,
    RICH,
    asked,
    day,
    edition,
    folded,
    histories,
    net,
    order,
    redemption,
    refund,
    runs,
    said,
    same,
    shuffled,
    yes,
)
from hypothesis import given
from hypothesis import strategies as st
from odd_kinds import Review

from regulars.engine import snapshot
from regulars.engine.advance import advance
from regulars.engine.booking import Book
from regulars.engine.build import Build
from regulars.engine.calendar import instant_of, zone
from regulars.engine.compiling import compiled
from regulars.engine.desk import Desk
from regulars.engine.facts import Order
from regulars.engine.fold import ordered
from regulars.engine.happenings import FoldFact, Grant, Promise, Redemption, Reversal
from regulars.engine.kinds.standing.calendar import CalendarYear
from regulars.engine.kinds.standing.rolling import Rolling
from regulars.engine.known import Known
from regulars.engine.position import START, place
from regulars.engine.rules import Handlers
from regulars.engine.run import Run
from regulars.ledger.lots import FOREVER

BEGINS = "2025-06-01T00:00:00Z"


def opened(explain: bool) -> Book:
    """A book; one that explains keeps every record."""
    book = Book.opened(RICH, "m1", lambda question: yes("m1", question))
    book.explain = explain
    return book


def played(book: Book, arrivals: list[Any]) -> list[Any]:
    """What a book answered to each arrival."""
    answers: list[Any] = []
    for arrival in arrivals:
        if isinstance(arrival, Redemption):
            book.advance(instant_of(arrival.at))
            answers.append(asked(book, arrival))
        else:
            told = book.take(arrival)
            answers.append((net(told.rows), told.changes, told.promises))
    book.advance(AT_END)
    return answers


@runs(120, 3_000)
@given(
    histories(),
    st.lists(st.tuples(st.integers(0, 300), st.sampled_from(["", "o0", "o1"])), max_size=4),
    st.integers(0, 2**32),
)
def test_with_every_record_kept_all_answers_are_the_same(
    facts: list[FoldFact], attempts: list[tuple[int, str]], seed: int
) -> None:
    arrivals: list[Any] = [fact for fact in shuffled(facts, seed) if not isinstance(fact, Promise)]
    chance = random.Random(seed)
    for number, (days, paid) in enumerate(attempts):
        attempt = redemption(f"r{number}", days, order=paid)
        arrivals.insert(chance.randint(0, len(arrivals)), attempt)
    lean, full = opened(False), opened(True)
    assert played(lean, arrivals) == played(full, arrivals)
    assert said(RICH, lean.state) == said(RICH, full.state)
    for key in lean.facts:
        assert lean.recall(key) == full.run.records.get(key), key


@runs(120, 3_000)
@given(histories(), st.integers(0, 2**32))
def test_the_order_that_is_kept_is_the_order_of_the_set(facts: list[FoldFact], seed: int) -> None:
    known = Known()
    for fact in shuffled(facts, seed):
        before = known.facts.get(fact.key)
        if before is None or fact.version > before.version:
            known.keep(fact)
    kept, made = known.ordered(), ordered(facts)
    assert kept.facts == made.facts
    assert kept.instants == made.instants
    assert kept.placed == [place(fact, known.facts) for fact in made.facts]
    assert known.promised == made.promised


def lean_book() -> Book:
    """Two orders, of which a late fact has left no record."""
    book = opened(False)
    book.take(order("o1", 1, 40))
    book.take(order("o2", 5, 30))
    book.take(Grant(key="g1", at=day(2), asset="points", amount=1))
    return book


def test_a_refund_finds_the_record_that_a_late_fact_left_out() -> None:
    book = lean_book()
    assert "o1" not in book.run.records
    book.take(refund("f1", 9, "o1", 10))
    assert book.run.records["o1"].back == 1000
    assert book.state.holdings[0].balance == 30 + 30 + 1
    same(book, folded(book.facts.values(), until=book.state.at))


def test_saboteur_a_book_that_does_not_recall(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Book, "recall", lambda self, key: None)
    book = lean_book()
    book.take(refund("f1", 9, "o1", 10))
    assert book.state.holdings[0].balance == 71


def test_saboteur_a_fact_put_at_the_end_of_what_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("regulars.engine.known.bisect_left", lambda places, where: len(places))
    facts: list[FoldFact] = [order("o2", 20, 120), order("o1", 10, 150)]
    known = Known()
    for fact in facts:
        known.keep(fact)
    assert known.ordered().facts != ordered(facts).facts


def test_facts_that_name_each_other_in_a_circle_stand_by_themselves() -> None:
    promise = Promise(
        key="r1", at=day(3), rule="coffee", ordinal="r1", price=50, asset="points", order="x1"
    )
    reversal = Reversal(key="x1", at=day(2), redemption="r1")
    facts: dict[str, FoldFact] = {"r1": promise, "x1": reversal}
    assert [place(fact, facts).at for fact in facts.values()] == [
        instant_of(day(3)),
        instant_of(day(2)),
    ]
    arrivals: list[FoldFact] = [order("o1", 1, 100), promise, reversal]
    for seed in range(12):
        book = Book.opened(RICH, "m1")
        for fact in shuffled(arrivals, seed):
            book.take(fact)
        book.advance(AT_END)
        same(book, folded(arrivals))


class Echo(Review, frozen=True, kw_only=True, tag="echo"):
    """A review thirty days after somebody else's order."""

    to: str

    def compile(self, build: Build) -> Handlers:
        handlers, me = super().compile(build), self.name_in_state
        handlers.effect = handlers.on[Order]
        handlers.on = {Order: lambda run, fact: run.effect(me, self.to, "echo", subject=fact.key)}
        return handlers


def late_echo() -> bool:
    """Whether what a late effect made due in the past has been decided."""
    desk = Desk(compiled([edition(earn=[], rewards=[Echo(id="echo", to="mum")], limit=[])]), yes)
    desk.record(order("o1", 10, 10), "child", now=instant_of(day(50)))
    return any(isinstance(fact, Promise) for fact in desk.book("mum").facts.values())


def test_what_a_late_effect_makes_due_in_the_past_is_decided_at_once() -> None:
    assert late_echo()


def test_saboteur_a_desk_that_lets_the_receiver_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Book, "let_pass", lambda self, until: None)
    assert not late_echo()


def test_what_timers_of_two_holders_cause_at_one_instant_has_two_keys() -> None:
    programme = compiled([edition()])
    keys = set()
    for holder in ("a", "b"):
        run = Run(programme, programme.start(), holder)
        timer = (
            lambda run: FOREVER if run.effects else 5,
            lambda run: run.effect("tithe", "mum", "x"),
        )
        run.edition = msgspec.structs.replace(run.edition, timers=(timer,))
        run.state.due = 0
        advance(run, 10)
        keys |= {effect.key for effect in run.effects}
    assert len(keys) == 2


def test_who_asks_to_hear_late_is_told_too() -> None:
    made = edition()
    build = Build(made, zone("UTC"), {one.id: i for i, one in enumerate(made.assets)}, {})
    give, told = build.hearing("points", "spend"), []
    build.hear("points", lambda run, amount, at: told.append(amount), ("spend",))
    build.hear("points", lambda run, amount, at: told.append(amount))
    build.hear("points", lambda run, amount, at: told.append(amount), ("other",))
    assert len(give) == 2
    assert not build.hearing("stars", "spend")


def test_a_window_that_only_a_later_edition_reads_is_filled_when_it_begins() -> None:
    first = edition(standing=None, tiers=[], change=[])
    for ladder in (Rolling(metric="earned", months=12), CalendarYear(metric="earned")):
        programme = compiled([first, edition(edition="b", from_=BEGINS, standing=ladder)])
        book = Book.opened(programme, "m1")
        book.take(order("o1", 10, 200))
        book.advance(instant_of(day(160)))
        assert book.state.standing.tier == 1


def test_a_snapshot_that_kept_less_than_a_new_edition_reads_is_thrown_away() -> None:
    old = compiled([edition(standing=None, tiers=[], change=[])])
    first = snapshot.taken(Run(old, old.start(), "m1"), START)
    ladder = CalendarYear(metric="earned")
    new = compiled(
        [edition(standing=None, tiers=[], change=[]), edition(edition="b", standing=ladder)]
    )
    assert snapshot.resumed(old, first) is not None
    assert snapshot.resumed(new, first) is None


def test_a_refund_of_an_old_order_is_told_to_the_ladder_of_the_new_edition() -> None:
    first = edition(standing=CalendarYear(metric="earned"))
    second = edition(edition="b", from_=BEGINS, standing=Rolling(metric="earned", months=12))
    programme = compiled([first, second])
    book = Book.opened(programme, "m1")
    book.take(order("o1", 140, 200))
    book.advance(instant_of(day(160)))
    assert book.state.standing.tier == 1
    book.take(refund("f1", 170, "o1", 100))
    assert book.state.standing.tier == 0
