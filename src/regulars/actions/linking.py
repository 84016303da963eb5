"""Two customers become one, and two again, in every programme: their books are folded together, or
parted, in the transaction that links them.

The links themselves are facts (`actions.customers`). Here stands what follows from them: the book
of whoever stays gets the facts of both, and what was booked for the one who goes is taken back,
each at its own instant. Nothing is rewritten, so that it can be undone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

import msgspec
from django.db.backends.utils import CursorWrapper
from msgspec import Struct

from regulars.actions.booking import Sitting
from regulars.actions.desks import LiveBook, LiveDesk
from regulars.actions.members import begin
from regulars.actions.refused import Refused
from regulars.db import factstore, histories, holders, ledger, linking, programmes
from regulars.db.holders import HolderRow
from regulars.db.ledger import Transfers
from regulars.db.linking import Identity, Pair
from regulars.engine.booking import Booked
from regulars.engine.calendar import instant_of
from regulars.engine.compiled import Compiled
from regulars.engine.happenings import Erasure, FoldFact, Promise
from regulars.engine.head import History
from regulars.engine.joining import join, part
from regulars.ledger.refused import Refused as Refusal


class Tie(Struct, frozen=True, kw_only=True):
    """A link between two customers: who goes (`source`) to whom (`into`), by which key, since
    when, and whom else to lock."""

    source: int
    into: int
    key: str
    at: datetime
    now: datetime
    also: frozenset[int] = frozenset()


def join_books(cursor: CursorWrapper, tie: Tie) -> None:
    """Make one book of two in every programme that either takes part in. To be called before the
    link stands. Refused: member_gone (one of them was erased)."""
    factstore.share_writing(cursor)
    sitting = Sitting(cursor, tie.now)
    sitting.lock([tie.source, tie.into, *tie.also])
    running = programmes.running(cursor)
    new = [one for one in running.values() if _takes_part(sitting, tie, one.id)]
    sitting.lock([tie.source, tie.into, *tie.also])
    for programme in new:
        begin(sitting, programme, [sitting.end(tie.into)])
    for programme in running.values():
        into = sitting.row(tie.into, programme.id)
        if into is not None:
            try:
                _join_in(programme, sitting, tie, into)
            except Refusal as refusal:
                raise Refused(refusal.code, **refusal.params) from refusal
    sitting.write()


def _takes_part(sitting: Sitting, tie: Tie, programme: str) -> bool:
    """Let whoever a member becomes take part as well; whether they did not yet."""
    source = sitting.row(tie.source, programme)
    if source is None or sitting.row(tie.into, programme) is not None:
        return False
    pair = Pair(programme, tie.source, sitting.end(tie.into))
    linking.take_part(sitting.cursor, pair, source.since, tie.now)
    return True


def _join_in(programme: Compiled, sitting: Sitting, tie: Tie, into: HolderRow) -> None:
    desk = sitting.desk(programme)
    kept = _whole(desk, into)
    source = sitting.row(tie.source, programme.id)
    if source is None:
        _take_in(sitting, desk, tie, kept)
    else:
        left = _whole(desk, source)
        sent = {**kept.sent.effects, **left.sent.effects}
        pair = Pair(programme.id, source.customer_id, into.customer_id)
        linking.move_vouchers(sitting.cursor, pair)
        linking.share_promises(sitting.cursor, pair)
        linking.set_sent(sitting.cursor, programme.id, source.customer_id, ())
        linking.set_sent(sitting.cursor, programme.id, into.customer_id, sent)
        booked, gone = join(desk, into.number, source.number)
        booked.cause = gone.cause = tie.key
        kept.keep_out(booked)
        _close(sitting, source, gone)
        linking.leave(sitting.cursor, source, tie.at)
    desk.advance(instant_of(sitting.now))


def _take_in(sitting: Sitting, desk: LiveDesk, tie: Tie, kept: LiveBook) -> None:
    """The facts of somebody who was no member count for whom they turn out to be."""
    facts = _facts_of(sitting.cursor, kept.row, tie.source)
    if not facts:
        return
    if any(isinstance(fact, Erasure) for fact in facts):
        raise Refused("member_gone")
    for fact in facts:
        desk.own(fact.key, desk.called(tie.source, kept.row))
    booked = kept.refold(facts)
    booked.cause = tie.key
    desk.settle(kept.row.number, kept.keep_out(booked))


def _facts_of(cursor: CursorWrapper, row: HolderRow, customer: int) -> list[FoldFact]:
    """The facts of a customer who has no row, as they count for the holder of one."""
    own = msgspec.structs.replace(row, customer_id=customer, passed_at=None)
    return histories.histories(cursor, [own])[customer].facts


def _whole(desk: LiveDesk, row: HolderRow) -> LiveBook:
    book = desk.book(row.number)
    assert isinstance(book, LiveBook)  # noqa: S101 - its row is locked
    book.complete()
    return book


def _close(sitting: Sitting, row: HolderRow, gone: Booked) -> None:
    """Take back what was booked for somebody, who has no state of their own any more."""
    ledger.book(sitting.cursor, [Transfers(row, gone.rows, gone.cause)], sitting.now)


def part_books(cursor: CursorWrapper, tie: Tie, undo: Callable[[], object]) -> None:
    """Make two books of one again, in every programme. `undo` takes the link away, when the book
    of both has been read."""
    factstore.share_writing(cursor)
    sitting = Sitting(cursor, tie.now)
    sitting.lock([tie.into, *tie.also])
    running = programmes.running(cursor)
    books: dict[str, LiveBook] = {}
    for programme in running.values():
        into = sitting.row(tie.into, programme.id)
        if into is not None:
            books[programme.id] = _whole(sitting.desk(programme), into)
    undo()
    linking.come_back(cursor, tie.source, tie.at)
    back = {row.programme: row for row in holders.locked(cursor, [tie.source])}
    sitting.rows.extend(back.values())
    for name, book in books.items():
        desk = sitting.desk(running[name])
        row = back.get(name)
        parted = _Parted(sitting, desk, book, tie)
        _part_from_nobody(parted) if row is None else _part_from(parted, row)
        desk.advance(instant_of(sitting.now))
    sitting.write()


class _Parted(Struct, frozen=True):
    """The book of two, at its desk, and the link that was undone."""

    sitting: Sitting
    desk: LiveDesk
    book: LiveBook
    tie: Tie

    def leaving(self, facts: Iterable[FoldFact], name: str) -> None:
        """Tell the desk whose these facts are: they came for whoever is called so."""
        for key in self.book.facts:
            self.desk.own(key, self.book.row.number)
        for fact in facts:
            self.desk.own(fact.key, name)
            self.desk.origins[fact.key] = name
        self.desk.links[name] = self.book.row.number


def _part_from(parted: _Parted, row: HolderRow) -> None:
    """Part a book from that of a member."""
    sitting, desk, book = parted.sitting, parted.desk, parted.book
    facts = histories.histories(sitting.cursor, [row])[row.customer_id].facts
    desk.shelf.rows[row.number] = row
    desk.shelf.ready[row.customer_id] = History()
    desk.ends.clear()
    desk.shelf.others = None
    parted.leaving(facts, row.number)
    pair = Pair(row.programme, book.row.customer_id, row.customer_id)
    linking.move_vouchers(sitting.cursor, pair, [one.key for one in facts])
    staying, going = part(desk, row.number)
    new = desk.book(row.number)
    assert isinstance(new, LiveBook)  # noqa: S101 - its row is locked
    staying.cause = going.cause = parted.tie.key
    book.keep_out(staying)
    new.keep_out(going)
    linking.part_promises(sitting.cursor, pair, _identities(facts))
    linking.set_sent(sitting.cursor, row.programme, row.customer_id, new.sent.effects)
    linking.set_sent(sitting.cursor, row.programme, pair.source, book.sent.effects)


def _part_from_nobody(parted: _Parted) -> None:
    """Part a book from the facts of somebody who takes no part."""
    sitting, desk, book = parted.sitting, parted.desk, parted.book
    facts = _facts_of(sitting.cursor, book.row, parted.tie.source)
    facts = [fact for fact in facts if fact.key in book.facts]
    if not facts:
        return
    book.known.forget(fact.key for fact in facts)
    booked = book.refold([])
    booked.cause = parted.tie.key
    desk.settle(book.row.number, book.keep_out(booked))


def _identities(facts: Iterable[FoldFact]) -> list[Identity]:
    return [Identity(one.rule, one.ordinal, one.key) for one in facts if isinstance(one, Promise)]
