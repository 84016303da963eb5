"""Rows of a file as text cells with their lines, in pieces, whatever its format.

Nothing heavy is imported until a file of that format is read.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from regulars.sources.files.opened import nothing, text_of
from regulars.sources.files.problems import FileProblem
from regulars.sources.files.shapes import LIMITS, Layout, Limits

if TYPE_CHECKING:
    import pyarrow as pa

PIECE = 25_000
SIP = 100
PIECE_BYTES = 48 * 2**20
NAMELESS = "column "


class Piece(Struct, frozen=True):
    """Some rows in a row: the line on which each starts (from 1), and their cells."""

    lines: list[int]
    rows: list[list[str]]


class Source:
    """A file that can be read from its start as often as asked.

    `columns` are the names of its columns, `column 1` and so on where it has no header.
    `decimal` is the sign with which a spreadsheet's own numbers are written out.
    """

    def __init__(
        self, path: Path, layout: Layout, limits: Limits = LIMITS, *, decimal: str = "."
    ) -> None:
        self.path, self.layout, self.limits, self.decimal = path, layout, limits, decimal or "."
        self.columns = self._names()

    def pieces(self, done: Callable[[int], None] = nothing) -> Iterator[Piece]:
        """The rows below the header. `done` is called with the bytes read on disk."""
        pieces = self._raw(done)
        first = next(pieces, None)
        if first is None:
            return
        skip = 1 if self._starts_with_header(first.rows[0]) else 0
        for piece in chain((Piece(first.lines[skip:], first.rows[skip:]),), pieces):
            if piece.rows:
                yield piece

    def head(self, count: int) -> Piece:
        """The first rows below the header."""
        lines: list[int] = []
        rows: list[list[str]] = []
        for piece in self.pieces():
            lines.extend(piece.lines[: count - len(rows)])
            rows.extend(piece.rows[: count - len(rows)])
            if len(rows) >= count:
                break
        return Piece(lines, rows)

    def _names(self) -> tuple[str, ...]:
        if self.layout.format == "parquet":
            return _parquet_names(self.path)
        first = next((piece.rows[0] for piece in self._raw(nothing)), None)
        if first is None:
            raise FileProblem("empty", file=self.path.name)
        if len(first) > self.limits.columns:
            raise FileProblem("too_many_columns", file=self.path.name, limit=self.limits.columns)
        return _distinct(first if self._starts_with_header(first) else [""] * len(first))

    def _starts_with_header(self, row: list[str]) -> bool:
        if self.layout.format == "parquet":
            return False
        return self.layout.header or row[0].strip() == f"{NAMELESS}1"

    def _raw(self, done: Callable[[int], None]) -> Iterator[Piece]:
        if self.layout.format == "excel":
            return _excel(self.path, self.layout.sheet, self.decimal)
        if self.layout.format == "parquet":
            return _parquet(self.path, self.decimal)
        return self._text(done)

    def _text(self, done: Callable[[int], None]) -> Iterator[Piece]:
        read = 0

        def note(count: int) -> None:
            nonlocal read
            read += 1
            done(count)

        with text_of(self.path, self.layout.encoding, self.limits, note) as text:
            if self.layout.format == "spaces":
                yield from _spaced(text)
                return
            csv.field_size_limit(self.limits.cell)
            reader = csv.reader(
                text,
                delimiter=self.layout.delimiter,
                quoting=csv.QUOTE_MINIMAL if self.layout.quote else csv.QUOTE_NONE,
            )
            while rows := self._sips(reader, lambda: read):
                yield rows

    def _sips(self, reader: Any, reads: Callable[[], int]) -> Piece | None:
        """One piece, in sips, so that a piece of huge rows stays small."""
        before, start, rows = reader.line_num, reads(), list[list[str]]()
        more = True
        try:
            while more and len(rows) < PIECE and (reads() - start) << 18 < PIECE_BYTES:
                size = len(rows)
                rows.extend(islice(reader, SIP))
                more = len(rows) > size
        except csv.Error as error:
            line = (_lines(rows, before) or [before])[-1] + 1
            raise FileProblem(
                "cell_too_long", file=self.path.name, line=line, limit=self.limits.cell
            ) from error
        if not rows:
            return None
        if reader.line_num - before == len(rows):
            lines = list(range(before + 1, before + 1 + len(rows)))
        else:
            lines = _lines(rows, before)
        return _without_blanks(Piece(lines, rows)) if [] in rows else Piece(lines, rows)


def _lines(rows: list[list[str]], before: int) -> list[int]:
    """The line on which each row starts, where cells hold line ends."""
    found, line = [], before + 1
    for row in rows:
        found.append(line)
        line += 1 + sum(_ends(cell) for cell in row)
    return found


def _ends(cell: str) -> int:
    if "\r" not in cell:
        return cell.count("\n")
    return cell.count("\n") + cell.count("\r") - cell.count("\r\n")


def _without_blanks(piece: Piece) -> Piece:
    kept = [(line, row) for line, row in zip(piece.lines, piece.rows, strict=True) if row]
    if not kept:
        return Piece(piece.lines[:1], [[""]])
    return Piece([line for line, _ in kept], [row for _, row in kept])


def _spaced(text: Iterator[str]) -> Iterator[Piece]:
    numbered = enumerate(text, start=1)
    while block := list(islice(numbered, PIECE)):
        kept = [(line, cells) for line, row in block if (cells := row.split())]
        if kept:
            yield Piece([line for line, _ in kept], [cells for _, cells in kept])


def _distinct(cells: list[str]) -> tuple[str, ...]:
    """Column names: as written, numbered where empty or met again."""
    names: dict[str, None] = {}
    for place, cell in enumerate(cells, start=1):
        name = " ".join(cell.split()) or f"{NAMELESS}{place}"
        names[name if name not in names else f"{name} ({place})"] = None
    return tuple(names)


def cell_text(value: object, decimal: str = ".") -> str:
    """A spreadsheet's or Parquet's value as text: dates in ISO form, numbers in plain digits."""
    if value is None or value != value:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool | int):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat(" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    return _number_text(value, decimal)


def _number_text(value: object, decimal: str) -> str:
    try:
        exact = Decimal(str(value))
    except InvalidOperation:
        return str(value)
    if not exact.is_finite() or abs(exact.adjusted()) > 40:
        return str(value)
    text = f"{exact:f}"
    text = text.removesuffix(".0")
    return text.replace(".", decimal)


def _excel(path: Path, sheet: str, decimal: str) -> Iterator[Piece]:
    from openpyxl import load_workbook  # noqa: PLC0415 - heavy, and not for other formats

    with path.open("rb") as stream:  # its name need not end in .xlsx
        try:
            book = load_workbook(stream, read_only=True, data_only=True)
        except Exception as error:
            raise FileProblem(
                "broken", file=path.name, where="as Excel", why=str(error)[:80]
            ) from error
        yield from _sheet(path, book, sheet, decimal)


def _sheet(path: Path, book: Any, sheet: str, decimal: str) -> Iterator[Piece]:
    try:
        page = _page(book, sheet)
        numbered = enumerate(page.iter_rows(values_only=True), start=1)
        while block := list(islice(numbered, PIECE // 5)):
            kept = [
                (line, [cell_text(cell, decimal) for cell in row])
                for line, row in block
                if any(cell is not None for cell in row)
            ]
            if kept:
                yield Piece([line for line, _ in kept], [row for _, row in kept])
    except (ValueError, KeyError, SyntaxError, OSError) as error:
        raise FileProblem(
            "broken", file=path.name, where="as Excel", why=str(error)[:80]
        ) from error
    finally:
        book.close()


def _page(book: Any, sheet: str) -> Any:
    if not sheet:
        return book.worksheets[0]
    if sheet not in book.sheetnames:
        remedy = f"The file has: {', '.join(book.sheetnames)[:200]}."
        raise FileProblem("bad_setting", setting="sheet", value=sheet[:60], remedy=remedy)
    return book[sheet]


def _parquet_names(path: Path) -> tuple[str, ...]:
    with parquet_file(path) as file:
        return _distinct(list(file.schema_arrow.names))


def parquet_file(path: Path) -> Any:
    """The opened Parquet file. Raises FileProblem if it is none."""
    import pyarrow as pa  # noqa: PLC0415 - heavy, and not for other formats
    import pyarrow.parquet as pq  # noqa: PLC0415

    try:
        return pq.ParquetFile(path)
    except (pa.ArrowException, OSError) as error:
        raise FileProblem(
            "broken", file=path.name, where="as Parquet", why=str(error)[:80]
        ) from error


def _parquet(path: Path, decimal: str) -> Iterator[Piece]:
    line = 1
    for batch in parquet_batches(path):
        columns = [
            [cell_text(cell, decimal) for cell in column.to_pylist()] for column in batch.columns
        ]
        rows = [list(row) for row in zip(*columns, strict=True)]
        if rows:
            yield Piece(list(range(line, line + len(rows))), rows)
        line += len(rows)


def parquet_batches(path: Path) -> Iterator[pa.RecordBatch]:
    """The rows of a Parquet file in pieces."""
    import pyarrow as pa  # noqa: PLC0415 - heavy, and not for other formats

    with parquet_file(path) as file:
        try:
            yield from file.iter_batches(PIECE)
        except (pa.ArrowException, OSError) as error:
            raise FileProblem(
                "broken", file=path.name, where="as Parquet", why=str(error)[:80]
            ) from error
