"""The desk of a programme over the database: books are opened from what is stored, and what came
of them is written back together."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import chain

from django.db.backends.utils import CursorWrapper
from msgspec import Struct, field, structs

from regulars.actions.announcing import news
from regulars.db import factstore, histories, holders, ledger, milestones, outbox, shelves
from regulars.db.answers import Answers
from regulars.db.factstore import NewFact
from regulars.db.holders import HolderRow
from regulars.db.ledger import Decision, Issued, Transfers
from regulars.engine import head
from regulars.engine.advance import next_due
from regulars.engine.arrivals import content_hash, encode
from regulars.engine.booked import parted
from regulars.engine.booking import Book, Booked
from regulars.engine.calendar import datetime_of, instant_of
from regulars.engine.compiled import Compiled
from regulars.engine.desk import Desk
from regulars.engine.happenings import Attempt, Effect, FoldFact, Promise, Reversal
from regulars.engine.head import Head, History, Shelved, Source
from regulars.engine.refusing import refused
from regulars.engine.run import Run
from regulars.engine.sending import put_back
from regulars.engine.state import BEGINNING, Voucher
from regulars.ledger.lots import FOREVER

LAST = 253_402_300_799_000_000
"""The last second of the year 9999: what is due later is never due."""
MOST_TOGETHER = 2000
"""So much is given by itself in one transaction, to whomever: what is still wanted then is given
in the next ones."""
ALIAS = "#"
"""Before the number of a customer who goes by whom they were merged into."""
MEMBER = """
    SELECT 1 FROM regulars_holder WHERE customer_id = %s AND programme = %s AND left_at IS NULL
