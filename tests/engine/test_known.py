"""What a book knows: each fact where it belongs, the history made anew only where it must be."""

from __future__ import annotations

import random
from itertools import permutations

import pytest
from histories import day, histories, order, refund, runs, shuffled
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from regulars.engine.fold import LATE, ordered
from regulars.engine.happenings import Effect, FoldFact, Opening, Promise, Reversal
from regulars.engine.known import Known, placed
from regulars.engine.position import place

A, B, C = order("a", 1, 5), order("b", 2, 5), order("c", 3, 5)
BACK = refund("r", 4, "a")
BROUGHT = Opening(key="x", at=day(0), what="order", order=order("z", 0, 5))
OF_BROUGHT = refund("f", 2, "z")
GONE = Effect(key="e", at=day(2), holder="m1", rule="r", what="w", version=2, withdrawn=True)


def late(key: str, *, yes: bool, version: int = 1) -> Promise:
    """The decision whether a fact counts that came too late."""
    named = f"late/{key}"
    promise = Promise(key=named, at=day(9), rule=LATE, ordinal=key, target=key, yes=yes)
    return replace(promise, version=version)


def kept(*facts: FoldFact) -> Known:
    known = Known()
    for fact in facts:
        known.keep(fact)
    return known


@pytest.mark.parametrize(
    ("facts", "meets", "awaited"),
    [
        ([A], [False], set()),
        ([BACK], [False], {"a"}),
        ([BACK, A], [False, True], set()),
        ([A, BACK], [False, False], set()),
        ([BACK, B, A], [False, False, True], set()),
        ([OF_BROUGHT, BROUGHT], [False, True], set()),
        ([BROUGHT, OF_BROUGHT], [False, False], set()),
        ([BACK, OF_BROUGHT], [False, False], {"a", "z"}),
        ([A, replace(A, version=2)], [False, False], set()),
    ],
)
def test_what_is_named_is_awaited_until_it_comes(
    facts: list[FoldFact], meets: list[bool], awaited: set[str]
) -> None:
    known = Known()
    assert [known.keep(fact) for fact in facts] == meets
    assert known.awaited == awaited


def test_what_openings_bring_is_known() -> None:
    known = kept(BROUGHT, replace(BROUGHT, key="y", order=None, name="n"), OF_BROUGHT)
    assert known.brought - {""} == {"z"}
    assert (known.knows("z"), known.knows("x"), known.knows("n")) == (True, True, False)
    assert not known.waits(OF_BROUGHT)
    assert known.waits(BACK)
    assert not known.waits(A)


def test_records_are_kept_of_what_is_named_and_of_promises() -> None:
    paid = Promise(key="p", at=day(2), rule="coffee", ordinal="7", order="b")
    known = kept(A, BACK, paid, Reversal(key="v", at=day(3), redemption="p"))
    assert known.recorded == {"a", "b", "p"}
    assert known.promised == {("coffee", "7")}
    assert known.awaited == {"b"}


@pytest.mark.parametrize(
    ("decisions", "counts"),
    [
        ([], True),
        ([late("a", yes=False)], False),
        ([late("a", yes=True)], True),
        ([late("a", yes=False), late("a", yes=True, version=2)], True),
        ([late("a", yes=True), late("a", yes=False, version=2)], False),
    ],
)
@pytest.mark.parametrize("before", [True, False])
def test_what_came_too_late_is_left_out(
    decisions: list[FoldFact], counts: bool, before: bool
) -> None:
    facts = [*decisions, A, B, BACK] if before else [A, B, BACK, *decisions]
    known = kept(*facts)
    assert known.left_out == (set() if counts else {"a"})
    assert known.ordered().facts == ([A, B, BACK] if counts else [B])


@pytest.mark.parametrize(
    ("facts", "anew"),
    [
        ([A, B, C], False),
        ([C, A, B], False),
        ([A, BACK, B], False),
        ([BACK, B], False),
        ([A, GONE], False),
        ([A, Promise(key="p", at=day(2), rule="coffee", ordinal="7")], False),
        ([BACK, A], True),
        ([A, replace(A, version=2, at=day(7))], True),
        ([A, BROUGHT], True),
        ([A, late("b", yes=False)], True),
    ],
)
def test_the_history_is_made_anew_only_where_a_fact_may_move_others(
    facts: list[FoldFact], anew: bool
) -> None:
    known = kept(*facts)
    assert (known.history is None) == anew
    wanted = placed(known.facts.values())
    got = known.ordered()
    assert (got.facts, got.instants, got.placed) == (wanted.facts, wanted.instants, wanted.placed)


@pytest.mark.parametrize("given_as", list(permutations([A, B, C, BACK])))
def test_a_history_has_the_place_of_every_fact(given_as: tuple[FoldFact, ...]) -> None:
    history = placed(given_as)
    by_key = {fact.key: fact for fact in given_as}
    assert history.facts == [A, B, C, BACK]
    assert history.placed == [place(fact, by_key) for fact in history.facts]
    known = kept(*given_as)
    assert known.last() == place(BACK, by_key)
    assert known.before(place(C, by_key)).facts == [A, B]


def test_of_nothing_there_is_no_last() -> None:
    assert Known().last() is None
    assert kept(BACK).last() is None


def test_what_is_forgotten_is_awaited_again_where_it_is_named() -> None:
    known = kept(A, B, BACK, BROUGHT, Promise(key="p", at=day(2), rule="coffee", ordinal="7"))
    known.forget(["a", "x", "p"])
    assert list(known.facts) == ["b", "r"]
    assert (known.awaited, known.recorded, known.promised) == ({"a"}, {"a"}, set())
    assert known.brought - {""} == set()
    assert known.ordered().facts == [B]


@runs(100, 3_000)
@given(histories(), st.integers(0, 2**32))
def test_what_is_put_in_one_by_one_stands_as_if_it_was_sorted(
    facts: list[FoldFact], seed: int
) -> None:
    known, chance = Known(), random.Random(seed)
    for fact in shuffled(facts, seed):
        before = known.facts.get(fact.key)
        if before is None or fact.version > before.version:
            known.keep(fact)
        if chance.random() < 0.3:
            known.ordered()
    wanted = ordered(known.facts.values())
    got = known.ordered()
    assert (got.facts, got.instants) == (wanted.facts, wanted.instants)
    assert got.placed == [place(fact, known.facts) for fact in got.facts]


@runs(100, 3_000)
@given(histories(), st.integers(0, 2**32))
def test_what_is_read_at_once_is_known_as_if_it_was_kept_one_by_one(
    facts: list[FoldFact], seed: int
) -> None:
    one_by_one, at_once = Known(), Known()
    for fact in shuffled(facts, seed):
        before = one_by_one.facts.get(fact.key)
        if before is None or fact.version > before.version:
            one_by_one.keep(fact)
    at_once.read(one_by_one.facts.values())
    assert as_told(at_once) == as_told(one_by_one)
    assert at_once.last() == one_by_one.last()
    where = place(facts[0], at_once.facts)
    assert at_once.before(where).facts == one_by_one.before(where).facts


def as_told(known: Known) -> tuple[object, ...]:
    """All that is known, in one value."""
    sets = (known.awaited, known.left_out, known.recorded, known.promised)
    return (known.facts, *sets, known.brought - {""}, known.used - {""}, known.ordered().facts)


def test_saboteur_a_fact_that_moves_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    put = Known.insert
    monkeypatch.setattr(Known, "insert", lambda self, fact, moves: put(self, fact, False))
    with pytest.raises(AssertionError):
        assert kept(BACK, A).ordered().facts == [A, BACK]
