"""What a book asks before a fact acts, what it answers, and what it gives by itself."""

from __future__ import annotations

from typing import Any

import pytest
from core_kit import at
from histories import day, order, refund, same, yes
from teller import telling, told

from regulars.engine import booking
from regulars.engine.booking import Book
from regulars.engine.calendar import instant_of
from regulars.engine.fold import fold
from regulars.engine.happenings import (
    Activity,
    Attempt,
    Erasure,
    Grant,
    Promise,
    Redemption,
    SignUp,
)
from regulars.engine.run import Change
from regulars.ledger.refused import Refused

Answer = tuple[str, dict[str, Any]]


def test_before_an_order_acts_everybody_is_asked_in_turn() -> None:
    book = telling()
    booked = book.take(order("o1", 10, 50))
    assert told(book) == [("o1-0", 0, at(10)), ("o1-1", 1, at(10) + 1)]
    assert [one.ordinal for one in booked.promises] == ["o1-0", "o1-1"]
    assert book.state.ordinals == {"tell": 2}
    book.take(order("o2", 11, 50))
    assert told(book)[2:] == [("o2-0", 2, at(11)), ("o2-1", 3, at(11) + 1)]


def test_what_is_decided_before_a_fact_is_dated_in_turn() -> None:
    book = telling(asks_most=4)
    book.take(order("o1", 10, 50))
    assert [moment - at(10) for _, _, moment in told(book)] == [0, 1, 2, 3]


def test_what_is_known_is_not_asked_again() -> None:
    book = telling()
    known = Promise(key="p", at=day(9), rule="tell", ordinal="o1-0")
    book.take(known)
    book.take(order("o1", 10, 50))
    assert told(book) == [("o1-0", 0, at(9)), ("o1-1", 1, at(10))]


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("why", ["nobody answers", "gone"])
def test_nobody_is_asked_where_nothing_can_be_decided(why: str, late: bool) -> None:
    book = telling()
    if why == "nobody answers":
        book.run.ask = None
    else:
        book.take(Erasure(key="z", at=day(5)))
    if late:
        book.take(Grant(key="g", at=day(20), amount=5))
    book.take(order("o1", 10, 50))
    assert told(book) == []


def test_a_late_order_is_asked_about_then_and_must_hold_now() -> None:
    book = telling()
    book.take(order("o1", 10, 50))
    booked = book.take(order("o0", 5, 20))
    late = [one for one in book.facts.values() if isinstance(one, Promise) and one.order == "o0"]
    assert [(one.ordinal, one.amount, one.details) for one in late] == [
        ("o0-0", 0, {"present": "2"}),
        ("o0-1", 1, {"present": "3"}),
    ]
    assert [instant_of(one.at) for one in late] == [at(5), at(5) + 1]
    assert {one.key for one in late} <= {one.key for one in booked.promises}
    assert book.state.ordinals == {"tell": 4}


def test_what_is_no_order_is_asked_about_only_when_it_is_the_newest() -> None:
    book = telling()
    book.take(SignUp(key="s1", at=day(1)))
    assert [ordinal for ordinal, _, _ in told(book)] == ["s1-0", "s1-1"]
    book.take(Grant(key="g", at=day(9), amount=5))
    book.take(SignUp(key="s2", at=day(5)))
    assert len(told(book)) == 2


@pytest.mark.parametrize("referrals", [True, False])
def test_a_late_step_is_asked_about_where_there_are_referrals(referrals: bool) -> None:
    """At its own place: after the order that it is about, dated before as it is."""
    book = telling(referrals)
    for fact in (order("o1", 10, 50), order("o2", 20, 50)):
        book.take(fact)
    book.take(Activity(key="a", at=day(5), kind="step", order="o1"))
    steps = [one for one in told(book) if one[0].startswith("a-")]
    assert [amount for _, amount, _ in steps] == ([2, 3] if referrals else [])


