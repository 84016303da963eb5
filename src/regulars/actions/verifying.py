"""Everything that is kept is worked out anew and compared: states from facts, balances from
transfers, transfers from states, promises and keys from facts, and the seals.

Nothing is written. Each batch of holders is read as of one moment, so that the installation may go
on meanwhile. What disagrees first is named.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from msgspec import MsgspecError, Struct, structs

from regulars.db import histories, holders, milestones, programmes, proof, seals
from regulars.db.holders import HolderRow
from regulars.db.proof import Books
from regulars.engine import head
from regulars.engine.arrivals import content_hash, decode, encode
from regulars.engine.compiled import Compiled
from regulars.engine.happenings import Promise
from regulars.engine.head import History, Shelved, Source
from regulars.engine.milestones import Milestone, first_wrong
from regulars.engine.run import Row, Run
from regulars.engine.snapshot import resumed
from regulars.garbage import uncollected

Told = Callable[["Progress"], None]


class Finding(Struct, frozen=True, kw_only=True):
    """Something that disagrees: a code of `words.reasons`, and where."""

    code: str
    params: dict[str, object]


class Progress(Struct, frozen=True, kw_only=True):
    """How far it is: in which part, and how many of it are done."""

    part: str
    done: int


class Verified(Struct, kw_only=True):
    """What was compared, and what disagreed first, if anything did. `anchor` is the newest seal of
    each kind: written down elsewhere, it proves that nobody sealed anew. `stale` are states that
    were made under other rules and are made anew when they are needed."""

    holders: int = 0
    facts: int = 0
    transfers: int = 0
    seals: int = 0
    stale: int = 0
    anchor: dict[str, str] = {}
    finding: Finding | None = None


def verify(told: Told = lambda progress: None) -> Verified:
    """Compare everything that must agree; it ends with the first thing that does not."""
    found = Verified()
    with transaction.atomic(), connection.cursor() as cursor:
        found.facts, found.transfers = proof.counts(cursor)
    with uncollected() as worked:

        def report(progress: Progress) -> None:
            told(progress)
            worked()

        found.finding = next(_findings(found, report), None)
    return found


def _findings(found: Verified, told: Told) -> Iterator[Finding]:
    for kind in seals.COLUMNS:
        yield from _check_seals(kind, found, told)
    yield from _check_keys()
    with transaction.atomic(), connection.cursor() as cursor:
        running = list(programmes.running(cursor).values())
    for programme in running:
        for left in (False, True):
            yield from _check_holders(programme, left, found, told)


def _check_seals(kind: str, found: Verified, told: Told) -> Iterator[Finding]:
    """Every block against its seal, and every seal against the one before."""
    before, number, last = b"", 0, 0
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            seal = seals.seal_after(cursor, kind, number)
            if seal is None:
                return
            block = seals.rows(cursor, kind, seal.first, seal.last)
        wrong = seals.first_difference(seal, block)
        if seal.number != number + 1 or seal.first != last + 1:
            yield Finding(code="seal_missing", params={"kind": kind, "number": number + 1})
        elif wrong is not None:
            yield Finding(code="seal_broken", params={"kind": kind, "seq": wrong})
        elif seals.chained(before, block) != seal.hash:
            yield Finding(code="seal_forged", params={"kind": kind, "number": seal.number})
        before, number, last = seal.hash, seal.number, seal.last
        found.seals += 1
        found.anchor = {**found.anchor, kind: f"{number}:{before.hex()}"}
        told(Progress(part="seals", done=found.seals))


def _check_keys() -> Iterator[Finding]:
    with transaction.atomic(), connection.cursor() as cursor:
        proof.steady(cursor)
        if wrong := proof.first(cursor, proof.KEYLESS):
            yield Finding(code="fact_keyless", params={"seq": wrong[0], "key": wrong[1]})
        if wrong := proof.first(cursor, proof.FACTLESS):
            yield Finding(code="key_factless", params={"key": wrong[0]})
        if wrong := proof.first(cursor, proof.NOBODYS):
            yield Finding(code="transfer_nobodys", params={"seq": wrong[0]})
        for seq, key, body, told in proof.guests(cursor):
            if content_hash(_first_version(body), None) != told:
                yield Finding(code="fact_changed", params={"seq": seq, "key": key})


def _first_version(body: str) -> bytes:
    return encode(structs.replace(decode(body), version=1))


def _check_holders(
    programme: Compiled, left: bool, found: Verified, told: Told
) -> Iterator[Finding]:
    after = -1
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            proof.steady(cursor)
            rows = proof.batch(cursor, programme.id, after, left=left)
            wrong = list(_check_batch(cursor, programme, rows, found)) if not left else []
            wrong += list(_check_left(cursor, rows)) if left else []
        if not rows:
            return
        after = rows[-1].customer_id
        found.holders += 0 if left else len(rows)
        told(Progress(part="holders", done=found.holders))
        yield from wrong


def _check_batch(
    cursor: CursorWrapper, programme: Compiled, rows: list[HolderRow], found: Verified
) -> Iterator[Finding]:
    known = histories.histories(cursor, rows)
    books = proof.booked(cursor, rows)
    along = milestones.of(cursor, rows)
    for row, book in zip(rows, folded(cursor, programme, rows, known), strict=True):
        pair = Pair(programme, row, book)
        found.stale += pair.is_stale()
        differences = pair.differences(books[row.customer_id])
        on_the_way = pair.differences_along(along.get(row.customer_id, ()))
        for code, params in chain(differences, on_the_way):
            about = {"customer": row.number, "programme": row.programme}
            yield Finding(code=code, params={**about, **params})


def _check_left(cursor: CursorWrapper, rows: list[HolderRow]) -> Iterator[Finding]:
    """With those who have left nothing remains booked."""
    books = proof.booked(cursor, rows)
    for row in rows:
        about: dict[str, object] = {"customer": row.number, "programme": row.programme}
        if any(books[row.customer_id].net().values()):
            yield Finding(code="left_behind", params=about)
        for asset in _unlike(row.figures, books[row.customer_id].figures):
            yield Finding(code="figures_differ", params={**about, "asset": asset})


def folded(
    cursor: CursorWrapper,
    programme: Compiled,
    rows: Sequence[HolderRow],
    known: Mapping[int, History],
) -> Iterator[Shelved]:
    """The book of each of these holders as their facts make it, up to the moment that the stored
    one reached."""
    refers = any(one.edition.referrals for one in programme.editions)
    others = holders.all_merged(cursor, list(known)) if refers else {}
    for row in rows:
        source = Source(partial(known.__getitem__, row.customer_id), _undecided)
        own = {"others": others[row.customer_id]} if row.customer_id in others else {}
        yield Shelved.resumed(programme, row.number, None, source, **own)


def _undecided(_rule: str, _ordinal: str) -> bool:
    return False


class Pair:
    """A stored row, and the book that the facts make."""

    def __init__(self, programme: Compiled, row: HolderRow, book: Shelved) -> None:
        self.programme, self.row, self.book = programme, row, book
        self.unreadable = False
        self.run: Run | None = None
        try:
            self.run = resumed(programme, head.decode(row.head).snapshot) if row.head else None
        except MsgspecError:
            self.unreadable = True

    def is_stale(self) -> bool:
        """Whether the stored state was made under other rules, and is not used."""
        return self.run is None and not self.unreadable

    def is_wrong(self) -> bool:
        """Whether the stored state is not what the facts make."""
        if self.run is None:
            return True
        return not self.programme.are_alike(self.run.state, self.book.state)

    def differences(self, books: Books) -> Iterator[tuple[str, dict[str, object]]]:
        """What disagrees: a code, and what more there is to say."""
        if not self.is_stale() and self.is_wrong():
            yield "state_differs", {"part": self.part(self.run, self.book.run)}
        for one in missing(self.book.run.rows, books):
            parts: dict[str, object] = {"fact": one.key, "rule": one.rule, "step": one.step}
            yield "transfers_differ", {**parts, "asset": one.asset}
        for asset in _unlike(self.row.figures, books.figures):
            yield "figures_differ", {"asset": asset}
        made = {(one.rule, one.ordinal) for one in promises(self.book)}
        for rule, ordinal in sorted(books.promises ^ made):
            yield "promise_differs", {"rule": rule, "ordinal": ordinal}

    def differences_along(
        self, kept: Sequence[Milestone]
    ) -> Iterator[tuple[str, dict[str, object]]]:
        """The same of the states that are kept along the history."""
        if kept:
            made = self.book.again()
            wrong = first_wrong(made, self.book.known.ordered(), kept)
            if wrong is not None:
                yield "state_differs", {"part": self.part(wrong, made)}

    def part(self, one: Run | None, other: Run) -> str:
        """The first part of two states that differs."""
        kept = json.loads(self.programme.dump(one.state)) if one else {}
        made = json.loads(self.programme.dump(other.state))
        return next((name for name in {**kept, **made} if kept.get(name) != made.get(name)), "")


def missing(wanted: Sequence[Row], books: Books) -> list[Row]:
    """What to book so that what is booked comes to what is wanted."""
    if books.is_of(wanted):
        return []
    net, booked = proof.net_of(wanted), books.net()
    amounts = {name: net.get(name, 0) - booked.get(name, 0) for name in {**net, **booked}}
    return [structs.replace(name, amount=more) for name, more in amounts.items() if more]


def promises(book: Shelved) -> list[Promise]:
    """The promises among the facts of a book."""
    return [fact for fact in book.facts.values() if isinstance(fact, Promise)]


def _unlike(one: holders.Figures, other: holders.Figures) -> Iterable[str]:
    """The assets whose figures differ; nothing is as good as nothing said."""
    for asset in {**one, **other}:
        mine, theirs = one.get(asset, {}), other.get(asset, {})
        if any(mine.get(kind, 0) != theirs.get(kind, 0) for kind in {**mine, **theirs}):
            yield asset
