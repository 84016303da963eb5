"""Lines in order to facts: the loop that every imported line passes, so it is kept bare."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from msgspec import Struct

from regulars.engine.arrivals import Arrival
from regulars.engine.facts import Line, Order, Refund, Who
from regulars.engine.money import to_minor
from regulars.sources.files.numbers import from_micro
from regulars.sources.files.people import decode_who
from regulars.sources.files.shapes import Batch, Product

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
REMEMBERED = 100_000
CANCELLED = 2
LINE = ("product", "q", "p", "a", "fee", "refund", "currency")
REST = ("ref", "line", "utc", "product", "currency", "place", "refund_of", "refund", "status")


class Stated(Struct, frozen=True, gc=False):
    """One line of an order as it came, with what it became."""

    item: Line
    who: Who | None
    ref: str
    line: int
    utc: int
    product: str | None
    currency: str
    place: str | None
    refund_of: str | None
    refund: bool
    status: int

    @property
    def unusual(self) -> bool:
        return self.refund or self.status == CANCELLED


class Items(dict[tuple[Any, ...], Line]):
    """Lines by (product, quantity, price, amount, fee, refund, currency), made when first met."""

    def __missing__(self, key: tuple[Any, ...]) -> Line:
        if len(self) > REMEMBERED:
            self.clear()
        line = self[key] = _made(key)
        return line


class People(dict[str | None, Who | None]):
    """Persons by their JSON, read when first met."""

    def __missing__(self, text: str | None) -> Who | None:
        if len(self) > REMEMBERED:
            self.clear()
        who = self[text] = decode_who(text) if text is not None else None
        return who


class FactMaker:
    """Makes facts of the lines of one order. Lines and persons met again are shared."""

    def __init__(self, source: str, *, numberless: bool, ties: dict[str, str]) -> None:
        self._source, self._numberless, self._ties = source, numberless, ties

    def arrivals(self, ref: str, lines: list[Stated]) -> list[Arrival]:
        """The order, the refund or both that these lines of one reference are."""
        who = lines[0].who or next((line.who for line in lines if line.who), None)
        if not any([line.unusual for line in lines]):  # noqa: C419 - a list is faster
            return [Arrival(fact=self._order(ref, lines), who=who)]
        sold = [line for line in lines if not line.refund]
        returned = [line for line in lines if line.refund]
        if not sold:
            return [Arrival(fact=self._refund(ref, returned, self._named(ref, returned)), who=who)]
        order = self._order(ref, sold)
        if any(line.status == CANCELLED for line in lines):
            returned = returned + sold
        fact = self._refund(f"{ref}:refund", returned, self._named(ref, returned) or order.key)
        return [Arrival(fact=order, who=who), Arrival(fact=fact, who=who)]

    def _named(self, ref: str, lines: list[Stated]) -> str:
        """The key of the order that a refund names, or empty."""
        told = next((line.refund_of for line in lines if line.refund_of), None) or (
            self._ties.get(ref)
        )
        return f"{self._source}:{told}" if told else ""

    def _order(self, ref: str, lines: list[Stated]) -> Order:
        items = tuple([line.item for line in lines])
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
        items = tuple([line.item for line in lines])
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


def _made(key: tuple[Any, ...]) -> Line:
    """The line as it is kept: positive in a refund, its amount rounded once."""
    product, q, p, a, fee, refund, currency = key
    quantity = from_micro(q)
    price = Decimal(0) if p is None else from_micro(p)
    amount = quantity * price if a is None else from_micro(a)
    if refund:
        quantity, price, amount = abs(quantity), abs(price), abs(amount)
    return Line(
        product=product or "",
        quantity=quantity,
        unit_price=price,
        amount_minor=to_minor(amount, currency),
        kind="fee" if fee else "goods",
    )


def orders(stream: Any) -> Iterator[list[Stated]]:
    """The lines of each order, from Arrow batches in which they stand together."""
    items, people = Items(), People()
    current: list[Stated] = []
    ref = None
    for batch in stream:
        for line in _stated(batch, items, people):
            if line.ref != ref:
                if current:
                    yield current
                current, ref = [], line.ref
            current.append(line)
    if current:
        yield current


def _stated(batch: Any, items: Items, people: People) -> Iterator[Stated]:
    """The lines of an Arrow batch, read column by column."""
    column = {name: batch.column(name).to_pylist() for name in batch.schema.names}
    keys = zip(*(column[name] for name in LINE), strict=True)
    made = map(items.__getitem__, keys)
    whose = map(people.__getitem__, column["who"])
    return map(Stated, made, whose, *(column[name] for name in REST))


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
        codes = {line.product for lines in together for line in lines if line.product}
        numbers = [line.line for lines in together for line in lines]
        return Batch(
            ordinal=ordinal,
            arrivals=tuple(arrivals),
            products={code: self._catalogue[code] for code in sorted(codes)},
            places=frozenset(lines[0].place for lines in together if lines[0].place),
            first_line=min(numbers),
            last_line=max(numbers),
        )
