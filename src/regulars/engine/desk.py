"""Booking in memory: facts of many holders arrive in any order, are decided and booked.

It is what the database does, without a database: tests, worked cases and replays stand on it. The
caller answers what the engine asks (`Ask` by holder); everything else is the fold.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from heapq import heappop, heappush
from typing import Literal

from msgspec import Struct, field
from msgspec.structs import replace

from regulars.engine import moments
from regulars.engine.advance import advance, next_due
from regulars.engine.booking import Book, Booked
from regulars.engine.calendar import datetime_of, instant_of
from regulars.engine.compiled import Compiled
from regulars.engine.facts import Fact, Order, Refund
from regulars.engine.fold import LATE, needs, stands_for
from regulars.engine.happenings import (
    Activity,
    Attempt,
    Click,
    Effect,
    FoldFact,
    Promise,
    Redemption,
    Reversal,
    SignUp,
    VoucherUse,
)
from regulars.engine.keys import made
from regulars.engine.position import names
from regulars.engine.questions import Question, Reply
from regulars.engine.run import Why
from regulars.engine.sending import put_back
from regulars.engine.texts import parse_duration
from regulars.ledger.lots import FOREVER
from regulars.ledger.refused import Refused

Answer = Callable[[str, Question], Reply]
Status = Literal["accepted", "refused", "known", "parked"]
MOST_ROUNDS = 1000
"""So many effects of effects at one moment, and no more: rules that feed each other must not hold
up everybody. What is still to be sent then is sent with what comes next."""

LIMITED = (Order, Refund, Activity, SignUp, Click)
"""What happened by itself: too late, it counts in history and not in points. What staff say, and
what follows from facts that are known, always counts."""


class Outcome(Struct, frozen=True):
    """What became of an arrival: `code` and `params` say why it was refused, `whys` what every
    rule gave, where that was asked for."""

    key: str
    status: Status
    code: str = ""
    params: dict[str, object] = {}
    whys: tuple[Why, ...] = ()


class Desk(Struct):
    """All holders of one programme. `outcomes` by key, of the newest version, `attempts` what was
    asked for; `owners` says whose book a fact is in, `origins` whom it came for, `links` into whose
    book a holder was joined, `parked` who waits for a key, and `waits` for which. `clock` is how
    far time has passed, `dues` says when each holder is next due, `queue` the same by instant,
    some of it outdated; `touched` are those whose books may have changed since. `outbox` is what
    one causes for another and is not delivered yet, `arrived` the keys for which somebody may have
    waited."""

    programme: Compiled
    answer: Answer
    books: dict[str, Book] = field(default_factory=dict)
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    attempts: dict[str, Attempt] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    parked: dict[str, dict[str, tuple[FoldFact, str]]] = field(default_factory=dict)
    waits: dict[str, str] = field(default_factory=dict)
    dues: dict[str, int] = field(default_factory=dict)
    queue: list[tuple[int, str]] = field(default_factory=list)
    touched: set[str] = field(default_factory=set)
    outbox: list[Effect] = field(default_factory=list)
    arrived: list[str] = field(default_factory=list)
    clock: int = -(1 << 62)

    def book(self, holder: str) -> Book:
        """The book of a holder, opened empty if there is none; of whom they were joined into, if
        they were."""
        holder = self.resolved(holder)
        self.touched.add(holder)
        if holder not in self.books:
            self.books[holder] = self.opened(holder)
        return self.books[holder]

    def opened(self, holder: str) -> Book:
        """An empty book whose questions are answered for this holder."""
        return Book.opened(self.programme, holder, lambda question: self.answer(holder, question))

    def resolved(self, holder: str) -> str:
        """The holder in whose book the facts of this one are."""
        while holder in self.links:
            holder = self.links[holder]
        return holder

    def joined(self, holder: str) -> frozenset[str]:
        """Those who have been joined into a holder."""
        return frozenset(one for one in self.links if self.resolved(one) == holder)

    def advance(self, until: int) -> None:
        """Let time pass for everybody, instant by instant, so that effects meet in order."""
        while (holder := self.next_due(until)) is not None:
            book = self.books[holder]
            self.settle(holder, book.advance(max(next_due(book.run), book.state.at)))
        self.clock = max(self.clock, until)

    def next_due(self, until: int) -> str | None:
        """For whom something is due first, up to an instant; None where nothing is. When exactly is
        worked out only for whom it may be so soon: nothing is due earlier than a state says."""
        for holder in self.touched & self.books.keys():
            book = self.books[holder]
            due = book.state.due
            self.note_due(holder, due if due > until else next_due(book.run))
        self.touched.clear()
        while self.queue and self.queue[0][0] <= min(until, FOREVER - 1):
            due, holder = heappop(self.queue)
            if self.dues.get(holder) == due:
                del self.dues[holder]
                exact = next_due(self.books[holder].run) if holder in self.books else FOREVER
                if exact == due:
                    return holder
                self.note_due(holder, exact)
        return None

    def note_due(self, holder: str, due: int) -> None:
        """Remember when a holder is next due."""
        if self.dues.get(holder) != due:
            self.dues[holder] = due
            heappush(self.queue, (due, holder))

    def record(
        self, arrival: FoldFact | Attempt, holder: str = "", now: int | None = None
    ) -> Outcome:
        """Book one arrival for its holder; `now` is the moment of arrival (else its own time).

        A key that is known changes nothing: the first answer comes back. What names a fact that is
        not known waits for it. What tells a moment that cannot be is refused, and nothing changes.
        """
        if not moments.in_order(arrival):
            return Outcome(arrival.key, "refused", "bad_time")
        at = instant_of(arrival.at)
        self.advance(max(self.clock, at if now is None else now))
        if isinstance(arrival, Redemption | VoucherUse):
            return self.attempt(arrival, holder)
        known = self.known(arrival)
        if known is not None:
            return known
        self.unpark(arrival.key)
        name = names(arrival)
        if name and needs(arrival) and name not in self.owners:
            return self.park(arrival, name, holder)
        return self.take(arrival, holder)

    def park(self, fact: FoldFact, name: str, holder: str) -> Outcome:
        """Keep a fact until the one that it names is known. What an earlier version of it did is
        undone: in the book it waits as well."""
        self.waits[fact.key] = name
        self.parked.setdefault(name, {})[fact.key] = (fact, holder)
        if fact.key in self.owners:
            self.enter(fact, self.origins[fact.key])
        return self.note(Outcome(fact.key, "parked", "waits", {"for": name}))

    def unpark(self, key: str) -> None:
        """A fact no longer waits for what its earlier version named."""
        name = self.waits.pop(key, "")
        if name:
            del self.parked[name][key]
            if not self.parked[name]:
                del self.parked[name]

    def known(self, fact: FoldFact) -> Outcome | None:
        """The first answer to a key that has been seen in this version or a later one."""
        before = self.seen(fact)
        first = self.outcomes.get(fact.key)
        if before is None:
            return first and self.reused(fact.key)
        if fact.version > before.version:
            return None
        if fact.version == before.version and fact != before:
            return self.reused(fact.key)
        return Outcome(fact.key, "known", first.code if first else "")

    def reused(self, key: str) -> Outcome:
        """The refusal of a key under which something else is known."""
        return Outcome(key, "refused", "key_reused", {"key": key})

    def seen(self, fact: FoldFact) -> Fact | None:
        """What is known or waits under the key of a fact."""
        if fact.key in self.owners:
            return self.book(self.owners[fact.key]).facts.get(fact.key)
        waiting = self.parked.get(self.waits.get(fact.key, ""), {}).get(fact.key)
        return waiting[0] if waiting else None

    def take(self, fact: FoldFact, holder: str) -> Outcome:
        """Apply a fact to its holder's book, and whoever waited for it. What is known already, or
        names something that is, belongs to the holder of that."""
        origin = self.origins.get(fact.key) or holder
        if needs(fact):
            origin = self.origins.get(names(fact), origin)
        late = self.too_late(fact)
        if late is not None:
            self.enter(late, origin)
        gives_back = isinstance(fact, Reversal) and not self.is_given_back(fact, origin)
        outcome = outcome_of(fact, self.enter(fact, origin))
        if isinstance(fact, Reversal) and gives_back and outcome.status == "accepted":
            self.restock(fact, origin)
        return self.note(outcome)

    def is_given_back(self, reversal: Reversal, holder: str) -> bool:
        """Whether an earlier version gave the same back."""
        before = self.book(self.resolved(holder)).facts.get(reversal.key)
        return isinstance(before, Reversal) and before.redemption == reversal.redemption

    def restock(self, reversal: Reversal, holder: str) -> None:
        """What a redemption used of what all share is there again, as soon as it is given back."""
        book = self.book(holder)
        promise = book.facts.get(reversal.redemption)
        if isinstance(promise, Promise):
            put_back(book.run.ask, promise)

    def enter(self, fact: FoldFact, origin: str) -> Booked:
        """Put a fact into the book it belongs to, send what it causes, let in who waited for it."""
        holder = self.resolved(origin)
        before = self.owners.get(fact.key, holder)
        if before != holder:
            self.move(fact.key, before, origin)
        self.own(fact.key, origin)
        brought = stands_for(fact)
        if brought:
            self.own(brought, origin)
        book = self.book(holder)
        booked = book.take(fact)
        self.settle(holder, booked)
        if book.state.due <= self.clock:
            self.settle(holder, book.advance(self.clock))
        for key in filter(None, (fact.key, brought)):
            self.let_in(key)
        return booked

    def own(self, key: str, origin: str) -> None:
        """Remember whose a key is."""
        self.origins.setdefault(key, origin)
        self.owners[key] = self.resolved(origin)

    def move(self, key: str, holder: str, origin: str) -> None:
        """A fact turns out to be another holder's: it leaves the book that it was in, and what it
        has caused is withdrawn. The note that it came too late is told anew, of the other one; what
        is about the fact waits until it is there, and follows."""
        late = self.leave(key, holder)
        self.book(origin).sent.take_over(self.book(holder).sent, key)
        if late is not None:
            self.enter(replace(late, version=late.version + 1), origin)
        for one in self.about(key, holder):
            self.waits[one.key] = key
            self.parked.setdefault(key, {})[one.key] = (one, origin)

    def about(self, key: str, holder: str) -> list[FoldFact]:
        """What is in a book and cannot act without the fact with this key."""
        return [one for one in self.book(holder).facts.values() if needs(one) and names(one) == key]

    def leave(self, key: str, holder: str) -> FoldFact | None:
        """The book that a fact is in forgets it, with the note that it came too late, which comes
        back."""
        book = self.book(holder)
        late = book.facts.get(self.late_key(key))
        leaving = [one for one in (key, late.key if late is not None else "") if one in book.facts]
        book.known.forget(leaving)
        self.settle(holder, self.rest(book, key))
        for one in leaving:
            self.owners.pop(one, None)
            self.origins.pop(one, None)
        return late

    def rest(self, book: Book, key: str) -> Booked:
        """What changes in a book that has forgotten a fact."""
        booked = book.refold([])
        booked.cause = key
        return booked

    def let_in(self, key: str) -> None:
        """Apply what waited for a key that is known now, and then what waited for that."""
        self.arrived.append(key)
        if len(self.arrived) > 1:
            return
        try:
            for known in self.arrived:
                for waiting, other in self.parked.pop(known, {}).values():
                    del self.waits[waiting.key]
                    self.take(waiting, self.origins.get(known, other))
        finally:
            self.arrived.clear()

    def too_late(self, fact: FoldFact) -> Promise | None:
        """The decision that a fact does not count in points, if it is older than the late limit of
        the edition in force. A higher version of it, by staff, may say that it does."""
        if not isinstance(fact, LIMITED) or fact.key in self.owners:
            return None
        edition = self.programme.edition_at(self.clock)
        span = parse_duration(edition.edition.late_limit)
        if edition.zone.plus(instant_of(fact.at), *span) >= self.clock:
            return None
        return Promise(
            key=self.late_key(fact.key),
            at=datetime_of(self.clock),
            rule=LATE,
            ordinal=fact.key,
            yes=False,
            target=fact.key,
        )

    def late_key(self, key: str) -> str:
        """The key of the decision whether a fact counts that came too late."""
        return made(self.programme.id, LATE, key)

    def attempt(self, attempt: Attempt, holder: str) -> Outcome:
        """Decide what somebody asks for. What is refused is only noted."""
        first = self.outcomes.get(attempt.key)
        if first is not None and self.attempts.get(attempt.key) == attempt:
            return Outcome(first.key, "known", first.code, first.params)
        if first is not None or attempt.key in self.owners:
            return self.reused(attempt.key)
        self.attempts[attempt.key] = attempt
        try:
            promise = self.book(holder).decide(attempt)
        except Refused as refusal:
            return self.note(Outcome(attempt.key, "refused", refusal.code, refusal.params))
        booked = self.enter(promise, holder)
        return self.note(Outcome(attempt.key, "accepted", "", {}, tuple(booked.whys)))

    def settle(self, holder: str, booked: Booked) -> None:
        """Send what was caused for others, until nothing is caused any more."""
        self.touched.add(holder)
        self.note_promises(holder, booked)
        self.outbox.extend(booked.effects)
        for _ in range(len(self.outbox) + MOST_ROUNDS):
            if not self.outbox:
                return
            holder = self.outbox[0].holder
            effects = [one for one in self.outbox if one.holder == holder]
            self.outbox = [one for one in self.outbox if one.holder != holder]
            self.deliver(holder, effects)

    def deliver(self, holder: str, effects: Sequence[Effect]) -> None:
        """Book effects for whom they are for, all at once: time must not decide on some of them.
        What they cause goes out after them."""
        for effect in effects:
            self.own(effect.key, holder)
        book = self.book(holder)
        for caused in (*book.take_all(effects), book.advance(self.clock)):
            self.note_promises(holder, caused)
            self.outbox.extend(caused.effects)

    def note_promises(self, holder: str, booked: Booked) -> None:
        """Promises that a book decided are its own, and may have been waited for."""
        for promise in booked.promises:
            if promise.key not in self.owners:
                self.own(promise.key, holder)
                self.let_in(promise.key)

    def note(self, outcome: Outcome) -> Outcome:
        """Remember the answer to a key."""
        self.outcomes[outcome.key] = outcome
        return outcome

    def orders(self) -> Iterable[Order]:
        """Every order that is booked."""
        for book in self.books.values():
            for fact in book.facts.values():
                if isinstance(fact, Order):
                    yield fact


def outcome_of(fact: FoldFact, booked: Booked) -> Outcome:
    """What became of a fact that was booked."""
    for change in booked.changes:
        if change.id == fact.key and change.to == "refused":
            return Outcome(fact.key, "refused", change.reason, dict(change.params))
    return Outcome(fact.key, "accepted", "", {}, tuple(booked.whys))


__all__ = ["Desk", "Outcome", "advance"]
