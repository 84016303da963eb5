"""Many holders in memory: what waits, what is known, what one causes for another, who is one."""

from __future__ import annotations

import random

import msgspec
import pytest
from histories import (
    AT_END,
    RICH,
    balances,
    day,
    edition,
    folded,
    histories,
    order,
    redemption,
    refund,
    runs,
    same,
    yes,
)
from hypothesis import given
from hypothesis import strategies as st
from odd_kinds import Review, Tithe

from regulars.engine.calendar import instant_of
from regulars.engine.compiled import Compiled
from regulars.engine.compiling import compiled
from regulars.engine.desk import Desk
from regulars.engine.fold import fold
from regulars.engine.happenings import Attempt, Effect, Erasure, FoldFact, Grant, Promise, Reversal
from regulars.engine.joining import join, part
from regulars.engine.kinds.rewards.price import Price
from regulars.engine.questions import Granted, Question, Reply, Share
from regulars.engine.run import Run
from regulars.engine.sending import Sent

FAMILY = compiled([edition(earn=[*edition().earn, Tithe(id="tithe", to="mum")])])
WORTH = Price(id="coffee", name="coffee", price="50", value="5 EUR")
REVIEWED = compiled([edition(rewards=[Review(id="review")], limit=[])])


def open_desk(programme: Compiled = RICH) -> Desk:
    return Desk(programme, yes)


def points(desk: Desk, holder: str = "m1") -> int:
    return desk.book(holder).state.holdings[0].balance


def settled(desk: Desk) -> None:
    """Every book is the fold of its set."""
    for holder, book in desk.books.items():
        same(book, fold(desk.programme, book.facts.values(), until=desk.clock, holder=holder))


def test_what_waits_is_parked_and_acts_when_its_order_comes() -> None:
    desk = open_desk()
    first = desk.record(refund("f1", 5, "o1", 30), now=instant_of(day(5)))
    assert (first.status, first.params) == ("parked", {"for": "o1"})
    assert desk.record(refund("f1", 5, "o1", 30)).status == "known"
    assert desk.record(refund("f1", 5, "o1", 20)).code == "key_reused"
    assert desk.record(refund("f1", 5, "o1", 40, version=2)).status == "parked"
    assert desk.record(order("o1", 1, 100), "m1").status == "accepted"
    assert points(desk) == 60
    assert not desk.parked
    settled(desk)


def test_something_may_wait_for_a_redemption_too() -> None:
    desk = open_desk()
    desk.record(order("o1", 1, 100), "m1")
    assert desk.record(Reversal(key="x1", at=day(3), redemption="r1")).status == "parked"
    assert desk.record(redemption("r1", 4), "m1").status == "accepted"
    assert points(desk) == 100
    settled(desk)


def test_what_was_given_back_before_its_order_came_pays_nothing_of_it() -> None:
    """Whether the order is told before or after, and the reversal with it."""
    told: list[FoldFact | Attempt] = [order("o1", 1, 200), redemption("r1", 2, order="o2")]
    back, paid = Reversal(key="x1", at=day(3), redemption="r1"), order("o2", 5, 20)
    for arrivals in ([*told, back, paid], [*told, paid, back], [*told[:1], back, told[1], paid]):
        desk = open_desk(compiled([edition(rewards=[WORTH])]))
        for arrival in arrivals:
            desk.record(arrival, "m1", now=instant_of(day(5)))
        assert points(desk) == 230
        settled(desk)


def test_a_key_is_known_for_ever() -> None:
    desk = open_desk()
    told = order("o1", 1, 100)
    assert desk.record(told, "m1").status == "accepted"
    assert desk.record(told, "m1").status == "known"
    before = desk.programme.dump(desk.book("m1").state)
    assert desk.record(order("o1", 1, 90), "m1").code == "key_reused"
    assert desk.record(order("o1", 1, 90, version=3), "m1").status == "accepted"
    assert desk.record(order("o1", 1, 80, version=2), "m1").status == "known"
    assert points(desk) == 90
    assert desk.programme.dump(desk.book("m1").state) != before
    assert desk.record(redemption("r1", 2), "m1").status == "accepted"
    assert desk.record(redemption("r1", 2), "m1").status == "known"
    assert desk.record(redemption("r2", 2), "m1").code == "insufficient_points"
    assert points(desk) == 40


