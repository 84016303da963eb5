"""The fold: a holder's state is a pure function of the set of their facts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct, field

from regulars.engine.advance import advance
from regulars.engine.calendar import instant_of
from regulars.engine.compiled import Compiled
from regulars.engine.facts import Order, Refund
from regulars.engine.happenings import Activity, Effect, FoldFact, Grant, Promise, Reversal
from regulars.engine.position import Position, names, position
from regulars.engine.run import Change, Row, Run
from regulars.engine.state import Record, State


class History(Struct):
    """The facts of one holder in the order in which they act. `parked` names what is not known,
    and who waits for it; `placed` are the positions where they had to be worked out."""

    facts: list[FoldFact]
    parked: dict[str, list[FoldFact]] = field(default_factory=dict)
    placed: list[Position] | None = None


def ordered(facts: Iterable[FoldFact]) -> History:
    """Sort a set of facts: each key once, in its highest version; what waits is parked.

    Facts that come in order of strictly growing instants, as stored, are only looked at.
    """
    given = list(facts)
    if _in_order(given):
        return History(given)
    latest: dict[str, FoldFact] = {}
    for fact in given:
        known = latest.get(fact.key)
        if known is None or fact.version > known.version:
            latest[fact.key] = fact
    return _placed(latest)


def _in_order(facts: Sequence[FoldFact]) -> bool:
    """Whether the facts stand where they belong: looked at, not sorted."""
    seen: set[str] = set()
    before: FoldFact | None = None
    for fact in facts:
        kind = type(fact)
        if kind is not Order and kind is not Grant and not _follows(fact, seen):
            return False
        if before is not None and fact.at <= before.at and not _ranks_after(fact, before):
            return False
        seen.add(fact.key)
        before = fact
    return len(seen) == len(facts)


def _follows(fact: FoldFact, seen: set[str]) -> bool:
    if isinstance(fact, Promise):
        return not fact.order
    name = names(fact)
    return not name or name in seen


def _ranks_after(fact: FoldFact, before: FoldFact) -> bool:
    return fact.at == before.at and position(fact) > position(before)


def _placed(latest: dict[str, FoldFact]) -> History:
    history = History([])
    placed = []
    for fact in latest.values():
        name = names(fact)
        named = latest.get(name) if name else None
        if name and named is None and needs(fact):
            history.parked.setdefault(name, []).append(fact)
        elif not (isinstance(fact, Effect) and fact.withdrawn):
            placed.append((position(fact, named), fact))
    placed.sort(key=lambda one: one[0])
    history.facts = [fact for _, fact in placed]
    history.placed = [at for at, _ in placed]
    return history


def needs(fact: FoldFact) -> bool:
    """Whether a fact cannot act before the one that it names is known."""
    return isinstance(fact, Refund | Reversal) or (isinstance(fact, Activity) and bool(fact.order))


class Folded(Struct):
    """What a fold comes to: the state after the last fact, or at `until`; every wanted transfer;
    what else changed; effects on others; promises decided on the way; records asked for."""

    state: State
    run: Run
    parked: dict[str, list[FoldFact]]

    @property
    def rows(self) -> list[Row]:
        return self.run.rows

    @property
    def changes(self) -> list[Change]:
        return self.run.changes

    @property
    def records(self) -> dict[str, Record]:
        return self.run.records


def fold(
    programme: Compiled,
    facts: Iterable[FoldFact],
    *,
    holder: str = "",
    until: int | None = None,
    run: Run | None = None,
) -> Folded:
    """Fold a set of facts, from nothing or from where `run` stands.

    `until` runs on to an instant, and facts after it do not act. Without a `run` records are kept
    of those facts that others in the set name.
    """
    history = ordered(facts)
    if run is None:
        run = Run(programme, programme.start(), holder)
        run.wanted = {name for name in map(names, history.facts) if name}
        run.known = {(one.rule, one.ordinal) for one in history.facts if isinstance(one, Promise)}
    follow(run, history, until)
    return Folded(run.state, run, history.parked)


def follow(run: Run, history: History, until: int | None = None) -> None:
    """Apply facts that are in order, and then let time pass to `until`."""
    state = run.state
    places = history.placed
    for index, fact in enumerate(history.facts):
        at = instant_of(fact.at) if places is None else places[index].at
        if until is not None and at > until:
            break
        if state.due <= at:
            advance(run, at)
        run.at = state.at = at
        run.key = fact.key
        edition = run.edition
        for handle in edition.on.get(type(fact), ()):
            handle(run, fact)
        for settle in edition.settle:
            settle(run)
    if until is not None:
        advance(run, until)


def step(run: Run, fact: FoldFact, at: int) -> None:
    """Apply one fact at an instant that is not before the state's: time passes first."""
    advance(run, at)
    run.at = run.state.at = at
    run.key = fact.key
    for handle in run.edition.on.get(type(fact), ()):
        handle(run, fact)
    for settle in run.edition.settle:
        settle(run)
