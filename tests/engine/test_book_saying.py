"""What a book says and keeps, arrival by arrival."""

from __future__ import annotations

from typing import Any

import pytest
from core_kit import at
from histories import day, edition, order, refund, same, yes
from histories import folded as folded_rich
from odd_kinds import Tithe
from teller import rich

from regulars.engine.booking import Book
from regulars.engine.calendar import instant_of
from regulars.engine.compiling import compiled
from regulars.engine.difference import news
from regulars.engine.facts import Refund
from regulars.engine.fold import LATE
from regulars.engine.happenings import (
    Effect,
    FoldFact,
    Grant,
    Opening,
    Promise,
    Reversal,
)
from regulars.engine.kinds.earn.per_amount import PerAmount
from regulars.engine.run import Change


def test_what_is_given_by_itself_comes_after_what_has_been_given() -> None:
    """The second voucher is dated right after what somebody else gave at that instant."""
    book = rich()
    book.take(order("o1", 1, 50))
    after = Promise(key="zz", at=day(1), rule="nothing", ordinal="1")
    book.take(after)
    book.take(Grant(key="zzz", at=day(1), asset="stars", amount=50))
    given = [one for one in book.facts.values() if isinstance(one, Promise) and one.rule == "free"]
    assert [instant_of(one.at) - at(1) for one in given] == [0, 1]


def test_time_gives_by_itself_at_the_last_instant_too() -> None:
    spend = [
        PerAmount(id="spend", step="1 EUR", points="1", asset="points"),
        PerAmount(id="star", step="10 EUR", points="1", asset="stars", after="P5D"),
    ]
    of = compiled([edition(earn=spend)])
    book = Book.opened(of, "m1", lambda question: yes("m1", question))
    book.take(order("o1", 1, 50))
    assert book.advance(at(6) - 1).promises == []
    assert [one.key for one in book.advance(at(6)).promises] == ["club/free/m1/1"]


def test_what_waits_does_nothing_and_lets_no_time_pass() -> None:
    book = rich()
    book.take(order("o1", 1, 100))
    booked = book.take(refund("f1", 40, "o2"))
    assert (booked.rows, booked.changes, booked.cause) == ([], [], "f1")
    assert book.state.at == at(1)


def test_time_passes_before_a_fact_and_what_it_gives_is_booked_with_it() -> None:
    """What waited for two weeks comes, and then the order acts; also where the fold begins anew."""
    for first in ([], [refund("f2", 30, "o2", 5)]):
        book = rich()
        facts: list[FoldFact] = [order("o1", 1, 100), *first]
        for fact in facts:
            book.take(fact)
        booked = book.take(order("o2", 20, 10))
        assert ("o1", "mature", 200) in [(row.key, row.step, row.amount) for row in booked.rows]
        same(book, folded_rich(book.facts.values(), until=book.state.at))


def test_a_note_that_something_came_too_late_is_booked_with_what_time_brought() -> None:
    book = rich()
    book.take(order("o1", 1, 100))
    late = Promise(key="l", at=day(20), rule=LATE, ordinal="o0", target="o0", yes=False)
    booked = book.take(late)
    assert ("o1", "mature", 200) in [(row.key, row.step, row.amount) for row in booked.rows]
    assert booked.cause == "l"


def test_a_fact_that_is_the_newest_is_a_step_and_no_fold() -> None:
    book = rich()
    book.take(order("o1", 1, 100))
    run = book.run
    steps: list[FoldFact] = [
        order("o2", 1, 20),
        order("o3", 2, 20),
        Promise(key="r1", at=day(3), rule="coffee", ordinal="r1", price=50, asset="points"),
        refund("f1", 4, "o2", 5),
    ]
    book.run.ask = None
    for fact in steps[1:]:
        book.take(fact)
        assert book.run is run
    book.take(steps[0])
    assert book.run is not run


def test_two_facts_of_one_instant_in_their_order_are_two_steps() -> None:
    book = rich()
    book.run.ask = None
    book.take(order("o1", 1, 10))
    run = book.run
    book.take(order("o2", 1, 10))
    assert book.run is run


def test_every_answer_names_what_it_is_an_answer_to() -> None:
    book = rich()
    facts: list[FoldFact] = [
        order("o2", 20, 100),
        order("o2", 20, 50),
        refund("f1", 30, "o1"),
        order("o1", 40, 10),
        order("o0", 1, 10),
    ]
    causes = [book.take(fact).cause for fact in facts]
    assert causes == ["o2", "o2", "f1", "o1", "o0"]
    assert book.advance(at(100)).cause == ""
    assert book.refold([]).cause == ""


def test_a_fact_that_meets_one_that_waits_is_still_the_cause() -> None:
    """Also where what was waited for is given by itself on the way, and why is told."""
    book = rich(explain=True)
    book.take(Reversal(key="x1", at=day(0), redemption="club/free/m1/1"))
    booked = book.take(order("o1", 1, 50))
    assert (booked.cause, [one.key for one in booked.promises]) == ("o1", ["club/free/m1/1"])
    assert {why.key for why in booked.whys} == {"o1"}
    assert not book.stale


