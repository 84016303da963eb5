"""On what a case runs: a desk in memory, or anything that says it answers like one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from msgspec import Struct

from regulars.engine.booking import Book
from regulars.engine.compiled import Compiled
from regulars.engine.desk import Desk, Outcome
from regulars.engine.edition import Edition
from regulars.engine.happenings import Attempt, FoldFact
from regulars.engine.joining import join
from regulars.engine.people import People
from regulars.engine.questions import Signal


class Scene(Struct, frozen=True):
    """What a case runs with: its editions and the instants (microseconds) at which each takes
    over, the same made ready to fold, the directory of its people and who they are."""

    editions: Sequence[Edition]
    schedule: Mapping[str, int]
    programme: Compiled
    people: People
    known: frozenset[str] = frozenset()
    begins: int = 0


class Told(Struct, frozen=True):
    """What is told beside a fact: by what the person is known, and who else took part."""

    signals: tuple[Signal, ...] = ()
    party: tuple[str, ...] = ()


NOTHING = Told()


class Side(Protocol):
    """What cases need of whoever books: facts go in, books and outcomes come out.

    Holders go by the names that the case gives them. `books` are those of everybody whom
    something was booked for, `outcomes` by key, `owners` says in whose book a fact is.
    """

    @property
    def books(self) -> Mapping[str, Book]:
        """The books as they stand, by holder."""

    @property
    def outcomes(self) -> Mapping[str, Outcome]:
        """What became of each arrival, by key."""

    @property
    def owners(self) -> Mapping[str, str]:
        """Whose each fact is."""

    def book(self, holder: str) -> Book:
        """The book of a holder, opened empty if there is none."""

    def resolved(self, holder: str) -> str:
        """The holder in whose book the facts of this one are."""

    def advance(self, until: int) -> None:
        """Let time pass for everybody up to an instant."""

    def record(
        self, arrival: FoldFact | Attempt, holder: str, now: int | None = None, told: Told = NOTHING
    ) -> None:
        """Book one arrival; `now` is the moment of arrival, else its own time."""

    def note(self, outcome: Outcome) -> None:
        """Remember an answer that was given before anything was booked."""

    def join(self, into: str, other: str) -> None:
        """Make one holder of two."""


class Unlike(Exception):
    """A side does not agree with itself: what is asked of it in two ways is told in two."""


Opened = Callable[[Scene], Side]
"""A side, made ready for one case."""


class InMemory:
    """A desk in memory, every rule telling what it did."""

    def __init__(self, scene: Scene) -> None:
        self.desk = Desk(scene.programme, scene.people.answer)
        scene.people.links = self.desk.links
        self.books: Mapping[str, Book] = self.desk.books
        self.outcomes: Mapping[str, Outcome] = self.desk.outcomes
        self.owners: Mapping[str, str] = self.desk.owners

    def book(self, holder: str) -> Book:
        """The book of a holder, opened empty if there is none."""
        return self.desk.book(holder)

    def resolved(self, holder: str) -> str:
        """The holder in whose book the facts of this one are."""
        return self.desk.resolved(holder)

    def advance(self, until: int) -> None:
        """Let time pass for everybody up to an instant."""
        self.desk.advance(until)

    def record(
        self, arrival: FoldFact | Attempt, holder: str, now: int | None = None, told: Told = NOTHING
    ) -> None:
        """Book one arrival, with every rule telling what it did: reports say which had a part."""
        self.desk.book(holder).explain = True
        self.desk.record(arrival, holder, now)

    def note(self, outcome: Outcome) -> None:
        """Remember an answer that was given before anything was booked."""
        self.desk.note(outcome)

    def join(self, into: str, other: str) -> None:
        """Make one holder of two."""
        join(self.desk, into, other)


__all__ = ["NOTHING", "InMemory", "Opened", "Scene", "Side", "Told", "Unlike"]
