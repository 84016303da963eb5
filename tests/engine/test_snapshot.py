"""A snapshot, or a seal, and the rest come to what a replay from nothing comes to."""

from __future__ import annotations

import msgspec
import pytest
from histories import (
    AT_END,
    RICH,
    day,
    edition,
    folded,
    histories,
    net,
    order,
    refund,
    runs,
    said,
)
from hypothesis import given
from hypothesis import strategies as st

from regulars.engine import sealing, snapshot
from regulars.engine.advance import advance
from regulars.engine.calendar import instant_of
from regulars.engine.compiling import compiled
from regulars.engine.fold import History, follow, ordered
from regulars.engine.happenings import FoldFact
from regulars.engine.position import START
from regulars.engine.run import Run
from regulars.engine.snapshot import Snapshot


def run_of(history: History) -> Run:
    """A run that knows which promises exist, at the beginning."""
    run = Run(RICH, RICH.start(), "m1")
    run.known = history.promised
    return run


def cut_at(history: History, count: int) -> tuple[History, History]:
    """The history up to so many facts, and the rest."""
    return (
        History(history.facts[:count], history.instants[:count]),
        History(history.facts[count:], history.instants[count:]),
    )


def resumed(first: Snapshot) -> Run:
    """The run after a snapshot that was written down and read."""
    run = snapshot.resumed(RICH, snapshot.decode(snapshot.encode(first)), "m1")
    assert run is not None
    return run


@runs(120, 3_000)
@given(histories(), st.integers(0, 12))
def test_a_snapshot_and_the_rest_are_a_replay_from_nothing(
    facts: list[FoldFact], count: int
) -> None:
    history = ordered(facts)
    before, after = cut_at(history, count)
    run = run_of(history)
    follow(run, before)
    needed = {*history.named, *(debt.key for one in run.state.holdings for debt in one.debts)}
    again = resumed(snapshot.taken(run, START, needed))
    again.known = history.promised
    again.rows.extend(run.rows)
    follow(again, after, AT_END)
    wanted = folded(facts)
    assert said(RICH, again.state) == said(RICH, wanted.state)
    assert net(again.rows) == net(wanted.rows)


@runs(120, 3_000)
@given(histories(), st.integers(0, 300))
def test_a_seal_and_the_rest_are_a_replay_from_nothing(facts: list[FoldFact], days: int) -> None:
    """Sealed at an instant that no fact has."""
    history = ordered(facts)
    moment = instant_of(day(days)) + 1
    count = sum(1 for at in history.instants if at < moment)
    before, after = cut_at(history, count)
    run = run_of(history)
    follow(run, before)
    advance(run, moment)
    openings = sealing.seal(RICH, run.state, run.records, moment)
    sealed = ordered(openings)
    again = run_of(history)
    follow(again, sealed)
    follow(again, after, AT_END)
    wanted = folded(facts)
    assert said(RICH, again.state) | {"at": 0} == said(RICH, wanted.state) | {"at": 0}
    later_rows = [row for row in again.rows if row.rule != sealing.SEALED]
    later_rows = [row for row in later_rows if row.at >= moment]
    assert net(later_rows) == net(row for row in wanted.rows if row.at >= moment)


def test_a_snapshot_of_another_fold_or_other_editions_is_thrown_away() -> None:
    run = folded([order("o1", 1, 100)]).run
    first = snapshot.taken(run, START)
    assert snapshot.resumed(RICH, first) is not None
    for changed in (
        {"fold": 2},
        {"editions": ("x", "b")},
        {"programme": "other"},
        {"editions": ("a", "b", "c")},
    ):
        assert snapshot.resumed(RICH, msgspec.structs.replace(first, **changed)) is None


def test_a_snapshot_survives_a_new_edition() -> None:
    old = compiled([edition()])
    run = Run(old, old.start(), "m1")
    follow(run, ordered([order("o1", 1, 100)]))
    again = snapshot.resumed(RICH, snapshot.taken(run, START), "m1")
    assert again is not None
    follow(again, ordered([order("o2", 200, 10)]), AT_END)
    assert said(RICH, again.state) == said(
        RICH, folded([order("o1", 1, 100), order("o2", 200, 10)]).state
    )


def test_a_record_in_a_snapshot_is_what_a_refund_needs() -> None:
    run = Run(RICH, RICH.start(), "m1")
    follow(run, ordered([order("o1", 1, 100), order("o2", 1, 10)]))
    first = snapshot.taken(run, START, ["o1", "never"])
    assert list(first.records) == ["o1"]
    again = resumed(first)
    follow(again, ordered([refund("f0", 1, "o1")]), instant_of(day(2)))
    assert again.state.holdings[0].balance == 110
    step_by = History([refund("f1", 2, "o1", 40)], [instant_of(day(2))])
    follow(again, step_by)
    assert again.state.holdings[0].balance == 70


def test_a_sealed_debt_and_what_is_pending_go_on() -> None:
    facts: list[FoldFact] = [order("o1", 1, 200), refund("f1", 3, "o1", 150)]
    run = Run(RICH, RICH.start(), "m1")
    follow(run, ordered(facts))
    openings = sealing.seal(RICH, run.state, run.records, run.state.at + 1)
    assert {one.details["part"] for one in openings} >= {"holdings", "memory", "records"}
    again = Run(RICH, RICH.start(), "m1")
    follow(again, ordered([*openings, refund("f2", 4, "o1", 50)]), AT_END)
    wanted = folded([*facts, refund("f2", 4, "o1", 50)])
    assert said(RICH, again.state) | {"at": 0} == said(RICH, wanted.state) | {"at": 0}


def test_saboteur_a_seal_that_forgets_the_memory_of_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "OWN", frozenset({"at", "edition", "memory"}))
    with pytest.raises(AssertionError):
        test_a_sealed_debt_and_what_is_pending_go_on()


def test_saboteur_a_snapshot_without_records() -> None:
    run = Run(RICH, RICH.start(), "m1")
    follow(run, ordered([order("o1", 1, 100)]))
    again = resumed(snapshot.taken(run, START, []))
    follow(again, History([refund("f1", 2, "o1", 40)], [instant_of(day(2))]))
    assert again.state.holdings[0].balance == 100
