"""A book that is opened from its head between any two facts is the book that never was closed."""

from __future__ import annotations

import random
from typing import Any

import crowd
import msgspec
import pytest
from histories import (
    AT_END,
    RICH,
    TORTURE,
    day,
    histories,
    net,
    order,
    redemption,
    refund,
    runs,
    said,
    shuffled,
    yes,
)
from hypothesis import given
from hypothesis import strategies as st
from shelf import Shelf, ShelvedCrowd, promised

from regulars.engine import head
from regulars.engine.booking import Book, Booked, Mark
from regulars.engine.calendar import instant_of
from regulars.engine.happenings import Activity, FoldFact, Promise, Redemption
from regulars.engine.head import Decided, Shelved, Source
from regulars.engine.run import Run
from regulars.ledger.refused import Refused

SEEDS = 400 if TORTURE else 6
ATTEMPTS = st.lists(st.tuples(st.integers(0, 300), st.sampled_from(["", "o0", "o7"])), max_size=3)
READ = ("vouchers_open", "tier", "earned", "nothing")
READ_OF = ("voucher_status", "pays", "expires_at", "money")


def alike(one: Booked, other: Booked) -> None:
    """Two books say the same of one arrival."""
    assert net(one.rows) == net(other.rows)
    assert [said.key for said in one.promises] == [said.key for said in other.promises]
    assert one.cause == other.cause


def same(shelf: Shelf, book: Book) -> None:
    """What is kept on a shelf is the book."""
    assert said(RICH, shelf.open().state) == said(RICH, book.state)
    assert net(shelf.rows) == net(book.booked)
    assert shelf.facts == book.facts


def answered(book: Book, attempt: Redemption) -> Promise | str:
    try:
        promise = book.decide(attempt)
    except Refused as refusal:
        return refusal.code
    book.take(promise)
    return promise


def both(asking: bool = True) -> tuple[Shelf, Book]:
    """A shelf and a book that stays open; whether somebody answers what they ask."""
    ask = (lambda question: yes("m1", question)) if asking else None
    return Shelf(ask=ask), Book.opened(RICH, "m1", ask)


@runs(60, 2_000)
@given(histories(), st.integers(0, 2**32))
def test_facts_one_by_one_out_of_heads_end_as_in_one_book(facts: list[FoldFact], seed: int) -> None:
    shelf, book = both(asking=False)
    for fact in shuffled(facts, seed):
        alike(shelf.take(fact), book.take(fact))
        same(shelf, book)
    alike(shelf.advance(AT_END), book.advance(AT_END))
    same(shelf, book)


@runs(60, 2_000)
@given(histories(), st.integers(0, 2**32))
def test_facts_may_come_several_to_one_opening(facts: list[FoldFact], seed: int) -> None:
    shelf, book = both(asking=False)
    arrivals, chance = shuffled(facts, seed), random.Random(seed)
    while arrivals:
        count = chance.randint(1, 4)
        together, arrivals = arrivals[:count], arrivals[count:]
        for one, fact in zip(shelf.take_together(together), together, strict=True):
            alike(one, book.take(fact))
        same(shelf, book)


@runs(60, 2_000)
@given(histories(), ATTEMPTS, st.integers(0, 2**32))
def test_what_is_decided_out_of_heads_is_what_one_book_decides(
    facts: list[FoldFact], attempts: list[tuple[int, str]], seed: int
) -> None:
    shelf, book = both()
    told: list[Any] = [fact for fact in facts if not isinstance(fact, Promise)]
    told += [redemption(f"r{n}", days, order=paid) for n, (days, paid) in enumerate(attempts)]
    for arrival in shuffled(told, seed):
        if not isinstance(arrival, Redemption):
            shelf.take(arrival), book.take(arrival)
        elif arrival.key not in book.facts:
            assert shelf.asked(arrival) == answered(book, arrival)
        same(shelf, book)
    shelf.advance(AT_END), book.advance(AT_END)
    same(shelf, book)
    for name in (*READ, *(f"{word}:{key}" for word in READ_OF for key in book.facts)):
        assert shelf.read(name) == book.read(name)