def test_a_late_fact_may_meet_what_waits_for_what_it_causes() -> None:
    book = rich()
    book.take(Grant(key="g", at=day(5), asset="points", amount=5))
    book.take(Reversal(key="x1", at=day(10), redemption="club/free/m1/1"))
    booked = book.take(order("o1", 1, 50))
    assert "club/free/m1/1" in [one.key for one in booked.promises]
    assert (book.stale, booked.cause) == (False, "o1")
    same(book, folded_rich(book.facts.values(), until=book.state.at))
    assert "o1" in book.run.records


def test_of_several_that_are_kept_one_that_was_waited_for_is_enough() -> None:
    book = rich()
    book.take(refund("f1", 30, "o1"))
    book.keep([order("o1", 1, 10), order("o2", 2, 10)])
    assert book.stale


def test_the_records_of_late_facts_are_at_hand() -> None:
    book = rich()
    book.take(order("o9", 20, 10))
    book.take(order("o1", 1, 10))
    assert "o1" in book.run.records
    book.refold([order("o2", 2, 10), order("o3", 3, 10)])
    assert {"o2", "o3"} <= book.run.records.keys()


def test_a_record_is_made_once_and_again_where_a_fold_dropped_it() -> None:
    book = rich()
    book.take(order("shop:o1", 1, 10))
    first = book.run.records["shop:o1"]
    assert book.recall("shop:o1") is first is book.run.records["shop:o1"]
    book.take(order("o0", 0.5, 10))
    assert "shop:o1" not in book.run.records
    assert str(book.read("pays:shop:o1")) == "10.00"
    assert book.read("pays:never") is None
    assert book.recall("never") is None


def test_an_opening_meets_a_refund_that_waits_for_its_order() -> None:
    book = rich()
    book.take(refund("f1", 30, "o1", 4))
    book.take(Opening(key="b", at=day(1), what="order", order=order("o1", 1, 10)))
    assert [row.amount for row in book.booked if row.rule == "spend"] == [4]
    same(book, folded_rich(book.facts.values(), until=book.state.at))


def test_an_explained_book_says_why_of_what_arrived_alone() -> None:
    silent, book = rich(), rich(explain=True)
    assert silent.take(order("o2", 20, 10)).whys == []
    assert {why.key for why in book.take(order("o2", 20, 10)).whys} == {"o2"}
    late = book.take(order("o1", 1, 10)).whys
    assert {why.key for why in late} == {"o1"}
    assert book.take(order("o2", 20, 10)).whys == []
    assert {why.key for why in book.take(order("o3", 30, 10)).whys} == {"o3"}


def test_an_effect_that_is_no_longer_caused_does_nothing_though_it_comes_first() -> None:
    of = compiled([edition(earn=[Tithe(id="tithe", to="m1")])])
    book = Book.opened(of, "m1")
    told: dict[str, Any] = {"holder": "m1", "rule": "tithe", "what": "tithe", "amount": 7}
    gone = Effect(key="e", at=day(2), version=2, withdrawn=True, **told)
    assert book.take(gone).rows == []
    assert book.state.holdings[0].balance == 0
    book.take(Effect(key="f", at=day(3), **told))
    assert book.state.holdings[0].balance == 7


def test_what_was_sent_stands_until_its_cause_is_gone() -> None:
    of = compiled([edition(earn=[Tithe(id="tithe", to="mum")])])
    book = Book.opened(of, "m1")
    first = book.take(order("o1", 1, 100)).effects
    second = book.take(order("o2", 2, 100)).effects
    assert [(one.cause, one.withdrawn) for one in (*first, *second)] == [
        ("o1", False),
        ("o2", False),
    ]
    back = book.take(Refund(key="f1", at=day(3), order="o9", currency="EUR", amount_minor=1))
    assert back.effects == []


def change(name: str, days: float = 1, to: str = "x") -> Change:
    return Change("voucher", name, at(days), to)


A, B, C = change("a"), change("b"), change("c")


@pytest.mark.parametrize(
    ("before", "now", "new"),
    [
        ([], [], []),
        ([], [A, B], [A, B]),
        ([A], [A, B], [B]),
        ([A, B], [A, B], []),
        ([A, B], [A], []),
        ([A], [A, A], [A]),
        ([A, B], [B, A], []),
        ([A, B], [C, A, B], [C]),
        ([A], [change("a", to="y")], [change("a", to="y")]),
        ([A], [change("a", days=2)], [change("a", days=2)]),
        ([B, A], [B, C, A, A], [C]),
    ],
)
def test_changes_that_were_told_are_not_told_again(
    before: list[Change], now: list[Change], new: list[Change]
) -> None:
    assert list(news(before, now)) == new
