"""Who cannot be made one, and who can."""

from __future__ import annotations

import random

import pytest
from histories import RICH, day, order, said, yes

from regulars.engine import joining
from regulars.engine.calendar import instant_of
from regulars.engine.desk import Desk
from regulars.engine.facts import Refund
from regulars.engine.fold import fold
from regulars.engine.happenings import MEMBER, Erasure, Opening
from regulars.ledger.refused import Refused

BOTH = [("m1", "m2"), ("m2", "m1")]


@pytest.mark.parametrize(("into", "other"), BOTH)
def test_nobody_is_joined_with_somebody_who_was_erased(into: str, other: str) -> None:
    desk = Desk(RICH, yes)
    desk.record(order("o1", 1, 100), "m1")
    desk.record(order("o2", 2, 50), "m2")
    desk.record(Erasure(key="gone", at=day(3)), "m2")
    before = said(desk.programme, desk.book("m1").state)
    with pytest.raises(Refused) as refusal:
        joining.join(desk, into, other)
    assert refusal.value.code == "member_gone"
    assert (said(desk.programme, desk.book("m1").state), desk.links) == (before, {})
    assert [desk.book(one).state.gone for one in ("m1", "m2")] == [False, True]


def test_saboteur_nobody_looks_whether_somebody_was_erased(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(joining, "_takes_away", lambda book, other: False)
    with pytest.raises(pytest.fail.Exception):
        test_nobody_is_joined_with_somebody_who_was_erased("m1", "m2")


def rejoined(first: float) -> Desk:
    """m2 bought, left for good on the fifth day, took part anew on the tenth, and bought; m1 did
    something for the first time on this day."""
    desk = Desk(RICH, yes)
    desk.record(order("o2", 2, 70), "m2")
    desk.record(Erasure(key="gone", at=day(5)), "m2")
    desk.record(Opening(key="back", at=day(10), what=MEMBER), "m2")
    desk.record(order("o3", 12, 50), "m2")
    desk.record(order("o1", first, 100), "m1", now=instant_of(day(20)))
    return desk


def balances(desk: Desk, *holders: str) -> list[int]:
    return [desk.book(one).state.holdings[0].balance for one in holders]


@pytest.mark.parametrize(("into", "other"), BOTH)
def test_who_took_part_anew_is_joined_with_somebody_who_came_later(into: str, other: str) -> None:
    desk = rejoined(11)
    alone = sum(balances(desk, "m1", "m2"))
    assert alone > 0
    joining.join(desk, into, other)
    assert balances(desk, into) == [alone], "nothing of before, and all that came since"
    desk.record(order("late", 12.5, 10), "m1", now=instant_of(day(21)))
    assert desk.book(into).state.holdings[0].balance > alone
    joining.part(desk, other)
    desk.record(Refund(key="f", at=day(21), order="late", currency="EUR", amount_minor=1000,
                       full=True), "m1")  # fmt: skip
    assert sum(balances(desk, "m1", "m2")) == alone


@pytest.mark.parametrize(("into", "other"), BOTH)
@pytest.mark.parametrize("first", [1, 4, 6, 9.9])
def test_nobody_is_joined_with_whose_leaving_would_take_from_them(
    first: float, into: str, other: str
) -> None:
    desk = rejoined(first)
    with pytest.raises(Refused, match="member_gone"):
        joining.join(desk, into, other)
    assert desk.links == {}


@pytest.mark.parametrize(("into", "other"), BOTH)
def test_whoever_is_joined_comes_to_the_same_in_any_order(into: str, other: str) -> None:
    desk = rejoined(11)
    joining.join(desk, into, other)
    book = desk.book(into)
    facts = list(book.facts.values())
    for seed in range(6):
        random.Random(seed).shuffle(facts)
        folded = fold(desk.programme, facts, holder=into, until=book.state.at)
        assert said(desk.programme, folded.state) == said(desk.programme, book.state)


def test_saboteur_what_would_be_taken_is_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = rejoined(1)
    alone = sum(balances(desk, "m1", "m2"))
    monkeypatch.setattr(joining, "_takes_away", lambda book, other: book.state.gone)
    joining.join(desk, "m1", "m2")
    assert balances(desk, "m1") < [alone]
