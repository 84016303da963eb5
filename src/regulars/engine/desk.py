"""Booking in memory: facts of many holders arrive in any order, are decided and booked.

It is what the database does, without a database: tests, worked cases and replays stand on it. The
caller answers what the engine asks (`Ask` by holder); everything else is the fold.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Literal

from msgspec import Struct, field

from regulars.engine.advance import advance, next_due
from regulars.engine.booking import Book, Booked
from regulars.engine.calendar import instant_of
from regulars.engine.compiled import Compiled
from regulars.engine.facts import Fact, Order
from regulars.engine.fold import needs
from regulars.engine.happenings import Attempt, Effect, FoldFact, Redemption, VoucherUse
from regulars.engine.position import names
from regulars.engine.questions import Question, Reply
from regulars.engine.run import Why
from regulars.ledger.lots import FOREVER
from regulars.ledger.refused import Refused

Answer = Callable[[str, Question], Reply]
Status = Literal["accepted", "refused", "known", "parked"]
MOST_ROUNDS = 1000
"""More effects than this from one fact mean rules that feed each other."""


class Outcome(Struct, frozen=True):
    """What became of an arrival: `code` and `params` say why it was refused, `whys` what every
    rule gave, where that was asked for."""

    key: str
    status: Status
    code: str = ""
    params: dict[str, object] = {}
    whys: tuple[Why, ...] = ()


class Desk(Struct):
    """All holders of one programme. `outcomes` by key; `orders` says whose an order is."""

    programme: Compiled
    answer: Answer
    books: dict[str, Book] = field(default_factory=dict)
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)
    parked: dict[str, list[tuple[FoldFact, str]]] = field(default_factory=dict)
    now: int = -(1 << 62)

    def book(self, holder: str) -> Book:
        """The book of a holder, opened empty if there is none."""
        if holder not in self.books:
            ask = lambda question: self.answer(holder, question)  # noqa: E731
            self.books[holder] = Book.opened(self.programme, holder, ask)
        return self.books[holder]

    def advance(self, until: int) -> None:
        """Let time pass for everybody, instant by instant, so that effects meet in order."""
        while True:
            due, holder = min(
                ((next_due(book.run), name) for name, book in self.books.items()),
                default=(FOREVER, ""),
            )
            if due > until or due >= FOREVER:
                break
            self.settle(holder, self.books[holder].advance(due))
        self.now = max(self.now, until)

    def record(
        self, arrival: FoldFact | Attempt, holder: str = "", now: int | None = None
    ) -> Outcome:
        """Book one arrival for its holder; `now` is the moment of arrival (else its own time).

        A key that is known changes nothing: the first answer comes back. What names a fact that is
        not known waits for it.
        """
        at = instant_of(arrival.at)
        self.advance(max(self.now, at if now is None else now))
        if isinstance(arrival, Redemption | VoucherUse):
            return self.attempt(arrival, holder)
        known = self.known(arrival, holder)
        if known is not None:
            return known
        name = names(arrival)
        if name and needs(arrival) and name not in self.owners:
            self.parked.setdefault(name, []).append((arrival, holder))
            return self.note(Outcome(arrival.key, "parked", "waits", {"for": name}))
        holder = self.owners.get(name, holder) if needs(arrival) else holder
        return self.take(arrival, holder)

    def known(self, fact: Fact, holder: str) -> Outcome | None:
        """The first answer to a key that has been seen in this version or a later one."""
        owner = self.owners.get(fact.key)
        if owner is None:
            first = self.outcomes.get(fact.key)
            return first and Outcome(first.key, "known", first.code, first.params)
        before = self.book(owner).facts[fact.key]
        if fact.version > before.version:
            return None
        if fact.version == before.version and fact != before:
            return Outcome(fact.key, "refused", "key_reused", {"key": fact.key})
        first = self.outcomes.get(fact.key)
        return Outcome(fact.key, "known", first.code if first else "")

    def take(self, fact: FoldFact, holder: str) -> Outcome:
        """Apply a fact to its holder's book, and whoever waited for it."""
        self.owners[fact.key] = holder
        booked = self.book(holder).take(fact)
        self.settle(holder, booked)
        outcome = self.note(_outcome(fact, booked))
        for waiting, other in self.parked.pop(fact.key, []):
            self.outcomes.pop(waiting.key, None)
            self.take(waiting, self.owners.get(fact.key, other))
        return outcome

    def attempt(self, attempt: Attempt, holder: str) -> Outcome:
        """Decide what somebody asks for. What is refused is only noted."""
        if attempt.key in self.outcomes:
            first = self.outcomes[attempt.key]
            return Outcome(first.key, "known", first.code, first.params)
        book = self.book(holder)
        try:
            promise = book.decide(attempt)
        except Refused as refusal:
            return self.note(Outcome(attempt.key, "refused", refusal.code, refusal.params))
        self.owners[promise.key] = holder
        booked = book.take(promise)
        self.settle(holder, booked)
        return self.note(Outcome(attempt.key, "accepted", "", {}, tuple(booked.whys)))

    def settle(self, holder: str, booked: Booked) -> None:
        """Send what was caused for others, until nothing is caused any more."""
        for promise in booked.promises:
            self.owners[promise.key] = holder
        waiting: list[Effect] = list(booked.effects)
        for _ in range(MOST_ROUNDS):
            if not waiting:
                return
            effect = waiting.pop(0)
            self.owners[effect.key] = effect.holder
            caused = self.book(effect.holder).take(effect)
            for promise in caused.promises:
                self.owners[promise.key] = effect.holder
            waiting.extend(caused.effects)
        raise RuntimeError(f"effects of {holder} do not end")

    def note(self, outcome: Outcome) -> Outcome:
        """Remember the first answer to a key."""
        return self.outcomes.setdefault(outcome.key, outcome)

    def orders(self) -> Iterable[Order]:
        """Every order that is booked."""
        for book in self.books.values():
            for fact in book.facts.values():
                if isinstance(fact, Order):
                    yield fact


def _outcome(fact: FoldFact, booked: Booked) -> Outcome:
    for change in booked.changes:
        if change.id == fact.key and change.to == "refused":
            return Outcome(fact.key, "refused", change.reason, dict(change.params))
    return Outcome(fact.key, "accepted", "", {}, tuple(booked.whys))


__all__ = ["Desk", "Outcome", "advance"]
