"""What is kept of a holder between two bookings, and the book that goes on from it.

A head is a cache: a state with its place in history, and the keys that known facts wait for. The
book that is opened from one asks for the history only when a fact calls for it: one that is late,
restated, or about something earlier.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Self

import msgspec
from msgspec import Struct, field

from regulars.engine import snapshot
from regulars.engine.advance import advance
from regulars.engine.booking import Book, Booked, Mark
from regulars.engine.calendar import instant_of
from regulars.engine.compiled import Compiled
from regulars.engine.fold import follow, needs
from regulars.engine.happenings import Attempt, Effect, FoldFact, Promise
from regulars.engine.known import Known
from regulars.engine.position import START, names
from regulars.engine.run import Run
from regulars.engine.snapshot import Snapshot
from regulars.engine.state import BEGINNING
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

    `fresh` are keys that nobody used before: of facts that are arriving now.
    """

    history: Callable[[], History]
    decided: Callable[[str, str], bool]
    fresh: frozenset[str] = frozenset()


class Shelved(Book, kw_only=True):
    """A book opened from a head. It is `whole` once its history was read."""

    source: Source
    whole: bool = False
    from_: int = BEGINNING

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
            self.complete()
        if isinstance(fact, Promise):
            self.run.want(fact.key)
        return Book.take(self, fact)

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

    def refold(self, facts: Any, mark: Mark | None = None, by: str = "") -> Booked:
        """Fold again, with the whole history."""
        mark = mark or self.mark()
        before = self.mark()
        self.complete()
        return Book.refold(self, facts, _shifted(mark, before, self.mark()), by)

    def is_elsewhere(self, key: str) -> bool:
        """Whether a key is of an earlier fact that was not read."""
        at_hand = not key or self.whole or key in self.facts or key in self.source.fresh
        return not at_hand

    def is_past(self, attempt: Attempt) -> bool:
        """Whether something is asked for at an instant that the book has passed."""
        return instant_of(attempt.at) < self.run.state.at

    def complete(self) -> None:
        """Read the history, and put before what was done since the head what came to it."""
        if self.whole:
            return
        self.whole = True
        history = self.source.history()
        since, run = self.known, self.run
        self.known = Known()
        self.known.read(history.facts)
        first = self.again()
        follow(first, self.known.ordered())
        advance(first, self.from_)
        last = self.known.last() or START
        self.sent.effects = {one.key: one for one in history.sent} | self.sent.effects
        self.keep(since.facts.values())
        self.stale = False
        if not since.facts and run.state.at <= self.from_:
            first.ask, self.run = run.ask, first
            self.last = last
            return
        _before(run, first)
        run.known = self.known.promised | set(run.known)


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