"""


class NotLocked(Exception):
    """Somebody else is concerned too: the transaction begins anew, with these locked as well."""

    def __init__(self, customers: frozenset[int]) -> None:
        super().__init__(f"{len(customers)} more")
        self.customers = customers


class Allowance(Struct):
    """How much may still be given by itself in a transaction."""

    left: int


class LiveBook(Shelved, kw_only=True):
    """A book that remembers what it took and what came out of it, to be written."""

    row: HolderRow
    arriving: frozenset[tuple[str, int]]
    allowance: Allowance
    taken: list[FoldFact] = field(default_factory=list)
    out: list[Booked] = field(default_factory=list)
    vouchers: dict[str, Voucher] = field(default_factory=dict)
    were_open: frozenset[str] = frozenset()
    closed: Callable[[], frozenset[str]] = frozenset

    def decide(self, attempt: Attempt) -> Promise:
        """As any book does; what is not on offer is not to be had."""
        promise = Shelved.decide(self, attempt)
        if promise.rule in self.closed():
            put_back(self.run.ask, promise)
            raise refused("sold_out", reward=promise.rule)
        return promise

    def take(self, fact: FoldFact) -> Booked:
        self.taken.append(fact)
        return self.keep_out(Shelved.take(self, fact))

    def take_late(self, facts: Sequence[FoldFact]) -> Booked:
        self.taken.extend(facts)
        booked = Shelved.take_late(self, facts)
        for one in parted(booked, facts):
            self.keep_out(one)
        return booked

    def advance(self, until: int) -> Booked:
        return self.keep_out(Shelved.advance(self, until))

    def go_on(self) -> Booked:
        return self.keep_out(Shelved.go_on(self))

    def most_wants(self) -> int:
        return min(Shelved.most_wants(self), self.allowance.left)

    def give(self, promise: Promise) -> None:
        self.allowance.left -= 1
        Shelved.give(self, promise)

    def again(self) -> Run:
        """As any book does; of the records only those that are wanted are kept, though it is to
        be explained: what is kept is written."""
        run = Shelved.again(self)
        run.wanted = set(self.known.recorded)
        return run

    def keep_out(self, booked: Booked) -> Booked:
        """Remember what came out, and vouchers as they were when they were opened."""
        self.out.append(booked)
        for change in booked.changes:
            if change.what == "voucher" and change.id in self.state.vouchers:
                self.vouchers[change.id] = self.state.vouchers[change.id]
        return booked


class Shelf(Struct):
    """Where the books of one programme come from: rows that are locked, and their histories.

    `arriving` are keys and versions of this transaction's facts, which no history has yet, `coming`
    the facts by holder; `others` are those who were merged into each, as soon as somebody asks.
    """

    cursor: CursorWrapper
    programme: Compiled
    rows: dict[str, HolderRow]
    arriving: frozenset[tuple[str, int]]
    fresh: frozenset[str]
    ready: dict[int, History] = field(default_factory=dict)
    customers: dict[str, int | None] = field(default_factory=dict)
    others: dict[str, frozenset[str]] | None = None
    allowance: Allowance = field(default_factory=lambda: Allowance(MOST_TOGETHER))
    coming: dict[str, list[FoldFact]] = field(default_factory=dict)

    def book(self, holder: str, answers: Callable[[str], Answers]) -> Book:
        """The book of a holder. Raises NotLocked for a member whose row is not locked; somebody
        who takes no part gets one that is thrown away."""
        row = self.rows.get(holder)
        if row is None:
            if number := self._member(holder):
                raise NotLocked(frozenset([number]))
            return Book.opened(self.programme, holder)
        source = Source(
            lambda: self.history(row),
            lambda rule, ordinal: histories.is_decided(self.cursor, row, rule, ordinal),
            self.fresh,
            self.coming.get(holder, ()),
            None if self.merged(holder) else milestones.road(self.cursor, row, self.arriving),
        )
        kept: Head | None = head.decode(row.head) if row.head else None
        own = {"row": row, "arriving": self.arriving, "allowance": self.allowance}
        own["closed"] = lambda: shelves.closed(self.cursor, self.programme.id)
        book = LiveBook.resumed(self.programme, holder, kept, source, **own)
        book.run.ask, book.were_open = answers(holder).answer, frozenset(book.state.vouchers)
        return book

    def history(self, row: HolderRow) -> History:
        """All that a holder's book is made from, without what is arriving."""
        if row.customer_id not in self.ready:
            self.fetch([row])
        return self.ready[row.customer_id]

    def fetch(self, rows: Iterable[HolderRow]) -> None:
        """Have the histories of several at hand, by one query."""
        wanted = [row for row in rows if row.customer_id not in self.ready]
        self.ready |= histories.histories(self.cursor, wanted, leaving_out=self.arriving)

    def _member(self, holder: str) -> int | None:
        number = self.customer(holder)
        if number is None:
            return None
        self.cursor.execute(MEMBER, [number, self.programme.id])
        return number if self.cursor.fetchone() else None

    def customer(self, holder: str) -> int | None:
        """The customer whom the engine calls so; None for somebody who is none (yet)."""
        if holder.startswith(ALIAS):
            return int(holder.removeprefix(ALIAS))
        if holder not in self.customers:
            self.customers[holder] = holders.numbered(self.cursor, holder)
        return self.customers[holder]

    def merged_into(self, holder: str) -> str:
        """What the engine calls the one whom somebody was merged into; themselves, if nobody."""
        number = self.customer(holder)
        end = holders.ends(self.cursor, [number]).get(number) if number is not None else None
        return holder if end is None else holders.name_of(self.cursor, end)

    def merged(self, holder: str) -> frozenset[str]:
        """What the engine calls those who were merged into a holder."""
        if self.others is None:
            members = {row.customer_id: name for name, row in self.rows.items()}
            known = holders.all_merged(self.cursor, members)
            self.others = {members[customer]: names for customer, names in known.items()}
        return self.others.get(holder, frozenset())


