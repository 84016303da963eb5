"""Where a fact stands: the one sort key, fact by fact."""

from __future__ import annotations

from typing import Any

import pytest
from histories import day, order, refund
from msgspec import structs

from regulars.engine.calendar import instant_of
from regulars.engine.happenings import (
    Activity,
    Attribute,
    Effect,
    Erasure,
    FoldFact,
    Grant,
    Job,
    Opening,
    Promise,
    Reversal,
    SignUp,
    TierSet,
)
from regulars.engine.position import Position, names, place, position, rank


def promise(key: str, days: float = 1, **fields: Any) -> Promise:
    return Promise(key=key, at=day(days), rule="r", **{"ordinal": key, **fields})


def copied(fact: FoldFact, key: str) -> FoldFact:
    return structs.replace(fact, key=key)


def placed(*facts: FoldFact) -> list[str]:
    """The keys of facts of which each knows all others, in their order."""
    known = {fact.key: fact for fact in facts}
    return sorted(known, key=lambda key: place(known[key], known))


@pytest.mark.parametrize(
    ("fact", "name"),
    [
        (refund("f", 1, "o"), "o"),
        (Activity(key="a", at=day(1), kind="review", order="o"), "o"),
        (Activity(key="a", at=day(1), kind="review"), ""),
        (Reversal(key="x", at=day(1), redemption="r"), "r"),
        (promise("r", order="o"), "o"),
        (promise("r"), ""),
        (order("o", 1, 1), ""),
        (Grant(key="g", at=day(1), amount=1), ""),
    ],
)
def test_a_fact_names_what_it_cannot_come_before(fact: FoldFact, name: str) -> None:
    assert names(fact) == name


def test_a_voucher_is_used_after_what_issued_it_and_its_use_taken_back_after_that() -> None:
    issued = promise("v", ordinal="1")
    one = promise("b", target="v")
    back = Reversal(key="a", at=day(1), redemption="b")
    assert placed(back, one, issued) == ["v", "b", "a"]
    for all_but_one in (promise("b"), promise("b", target="w"), promise("b", target="v", due=True)):
        assert placed(all_but_one, issued) == ["b", "v"]
    later = promise("b", 2, target="v")
    assert place(later, {"b": later, "v": issued}) == position(later)


def test_promises_that_use_each_other_stand_where_they_would_else() -> None:
    one, other = promise("a", target="b"), promise("b", target="a")
    assert placed(other, one) == ["a", "b"]
    own = promise("a", target="a")
    assert place(own, {"a": own}) == position(own)


def test_the_facts_of_one_instant_have_one_order_whatever_their_keys() -> None:
    in_order: list[tuple[FoldFact, ...]] = [
        (promise("z", due=True), Job(key="y", at=day(1), name="j")),
        (Opening(key="x", at=day(1), what="asset"),),
        (Attribute(key="w", at=day(1), name="n", value="v"),),
        (
            Grant(key="v", at=day(1), amount=1),
            TierSet(key="u", at=day(1), tier="gold"),
            SignUp(key="s", at=day(1)),
        ),
        (
            order("t", 1, 1),
            Activity(key="q", at=day(1), kind="visit"),
            Effect(key="p", at=day(1), holder="m", rule="r", what="w"),
        ),
        (refund("o", 1, "unknown"),),
        (promise("n"), promise("m", ordinal="1", order="unknown")),
        (Reversal(key="l", at=day(1), redemption="unknown"),),
        (Erasure(key="k", at=day(1)),),
        (promise("j", ordinal="1"),),
    ]
    ranks = [{rank(fact) for fact in group} for group in in_order]
    assert all(len(group) == 1 for group in ranks)
    assert [min(group) for group in ranks] == sorted({min(group) for group in ranks})
    assert len(set(map(min, ranks))) == len(ranks)


def test_a_fact_that_names_none_stands_at_its_instant_by_source_and_key() -> None:
    fact = order("o", 1, 1, source="till")
    here = instant_of(day(1))
    assert position(fact) == Position(here, rank(fact), here, "till", "o")
    assert place(fact, {"o": fact}) == position(fact)
    assert position(fact) < position(order("p", 1, 1, source="till"))
    assert position(fact) < position(order("n", 1, 1, source="web"))
    assert position(fact) < position(order("a", 1.1, 1, source="app"))


def test_what_is_dated_before_the_order_that_it_names_follows_it_at_once() -> None:
    """In the order of the times and keys that they have themselves."""
    facts: list[FoldFact] = [
        order("o", 5, 1),
        refund("b", 2, "o"),
        refund("a", 2, "o"),
        refund("c", 1, "o"),
    ]
    assert placed(*facts, order("p", 5, 1), order("n", 4, 1)) == ["n", "o", "p", "c", "a", "b"]
    acts: list[FoldFact] = [Activity(key="a", at=day(1), kind="like", order="o"), order("o", 5, 1)]
    assert placed(*acts, order("p", 5, 1)) == ["o", "a", "p"]


