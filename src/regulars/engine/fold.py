"""The fold: a holder's state is a pure function of the set of their facts."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from operator import itemgetter

from msgspec import Struct, field

from regulars.engine.advance import advance
from regulars.engine.calendar import instant_of
from regulars.engine.compiled import Compiled
from regulars.engine.facts import Order, Refund
from regulars.engine.happenings import Activity, Effect, FoldFact, Opening, Promise, Reversal
from regulars.engine.position import Position, names, place, position, uses
from regulars.engine.run import Change, Row, Run
from regulars.engine.state import BEGINNING, Record, State
from regulars.ledger.lots import FOREVER

LATE = "late"
"""The rule of a promise that says whether a fact that came after the late limit counts."""


class History(Struct):
    """The facts of one holder in the order in which they act, and the instant of each.

    `named` are the keys that facts name, `promised` the identities of promises. `parked` names
    what is not known, and who waits for it; `placed` are the positions, where they had to be
    worked out.
    """

    facts: list[FoldFact] = field(default_factory=list)
    instants: list[int] = field(default_factory=list)
    named: set[str] = field(default_factory=set)
    promised: set[tuple[str, str]] = field(default_factory=set)
    parked: dict[str, list[FoldFact]] = field(default_factory=dict)
    placed: list[Position] | None = None

    def before(self, place: Position) -> History:
        """The part of it that stands before a position."""
        places = self.placed or [position(fact) for fact in self.facts]
        count = sum(1 for one in places if one < place)
        return History(self.facts[:count], self.instants[:count], self.named, self.promised)

    def until(self, at: int) -> History:
        """The part of it that stands before an instant."""
        count = bisect_left(self.instants, at)
        return History(self.facts[:count], self.instants[:count], self.named, self.promised)


def ordered(facts: Iterable[FoldFact]) -> History:
    """Sort a set of facts: each key once, in its highest version; what waits is parked.

    Facts that come in order, as stored, are only looked at.
    """
    given = list(facts)
    history = _as_it_stands(given)
    if history is not None:
        return history
    latest: dict[str, FoldFact] = {}
    for fact in given:
        known = latest.get(fact.key)
        if known is None or fact.version > known.version:
            latest[fact.key] = fact
    return _placed(latest)


def _as_it_stands(facts: list[FoldFact]) -> History | None:
    """The history of facts that stand where they belong already; None where one does not."""
    history = History(facts)
    instants = history.instants
    seen: set[str] = set()
    last = BEGINNING
    before: FoldFact | None = None
    for fact in facts:
        at = instant_of(fact.at)
        if type(fact) is not Order and not _follows(fact, seen, history):
            return None
        if at <= last and before is not None and not (at == last and _ranks_after(fact, before)):
            return None
        instants.append(at)
        seen.add(fact.key)
        last = at
        before = fact
    return history if len(seen) == len(facts) else None


def _follows(fact: FoldFact, seen: set[str], history: History) -> bool:
    """Whether what a fact names stands before it; notes what it names or promises."""
    if type(fact) is Promise:
        history.promised.add((fact.rule, fact.ordinal))
        used = uses(fact)
        return not fact.order and fact.rule != LATE and (not used or used in seen)
    if type(fact) is Effect:
        return not fact.withdrawn
    name = names(fact)
    if name:
        history.named.add(name)
    return not name or name in seen


def _ranks_after(fact: FoldFact, before: FoldFact) -> bool:
    return position(fact) > position(before)


def _placed(latest: dict[str, FoldFact]) -> History:
    history = History()
    placed: list[tuple[Position, FoldFact]] = []
    left_out = too_late(latest.values())
    for fact in latest.values():
        if type(fact) is Order and not left_out:
            placed.append((position(fact), fact))
            continue
        name = names(fact)
        if name not in latest and needs(fact) and not _brought(name, latest):
            history.parked.setdefault(name, []).append(fact)
        elif acts(fact) and not counts_not(fact, left_out):
            _follows(fact, set(), history)
            placed.append((place(fact, latest), fact))
            if name:
                history.named.add(name)
    placed.sort(key=_place)
    history.facts = [fact for _, fact in placed]
    history.placed = [place for place, _ in placed]
    history.instants = [place.at for place in history.placed]
    return history


def too_late(facts: Iterable[FoldFact]) -> set[str]:
    """The keys of facts that came after the late limit, as booking decided once: they count in
    history and not in points. A later version of the decision, by staff, may say yes."""
    return {
        fact.target
        for fact in facts
        if type(fact) is Promise and fact.rule == LATE and not fact.yes
    }


def counts_not(fact: FoldFact, left_out: set[str]) -> bool:
    """Whether a fact came too late, or cannot act without one that did."""
    return fact.key in left_out or (needs(fact) and names(fact) in left_out)


def acts(fact: FoldFact) -> bool:
    """Whether a fact does anything by itself: an effect that is no longer caused does not, nor
    does the note that something came too late."""
    if isinstance(fact, Effect):
        return not fact.withdrawn
    return not (isinstance(fact, Promise) and fact.rule == LATE)


_place = itemgetter(0)


def stands_for(fact: FoldFact) -> str:
    """The key of an earlier fact whose record an opening brings; empty if it brings none."""
    if type(fact) is not Opening:
        return ""
    if fact.order is not None:
        return fact.order.key
    return fact.name if fact.details.get("part") == "records" else ""


def _brought(name: str, facts: dict[str, FoldFact]) -> bool:
    return any(stands_for(fact) == name for fact in facts.values())


def needs(fact: FoldFact) -> bool:
    """Whether a fact cannot act before the one that it names is known."""
    return type(fact) is not Order and (
        isinstance(fact, Refund | Reversal) or (isinstance(fact, Activity) and bool(fact.order))
    )


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
        run.wanted = history.named
        run.known = history.promised
    follow(run, history, until)
    return Folded(run.state, run, history.parked)


def follow(run: Run, history: History, until: int | None = None) -> None:
    """Apply facts that are in order, and then let time pass to `until`."""
    state = run.state
    last = FOREVER if until is None else until
    edition = run.edition
    on, settles = edition.on, edition.settle
    for fact, at in zip(history.facts, history.instants, strict=True):
        if at > last:
            break
        if state.due <= at:
            advance(run, at)
            edition = run.edition
            on, settles = edition.on, edition.settle
        run.at = state.at = at
        run.key = fact.key
        for handle in on.get(type(fact), ()):
            handle(run, fact)
        if run.edition is not edition:
            edition = run.edition
            on, settles = edition.on, edition.settle
        for settle in settles:
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
