"""Facts as Parquet, for measures: parts by order of arrival, compiled into one sales table.

A part holds what arrived since the part before, one row a line, as it was said. The sales table
(`insight.sales` says what its columns mean) is compiled from all parts: newest versions only,
links between customers followed, refunds tied. Times become civil times of the business's zone.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq
from django.db import connection, transaction

from regulars.db import disk
from regulars.db.factstore import WRITERS
from regulars.db.models import FactRow, MirrorState
from regulars.db.sales_table import PART, compile_sales
from regulars.engine.arrivals import decode
from regulars.engine.facts import Line, Order, Refund
from regulars.engine.money import from_minor

CHUNK = 50_000
MIRRORING = 5_210_004
"""Advisory lock: one process at a time writes the mirror's files."""

PRIVATE = 0o700
MICRO = Decimal("0.000001")


class Mirror:
    """The mirror of one installation, in its folder."""

    def __init__(self, folder: Path, *, zone: str) -> None:
        self.folder = folder / "mirror"
        self.zone = ZoneInfo(zone)
        self.sales = self.folder / "sales.parquet"
        self._parts = self.folder / f"parts-{zone.replace('/', '-')}"

    def advance(self, *, now: datetime) -> int:
        """Take over the facts that came since the last time; the arrival number reached.

        Whoever else is at it is waited for. Raises NoRoom while the disk is nearly full.
        """
        with _alone():
            return self._advance(now)

    def _advance(self, now: datetime) -> int:
        state, _made = MirrorState.objects.get_or_create(id=1)
        if not self._parts.exists():
            self._begin_anew()
            state.seq = 0
        last = _last_settled()
        if last > state.seq:
            # The window that the mirror stopped in is written again, so parts stay few.
            for window in range(state.seq // CHUNK, last // CHUNK + 1):
                _leave_room()
                self._write_part(window, last)
            state.seq, state.mirrored_at = last, now
            state.save()
        _leave_room()
        compile_sales(self._parts, self.sales)
        return state.seq

    def _begin_anew(self) -> None:
        self.folder.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
        for old in self.folder.iterdir():
            if old.is_dir():
                shutil.rmtree(old)
            else:
                old.unlink()
        self._parts.mkdir(mode=PRIVATE)

    def _write_part(self, window: int, last: int) -> None:
        """The facts of one window of arrival numbers, CHUNK wide, up to `last`."""
        first = window * CHUNK
        rows = list(
            FactRow.objects.filter(seq__gte=first, seq__lt=first + CHUNK, seq__lte=last)
            .order_by("seq")
            .extra(select={"raw": "body::text"})
            .values_list("customer_id", "guest", "raw")
        )
        if not rows:
            return
        columns: dict[str, list[object]] = {name: [] for name in PART.names}
        for customer, guest, raw in rows:
            fact = decode(raw)
            if isinstance(fact, Order | Refund):
                for values in self._lines(customer, guest, fact):
                    for column, value in zip(columns.values(), values, strict=True):
                        column.append(value)
        part = self._parts / f"{first:015d}.parquet"
        pq.write_table(pa.table(columns, schema=PART), part.with_suffix(".new"))
        part.with_suffix(".new").rename(part)

    def _lines(
        self, customer: int, guest: bool, fact: Order | Refund
    ) -> Iterator[tuple[object, ...]]:
        at = fact.at.astimezone(self.zone).replace(tzinfo=None)
        kind, named = ("sale", "") if isinstance(fact, Order) else ("refund", fact.order)
        for line in fact.lines or (_whole(fact),):
            yield (
                customer,
                guest,
                fact.key,
                fact.version,
                named or None,
                at,
                kind,
                line.product or None,
                fact.place or None,
                line.quantity,
                line.unit_price,
                _exact_amount(line, fact.currency),
                fact.currency,
                line.kind == "fee",
            )


def _leave_room() -> None:
    """What is left of the disk belongs to the database: measures wait. Raises NoRoom."""
    if disk.ROOM.is_over():
        raise disk.NoRoom


@contextmanager
def _alone() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [MIRRORING])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [MIRRORING])


def _whole(fact: Order | Refund) -> Line:
    """A fact without lines, as one line."""
    amount = from_minor(fact.amount_minor, fact.currency)
    return Line(unit_price=amount, amount_minor=fact.amount_minor)


def _exact_amount(line: Line, currency: str) -> Decimal:
    """Quantity times unit price, unrounded; the booked amount where there is no unit price."""
    if line.unit_price:
        return (line.quantity * line.unit_price).quantize(MICRO)
    return from_minor(line.amount_minor, currency)


def _last_settled() -> int:
    """The highest arrival number below which no transaction is still open."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [WRITERS])
        cursor.execute("SELECT last_value FROM regulars_fact_seq WHERE is_called")
        row = cursor.fetchone()
    return int(row[0]) if row else 0
