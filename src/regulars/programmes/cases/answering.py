"""What cases ask of a programme that has run: the answers, kept for each instant asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from regulars.programmes.cases.comparing import Answer, CannotRead, same
from regulars.programmes.cases.looking import Look
from regulars.programmes.cases.problems import Reason
from regulars.programmes.cases.shapes import Check, Run, Subject
from regulars.programmes.cases.values import Key

Place = tuple[str, str, tuple[tuple[str, str], ...], Key, datetime | None]


class Answers:
    """A reader over a desk that moves on: what is asked at an instant is answered then."""

    def __init__(self, run: Run, look: Look) -> None:
        self.run = run
        self.look = look
        self.kept: dict[Place, Answer | CannotRead] = {}
        self.causes: dict[Place, Reason | None] = {}

    def instants(self) -> list[datetime]:
        """The instants that assertions name, in the order of time."""
        return sorted({one.at for one in self.run.assertions if one.at is not None})

    def keep(self, at: datetime | None) -> None:
        """Answer everything that is asked at an instant, as the desk stands now."""
        for check in self._asked(at):
            place = placed(check.subject, check.key, at)
            if place not in self.kept:
                self.kept[place] = self._answer(check)
                self.causes[place] = self._cause(check, self.kept[place])

    def _asked(self, at: datetime | None) -> Iterator[Check]:
        for assertion in self.run.assertions:
            if assertion.at == at:
                yield from assertion.checks

    def _answer(self, check: Check) -> Answer | CannotRead:
        try:
            return self.look.read(check.subject, check.key)
        except CannotRead as cannot:
            return cannot

    def _cause(self, check: Check, got: Answer | CannotRead) -> Reason | None:
        if isinstance(got, CannotRead):
            return None
        if same(check.expected, got, check.how, self.look.units.zone):
            return None
        return self.look.because(check.subject, check.key, check.expected, got)

    def read(self, subject: Subject, key: Key, at: datetime | None) -> Answer:
        """The answer as it was at that instant. Raises CannotRead."""
        got = self.kept[placed(subject, key, at)]
        if isinstance(got, CannotRead):
            raise got
        return got

    def because(self, subject: Subject, key: Key, at: datetime | None) -> Reason | None:
        """Why the answer was not the expected one, where that can be said."""
        return self.causes.get(placed(subject, key, at))

    @property
    def rules(self) -> frozenset[str]:
        """The rules that had a part in what happened."""
        return frozenset(self.look.touched()) | frozenset(self._read_metrics())

    def _read_metrics(self) -> Iterable[str]:
        return {one.key.word for each in self.run.assertions for one in each.checks}


def placed(subject: Subject, key: Key, at: datetime | None) -> Place:
    """Under what an answer is kept."""
    return (subject.kind, subject.id, tuple(subject.beside.items()), key, at)
