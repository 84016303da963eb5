"""What the fold tells beside value, what waits, and what is cut off at a position."""

from __future__ import annotations

import pytest
from histories import RICH, day, edition, folded, order, refund

from regulars.engine.calendar import instant_of
from regulars.engine.compiling import compiled
from regulars.engine.edition import Tier
from regulars.engine.fold import LATE, fold, ordered
from regulars.engine.happenings import Activity, Effect, FoldFact, Promise
from regulars.engine.position import place
from regulars.engine.run import Row


def test_an_edition_that_begins_and_a_voucher_that_is_over_are_told() -> None:
    free = Promise(key="club/free/m1/1", at=day(1), rule="free", ordinal="1", asset="stars")
    changes = folded([free]).changes
    told = [(one.what, one.id, one.at, one.to) for one in changes]
    begins = instant_of(day(151).replace(hour=0))
    assert ("edition", "b", begins, "began") in told
    assert ("voucher", free.key, instant_of(day(31)), "expired") in told


@pytest.mark.parametrize(("names", "left"), [(("base", "gold"), 0), (("base", "x", "silver"), 2)])
def test_a_tier_that_an_edition_drops_is_the_lowest(names: tuple[str, ...], left: int) -> None:
    tiers = [Tier(id=name, name=name, from_=str(n * 100)) for n, name in enumerate(names)]
    kept = {"tiers": tiers, "change": [], "standing": None}
    second = edition(edition="b", from_="2025-06-01T00:00:00Z", **kept)
    state = folded([order("o1", 140, 160)], compiled([edition(), second]), instant_of(day(152)))
    assert state.state.standing.tier == left


def test_what_is_pending_becomes_a_lot_of_the_instant_it_was_earned() -> None:
    wanted = folded([order("o1", 1, 100)], until=instant_of(day(16)))
    row = Row("o1", "cash", "mature", instant_of(day(15)), "credit", 200)
    assert [one for one in wanted.rows if one.step == "mature"] == [row]
    lot = wanted.state.holdings[2].lots[0]
    assert (lot.key, lot.rule, lot.earned, lot.left) == ("o1", "cash", instant_of(day(1)), 200)


def test_what_expires_is_told_at_its_instant_and_noted_in_the_record() -> None:
    wanted = folded([order("o1", 1, 100), refund("f1", 130, "o1", 40)])
    rows = [one for one in wanted.rows if one.step == "expire" and one.asset == "points"]
    assert rows == [
        Row("o1", "spend", "expire", instant_of(day(120).replace(hour=0)), "points", 100)
    ]
    assert wanted.records["o1"].expired["spend"] == 60


def test_what_names_an_unknown_order_waits() -> None:
    act = Activity(key="a1", at=day(1), kind="review", order="o1")
    free = Activity(key="a2", at=day(1), kind="visit")
    history = ordered([act, free, refund("f1", 2, "o1")])
    assert history.facts == [free]
    assert {fact.key for fact in history.parked["o1"]} == {"a1", "f1"}


def test_a_withdrawn_effect_does_nothing_in_order_or_not() -> None:
    gone = Effect(key="e", at=day(2), holder="m1", rule="r", what="w", version=2, withdrawn=True)
    told: list[FoldFact] = [order("o1", 1, 1), gone]
    for facts in (told, told[::-1]):
        assert [fact.key for fact in ordered(facts).facts] == ["o1"]


def test_what_came_too_late_takes_what_needs_it_along_and_no_redemption() -> None:
    late = Promise(key="l", at=day(9), rule=LATE, ordinal="o1", target="o1", yes=False)
    paid = Promise(key="r1", at=day(3), rule="coffee", ordinal="r1", order="o1")
    facts: list[FoldFact] = [order("o1", 1, 1), refund("f1", 2, "o1"), paid, late]
    assert [fact.key for fact in ordered(facts).facts] == ["r1"]
    assert [fact.key for fact in ordered(facts[:3]).facts] == ["r1", "o1", "f1"]


def test_a_history_is_cut_before_a_position() -> None:
    in_order: list[FoldFact] = [order(f"o{n}", n, 10) for n in range(4)]
    for facts in (in_order, in_order[::-1]):
        part = ordered(facts).before(place(in_order[2], {}))
        assert [fact.key for fact in part.facts] == ["o0", "o1"]
        assert part.instants == [instant_of(day(0)), instant_of(day(1))]


def test_facts_after_the_end_do_not_act() -> None:
    until = instant_of(day(2))
    assert fold(RICH, [order("o1", 1, 10), order("o2", 3, 10)], until=until).state.at < until
    assert fold(RICH, [order("o2", 2, 10)], until=until).state.holdings[0].balance == 10
    assert fold(RICH, []).run.holder == ""
