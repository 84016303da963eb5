"""A shelf in memory: of a book a head and its history are kept, and it is opened from these."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crowd import CROWD, Crowd
from histories import RICH
from msgspec import Struct, field

from regulars.engine import head
from regulars.engine.booking import Book, Booked
from regulars.engine.compiled import Compiled
from regulars.engine.desk import Desk
from regulars.engine.facts import Fact
from regulars.engine.happenings import Attempt, Effect, FoldFact, Promise
from regulars.engine.head import History, Shelved, Source
from regulars.engine.questions import Question, Reply
from regulars.engine.run import Ask, Row
from regulars.engine.state import BEGINNING
from regulars.ledger.refused import Refused


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

    def history(self) -> History:
        """Everything, as a database would find it."""
        self.reads += 1
        return History(list(self.facts.values()), list(self.sent.values()), self.until)

    def decided(self, rule: str, ordinal: str) -> bool:
        """Whether there is a promise with this identity."""
        promises = (one for one in self.facts.values() if isinstance(one, Promise))
        return any((one.rule, one.ordinal) == (rule, ordinal) for one in promises)

    def open(self, *fresh: str) -> Shelved:
        """The book as it was put away; `fresh` are keys that come for the first time."""
        new = frozenset(key for key in fresh if key not in self.facts)
        kept = head.decode(self.head) if self.head else None
        source = Source(self.history, self.decided, new)
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

    def take(self, fact: FoldFact) -> Booked:
        """Open, take one fact, put away."""
        return self.take_together([fact])[0]

    def take_together(self, facts: Sequence[FoldFact]) -> list[Booked]:
        """Open, take several facts, put away: what each of them brought."""
        book = self.open(*(fact.key for fact in facts))
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


class Shelving(Desk, kw_only=True):
    """A desk whose books are put away after everything that happens."""

    shelves: dict[str, Shelf] = field(default_factory=dict)
    fresh: tuple[str, ...] = ()

    def opened(self, holder: str) -> Book:
        shelf = self.shelves.setdefault(holder, Shelf(self.programme, holder))
        shelf.ask = lambda question: self.answer(holder, question)
        return shelf.open(*self.fresh)

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
        self.desk.fresh = (arrival.what.key,)
        Crowd.arrive(self, arrival, now)
        self.desk.put_away()