def test_effects_are_sent_once_changed_and_withdrawn() -> None:
    desk = open_desk(FAMILY)
    desk.record(order("o1", 1, 100), "child")
    assert points(desk, "mum") == 10
    desk.record(order("o1", 1, 50, version=2), "child")
    assert points(desk, "mum") == 5
    sent = [fact for fact in desk.book("mum").facts.values() if isinstance(fact, Effect)]
    assert [(one.version, one.amount, one.cause) for one in sent] == [(2, 5, "o1")]
    desk.record(refund("f1", 3, "o1", 20), "child")
    back = [fact for fact in desk.book("mum").facts.values() if isinstance(fact, Effect)][1]
    assert (back.at, back.what, back.cause, back.version) == (day(3), "back", "f1", 1)
    settled(desk)


def test_an_effect_that_is_no_longer_caused_is_withdrawn() -> None:
    desk = open_desk(FAMILY)
    desk.record(order("o1", 2, 100), "child")
    desk.record(refund("f1", 3, "o1", 90), "child")
    assert len(desk.book("mum").facts) == 2
    desk.record(order("o1", 2, 10, version=2), "child")
    withdrawn = [
        fact
        for fact in desk.book("mum").facts.values()
        if isinstance(fact, Effect) and fact.withdrawn
    ]
    assert [(one.what, one.version) for one in withdrawn] == [("back", 2)]
    assert points(desk, "mum") == 1
    settled(desk)


def test_what_is_due_is_asked_once_also_for_a_past_instant() -> None:
    questions: list[tuple[str, Question]] = []

    def answer(holder: str, question: Question) -> Reply:
        questions.append((holder, question))
        return Granted(amount=getattr(question, "wanted", 0))

    desk = Desk(REVIEWED, answer)
    desk.record(order("o1", 1, 1), "m1")
    desk.advance(instant_of(day(40)))
    assert points(desk) == 1 + 10
    desk.record(order("o0", 0, 1), "m1")
    desk.record(order("o0", 0, 2, version=2), "m1")
    assert points(desk) == 1 + 2 + 20
    assert [holder for holder, _ in questions] == ["m1", "m1"]
    asked = {f.ordinal: f.at for f in desk.book("m1").facts.values() if isinstance(f, Promise)}
    assert asked == {"o1": day(31), "o0": day(30)}
    settled(desk)


def test_what_is_decided_late_must_hold_on_the_present_state() -> None:
    small = compiled([edition(rewards=[Review(id="review", most=15)], limit=[])])
    desk = open_desk(small)
    desk.record(order("o1", 1, 1), "m1")
    desk.advance(instant_of(day(40)))
    for key in ("o2", "o3"):
        desk.record(order(key, 0, 1), "m1")
    given = [f.amount for f in desk.book("m1").facts.values() if isinstance(f, Promise)]
    assert sorted(given) == [0, 5, 10]
    settled(desk)


def test_a_no_at_a_due_instant_is_remembered() -> None:
    budget = {"left": 10}

    def answer(holder: str, question: Question) -> Reply:
        assert isinstance(question, Share)
        granted = min(question.wanted, budget["left"])
        budget["left"] -= granted
        return Granted(amount=granted)

    desk = Desk(REVIEWED, answer)
    desk.record(order("o1", 1, 1), "m1")
    desk.record(order("o2", 1, 1), "m2")
    desk.advance(instant_of(day(40)))
    assert sorted([points(desk, "m1"), points(desk, "m2")]) == [1, 11]
    budget["left"] = 100
    desk.record(order("o3", 0.5, 1), "m2")
    desk.advance(instant_of(day(41)))
    assert budget["left"] == 90
    settled(desk)


def test_somebody_who_is_gone_earns_and_owes_nothing() -> None:
    desk = open_desk()
    desk.record(order("o1", 1, 100), "m1")
    desk.record(Erasure(key="e1", at=day(5)), "m1")
    assert points(desk) == 0
    desk.record(refund("f1", 6, "o1"), "m1")
    desk.record(order("o2", 7, 100), "m1")
    assert desk.record(redemption("r1", 8, price=0), "m1").code == "member_gone"
    desk.record(order("o0", 0, 40), "m1")
    assert points(desk) == 0
    desk.advance(AT_END)
    assert not any(balances(desk.book("m1").booked).values())
    assert desk.book("m1").state.gone
    settled(desk)