def told(kind: type[crowd.Crowd], seed: int, late: bool) -> crowd.Crowd:
    """What comes of a history of several holders, perhaps each fact up to forty days late."""
    people, chance, most = kind(), random.Random(seed), 40 if late else 1
    for holder in crowd.HOLDERS:
        people.desk.book(holder)
    arrivals = crowd.history(random.Random(seed))
    coming = [
        (instant_of(one.what.at) + chance.randrange(most) * crowd.DAY, one) for one in arrivals
    ]
    for now, one in sorted(coming, key=lambda pair: pair[0]):
        people.arrive(one, now)
    people.desk.advance(crowd.END)
    return people


def differing(seed: int, late: bool) -> list[str]:
    """Whose state, bookings or promises differ where books are put away."""
    open_, shelved = told(crowd.Crowd, seed, late), told(ShelvedCrowd, seed, late)
    assert isinstance(shelved, ShelvedCrowd)
    wrong = []
    for holder in crowd.HOLDERS:
        one, other = open_.desk.book(holder), shelved.desk.book(holder)
        shelf = shelved.desk.shelves[holder]
        states = [said(crowd.CROWD, book.state) for book in (one, other)]
        same_rows = net([*shelf.rows, *other.booked]) == net(one.booked)
        same_promises = promised(shelf.facts, other.facts) == promised(one.facts)
        if states[0] != states[1] or not same_rows or not same_promises:
            wrong.append(holder)
    return wrong


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_desk_of_shelved_books_is_the_desk(seed: int, late: bool) -> None:
    assert differing(seed, late) == []


O1, O2 = order("o1", 1, 60), order("o2", 20, 20)
R1 = Promise(key="r1", at=day(21), rule="coffee", ordinal="r1", price=50, asset="points")


def shelved(*facts: FoldFact) -> Shelf:
    """A shelf after these facts; from now on it counts how often its history is read."""
    shelf = Shelf(ask=lambda question: yes("m1", question))
    shelf.take_together(facts or (O1, O2))
    shelf.reads = 0
    return shelf


@pytest.mark.parametrize(
    ("fact", "reads"),
    [
        (order("o3", 21, 10), 0),
        (order("o3", 20, 10), 0),
        (order("o3", 19, 10), 1),
        (order("o0", 20, 10), 1),
        (order("o3", 21, 10, version=2), 1),
        (order("o1", 1, 10, version=2), 1),
        (refund("f1", 21, "o1", 5), 1),
        (refund("f1", 21, "o9", 5), 1),
        (Activity(key="a1", at=day(21), kind="visit"), 0),
        (Activity(key="a1", at=day(21), kind="visit", order="o1"), 1),
        (R1, 0),
        (msgspec.structs.replace(R1, order="o1"), 1),
        (msgspec.structs.replace(R1, at=day(5)), 1),
    ],
)
def test_the_history_is_read_where_a_fact_calls_for_it(fact: FoldFact, reads: int) -> None:
    shelf = shelved()
    book = Book.opened(RICH, "m1", shelf.ask)
    for one in (O1, O2):
        book.take(one)
    alike(shelf.take(fact), book.take(fact))
    assert shelf.reads == reads
    same(shelf, book)


def test_a_refund_that_comes_with_its_order_needs_no_history() -> None:
    shelf = shelved()
    refused = order("o3", 21, 10), refund("f3", 22, "o3", 5)
    shelf.take_together(refused)
    assert shelf.reads == 1
    points = shelf.open().state.holdings[0].balance
    assert points == 60 + 20 + 5


@pytest.mark.parametrize(
    ("attempt", "answer", "reads"),
    [
        (redemption("r1", 21), "r1", 0),
        (redemption("r1", 20), "r1", 0),
        (redemption("r1", 19), "r1", 1),
        (redemption("r1", 21, order="o1"), "r1", 1),
        (redemption("r1", 0.5), "insufficient_points", 1),
        (Redemption(key="r1", at=day(21), reward="cake"), "reward_unknown", 1),
    ],
)
def test_the_history_is_read_for_the_past_and_before_a_refusal(
    attempt: Redemption, answer: str, reads: int
) -> None:
    shelf = shelved()
    told = shelf.open("r1")
    got = answered(told, attempt)
    assert (got if isinstance(got, str) else got.key) == answer
    assert shelf.reads == reads
    assert told.whole == bool(reads)


