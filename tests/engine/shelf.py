"""A shelf in memory: of a book a head and its history are kept, and it is opened from these."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec
from crowd import CROWD, Crowd
from histories import RICH
from msgspec import Struct, field

from regulars.engine import head, milestones
from regulars.engine.booking import Book, Booked
from regulars.engine.calendar import instant_of
from regulars.engine.compiled import Compiled
from regulars.engine.desk import Desk
from regulars.engine.facts import Fact
from regulars.engine.happenings import (
    Attempt,
    Effect,
    FoldFact,
    Promise,
    Redemption,
    VoucherUse,
)
from regulars.engine.head import History, Shelved, Source
from regulars.engine.milestones import Milestone, Road
from regulars.engine.questions import Question, Reply
from regulars.engine.run import Ask, Row
from regulars.engine.state import BEGINNING
from regulars.ledger.lots import FOREVER
from regulars.ledger.refused import Refused


@contextmanager
def milestones_every(count: int) -> Iterator[None]:
    """Histories have milestones after so many facts."""
    usual, milestones.EVERY = milestones.EVERY, count
    try:
        yield
    finally:
        milestones.EVERY = usual


class Shelf(Struct):
    """What is kept of one holder: the head as text, every fact and effect, every row; and how
    often somebody asked for the history."""

    programme: Compiled = field(default_factory=lambda: RICH)
    holder: str = "m1"
    ask: Ask | None = None
    head: str = ""
    facts: dict[str, FoldFact] = field(default_factory=dict)
    sent: dict[str, Effect] = field(default_factory=dict)
    until: int = BEGINNING
    rows: list[Row] = field(default_factory=list)
    reads: int = 0
    milestones: list[Milestone] = field(default_factory=list)
    told: dict[str, int] = field(default_factory=dict)
    reached: int = 0

    def history(self) -> History:
        """Everything, as a database would find it."""
        self.reads += 1
        return History(list(self.facts.values()), list(self.sent.values()), self.until)

    def decided(self, rule: str, ordinal: str) -> bool:
        """Whether there is a promise with this identity."""
        promises = (one for one in self.facts.values() if isinstance(one, Promise))
        return any((one.rule, one.ordinal) == (rule, ordinal) for one in promises)

    def road(self) -> Road:
        """What lies along the history."""
        return Road(self.milestone, self.first_told, self.since)

    def milestone(self, at: int) -> Milestone | None:
        """The last milestone up to an instant, as it was written."""
        found = max((one for one in self.milestones if one.at <= at), key=_at, default=None)
        return found and msgspec.json.decode(msgspec.json.encode(found), type=Milestone)

    def first_told(self, keys: Collection[str]) -> int:
        """The first instant at which any of these was told."""
        return min((self.told[key] for key in keys if key in self.told), default=FOREVER)

    def since(self, milestone: Milestone) -> tuple[list[FoldFact], list[Effect]]:
        """What is known from a milestone on."""
        self.reached += 1
        facts = [one for one in self.facts.values() if instant_of(one.at) >= milestone.at]
        sent = [one for one in self.sent.values() if instant_of(one.at) > milestone.reached]
        return facts, sent

    def open(self, *fresh: str, coming: Sequence[FoldFact] = ()) -> Shelved:
        """The book as it was put away; `fresh` are keys that come for the first time, `coming` the
        facts that come."""
        keys = [*fresh, *(one.key for one in coming)]
        new = frozenset(key for key in keys if key not in self.facts)
        kept = head.decode(self.head) if self.head else None
        source = Source(self.history, self.decided, new, coming, self.road())
        book = Shelved.resumed(self.programme, self.holder, kept, source)
        book.run.ask = self.ask
        return book

    def put_away(self, book: Book) -> None:
        """Keep what is needed to open it again."""
        self.head = head.encode(head.taken(book))
        self.facts.update(book.facts)
        self.sent.update(book.sent.effects)
        self.rows.extend(book.booked)
        self.until = book.state.at
        for fact in book.facts.values():
            at = instant_of(fact.at)
            self.told[fact.key] = min(self.told.get(fact.key, at), at)
        if isinstance(book, Shelved) and book.laid is not None:
            kept = [one for one in self.milestones if one.at <= book.laid.after]
            self.milestones = [*kept, *book.laid.milestones]
        if book.state.gone:
            self.milestones.clear()

    def take(self, fact: FoldFact) -> Booked:
        """Open, take one fact, put away."""
        return self.take_together([fact])[0]

    def take_together(self, facts: Sequence[FoldFact]) -> list[Booked]:
        """Open, take several facts, put away: what each of them brought."""
        book = self.open(coming=facts)
        booked = []
        for fact in facts:
            known = self.facts.get(fact.key)
            again = known is not None and known.version >= fact.version
            booked.append(Booked(cause=fact.key) if again else book.take(fact))
        self.put_away(book)
        return booked

    def advance(self, until: int) -> Booked:
        """Open, let time pass, put away."""
        book = self.open()
        booked = book.advance(until)
        self.put_away(book)
        return booked

    def asked(self, attempt: Attempt) -> Promise | str:
        """Open, decide, take what was decided, put away; the code where it is refused."""
        book = self.open(attempt.key)
        try:
            promise = book.decide(attempt)
        except Refused as refusal:
            return refusal.code
        book.take(promise)
        self.put_away(book)
        return promise

    def read(self, name: str) -> Any:
        """Open and look."""
        return self.open().read(name)


def _at(milestone: Milestone) -> int:
    return milestone.at


class Shelving(Desk, kw_only=True):
    """A desk whose books are put away after everything that happens."""

    shelves: dict[str, Shelf] = field(default_factory=dict)
    coming: tuple[FoldFact, ...] = ()

    def opened(self, holder: str) -> Book:
        shelf = self.shelves.setdefault(holder, Shelf(self.programme, holder))
        shelf.ask = lambda question: self.answer(holder, question)
        return shelf.open(coming=self.coming)

    def seen(self, fact: FoldFact) -> Fact | None:
        shelf = self.shelves.get(self.owners.get(fact.key, ""))
        known = shelf.facts.get(fact.key) if shelf is not None else None
        return known or Desk.seen(self, fact)

    def put_away(self) -> None:
        """Put every book away, and open it again when it is asked for."""
        for holder, book in self.books.items():
            self.shelves[holder].put_away(book)
        self.books.clear()
        for holder in self.shelves:
            self.book(holder)


class ShelvedCrowd(Crowd):
    """The crowd at such a desk."""

    def __init__(self) -> None:
        Crowd.__init__(self)
        self.desk: Shelving = Shelving(CROWD, self.answer)

    def answer(self, holder: str, question: Question) -> Reply:
        return self.people.answer(holder, question)

    def arrive(self, arrival: Any, now: int) -> None:
        fact = arrival.what
        self.desk.coming = () if isinstance(fact, Redemption | VoucherUse) else (fact,)
        Crowd.arrive(self, arrival, now)
        self.desk.put_away()


def promised(*told: dict[str, FoldFact]) -> dict[str, FoldFact]:
    """The promises among facts, by key, with what each of them says."""
    facts = [one for many in told for one in many.values()]
    return {one.key: one for one in facts if isinstance(one, Promise)}