def refusal(book: Book, attempt: Attempt) -> Answer:
    """Why an attempt is refused; nothing has changed then."""
    before = book.programme.dump(book.state), len(book.facts)
    with pytest.raises(Refused) as caught:
        book.decide(attempt)
    assert (book.programme.dump(book.state), len(book.facts)) == before
    return caught.value.code, dict(caught.value.params)


@pytest.mark.parametrize(
    ("fields", "wanted"),
    [
        ({"reward": "cake"}, ("reward_unknown", {"reward": "cake"})),
        ({"reward": "cake", "price": 70}, ("reward_unknown", {"reward": "cake"})),
        ({"price": 70}, ("price_unknown", {"has": 70})),
        ({}, ("reward_unknown", {"reward": ""})),
    ],
)
def test_what_no_rule_knows_is_refused_by_what_was_said(
    fields: dict[str, Any], wanted: Answer
) -> None:
    assert refusal(telling(), Redemption(key="r1", at=day(1), **fields)) == wanted


def test_an_attempt_sees_time_pass_up_to_its_instant_and_the_book_does_not() -> None:
    """The points end forty days in; at that instant they are gone."""
    book = telling()
    book.take(order("o1", 10, 50))
    before = book.programme.dump(book.state)
    for moment, points in ((39.99, "50"), (40, "0"), (41, "0")):
        promise = book.decide(Redemption(key="r1", at=day(moment), reward="tell"))
        assert promise.details["points"] == points
        assert instant_of(promise.at) == at(moment)
    assert book.programme.dump(book.state) == before


def test_an_attempt_about_the_past_is_decided_then_and_must_hold_now() -> None:
    book = telling()
    book.take(order("o1", 10, 50))
    book.take(order("o2", 20, 30))
    promise = book.decide(Redemption(key="r1", at=day(15), reward="tell"))
    assert (promise.amount, promise.details["points"]) == (2, "50")
    assert promise.details["present"] == "4"
    now = book.decide(Redemption(key="r1", at=day(20), reward="tell"))
    assert (now.amount, "present" in now.details) == (4, False)


def test_an_attempt_that_names_an_order_has_its_record() -> None:
    book = telling(asks_most=0)
    for fact in (order("o1", 10, 50), order("o0", 9, 5)):
        book.take(fact)
    assert "o1" not in book.run.records
    asked = Redemption(key="r1", at=day(15), reward="tell", order="o1")
    assert book.decide(asked).details["record"] == "yes"


def test_what_wants_to_be_given_without_end_is_paused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(booking, "MOST_WANTS", 3)
    book = telling(wants_most=5)
    booked = book.take(Grant(key="g", at=day(1), amount=5))
    assert [one.ordinal for one in booked.promises] == ["w0", "w1", "w2"]
    paused = [one for one in booked.changes if one.what == "giving"]
    assert paused == [Change("giving", "core", at(1), "paused", "", {"most": 3})]
    more = book.take(Grant(key="h", at=day(2), amount=5))
    assert [one.ordinal for one in more.promises] == ["w3", "w4"]
    assert [one for one in more.changes if one.what == "giving"] == []


def test_who_is_gone_or_was_never_there_is_given_nothing() -> None:
    book = telling(wants_most=5)
    book.give_by_itself()
    assert book.facts == {}
    book.run.ask = None
    book.take(Erasure(key="z", at=day(1)))
    book.run.ask = lambda question: yes("m1", question)
    book.give_by_itself()
    assert list(book.facts) == ["z"]


def test_the_book_of_a_member_who_is_gone_decides_nothing() -> None:
    book = telling()
    book.take(Erasure(key="z", at=day(1)))
    assert refusal(book, Redemption(key="r", at=day(2), reward="tell"))[0] == "member_gone"


def test_what_a_teller_was_asked_is_part_of_the_set() -> None:
    book = telling(wants_most=2)
    for fact in (order("o2", 10, 50), order("o1", 5, 20), refund("f1", 6, "o2", 10)):
        book.take(fact)
    book.take(book.decide(Redemption(key="r1", at=day(7), reward="tell")))
    same(book, fold(book.programme, book.facts.values(), until=book.state.at, holder="m1"))
