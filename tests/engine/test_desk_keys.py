"""Keys at a desk: what waits follows its newest version, and no key ever means two things."""

from __future__ import annotations

import itertools

import msgspec
import pytest
from histories import RICH, day, edition, order, redemption, refund, same, yes
from odd_kinds import Tithe

from regulars.engine import desk as desks
from regulars.engine.advance import next_due
from regulars.engine.calendar import instant_of
from regulars.engine.compiled import Compiled
from regulars.engine.compiling import compiled
from regulars.engine.desk import Desk
from regulars.engine.fold import LATE, fold
from regulars.engine.happenings import Effect, FoldFact, Promise, VoucherUse
from regulars.engine.run import Run

NOW = instant_of(day(9))
LATER = instant_of(day(407))
TOLD: list[tuple[str, FoldFact]] = [
    ("m1", order("o1", 1, 100)),
    ("m2", order("o2", 2, 80)),
    ("", refund("f1", 5, "o1", 30)),
    ("", refund("f1", 5, "o2", 20, version=2)),
]
"""A refund that was first said to be of another's order."""


def told(arrivals: list[tuple[str, FoldFact]], programme: Compiled = RICH) -> Desk:
    desk = Desk(programme, yes)
    for holder, fact in arrivals:
        desk.record(fact, holder, now=NOW)
    return desk


def points(desk: Desk) -> list[int]:
    return [desk.book(holder).state.holdings[0].balance for holder in ("m1", "m2")]


def settled(desk: Desk) -> None:
    for holder, book in desk.books.items():
        same(book, fold(desk.programme, book.facts.values(), until=desk.clock, holder=holder))


@pytest.mark.parametrize("arrivals", list(itertools.permutations(TOLD)))
def test_a_refund_follows_its_newest_version_to_another_order(
    arrivals: tuple[tuple[str, FoldFact], ...],
) -> None:
    desk = told(list(arrivals))
    assert points(desk) == [100, 60]
    assert not desk.parked
    settled(desk)


@pytest.mark.parametrize("arrivals", list(itertools.permutations(TOLD[1:])))
def test_what_it_was_said_to_be_of_first_may_never_come(
    arrivals: tuple[tuple[str, FoldFact], ...],
) -> None:
    desk = told(list(arrivals))
    assert points(desk) == [0, 60]
    assert not desk.parked


def test_a_refund_that_turns_out_to_be_of_an_unknown_order_waits_for_it() -> None:
    desk = told(TOLD[:1] + TOLD[2:3])
    assert points(desk)[0] == 70
    answer = desk.record(TOLD[3][1], now=NOW)
    assert (answer.status, answer.params) == ("parked", {"for": "o2"})
    assert points(desk)[0] == 100
    assert desk.record(refund("f1", 5, "o1", 30, version=3), now=NOW).status == "accepted"
    assert points(desk)[0] == 70
    desk.record(TOLD[1][1], "m2", now=NOW)
    assert points(desk) == [70, 80]
    settled(desk)


@pytest.mark.parametrize("named", [True, False])
def test_what_a_refund_caused_moves_along(named: bool) -> None:
    """Also where what it causes is the same for either order."""
    tithe = Tithe(id="tithe", to="mum", named=named)
    family = compiled([edition(earn=[*edition().earn, tithe])])
    for arrivals in itertools.permutations(TOLD):
        desk = told(list(arrivals), family)
        sent = [fact for fact in desk.book("mum").facts.values() if isinstance(fact, Effect)]
        back = [fact.subject for fact in sent if fact.what == "back" and not fact.withdrawn]
        assert (points(desk), back) == ([100, 60], ["o2" if named else ""])
        settled(desk)


def test_what_came_too_late_comes_too_late_for_the_other_order_as_well() -> None:
    desk = Desk(RICH, yes)
    for holder, fact in TOLD[:2]:
        desk.record(fact, holder, now=NOW)
    desk.record(refund("f1", 5, "o1", 30), now=LATER)
    desk.record(TOLD[3][1], now=LATER)
    assert [book.known.left_out for book in desk.books.values()] == [set(), {"f1"}]
    assert f"club/{LATE}/f1" in desk.book("m2").facts
    settled(desk)


def test_a_key_with_other_content_is_refused_whatever_became_of_it() -> None:
    desk = told(TOLD[:1])
    assert desk.record(redemption("r1", 9), "m1").status == "accepted"
    assert desk.record(redemption("r2", 9, price=7), "m1").code == "price_unknown"
    before = desk.programme.dump(desk.book("m1").state)
    assert desk.record(redemption("r1", 9), "m1").status == "known"
    again = desk.record(redemption("r2", 9, price=7), "m1")
    assert (again.status, again.code) == ("known", "price_unknown")
    for other in (
        redemption("r1", 9, order="o1"),
        redemption("r2", 9),
        redemption("o1", 9),
        VoucherUse(key="r1", at=day(9), voucher="bun"),
        order("r1", 9, 100),
        order("r2", 9, 100),
    ):
        answer = desk.record(other, "m1")
        assert (answer.status, answer.code) == ("refused", "key_reused"), other
    assert desk.programme.dump(desk.book("m1").state) == before


def test_a_promise_that_is_told_again_is_known() -> None:
    desk = told(TOLD[:1])
    desk.record(redemption("r1", 9), "m1")
    promise = desk.book("m1").facts["r1"]
    assert isinstance(promise, Promise)
    assert desk.record(promise, "m1").status == "known"
    other = msgspec.structs.replace(promise, price=1)
    assert desk.record(other, "m1").code == "key_reused"


def test_time_passes_for_those_alone_for_whom_something_is_due(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked = 0

    def counted(run: Run) -> int:
        nonlocal looked
        looked += 1
        return next_due(run)

    monkeypatch.setattr(desks, "next_due", counted)
    desk = Desk(RICH, yes)
    for number in range(200):
        desk.record(order(f"o{number}", number / 200, 10), f"m{number}")
    assert looked <= 3 * 200
    desk.advance(instant_of(day(30)))
    assert looked <= 8 * 200
    settled(desk)