def test_an_attempt_about_the_past_is_answered_by_all_that_is_known() -> None:
    """Since the book was opened 60 and 50 points came; before that 50 had been owed, so there were
    10 when the coffee was asked for."""
    shelf = shelved(O1)
    assert isinstance(shelf.asked(redemption("r0", 2)), Promise)
    shelf.take(refund("f1", 3, "o1"))
    book = shelf.open("o3", "o4", "r1")
    for fact in (order("o3", 30, 60), order("o4", 40, 50)):
        book.take(fact)
    assert answered(book, redemption("r1", 31)) == "insufficient_points"


def test_a_refusal_of_a_book_that_knows_everything_is_final() -> None:
    shelf = shelved()
    book = shelf.open("r1", "f1")
    book.complete()
    with pytest.raises(Refused, match="reward_unknown"):
        book.decide(Redemption(key="r1", at=day(21), reward="cake"))
    book.complete()
    assert shelf.reads == 1


@pytest.mark.parametrize(
    ("name", "reads"), [("tier", 0), ("pays:", 0), ("pays:o1", 1), ("pays:o9", 1)]
)
def test_the_history_is_read_for_a_name_that_speaks_of_a_fact(name: str, reads: int) -> None:
    shelf = shelved()
    book = Book.opened(RICH, "m1", shelf.ask)
    for one in (O1, O2):
        book.take(one)
    assert shelf.read(name) == book.read(name)
    assert shelf.reads == reads


@pytest.mark.parametrize("text", ["", "other"])
def test_a_head_that_is_not_there_or_of_other_rules_is_made_from_the_history(text: str) -> None:
    """Time had passed beyond the last fact: what waited for two weeks has come."""
    shelf = shelved(order("o1", 1, 100))
    shelf.advance(instant_of(day(16)))
    before, last = said(RICH, shelf.open().state), shelf.open().last
    shelf.until, reads = instant_of(day(15)), shelf.reads
    shelf.head = shelf.head.replace('"club"', '"other"') if text else ""
    book = shelf.open()
    assert shelf.reads > reads
    assert said(RICH, book.state) == before
    assert (book.whole, book.from_, book.last) == (True, shelf.until, last)


def test_what_waits_is_met_by_a_head_that_knows_it() -> None:
    shelf, book = both()
    waiting = refund("f1", 2, "o1", 40)
    for fact in (waiting, order("o0", 3, 10), order("o1", 4, 100)):
        alike(shelf.take(fact), book.take(fact))
    same(shelf, book)
    assert book.state.holdings[0].balance == 70


def test_a_head_is_what_was_written_and_has_no_records() -> None:
    shelf = shelved(O1, refund("f1", 2, "o1", 5), refund("f2", 2, "o9"), refund("f3", 2, "o8"))
    kept = head.decode(shelf.head)
    assert kept.awaited == ("o8", "o9")
    assert kept.snapshot.records == {}
    assert head.encode(kept) == shelf.head


class Titled(Shelved, kw_only=True):
    """A book with a field of its own."""

    title: str


@pytest.mark.parametrize("kept", [True, False])
def test_a_book_that_stands_on_this_one_has_its_own_fields(kept: bool) -> None:
    shelf = shelved(O1)
    source = Source(shelf.history, shelf.decided)
    first = head.decode(shelf.head) if kept else None
    book = Titled.resumed(RICH, "m1", first, source, title="t")
    assert (book.title, book.holder, book.whole) == ("t", "m1", not kept)


def test_only_records_that_are_named_are_kept_between_bookings() -> None:
    book = shelved().open("o3")
    book.take(order("o3", 21, 50))
    assert book.run.records == {}