class LiveDesk(Desk, kw_only=True):
    """The desk of a programme for the length of a transaction. `moved` says from whom the notes
    came, by key, that go with facts to another holder."""

    shelf: Shelf
    answers: Callable[[str], Answers]
    explain: bool = False
    ends: dict[str, str] = field(default_factory=dict)
    moved: dict[str, HolderRow] = field(default_factory=dict)

    def opened(self, holder: str) -> Book:
        book = self.shelf.book(holder, self.answers)
        book.explain = self.explain
        if any(one.edition.referrals for one in self.programme.editions):
            book.others = book.run.others = self.joined(holder)
        return book

    def go_on(self) -> None:
        """Give what was wanted and not given when too much was wanted at once."""
        for holder, book in list(self.books.items()):
            if isinstance(book, LiveBook):
                self.settle(holder, book.go_on())

    def resolved(self, holder: str) -> str:
        """The holder in whose book the facts of this one are, also by links of earlier days."""
        holder = Desk.resolved(self, holder)
        if holder in self.shelf.rows or holder in self.books:
            return holder
        if holder not in self.ends:
            self.ends[holder] = self.shelf.merged_into(holder)
        return Desk.resolved(self, self.ends[holder])

    def joined(self, holder: str) -> frozenset[str]:
        now = Desk.joined(self, holder)
        return now.union(*(self.shelf.merged(one) for one in (holder, *now)))

    def called(self, customer: int, row: HolderRow) -> str:
        """What somebody is called whose facts go into the book of a row, so that it is known whom
        they came for."""
        if customer == row.customer_id:
            return row.number
        name = f"{ALIAS}{customer}"
        self.ends[name] = row.number
        return name

    def came_for(self, fact: FoldFact, row: HolderRow) -> int:
        """The number of the customer for whom a fact in a row's book came; an effect says so."""
        known = self.origins.get(fact.key, row.number)
        origin = fact.holder if isinstance(fact, Effect) else known
        number = None if origin == row.number else self.shelf.customer(origin)
        return row.customer_id if number is None else number

    def move(self, key: str, holder: str, origin: str) -> None:
        Desk.move(self, key, holder, origin)
        late, (old, new) = self.late_key(key), (self.book(holder), self.book(origin))
        if late in new.facts and isinstance(old, LiveBook) and isinstance(new, LiveBook):
            self.moved[late] = old.row

    def too_late(self, fact: FoldFact) -> Promise | None:
        """As at any desk. Where it was decided before, of a fact that was nobody's since, the
        decision is told anew, of whoever has it now."""
        late = Desk.too_late(self, fact)
        if late is None or fact.key in self.shelf.fresh:
            return late
        before = histories.last_of(self.shelf.cursor, late.key)
        if before is None:
            return late
        row = next(iter(self.shelf.rows.values()))
        self.moved[late.key] = structs.replace(row, customer_id=before.customer_id)
        return structs.replace(late, version=before.version + 1)

    def is_given_back(self, reversal: Reversal, holder: str) -> bool:
        """As at any desk; what was told before stands in the history."""
        book = self.book(self.resolved(holder))
        if isinstance(book, LiveBook) and reversal.key not in self.shelf.fresh:
            book.complete()
        return Desk.is_given_back(self, reversal, holder)

    def leave(self, key: str, holder: str) -> FoldFact | None:
        book = self.book(holder)
        if isinstance(book, LiveBook):
            book.complete()
        return Desk.leave(self, key, holder)

    def rest(self, book: Book, key: str) -> Booked:
        booked = Desk.rest(self, book, key)
        return book.keep_out(booked) if isinstance(book, LiveBook) else booked

    def live_books(self) -> Iterator[LiveBook]:
        """The books to be written."""
        for book in self.books.values():
            if isinstance(book, LiveBook) and (book.out or book.taken):
                yield book


class _Kept(Struct, frozen=True):
    """A book to be written: `facts` are what it took or decided that did not arrive from
    outside."""

    desk: LiveDesk
    book: LiveBook
    facts: list[FoldFact]


