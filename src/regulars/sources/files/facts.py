"""Lines in order to facts: the loop that every imported line passes, so it is kept bare."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from msgspec import Struct

from regulars.engine.facts import Arrival, Line, Order, Refund, Who
from regulars.engine.money import to_minor
from regulars.sources.files.numbers import from_micro
from regulars.sources.files.people import decode_who
from regulars.sources.files.shapes import Batch, Product

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
REMEMBERED = 100_000
CANCELLED = 2


class Stated(Struct, frozen=True, gc=False):
    """One line of the stream, in the order of `ordering.STREAM`."""

    ref: str
    line: int
    utc: int
    who: str | None
    product: str | None
    q: int
    p: int | None
    a: int | None
    currency: str
    place: str | None
    refund_of: str | None
    fee: bool
    refund: bool
    status: int


class FactMaker:
    """Makes facts of the lines of one order. Lines and persons met again are shared."""

    def __init__(self, source: str, *, numberless: bool, ties: dict[str, str]) -> None:
        self._source, self._numberless, self._ties = source, numberless, ties
        self._lines: dict[Any, Line] = {}
        self._people: dict[str, Who] = {}

    def arrivals(self, ref: str, lines: list[Stated]) -> list[Arrival]:
        """The order, the refund or both that these lines of one reference are."""
        who = self._who(lines)
        sold = [line for line in lines if not line.refund]
        returned = [line for line in lines if line.refund]
        if not sold:
            return [Arrival(fact=self._refund(ref, returned, self._named(ref, returned)), who=who)]
        order = self._order(ref, sold)
        found = [Arrival(fact=order, who=who)]
        if any(line.status == CANCELLED for line in lines):
            returned = returned + sold
        if returned:
            fact = self._refund(f"{ref}:refund", returned, self._named(ref, returned) or order.key)
            found.append(Arrival(fact=fact, who=who))
        return found

    def _who(self, lines: list[Stated]) -> Who | None:
        """The person of the first line that names one."""
        text = next((line.who for line in lines if line.who is not None), None)
        if text is None:
            return None
        who = self._people.get(text)
        if who is None:
            if len(self._people) > REMEMBERED:
                self._people.clear()
            who = self._people[text] = decode_who(text)
        return who

    def _named(self, ref: str, lines: list[Stated]) -> str:
        """The key of the order that a refund names, or empty."""
        told = next((line.refund_of for line in lines if line.refund_of), None) or (
            self._ties.get(ref)
        )
        return f"{self._source}:{told}" if told else ""

    def _order(self, ref: str, lines: list[Stated]) -> Order:
        items = tuple([self._line(line) for line in lines])
        return Order(
            key=f"{self._source}:{ref}",
            at=EPOCH + timedelta(microseconds=min([line.utc for line in lines])),
            source=self._source,
            number="" if self._numberless else ref,
            currency=lines[0].currency,
            amount_minor=sum([item.amount_minor for item in items]),
            lines=items,
            place=lines[0].place or "",
        )

    def _refund(self, ref: str, lines: list[Stated], order: str) -> Refund:
        items = tuple([self._line(line) for line in lines])
        return Refund(
            key=f"{self._source}:{ref}",
            at=EPOCH + timedelta(microseconds=min([line.utc for line in lines])),
            source=self._source,
            number="" if self._numberless else ref.removesuffix(":refund"),
            order=order,
            currency=lines[0].currency,
            amount_minor=sum([item.amount_minor for item in items]),
            lines=items,
            place=lines[0].place or "",
        )

    def _line(self, line: Stated) -> Line:
        key = (line.product, line.q, line.p, line.a, line.fee, line.refund, line.currency)
        found = self._lines.get(key)
        if found is None:
            if len(self._lines) > REMEMBERED:
                self._lines.clear()
            found = self._lines[key] = _made(line)
        return found


def _made(line: Stated) -> Line:
    """The line as it is kept: positive in a refund, its amount rounded once."""
    quantity = from_micro(line.q)
    price = Decimal(0) if line.p is None else from_micro(line.p)
    amount = quantity * price if line.a is None else from_micro(line.a)
    if line.refund:
        quantity, price, amount = abs(quantity), abs(price), abs(amount)
    return Line(
        product=line.product or "",
        quantity=quantity,
        unit_price=price,
        amount_minor=to_minor(amount, line.currency),
        kind="fee" if line.fee else "goods",
    )


def orders(stream: Any) -> Iterator[list[Stated]]:
    """The lines of each order, from Arrow batches in which they stand together."""
    current: list[Stated] = []
    ref = None
    for batch in stream:
        columns = [column.to_pylist() for column in batch.columns]
        for line in map(Stated, *columns):
            if line.ref != ref:
                if current:
                    yield current
                current, ref = [], line.ref
            current.append(line)
    if current:
        yield current


class BatchMaker:
    """Cuts facts into batches, always at the same places, with the products they name."""

    def __init__(self, maker: FactMaker, catalogue: dict[str, Product], size: int) -> None:
        self._maker, self._catalogue, self._size = maker, catalogue, size

    def batches(self, stream: Any, skip: int) -> Iterator[Batch]:
        """Batches of at most `size` orders, without the first `skip`."""
        together: list[list[Stated]] = []
        ordinal = 0
        for lines in orders(stream):
            together.append(lines)
            if len(together) == self._size:
                if ordinal >= skip:
                    yield self._batch(ordinal, together)
                together, ordinal = [], ordinal + 1
        if together and ordinal >= skip:
            yield self._batch(ordinal, together)

    def _batch(self, ordinal: int, together: list[list[Stated]]) -> Batch:
        arrivals = [
            arrival for lines in together for arrival in self._maker.arrivals(lines[0].ref, lines)
        ]
        codes = {line.product for lines in together for line in lines}
        numbers = [line.line for lines in together for line in lines]
        return Batch(
            ordinal=ordinal,
            arrivals=tuple(arrivals),
            products={
                code: self._catalogue[code] for code in sorted(codes - {None}) if code is not None
            },
            places=frozenset(lines[0].place for lines in together if lines[0].place),
            first_line=min(numbers),
            last_line=max(numbers),
        )