def test_what_came_from_one_source_stands_together() -> None:
    """Refunds of one instant, moved behind their order: by source, then by key."""
    told = {"d": "app", "a": "web", "c": "app", "b": "web"}
    facts: list[FoldFact] = [refund(key, 2, "o", source=source) for key, source in told.items()]
    assert placed(order("o", 5, 1), *facts) == ["o", "c", "d", "a", "b"]


def test_what_is_dated_after_the_order_that_it_names_stays_where_it_is() -> None:
    facts: list[FoldFact] = [
        order("o", 5, 1),
        refund("a", 6, "o"),
        order("p", 5.5, 1),
        order("q", 7, 1),
    ]
    assert placed(*facts) == ["o", "p", "a", "q"]
    assert place(facts[1], {"o": facts[0]}) == position(facts[1])
    later: list[FoldFact] = [
        order("o", 5, 1, source="web"),
        Activity(key="b", at=day(5), kind="like", order="o"),
    ]
    assert placed(*later, order("z", 5, 1, source="web")) == ["o", "b", "z"]


def test_a_reversal_moves_along_with_what_paid_for_an_order_and_stays_before_it() -> None:
    """Whether it is dated after the redemption, with it or before; another payment keeps its
    place by its own time."""
    for days in (3, 2, 1):
        facts: list[FoldFact] = [
            promise("r", 2, order="o"),
            promise("s", 4, order="o"),
            Reversal(key="x", at=day(days), redemption="r"),
            Reversal(key="y", at=day(days), redemption="s"),
            order("o", 5, 1),
            order("n", 4, 1),
        ]
        assert placed(*facts) == ["n", "r", "x", "s", "y", "o"]


@pytest.mark.parametrize("days", [5, 6])
def test_a_reversal_dated_after_the_order_stands_after_it(days: float) -> None:
    reversal = Reversal(key="x", at=day(days), redemption="r")
    facts: list[FoldFact] = [promise("r", 2, order="o"), reversal, order("o", 5, 1)]
    assert placed(*facts) == ["r", "o", "x"]
    late: list[FoldFact] = [promise("r", 9, order="o"), reversal, order("o", 5, 1)]
    assert placed(*late) == ["r", "o", "x"]


@pytest.mark.parametrize(
    "asked",
    [order("o", 5, 1), SignUp(key="o", at=day(5)), Activity(key="o", at=day(5), kind="visit")],
)
@pytest.mark.parametrize("days", [2, 5, 9])
def test_what_pays_for_a_fact_stands_directly_before_it(asked: FoldFact, days: float) -> None:
    beside = (copied(asked, "n"), copied(asked, "p"))
    assert placed(asked, *beside, promise("r", days, order="o")) == ["n", "r", "o", "p"]


def test_payments_for_one_order_keep_the_order_of_their_times_and_keys() -> None:
    facts: list[FoldFact] = [
        promise("b", 2, order="o"),
        promise("a", 2, order="o"),
        promise("c", 1, order="o"),
    ]
    assert placed(order("o", 5, 1), *facts) == ["c", "a", "b", "o"]


def test_a_promise_that_names_anything_else_stays_at_its_own_instant() -> None:
    named = refund("f", 5, "unknown")
    for own in (promise("r", 2, order="f"), promise("r", 2, order="elsewhere")):
        assert place(own, {"f": named}) == position(own)


def test_a_due_promise_never_comes_before_what_it_names_and_never_pays_for_it() -> None:
    early, later = promise("d", 2, due=True, order="o"), promise("e", 9, due=True, order="o")
    assert placed(order("o", 5, 1), order("p", 5, 1), early, later) == ["o", "d", "p", "e"]
    assert place(later, {"o": order("o", 5, 1)}) == position(later)


def chained(length: int) -> dict[str, FoldFact]:
    """Acts about the one before them, each dated a day before it; the first is about an order."""
    acts = [
        Activity(key=f"x{n}", at=day(100 - n), kind="visit", order=f"x{n - 1}" if n else "o")
        for n in range(length)
    ]
    facts: list[FoldFact] = [order("o", 200, 1), *acts]
    return {fact.key: fact for fact in facts}


@pytest.mark.parametrize(
    ("length", "follows"), [(1, True), (2, True), (49, True), (50, False), (51, False), (53, False)]
)
def test_a_fact_follows_those_before_it_so_far_and_no_further(length: int, follows: bool) -> None:
    known = chained(length)
    last = known[f"x{length - 1}"]
    assert (place(last, known).at == instant_of(day(200))) == follows
    assert follows or place(last, known) == position(last)


def test_what_leads_into_a_circle_stands_by_itself() -> None:
    circle = [
        Activity(key=key, at=day(days), kind="visit", order=of)
        for key, days, of in (("a", 1, "b"), ("b", 5, "c"), ("c", 9, "b"))
    ]
    known: dict[str, FoldFact] = {fact.key: fact for fact in circle}
    assert place(known["b"], known) == position(known["b"])
    assert place(known["a"], known).at == instant_of(day(5))
