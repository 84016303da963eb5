"""Books as the database tells them: the state that is kept, the transfers that were booked, and
what the history says of everything else."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.backends.utils import CursorWrapper
from msgspec import Struct

from regulars.cli.live.names import Names
from regulars.db import histories, holders
from regulars.db.holders import HolderRow
from regulars.engine import head
from regulars.engine.accounts import WAYS
from regulars.engine.advance import advance
from regulars.engine.booking import Book
from regulars.engine.calendar import instant_of
from regulars.engine.compiled import Compiled
from regulars.engine.fold import follow
from regulars.engine.happenings import FoldFact
from regulars.engine.run import Row, Run
from regulars.engine.state import BEGINNING, State

TRANSFERS = """
    SELECT fact, rule, step, at, asset, amount, source, lot FROM regulars_transfer
    WHERE customer_id = %s ORDER BY seq
"""


class Reader(Struct):
    """Reads books of one programme in the names of a case."""

    cursor: CursorWrapper
    programme: Compiled
    names: Names

    def books(self, wanted: Iterable[str]) -> dict[str, Book]:
        """The books of these people, and of everybody else for whom something is known."""
        rows = holders.read(self.cursor, self.names.customers.values())
        known = histories.histories(self.cursor, rows)
        found: dict[str, Book] = {}
        called = {self.names.numbers[row.number]: row for row in rows}
        asked = [one for one in wanted if one in called]
        for name in dict.fromkeys([*asked, *called]):
            row = called[name]
            facts = [self.names.fact(one) for one in known[row.customer_id].facts]
            if facts or name in asked:
                found[name] = self.book(name, row, facts)
        return found

    def book(self, name: str, row: HolderRow, facts: list[FoldFact]) -> Book:
        """The book of one holder. What is kept of their state is what counts; the history tells
        how it came to it."""
        book = Book.opened(self.programme, name)
        book.keep(facts)
        book.run = folded = book.again()
        folded.wanted = None
        follow(folded, book.known.ordered())
        passed = instant_of(row.passed_at) if row.passed_at else BEGINNING
        advance(folded, passed)
        run = Run(self.programme, self.state(row), name)
        run.changes, run.records = folded.changes, folded.records
        run.known = set(book.known.promised)
        book.run = run
        book.booked = self.booked(row)
        return book

    def state(self, row: HolderRow) -> State:
        """The state that is kept of a holder."""
        if not row.head:
            return self.programme.start()
        kept = bytes(head.decode(row.head).snapshot.state).decode()
        return self.programme.load(self.names.text(kept).encode())

    def booked(self, row: HolderRow) -> list[Row]:
        """What was booked for a holder; what was taken back of it is below zero."""
        self.cursor.execute(TRANSFERS, [row.customer_id])
        return self.names.rows([_row(*told) for told in self.cursor.fetchall()])


def _row(fact: str, rule: str, step: str, at: datetime, *moved: Any) -> Row:
    asset, amount, source, lot = moved
    sign = 1 if source == WAYS[step].source else -1
    return Row(fact, rule, step, instant_of(at), asset, sign * amount, lot)
