"""What is kept of a holder between two bookings, and the book that goes on from it.

A head is a cache: a state with its place in history, and the keys that known facts wait for. The
book that is opened from one asks for the history only when a fact calls for it: one that is late,
restated, or about something earlier.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Self

import msgspec
from msgspec import Struct, field

from regulars.engine import snapshot
from regulars.engine.advance import advance
from regulars.engine.booking import Book, Booked, Mark
from regulars.engine.calendar import instant_of
from regulars.engine.compiled import Compiled
from regulars.engine.facts import Order
from regulars.engine.fold import follow, needs
from regulars.engine.happenings import Attempt, Effect, FoldFact, Promise
from regulars.engine.known import Known
from regulars.engine.milestones import Milestone, Road, about, changes_all, travel
from regulars.engine.position import START, Position, names
from regulars.engine.run import Run
from regulars.engine.snapshot import Snapshot
from regulars.engine.state import BEGINNING
from regulars.engine.terms import meant
from regulars.ledger.lots import FOREVER
from regulars.ledger.refused import Refused

Identity = tuple[str, str]


class Head(Struct, frozen=True):
    """A snapshot after the last fact that is known, and the keys that facts wait for."""

    snapshot: Snapshot
    awaited: tuple[str, ...] = ()


class History(Struct):
    """What a holder's books are made from: every fact in its highest version, the effects that
    were sent to others as they were sent last, and how far time had passed."""

    facts: list[FoldFact] = field(default_factory=list)
    sent: list[Effect] = field(default_factory=list)
    until: int = BEGINNING


class Decided(set[Identity]):
    """The identities of promises: those told, and those that `known` finds elsewhere."""

    def __init__(self, known: Callable[[str, str], bool], told: Iterable[Identity] = ()) -> None:
        super().__init__(told)
        self._known = known

    def __contains__(self, identity: object) -> bool:
        if super().__contains__(identity):
            return True
        return isinstance(identity, tuple) and self._known(*identity)

    def copy(self) -> Decided:
        """The same, on its own."""
        return Decided(self._known, self)


class Source(Struct, frozen=True):
    """Where a book finds what it was not given: its history, and whether a promise was decided.

    `fresh` are keys that nobody used before: of facts that are arriving now; `coming` those of
    them that this book is to take. Without a `road` its history is read as a whole.
    """

    history: Callable[[], History]
    decided: Callable[[str, str], bool]
    fresh: frozenset[str] = frozenset()
    coming: Sequence[FoldFact] = ()
    road: Road | None = None


class Laid(Struct):
    """The milestones after the instant `after`, set anew."""

    after: int
    milestones: list[Milestone]


MOST_LOOKS = 4
"""So often a book looks for an earlier milestone before it reads its whole history."""


class Shelved(Book, kw_only=True):
    """A book opened from a head. It is `whole` once its history was read, or knows what came after
    its `base`. `laid` are milestones that are to be kept."""

    source: Source
    whole: bool = False
    from_: int = BEGINNING
    base: Milestone | None = None
    laid: Laid | None = None

    @classmethod
    def resumed(
        cls, programme: Compiled, holder: str, head: Head | None, source: Source, **own: Any
    ) -> Self:
        """The book as its head left it; made from its history where there is no head, or one
        of other rules. `own` are fields of a class that stands on this one. Nothing is decided in
        it before its run is given somebody to ask."""
        run = snapshot.resumed(programme, head.snapshot, holder) if head else None
        if run is None or head is None:
            book = cls(
                programme, holder, Run(programme, programme.start(), holder), source=source, **own
            )
            book.from_ = source.history().until
            book.complete()
        else:
            last = head.snapshot.position
            book = cls(programme, holder, run, source=source, last=last, **own)
            run.known = Decided(source.decided)
            run.wanted = set()
            book.known.awaited.update(head.awaited)
            book.from_ = run.state.at
        return book

    def take(self, fact: FoldFact) -> Booked:
        """As any book does; first read, where the fact is about what is not at hand."""
        if fact.version > 1 or needs(fact) or self.is_elsewhere(names(fact)):
            self.complete([fact])
        if isinstance(fact, Order) and fact.vouchers and not self.are_open(fact):
            self.complete()
        if isinstance(fact, Promise):
            self.run.want(fact.key)
        at = instant_of(fact.at)
        if at < self.run.state.at:
            self.forget_after(at)
        return Book.take(self, fact)

    def take_late(self, facts: Sequence[FoldFact]) -> Booked:
        """As any book does, with the history as far back as they may change it."""
        self.complete(facts)
        return Book.take_late(self, facts)

    def decide(self, attempt: Attempt) -> Promise:
        """As any book does, with all that is known of the order in question, or of the past; what
        is refused is refused by somebody who knows everything."""
        if attempt.order or self.is_past(attempt):
            self.complete()
        try:
            return Book.decide(self, attempt)
        except Refused:
            if self.whole:
                raise
        self.complete()
        return Book.decide(self, attempt)

    def read(self, name: str) -> Any:
        """As any book does, with the facts at hand that the name speaks of."""
        if self.is_elsewhere(name.partition(":")[2]):
            self.complete()
        return Book.read(self, name)

    def refold(self, facts: Sequence[FoldFact], mark: Mark | None = None, by: str = "") -> Booked:
        """Fold again, with the history as far back as these facts may change it."""
        mark = mark or self.mark()
        before = self.mark()
        self.complete(facts)
        return Book.refold(self, facts, _shifted(mark, before, self.mark()), by)

    def begun(self) -> Run:
        """A run that begins at the base, if there is one."""
        kept = self.base and snapshot.resumed(self.programme, self.base.snapshot, self.holder)
        return kept or Book.begun(self)

    def again(self) -> Run:
        """As in any book; what was decided before the base is looked up."""
        run = Book.again(self)
        if self.base is not None:
            run.known = Decided(self.source.decided, run.known)
        return run

    def travel(self, run: Run) -> None:
        """As in any book, and milestones are set anew."""
        road, history = self.source.road, self.known.ordered()
        after = self.base.at if self.base is not None else BEGINNING
        self.laid = Laid(after, travel(run, history) if road is not None else [])
        if road is None:
            follow(run, history)

    def forget_after(self, at: int) -> None:
        """Milestones of later instants do not know what is told of this one."""
        after, milestones = (self.laid.after, self.laid.milestones) if self.laid else (at, [])
        self.laid = Laid(min(after, at), [one for one in milestones if one.at <= at])

    def end(self) -> Position:
        """The place of the last thing in history."""
        return self.known.last() or (self.base.snapshot.position if self.base else START)

    def is_elsewhere(self, key: str) -> bool:
        """Whether a key is of an earlier fact that was not read."""
        at_hand = not key or self.whole or key in self.facts or key in self.source.fresh
        return not at_hand

    def are_open(self, order: Order) -> bool:
        """Whether an order shows open vouchers only, each once: why one is refused is said by
        somebody who knows what became of it."""
        found = [meant(self.run.state.vouchers, one) for one in order.vouchers]
        at = instant_of(order.at)
        is_open = [one.id for one in found if one is not None and one.expires > at]
        return len(set(is_open)) == len(order.vouchers)

    def is_past(self, attempt: Attempt) -> bool:
        """Whether something is asked for at an instant that the book has passed."""
        return instant_of(attempt.at) < self.run.state.at

    def complete(self, facts: Sequence[FoldFact] = ()) -> None:
        """Read the history, and put before what was done since the head what came to it. It is
        read as far back as these facts may change it, as a whole without them."""
        if self.whole:
            return
        at = self.reach(facts) if facts else BEGINNING
        if self.base is not None and at >= self.base.at:
            return
        if self.base is not None:
            self.read_on()
        elif not self.read_from(at):
            self.whole = True
            history = self.source.history()
            self.enter(history.facts, history.sent)

    def reach(self, facts: Sequence[FoldFact]) -> int:
        """How far back these facts, and those that come with them, may change anything."""
        road = self.source.road
        facts = [*facts, *self.source.coming]
        if road is None or any(changes_all(fact, self.known.awaited) for fact in facts):
            return BEGINNING
        at = min(instant_of(fact.at) for fact in facts)
        named = {key for fact in facts for key in about(fact)}
        known = [instant_of(self.facts[key].at) for key in named & self.facts.keys()]
        return min([at, *known, road.first_told(named) if named else at])

    def read_from(self, at: int) -> bool:
        """Read what came after the last milestone before an instant; after an earlier one, where
        any of that names something before it. Whether there is one."""
        road = self.source.road
        for _look in range(MOST_LOOKS):
            base = road.milestone(at) if road is not None and at > BEGINNING else None
            if road is None or base is None:
                return False
            if snapshot.resumed(self.programme, base.snapshot) is None:
                return False
            facts, sent = road.since(base)
            at = self.first_named(road, facts)
            if at >= base.at:
                self.base = base
                self.enter(facts, sent)
                return True
        return False

    def first_named(self, road: Road, facts: Sequence[FoldFact]) -> int:
        """The first instant of what facts name that is not among them; FOREVER if nothing is."""
        named = {names(fact) for fact in facts} | {names(fact) for fact in self.source.coming}
        at_hand = {fact.key for fact in facts} | self.known.awaited | self.facts.keys() | {""}
        return road.first_told(named - at_hand) if named - at_hand else FOREVER

    def enter(self, facts: Sequence[FoldFact], sent: Sequence[Effect]) -> None:
        """Know what was read, and where it led to before anything was done since the head."""
        since, run = self.known, self.run
        self.known = Known()
        self.known.read(facts)
        if self.base is not None:
            self.known.awaited |= since.awaited
        self.known.recorded |= {names(one) for one in self.source.coming} & self.facts.keys()
        first = self.again()
        self.fold_read(first)
        advance(first, self.from_)
        last = self.end()
        self.sent.effects = {one.key: one for one in sent} | self.sent.effects
        self.keep(since.facts.values())
        self.stale = False
        if not since.facts and run.state.at <= self.from_:
            first.ask, self.run = run.ask, first
            self.last = last
            return
        _before(run, first)
        run.known = self.promised_by(run)

    def fold_read(self, run: Run) -> None:
        """Fold what was read; the first time that a long history is read as a whole, milestones
        are set."""
        if self.base is not None:
            follow(run, self.known.ordered())
            return
        self.travel(run)
        if self.laid is not None and not self.laid.milestones:
            self.laid = None

    def promised_by(self, run: Run) -> set[Identity]:
        """The identities of promises, of those that were read and those that a run knows."""
        told = self.known.promised | set(run.known)
        return told if self.base is None else Decided(self.source.decided, told)

    def read_on(self) -> None:
        """Read what is before the base too, and put before the run what that comes to."""
        base, history = self.base, self.source.history()
        since, self.base, self.whole = self.known, None, True
        self.known = Known()
        self.known.read(history.facts)
        self.known.recorded |= since.recorded
        first = self.again()
        if base is not None:
            follow(first, self.known.ordered().until(base.at))
            advance(first, base.reached)
        self.sent.effects = {one.key: one for one in history.sent} | self.sent.effects
        newer = [one for one in since.facts.values() if self.is_news(one)]
        self.keep(newer)
        self.stale = False
        _before(self.run, first)
        self.run.known = self.promised_by(self.run)

    def is_news(self, fact: FoldFact) -> bool:
        """Whether a fact is not known yet, or not in this version."""
        known = self.facts.get(fact.key)
        return known is None or known.version < fact.version


def _before(run: Run, first: Run) -> None:
    """What a run has done counts after what came out of `first`."""
    run.rows[:0] = first.rows
    run.changes[:0] = first.changes
    run.promises[:0] = first.promises
    run.effects[:0] = first.effects
    run.records = first.records | run.records


def _shifted(mark: Mark, before: Mark, after: Mark) -> Mark:
    return Mark(
        mark.rows + after.rows - before.rows,
        mark.changes + after.changes - before.changes,
        mark.promises + after.promises - before.promises,
        mark.effects + after.effects - before.effects,
    )


def taken(book: Book) -> Head:
    """What is kept of a book until the next booking."""
    return Head(snapshot.taken(book.run, book.last, ()), tuple(sorted(book.known.awaited)))


def encode(head: Head) -> str:
    """The head as JSON."""
    return msgspec.json.encode(head).decode()


def decode(text: str) -> Head:
    """The head that `encode` wrote. Raises msgspec.ValidationError on anything else."""
    return msgspec.json.decode(text, type=Head)