def write(
    cursor: CursorWrapper, desks: Collection[LiveDesk], now: datetime, *, quiet: bool = False
) -> None:
    """Write what came of the books: facts made on the way, transfers, promises, states; messages
    for others too, unless it is to be `quiet`."""
    kept = [_Kept(desk, book, _facts(book)) for desk in desks for book in desk.live_books()]
    books = [one.book for one in kept]
    milestones.keep(cursor, (milestones.renewed(b.row, b.laid, gone=b.state.gone) for b in books))
    made = [fact for one in kept for fact in _made(one)]
    factstore.append(cursor, made, now=now, import_id=None)
    booked = [Transfers(book.row, out.rows, out.cause) for book in books for out in book.out]
    ledger.book(cursor, booked, now)
    ledger.undecide(cursor, [(row, key) for desk in desks for key, row in desk.moved.items()])
    ledger.decide(cursor, [decision for one in kept for decision in _decisions(one)])
    sent = [(book.row, effect) for book in books for out in book.out for effect in out.effects]
    ledger.note_sent(cursor, sent)
    wanted = outbox.wanted(cursor) if books and not quiet else frozenset()
    asked = {key for desk in desks for key in desk.attempts} if wanted else set()
    told: list[outbox.News] = []
    for one in kept:
        _write_vouchers(cursor, one, now)
        if wanted:
            told += news(one.book, asked, wanted)
        _renew(one.book, now)
    outbox.put(cursor, told, now)
    holders.save(cursor, [book.row for book in books])


def _facts(book: LiveBook) -> list[FoldFact]:
    found: dict[tuple[str, int], FoldFact] = {}
    for fact in chain(book.taken, *(out.promises for out in book.out)):
        identity = (fact.key, fact.version)
        if identity not in book.arriving:
            found[identity] = fact
    return list(found.values())


def _made(one: _Kept) -> Iterator[NewFact]:
    """Facts of a holder that count in one programme, as rows of whom they came for."""
    row = one.book.row
    for fact in one.facts:
        body = encode(fact)
        yield NewFact(
            customer_id=one.desk.came_for(fact, row),
            at=fact.at,
            type=str(fact.__struct_config__.tag),
            key=fact.key,
            version=fact.version,
            guest=False,
            content_hash=content_hash(body, None),
            body=body,
            programme=row.programme,
        )


def _decisions(one: _Kept) -> Iterator[Decision]:
    for fact in one.facts:
        if isinstance(fact, Promise) and (fact.version == 1 or fact.key in one.desk.moved):
            yield Decision(one.book.row, fact)


def _write_vouchers(cursor: CursorWrapper, kept: _Kept, now: datetime) -> None:
    """Vouchers that were opened, used or came to an end, as they stand now."""
    book = kept.book
    promises = [one for one in kept.facts if isinstance(one, Promise)]
    status = {one.id: one.to for out in book.out for one in out.changes if one.what == "voucher"}
    status |= {one.target: "open" for one in promises if one.target in book.state.vouchers}
    ledger.revoke(cursor, book.row, book.were_open - {*book.state.vouchers, *status})
    if not status:
        return
    codes = {one.key: one.code for one in promises}
    issued = []
    for key, state in status.items():
        voucher = book.state.vouchers.get(key) or book.vouchers.get(key)
        state = "open" if key in book.state.vouchers else state
        if voucher is not None:
            issued.append(Issued(book.row, voucher, state, codes.get(key, "")))
        else:
            ledger.end(cursor, book.row, key, state)
    ledger.issue(cursor, issued, now)


def _renew(book: LiveBook, now: datetime) -> None:
    """The row of a holder as it is to be written; who did not get everything is due at once."""
    row, run = book.row, book.run
    due = instant_of(now) if book.paused else next_due(run)
    tiers = run.edition.edition.tiers
    row.head = head.encode(head.taken(book))
    row.tier = tiers[run.state.standing.tier].id if tiers else ""
    row.revision += 1
    row.due_at = datetime_of(due) if due < min(FOREVER, LAST) else None
    row.passed_at = datetime_of(run.state.at) if run.state.at > BEGINNING else None