def test_what_came_since_needs_no_history_to_be_looked_at() -> None:
    shelf = shelved()
    book = shelf.open("o3")
    book.take(order("o3", 21, 50))
    assert book.read("voucher_status:club/free/m1/2") == "open"
    assert shelf.reads == 0


def test_a_book_that_was_read_whole_goes_on_as_it_stood() -> None:
    """It knows every promise of the past and of now, and has nothing to fold again."""
    shelf = shelved()
    book = shelf.open("o3", "f3", "r1")
    book.take(order("o3", 21, 50))
    run = book.run
    book.take(refund("f3", 22, "o3", 5))
    assert (book.whole, book.stale, book.run is run) == (True, False, True)
    assert book.run.known == {("free", "1"), ("free", "2")}
    book.take(Promise(key="r1", at=day(23), rule="coffee", ordinal="r1", price=5, asset="points"))
    assert ("coffee", "r1") in book.run.known


def test_what_was_done_since_counts_after_the_history() -> None:
    run, first = Run(RICH, RICH.start()), Run(RICH, RICH.start())
    for name in ("rows", "changes", "promises", "effects"):
        setattr(run, name, [f"{name} {number}" for number in (3, 4)])
        setattr(first, name, [f"{name} {number}" for number in (1, 2)])
    head._before(run, first)
    for name in ("rows", "changes", "promises", "effects"):
        assert getattr(run, name) == [f"{name} {number}" for number in (1, 2, 3, 4)]
    moved = head._shifted(Mark(1, 2, 3, 4), Mark(10, 20, 30, 40), Mark(15, 26, 37, 48))
    assert moved == Mark(6, 8, 10, 12)


def test_a_promise_is_looked_for_once_it_is_not_at_hand() -> None:
    asked: list[tuple[str, str]] = []

    def known(rule: str, ordinal: str) -> bool:
        asked.append((rule, ordinal))
        return ordinal == "7"

    decided = Decided(known, [("free", "1")])
    assert ("free", "1") in decided
    assert asked == []
    assert ("free", "7") in decided
    assert ("free", "8") not in decided
    assert not decided.__contains__("free")
    again = decided.copy()
    assert list(again) == [("free", "1")]
    again.add(("free", "8"))
    assert ("free", "8") in again
    assert ("free", "8") not in decided
    assert ("free", "7") in again
    assert asked == [("free", "7"), ("free", "8"), ("free", "8"), ("free", "7")]


TAKEN = head.taken


@pytest.mark.parametrize(
    ("where", "name", "broken"),
    [
        (Shelved, "is_elsewhere", lambda self, key: False),
        (Shelved, "is_past", lambda self, attempt: False),
        (head, "_before", lambda run, first: None),
        (head, "taken", lambda book: msgspec.structs.replace(TAKEN(book), awaited=())),
        (head, "_shifted", lambda mark, before, after: mark),
    ],
)
def test_saboteurs(where: Any, name: str, broken: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A book that needs no history, whose past is not read, or that forgets what it waits for."""
    monkeypatch.setattr(where, name, broken)
    with pytest.raises((AssertionError, KeyError)):
        every_way()


def every_way() -> None:
    """Late facts, refunds, attempts about the past, waiting facts, one by one and together."""
    test_what_waits_is_met_by_a_head_that_knows_it()
    test_the_history_is_read_for_a_name_that_speaks_of_a_fact("pays:o1", 1)
    test_an_attempt_about_the_past_is_answered_by_all_that_is_known()
    test_the_history_is_read_for_the_past_and_before_a_refusal(redemption("r1", 19), "r1", 1)
    for seed in range(30):
        shelf, book = both()
        facts: list[FoldFact] = [O1, O2, refund("f1", 21, "o1", 5), order("o3", 10, 100)]
        arrivals = shuffled([*facts, refund("f2", 30, "o3", 5)], seed)
        for together in (arrivals[:2], arrivals[2:4], arrivals[4:]):
            for one, fact in zip(shelf.take_together(together), together, strict=True):
                alike(one, book.take(fact))
        same(shelf, book)
