"""A case over the database: everything goes through the same actions as real orders."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import count
from uuid import UUID

import msgspec
from django.db import connection

from regulars.actions import customers
from regulars.actions.members import join
from regulars.actions.passing import pass_time
from regulars.actions.publishing import publish
from regulars.actions.record import record
from regulars.actions.redeeming import Asked, redeem
from regulars.actions.refused import Refused
from regulars.cli.live import directory
from regulars.cli.live.names import Names
from regulars.cli.live.reading import Reader
from regulars.db import people, programmes
from regulars.engine.arrivals import Arrival
from regulars.engine.booking import Book
from regulars.engine.calendar import datetime_of, instant_of
from regulars.engine.desk import Outcome
from regulars.engine.edition import Edition
from regulars.engine.facts import Identifier, Who
from regulars.engine.fold import stands_for
from regulars.engine.happenings import (
    Attempt,
    FoldFact,
    Grant,
    Job,
    Opening,
    Redemption,
    Reversal,
    TierSet,
    VoucherUse,
)
from regulars.programmes.cases.sides import NOTHING, Scene, Told

LONG_AGO = datetime(1900, 1, 1, tzinfo=UTC)
SERIALS = count(1)
"""Editions never change: what two cases call alike may be two editions, and has two names here."""
OWN = (Grant, Job, Opening, Reversal, TierSet)
"""Facts that count in one programme alone."""
WAITS = """
    SELECT key FROM regulars_named_fact WHERE owner_id IS NULL