def test_what_comes_after_the_late_limit_counts_in_history_only() -> None:
    desk = open_desk()
    desk.record(order("o2", 10, 20), "m1")
    desk.record(order("o1", 5, 100), "m1", now=instant_of(day(404.9)))
    late = order("o0", 5, 100)
    assert desk.record(late, "m1", now=instant_of(day(405.5))).status == "accepted"
    book = desk.book("m1")
    assert {"o0", "o1"} <= book.facts.keys()
    assert not any(row.key == "o0" for row in book.booked)
    assert any(row.key == "o1" for row in book.booked)
    assert book.known.left_out == {"o0"}
    desk.record(refund("f0", 406, "o0"), "m1")
    settled(desk)
    decision = next(f for f in book.facts.values() if isinstance(f, Promise) and f.target == "o0")
    staff = msgspec.structs.replace(decision, version=2, yes=True)
    desk.record(staff, "m1")
    assert any(row.key == "o0" for row in book.booked)
    settled(desk)


def test_two_holders_become_one_and_two_again() -> None:
    desk = open_desk()
    for holder, key in (("m1", "o1"), ("m2", "o2")):
        desk.record(order(key, 1, 100), holder)
    desk.record(redemption("r1", 2), "m1")
    desk.record(redemption("r2", 2), "m2")
    before = {name: RICH.dump(book.state) for name, book in desk.books.items()}
    booked, gone = join(desk, "m1", "m2")
    assert points(desk, "m1") == points(desk, "m2") == 100
    assert balances(gone.rows)["points"] == -50
    assert balances(booked.rows)["points"] == 50
    vouchers = [f.key for f in desk.book("m1").facts.values() if getattr(f, "rule", "") == "free"]
    assert len(vouchers) == len(desk.book("m1").state.vouchers) == 4
    settled(desk)
    staying, going = part(desk, "m2")
    assert balances(staying.rows)["points"] == -50
    assert balances(going.rows)["points"] == 50
    assert {name: RICH.dump(book.state) for name, book in desk.books.items()} == before
    settled(desk)


def test_what_came_while_two_were_one_goes_to_whom_it_came_for() -> None:
    desk = open_desk()
    desk.record(order("o1", 1, 40), "m1")
    desk.record(order("o2", 1, 30), "m2")
    join(desk, "m1", "m2")
    assert desk.record(redemption("r2", 2), "m2").status == "accepted"
    desk.record(order("o3", 3, 15), "m2")
    desk.record(refund("f1", 4, "o1", 10), "")
    assert points(desk) == 40 + 30 - 50 + 15 - 10
    part(desk, "m2")
    assert (points(desk, "m1"), points(desk, "m2")) == (30, 30 - 50 + 15)
    settled(desk)
    with pytest.raises(ValueError, match="was not joined"):
        part(desk, "m2")
    with pytest.raises(ValueError, match="one holder already"):
        join(desk, "m1", "m1")


def test_effects_are_not_sent_again_when_two_are_parted() -> None:
    desk = open_desk(FAMILY)
    desk.record(order("o1", 1, 100), "m1")
    desk.record(order("o2", 1, 50), "m2")
    assert points(desk, "mum") == 15
    join(desk, "m1", "m2")
    part(desk, "m2")
    told = [fact for fact in desk.book("mum").facts.values() if isinstance(fact, Effect)]
    assert [one.version for one in told] == [1, 1]
    assert points(desk, "mum") == 15
    settled(desk)


@runs(40, 1_000)
@given(histories(), st.integers(0, 2**32), st.integers(0, 600))
def test_joining_at_any_moment_is_folding_the_union(
    facts: list[FoldFact], seed: int, moment: int
) -> None:
    chance, desk = random.Random(seed), open_desk()
    desk.clock = instant_of(day(301))
    facts = [fact for fact in facts if not isinstance(fact, Promise)]
    facts.append(Grant(key="other", at=day(1), asset="points", amount=3))
    desk.record(facts.pop(), "m2")
    for number, fact in enumerate(facts):
        if number == moment % len(facts):
            join(desk, "m1", "m2")
        desk.record(fact, chance.choice(["m1", "m2"]))
    if desk.resolved("m2") != "m1":
        join(desk, "m1", "m2")
    union = desk.book("m1").facts
    assert union.keys() >= {f.key for f in facts if f.key[0] in "og"} | {"other"}
    same(desk.book("m1"), folded(union.values(), until=desk.clock))
    part(desk, "m2")
    settled(desk)


def test_saboteur_an_effect_that_is_sent_under_a_new_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Sent, "_restated", lambda self, effect, version, withdrawn: effect)
    with pytest.raises(AssertionError):
        test_effects_are_sent_once_changed_and_withdrawn()


def test_saboteur_nobody_looks_at_the_present(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Run, "still", lambda self, promise: promise)
    with pytest.raises(AssertionError):
        test_what_is_decided_late_must_hold_on_the_present_state()
