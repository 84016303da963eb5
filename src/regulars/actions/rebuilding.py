"""States and balances made anew from the facts, holder by holder.

Where the facts come to something else than what is booked (a rule is understood anew, or a mistake
was mended), the difference is booked as a re-rating of its own: nothing that stands is touched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial
from heapq import nlargest

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from msgspec import Struct, field

from regulars.actions.anew import whole
from regulars.actions.booking import Sitting
from regulars.actions.desks import LiveBook, LiveDesk
from regulars.actions.side_by_side import side_by_side
from regulars.actions.verifying import Pair, Progress, folded, missing, promises
from regulars.db import factstore, histories, ledger, milestones, programmes, proof
from regulars.db.holders import Figures, HolderRow
from regulars.db.ledger import Decision
from regulars.db.proof import Books
from regulars.engine.booking import Booked
from regulars.engine.compiled import Compiled
from regulars.engine.happenings import Effect
from regulars.engine.head import Shelved
from regulars.engine.keys import made
from regulars.engine.run import GIVES, Row
from regulars.engine.state import BEGINNING
from regulars.garbage import uncollected

Told = Callable[[Progress], None]
LARGEST = 10
"""So many of the largest changes are told."""


class Changed(Struct, frozen=True, kw_only=True):
    """What is booked for a member beside what stands: `amount` of an asset that can be spent more
    (or less), in its smallest unit."""

    customer: str
    programme: str
    asset: str
    amount: int


class Lost(Struct, frozen=True, kw_only=True):
    """A promise that was decided, and of which no fact is there."""

    customer: str
    programme: str
    rule: str
    ordinal: str


class Rebuilt(Struct, kw_only=True):
    """What making everything anew came to.

    `holders` were looked at, `states` were not as the facts make them, `members` have something
    booked beside what stood; `sums` by asset, `largest` the greatest changes of what can be spent.
    `promises` were decided and not noted as such. Of those `lost` it is noted that they were
    decided, and the fact that says what is not there: nothing can make it anew.
    """

    holders: int = 0
    states: int = 0
    members: int = 0
    sums: dict[str, int] = field(default_factory=dict)
    largest: list[Changed] = field(default_factory=list)
    promises: int = 0
    lost: list[Lost] = field(default_factory=list)

    def note(self, row: HolderRow, rows: Sequence[Row]) -> None:
        """Take in what one member has booked."""
        self.members += bool(rows)
        amounts: dict[str, int] = {}
        for one in rows:
            amounts[one.asset] = amounts.get(one.asset, 0) + GIVES.get(one.step, 0) * one.amount
        for asset, amount in amounts.items():
            self.sums[asset] = self.sums.get(asset, 0) + amount
            about = Changed(
                customer=row.number, programme=row.programme, asset=asset, amount=amount
            )
            self.largest = nlargest(LARGEST, [*self.largest, about], key=_size)

    def note_promises(self, book: Shelved, row: HolderRow, books: Books) -> list[Decision]:
        """Take in which promises of one member are not noted, and which are not there; what is to
        be noted."""
        made = {(one.rule, one.ordinal): one for one in promises(book)}
        missing = [Decision(row, one) for name, one in made.items() if name not in books.promises]
        self.promises += len(missing)
        self.lost += [
            Lost(customer=row.number, programme=row.programme, rule=rule, ordinal=ordinal)
            for rule, ordinal in sorted(books.promises - set(made))
        ]
        return missing


def _size(change: Changed) -> int:
    return abs(change.amount)


def preview(told: Told = lambda progress: None) -> Rebuilt:
    """What `rebuild` would do. Nothing is written."""
    found = Rebuilt()
    with uncollected() as worked:
        for programme in _running():
            for _batch in _looked_at(programme, found):
                told(Progress(part="holders", done=found.holders))
                worked()
    return found


def _looked_at(programme: Compiled, found: Rebuilt) -> Iterator[int]:
    after = -1
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            proof.steady(cursor)
            rows = proof.batch(cursor, programme.id, after, left=False)
            _look(cursor, programme, rows, found)
        if not rows:
            return
        after = rows[-1].customer_id
        yield after


def rebuild(now: datetime, told: Told = lambda progress: None) -> Rebuilt:
    """Make all states and balances anew and book what is missing; begun again, it goes on to the
    same end."""
    found = Rebuilt()
    for programme in _running():
        act = partial(_rebuilt, programme.id, now)
        for part in side_by_side(act, _batches(programme.id)):
            _add(found, part)
            told(Progress(part="holders", done=found.holders))
    return found


def _rebuilt(name: str, now: datetime, numbers: Sequence[int]) -> Rebuilt:
    """The books of these members made anew, in a transaction of their own."""

    def act(cursor: CursorWrapper, also: frozenset[int]) -> Rebuilt:
        programme = programmes.running(cursor).get(name)
        if programme is None:
            return Rebuilt()
        return rebuild_these(cursor, programme, (numbers, also), now)

    return whole(act)


def _running() -> list[Compiled]:
    with transaction.atomic(), connection.cursor() as cursor:
        return list(programmes.running(cursor).values())


def _batches(programme: str) -> list[list[int]]:
    with transaction.atomic(), connection.cursor() as cursor:
        members = proof.members(cursor, programme)
    return [members[at : at + proof.AT_ONCE] for at in range(0, len(members), proof.AT_ONCE)]


def _add(found: Rebuilt, part: Rebuilt) -> None:
    found.holders += part.holders
    found.states += part.states
    found.members += part.members
    for asset, amount in part.sums.items():
        found.sums[asset] = found.sums.get(asset, 0) + amount
    found.largest = nlargest(LARGEST, [*found.largest, *part.largest], key=_size)
    found.promises += part.promises
    found.lost += part.lost


def _look(
    cursor: CursorWrapper, programme: Compiled, rows: list[HolderRow], found: Rebuilt
) -> None:
    known = histories.histories(cursor, rows)
    books = proof.booked(cursor, rows)
    for row, book in zip(rows, folded(cursor, programme, rows, known), strict=True):
        found.holders += 1
        found.states += _is_other(row, book, books[row.customer_id].figures)
        found.note(row, missing(book.run.rows, books[row.customer_id]))
        found.note_promises(book, row, books[row.customer_id])


def _is_other(row: HolderRow, book: Shelved, figures: Figures) -> bool:
    """Whether a stored state or its figures are not what they should be."""
    pair = Pair(book.programme, row, book)
    if pair.is_stale() or _full(row.figures) != _full(figures):
        return True
    return pair.is_wrong()


def _full(figures: Figures) -> Figures:
    """Figures without what is nothing."""
    kinds = {asset: {k: n for k, n in has.items() if n} for asset, has in figures.items()}
    return {asset: has for asset, has in kinds.items() if has}


def rebuild_these(
    cursor: CursorWrapper,
    programme: Compiled,
    who: tuple[Sequence[int], frozenset[int]],
    now: datetime,
) -> Rebuilt:
    """Make these members' books anew, in this transaction; `who` are their numbers and those of
    whom else to lock. Raises NotLocked."""
    numbers, also = who
    factstore.share_writing(cursor)
    sitting = Sitting(cursor, now)
    sitting.lock([*numbers, *also])
    rows = [row for one in numbers if (row := sitting.row(one, programme.id)) is not None]
    milestones.forget(cursor, [milestones.Kept(row, BEGINNING) for row in rows])
    desk = sitting.desk(programme)
    found = Rebuilt()
    books = proof.booked(cursor, rows)
    # All are looked at before anything is booked: what one causes for another changes their book.
    opened = [_mending(row, book, books[row.customer_id]) for row, book in _anew(desk, rows)]
    for one in opened:
        found.holders += 1
        found.note(one.row, one.rows)
        ledger.decide(cursor, found.note_promises(one.book, one.row, one.books))
    for one in opened:
        found.states += one.settle(desk)
    sitting.write()
    sitting.desks.clear()  # the desks hold the sitting too: now they can go at once
    return found


def _anew(desk: LiveDesk, rows: Sequence[HolderRow]) -> list[tuple[HolderRow, LiveBook]]:
    """The book of each holder, made from the facts alone."""
    kept = [row.head for row in rows]
    for row in rows:
        row.head = ""
    desk.shelf.fetch(rows)
    books = [desk.book(row.number) for row in rows]
    for row, head in zip(rows, kept, strict=True):
        row.head = head
    return [(row, one) for row, one in zip(rows, books, strict=True) if isinstance(one, LiveBook)]


class _Mending(Struct, frozen=True):
    """A holder, the book that their facts make, what is booked for them, and what is missing."""

    row: HolderRow
    book: LiveBook
    books: Books
    rows: list[Row]
    effects: list[Effect]

    def settle(self, desk: LiveDesk) -> bool:
        """Book what is missing; whether anything was not as it should be."""
        row, book = self.row, self.book
        if not (self.rows or self.effects or _is_other(row, book, self.books.figures)):
            return False
        row.figures = self.books.figures
        cause = made("rebuild", book.run.edition.id, book.run.edition.edition.fold)
        booked = Booked(rows=self.rows, effects=self.effects, cause=cause)
        desk.settle(row.number, book.keep_out(booked))
        return True


def _mending(row: HolderRow, book: LiveBook, books: Books) -> _Mending:
    effects = book.sent.of(book.run.effects)
    return _Mending(row, book, books, missing(book.run.rows, books), effects)
