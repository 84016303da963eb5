"""Along a long history: states written down on the way, so that what comes late is folded from the
last one before it and not from the beginning.

A milestone is a cache like a head. It says nothing of a fact of its instant or later, and nothing
of an earlier one that is told afterwards: whoever folds such a fact in sets the milestones after it
anew.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import accumulate

from msgspec import Struct

from regulars.engine import snapshot
from regulars.engine.advance import advance
from regulars.engine.calendar import instant_of
from regulars.engine.facts import Order
from regulars.engine.fold import LATE, History, follow, stands_for
from regulars.engine.happenings import Effect, Erasure, FoldFact, Opening, Promise
from regulars.engine.position import names, place
from regulars.engine.run import Run
from regulars.engine.snapshot import Snapshot

EVERY = 200
"""So many facts are between two milestones, at least."""


class Milestone(Struct, frozen=True):
    """The state after everything that is told of instants before `at`, none of it of `at` or
    later. It was `reached` by what was done last before: time has passed up to there."""

    at: int
    reached: int
    snapshot: Snapshot


class Road(Struct, frozen=True):
    """Where a book finds what lies along its history: the last milestone up to an instant; the
    first instant that facts with these keys were told of, in any version (none: FOREVER); and what
    is known from an instant on: facts told of it or later, effects sent after the other one."""

    milestone: Callable[[int], Milestone | None]
    first_told: Callable[[Collection[str]], int]
    since: Callable[[Milestone], tuple[list[FoldFact], list[Effect]]]


def about(fact: FoldFact) -> set[str]:
    """The keys of what a fact may change the place or the worth of, besides itself: what it names
    or decides, and its earlier versions."""
    keys = {names(fact), fact.key if fact.version > 1 else ""}
    if isinstance(fact, Promise) and fact.rule == LATE:
        keys.add(fact.target)
    return keys - {""}


def changes_all(fact: FoldFact, awaited: Collection[str]) -> bool:
    """Whether a fact may change what stands anywhere in history: who waited for it, what it
    brings."""
    if isinstance(fact, Opening | Erasure):
        return True
    return bool(awaited) and (fact.key in awaited or stands_for(fact) in awaited)


def travel(run: Run, history: History) -> list[Milestone]:
    """Apply facts that are in order, and set milestones on the way."""
    laid: list[Milestone] = []
    begin = 0
    for end, at in _ends(history):
        follow(run, _part(history, begin, end))
        # What is due at the very instant comes before the next fact in any case.
        advance(run, run.state.at)
        last = history.facts[end - 1]
        where = history.placed[end - 1] if history.placed else place(last, {})
        laid.append(Milestone(at, run.state.at, snapshot.taken(run, where, ())))
        begin = end
    follow(run, _part(history, begin, len(history.facts)) if begin else history)
    return laid


def _part(history: History, begin: int, end: int) -> History:
    return History(history.facts[begin:end], history.instants[begin:end])


def _ends(history: History) -> Iterator[tuple[int, int]]:
    """Where the parts of a history end, and from which instant on the rest is told: everything
    before is told of an earlier one, so that the rest can be read by it."""
    facts = history.facts
    if len(facts) < 2 * EVERY:
        return
    own = [
        at if type(fact) is Order else min(at, instant_of(fact.at))
        for fact, at in zip(facts, history.instants, strict=True)
    ]
    earliest = list(accumulate(reversed(own), min))[::-1]
    least = EVERY
    for index in range(EVERY, len(facts)):
        if index >= least and history.instants[index - 1] < earliest[index]:
            yield index, earliest[index]
            least = index + EVERY


def first_wrong(run: Run, history: History, milestones: Iterable[Milestone]) -> Run | None:
    """The state of the first of a holder's milestones, in their order, that is not what `run` comes
    to when it folds the history up to there; None where all are. `run` stands there then."""
    begin = 0
    for one in milestones:
        end = bisect_left(history.instants, one.at)
        follow(run, _part(history, begin, end))
        advance(run, one.reached)
        kept = snapshot.resumed(run.programme, one.snapshot)
        if kept is not None and not run.programme.are_alike(kept.state, run.state):
            return kept
        begin = end
    return None
