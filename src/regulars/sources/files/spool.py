"""First pass: rows are read, good ones go to a file of columns, problems to another.

Both lie in the work folder, so memory does not grow with the file.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import attrgetter, ne, or_
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
from msgspec import Struct

from regulars.sources.files.cells import (
    CellProblem,
    Remembered,
    code_reader,
    currency_reader,
    instant_reader,
    moment_reader,
    name_reader,
    number_reader,
    status_of,
    text_reader,
)
from regulars.sources.files.dates import DateReader, Instant
from regulars.sources.files.fees import is_fee
from regulars.sources.files.numbers import MICRO, MOST, from_micro
from regulars.sources.files.people import ATTRIBUTE, GUEST, PERSON, PersonReader
from regulars.sources.files.problems import RowProblem
from regulars.sources.files.rows import Piece, Source
from regulars.sources.files.shapes import Mapping

SCHEMA = pa.schema(
    [
        *((name, pa.int64()) for name in ("line", "h", "civil", "utc")),
        *((name, pa.string()) for name in ("number", "customer", "who", "product", "name")),
        *((name, pa.string()) for name in ("category", "currency", "place", "refund_of")),
        *((name, pa.int64()) for name in ("q", "p", "a", "total", "shipping")),
        ("fee", pa.bool_()),
        ("status", pa.int8()),
    ]
)
"""Of the good rows: `civil` and `utc` in microseconds, `q`, `p`, `a`, `total` and `shipping`
(quantity, unit price, amount of the line, of the order, fee) in millionths; `h` is alike for equal
rows."""

RETURNED = pa.schema([(name, pa.int64()) for name in ("refunded", "refund_civil", "refund_utc")])
"""Beside these, where a column says what an order gave back: how much of it (in millionths), and
when (where a column says it)."""

BAD = pa.schema(
    [
        ("line", pa.int64()),
        *((name, pa.string()) for name in ("number", "field", "code", "params")),
    ]
)
NUMBERS = {
    "quantity": "q",
    "unit_price": "p",
    "amount": "a",
    "total": "total",
    "fee": "shipping",
    "refunded": "refunded",
}
PLACE = 100
CATEGORY = 100
PEOPLE = "people"
MONEY = ("p", "a", "total")
NO_MONEY = (None, None, None)


NEVER = Instant(0, 0)
TOO_MUCH = MOST * MICRO * MICRO


class Task(Struct, frozen=True):
    """Cells of `fields` are read together and give the values called `target`."""

    target: str
    fields: tuple[str, ...]
    reader: Remembered[Any, Any]

    def keys(self, columns: list[tuple[str, ...]]) -> Sequence[Any]:
        """What the reader reads for each row: the cell, or the cells where there are several."""
        return columns[0] if len(columns) == 1 else list(zip(*columns, strict=True))


def tasks_of(mapping: Mapping, fields: tuple[str, ...], region: str) -> list[Task]:
    """What is to be read of each row, for the mapped `fields`."""
    dates = DateReader(mapping.dates, mapping.zone)
    person = tuple(name for name in fields if name in PERSON or name.startswith(ATTRIBUTE))
    moment = tuple(name for name in ("at", "time") if name in fields)
    tasks = [Task("at", moment, Remembered(_of_cells(instant_reader(dates), moment), NEVER))]
    if person:
        people = PersonReader(person, region, dates)
        tasks.append(Task(PEOPLE, person, Remembered(_of_cells(people.read, person), GUEST)))
    readers: dict[str, tuple[str, Callable[[str], Any]]] = {
        "number": ("number", code_reader("number", needed=True)),
        "product": ("product", code_reader("product")),
        "product_name": ("name", name_reader("product_name")),
        "category": ("category", text_reader("category", CATEGORY)),
        "place": ("place", code_reader("place")),
        "refund_of": ("refund_of", code_reader("refund_of")),
        "currency": ("currency", currency_reader(mapping.currency)),
        "kind": ("status", status_of),
        "refunded_at": ("refunded_at", moment_reader("refunded_at", dates)),
    }
    for name, target in NUMBERS.items():
        readers[name] = (target, number_reader(name, mapping.decimal or "."))
    single = [
        Task(target, (name,), Remembered(read, None))
        for name, (target, read) in readers.items()
        if name in fields
    ]
    return tasks + single


class Spool:
    """Writes the good and the bad rows of a file to `folder`."""

    def __init__(self, source: Source, mapping: Mapping, region: str, folder: Path) -> None:
        self.rows = self.bad_rows = 0
        self.number_changes = 0
        self._last_number: str | None = None
        self._places = {
            mapping.columns[name]: place
            for place, name in enumerate(source.columns)
            if mapping.columns.get(name)
        }
        self._width = len(source.columns)
        self._encoding = source.layout.encoding
        self._tasks = tasks_of(mapping, tuple(self._places), region)
        self._defaults = {"status": 0, "currency": mapping.currency}
        self._codes: Remembered[Any, bool] = Remembered(lambda code: is_fee(code or "", ""), False)
        self._names: Remembered[Any, bool] = Remembered(lambda name: is_fee("", name or ""), False)
        self._schema = SCHEMA
        if "refunded" in self._places:
            self._schema = pa.schema([*SCHEMA, *RETURNED])
        self._good = pq.ParquetWriter(folder / "rows.parquet", self._schema, compression="lz4")
        self._bad = pq.ParquetWriter(folder / "bad.parquet", BAD, compression="lz4")

    def add(self, piece: Piece) -> None:
        """Reads a piece and writes its rows."""
        self.rows += len(piece.rows)
        piece = self._square(piece)
        if not piece.rows:
            return
        columns = list(zip(*piece.rows, strict=True))
        values, problems = self._read(columns)
        values["line"] = piece.lines
        values["h"] = list(map(hash, zip(*columns, strict=True)))
        self._write(values, problems)

    def close(self) -> None:
        self._good.close()
        self._bad.close()

    def _square(self, piece: Piece) -> Piece:
        """The piece without rows that have too few or too many cells."""
        width = self._width
        if set(map(len, piece.rows)) == {width}:
            return piece
        lines, rows, ragged = [], [], []
        for line, row in zip(piece.lines, piece.rows, strict=True):
            if len(row) > width and not any(row[width:]):
                del row[width:]
            if len(row) == width:
                lines.append(line)
                rows.append(row)
            elif any(row):
                params = {"found": str(len(row)), "expected": str(width)}
                ragged.append(RowProblem(line=line, field="", code="ragged_row", params=params))
            else:
                self.rows -= 1
        self._reject([(problem, None) for problem in ragged])
        return Piece(lines, rows)

    def _read(
        self, columns: list[tuple[str, ...]]
    ) -> tuple[dict[str, Sequence[Any]], dict[int, CellProblem]]:
        count = len(columns[0])
        values: dict[str, Sequence[Any]] = {}
        problems: dict[int, CellProblem] = {}
        for task in self._tasks:
            keys = task.keys([columns[self._places[name]] for name in task.fields])
            values[task.target], bad = task.reader.column(keys)
            if bad:
                problems = bad | problems
        self._spread(values, count)
        self._check_money(values, problems)
        return values, problems

    def _spread(self, values: dict[str, Sequence[Any]], count: int) -> None:
        """Values of several cells to columns of their own, missing columns filled."""
        instants = values.pop("at")
        values["civil"] = list(map(attrgetter("civil"), instants))
        values["utc"] = list(map(attrgetter("utc"), instants))
        if PEOPLE in values:
            people = values.pop(PEOPLE)
            values["customer"] = list(map(attrgetter("customer"), people))
            values["who"] = list(map(attrgetter("who"), people))
        if "product" not in values and "name" in values:
            values["product"] = [text and text[:PLACE] for text in values["name"]]
        values["fee"] = self._fees_of(values, count)
        for column in SCHEMA.names:
            if column not in ("line", "h") and column not in values:
                values[column] = [self._defaults.get(column)] * count
        if "refunded" in self._places:
            _give_back(values)

    def _fees_of(self, values: dict[str, Sequence[Any]], count: int) -> list[bool]:
        """Which rows are no products, by code or by name."""
        by_code = self._codes.column(values.get("product") or [None] * count)[0]
        if "name" not in values:
            return by_code
        return list(map(or_, by_code, self._names.column(values["name"])[0]))

    def _check_money(
        self, values: dict[str, Sequence[Any]], problems: dict[int, CellProblem]
    ) -> None:
        """A row needs a price, an amount or a total."""
        given = [values[name] for name in MONEY]
        if all(None in money for money in given):
            fields = [name for name in ("unit_price", "amount", "total") if name in self._places]
            for place, money in enumerate(zip(*given, strict=True)):
                if money == NO_MONEY:
                    problems.setdefault(place, CellProblem(fields[0], "missing"))
        if _greatest(values["q"]) * _greatest(values["p"]) > TOO_MUCH:
            for place, (quantity, price) in enumerate(zip(values["q"], values["p"], strict=True)):
                if abs((quantity or 0) * (price or 0)) > TOO_MUCH:
                    text = {"value": f"{from_micro(quantity)} x {from_micro(price)}"}
                    problems.setdefault(place, CellProblem("quantity", "too_much", text))

    def _write(self, values: dict[str, Sequence[Any]], problems: dict[int, CellProblem]) -> None:
        lines, numbers = values["line"], values["number"]
        self._count_changes(numbers)
        if problems:
            self._reject(
                [(self._row_problem(lines[at], problems[at]), numbers[at]) for at in problems]
            )
        table = pa.table(
            [pa.array(values[field.name], field.type) for field in self._schema],
            schema=self._schema,
        )
        if problems:
            table = table.filter(pa.array([at not in problems for at in range(len(lines))]))
        self._good.write_table(table)

    def _row_problem(self, line: int, problem: CellProblem) -> RowProblem:
        params = problem.params
        if problem.code == "unreadable":
            params = params | {"encoding": self._encoding}
        return RowProblem(line=line, field=problem.field, code=problem.code, params=params)

    def _count_changes(self, numbers: Sequence[str | None]) -> None:
        """How often the order number changes from row to row: as often as there are orders if
        the rows of each order stand together."""
        before = self._last_number
        self.number_changes += sum(map(ne, numbers, [before, *numbers]))
        self._last_number = numbers[-1]

    def _reject(self, problems: list[tuple[RowProblem, str | None]]) -> None:
        self.bad_rows += len(problems)
        if not problems:
            return
        rows = [
            {
                "line": problem.line,
                "number": number,
                "field": problem.field,
                "code": problem.code,
                "params": msgspec.json.encode(problem.params).decode(),
            }
            for problem, number in problems
        ]
        self._bad.write_table(pa.Table.from_pylist(rows, BAD))


def _give_back(values: dict[str, Sequence[Any]]) -> None:
    """What rows say that their orders gave back, and when. A row without other money is the
    refund itself."""
    sums = list(values["refunded"])
    instants = values.get("refunded_at") or [None] * len(sums)
    civil, utc, prices, amounts = (list(values[name]) for name in ("civil", "utc", "p", "a"))
    for place, (given, instant) in enumerate(zip(sums, instants, strict=True)):
        if not given or any(values[name][place] for name in MONEY):
            continue
        sums[place], prices[place], amounts[place] = None, None, -abs(given)
        if instant is not None:
            civil[place], utc[place] = instant.civil, instant.utc
    values.update(refunded=sums, civil=civil, utc=utc, p=prices, a=amounts)
    values["refund_civil"] = [one and one.civil for one in instants]
    values["refund_utc"] = [one and one.utc for one in instants]


def _greatest(values: Sequence[int | None]) -> int:
    return max(map(abs, set(values) - {None}), default=0)  # type: ignore[arg-type]


def _of_cells(
    read: Callable[[tuple[str, ...]], Any], fields: tuple[str, ...]
) -> Callable[[Any], Any]:
    """`read`, which takes cells, as a reader of the one cell where there is only one."""
    if len(fields) > 1:
        return read
    return lambda cell: read((cell,))