"""


class Live:
    """One case over an empty database, through the actions that real orders go through."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.serial = next(SERIALS)
        self.programme = scene.programme.id
        self.names = Names()
        self.told: dict[str, Outcome] = {}
        self.touched: dict[str, None] = {}
        self.links: dict[str, str] = {}
        self.clock = scene.begins
        self.read: dict[str, Book] | None = None
        self.publish()
        for one in sorted(scene.known):
            self.number(one)
        self.meet()

    def publish(self) -> None:
        """Publish the editions of the case, each when it takes over."""
        for place, one in enumerate(self.scene.editions):
            named = f"e{self.serial}_{place}"
            own = msgspec.structs.replace(one, programme=self.programme, edition=named)
            begins = datetime_of(self.scene.schedule[one.edition]) if place else None
            publish(written(own), now=LONG_AGO, begins=begins)
        with connection.cursor() as cursor:
            ready = programmes.running(cursor)[self.programme]
        ready.jobs_off = self.scene.programme.jobs_off

    def meet(self) -> None:
        """Tell the database who is known by what before anything happens, and all codes."""
        with connection.cursor() as cursor:
            directory.meet(cursor, self)

    def number(self, holder: str) -> int:
        """The customer that stands for a holder; made a member when first seen."""
        if holder not in self.names.customers:
            with connection.cursor() as cursor:
                (found,) = people.find_or_make(
                    cursor, [who(holder)], now=LONG_AGO, crowd=people.Crowd()
                )
            join([found], self.programme, since=LONG_AGO, now=datetime_of(self.clock))
            with connection.cursor() as cursor:
                cursor.execute("SELECT public_id FROM regulars_customer WHERE id = %s", [found])
                self.names.add(holder, found, str(cursor.fetchone()[0]))
        return self.names.customers[holder]

    # what a case asks for

    @property
    def books(self) -> Mapping[str, Book]:
        """The books as they stand, by holder."""
        if self.read is None:
            with connection.cursor() as cursor:
                ready = programmes.running(cursor)[self.programme]
                reader = Reader(cursor, ready, self.names)
                self.read = reader.books(self.touched)
        return self.read

    @property
    def outcomes(self) -> Mapping[str, Outcome]:
        """What became of each arrival, by key."""
        for key, one in self.told.items():
            if one.status == "parked" and key not in self.waiting():
                self.told[key] = self.came_to(key)
        return self.told

    def waiting(self) -> set[str]:
        """The keys of facts that wait for another one."""
        with connection.cursor() as cursor:
            cursor.execute(WAITS)
            return {key for (key,) in cursor.fetchall()}

    def came_to(self, key: str) -> Outcome:
        """What became of a fact that waited, when it was let in."""
        for book in self.books.values():
            for change in book.run.changes:
                if change.id == key and change.to == "refused":
                    return Outcome(key, "refused", change.reason, dict(change.params))
        return Outcome(key, "accepted")

    @property
    def owners(self) -> Mapping[str, str]:
        """Whose each fact is."""
        return {
            key: name
            for name, book in self.books.items()
            for fact in book.facts.values()
            for key in (fact.key, stands_for(fact))
            if key
        }

    def book(self, holder: str) -> Book:
        """The book of a holder, opened empty if there is none."""
        holder = self.resolved(holder)
        if holder not in self.touched:
            self.touched[holder] = None
            if holder not in self.books:
                self.number(holder)
                self.read = None
        return self.books[holder]

    def resolved(self, holder: str) -> str:
        """The holder in whose book the facts of this one are."""
        while holder in self.links:
            holder = self.links[holder]
        return holder

    def advance(self, until: int) -> None:
        """Let time pass for everybody up to an instant."""
        if until >= self.clock:
            self.clock = until
            pass_time(datetime_of(until))
            self.read = None

    def record(
        self, arrival: FoldFact | Attempt, holder: str, now: int | None = None, told: Told = NOTHING
    ) -> None:
        """Book one arrival; `now` is the moment of arrival, else its own time."""
        self.advance(max(self.clock, instant_of(arrival.at) if now is None else now))
        self.touched[self.resolved(holder)] = None
        self.number(holder)
        self.read = None
        if isinstance(arrival, Redemption | VoucherUse):
            became = self.decide(arrival, self.resolved(holder))
        else:
            became = self.take(self.coming(arrival, holder, told))
        if became is not None:
            self.note(msgspec.structs.replace(became, params=self.names.params(became.params)))

    def coming(self, fact: FoldFact, holder: str, told: Told) -> Arrival:
        """A fact of a holder as it comes in."""
        return Arrival(
            fact=self.names.told(fact),
            who=who(holder),
            programme=self.programme if isinstance(fact, OWN) else "",
            signals=told.signals,
            party=tuple(who(one) for one in told.party),
        )

    def take(self, arrival: Arrival) -> Outcome | None:
        """Take in a fact that happened; None where nothing is to be remembered of it."""
        (became,) = record([arrival], now=datetime_of(self.clock))
        if became.state not in ("recorded", "restated"):
            return None
        given = became.given[0]
        return Outcome(became.key, given.status, given.code, given.params)  # type: ignore[arg-type]

    def decide(self, attempt: Attempt, holder: str) -> Outcome | None:
        """Ask for something; None where nothing is to be remembered of the answer."""
        asked = Asked(
            attempt=attempt,
            customer_id=self.number(holder),
            programme=self.programme,
            now=datetime_of(self.clock),
        )
        try:
            answer = redeem(asked)
        except Refused:
            return None
        if answer.known:
            return None
        status = "accepted" if answer.accepted else "refused"
        return Outcome(attempt.key, status, answer.code, answer.params)  # type: ignore[arg-type]

    def note(self, outcome: Outcome) -> None:
        """Remember an answer that was given before anything was booked."""
        self.told[outcome.key] = outcome

    def join(self, into: str, other: str) -> None:
        """Make one holder of two."""
        into, other = self.resolved(into), self.resolved(other)
        now = datetime_of(self.clock)
        customers.merge(self.public(other), self.public(into), reason="case", now=now)
        self.links[other] = into
        self.read = None

    def public(self, holder: str) -> UUID:
        """The public id of a holder."""
        self.number(holder)
        return UUID(self.names.number(holder))


def who(holder: str) -> Who:
    """Somebody of a case, by the name that it gives them."""
    return Who(identifiers=(Identifier("external", holder),))


def written(edition: Edition) -> str:
    """An edition as a file."""
    return msgspec.json.encode(edition).decode()
