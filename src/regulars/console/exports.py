"""Lists as CSV files, streamed: whatever a cell holds, a spreadsheet opens it as text."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal

from django.http import StreamingHttpResponse

from regulars.sources.files.guard import RISKY

Cell = str | int | Decimal | date | bool | None

BYTE_ORDER_MARK = "\ufeff"
"""Tells spreadsheets that the file is UTF-8."""

LINES_AT_ONCE = 200


class _Echo:
    """Hands back what the csv module writes."""

    def write(self, text: str) -> str:
        return text


def csv_lines(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """The file in pieces, by RFC 4180, every cell in quotes. Text that a spreadsheet would take
    for a formula gets an apostrophe before it, and so does a phone number, which would lose its
    plus as a number; our own import frees both again (`sources.files.guard`)."""
    writer = csv.writer(_Echo(), quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    piece = [BYTE_ORDER_MARK, writer.writerow(header)]
    for row in rows:
        piece.append(writer.writerow([_written(cell) for cell in row]))
        if len(piece) >= LINES_AT_ONCE:
            yield "".join(piece)
            piece.clear()
    yield "".join(piece)


def _written(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, str):
        return f"'{cell}" if RISKY.match(cell) else cell
    return cell.isoformat() if isinstance(cell, date) else f"{cell}"


def csv_response(name: str, pieces: Iterable[str]) -> StreamingHttpResponse:
    """A download; nothing of it is kept."""
    response = StreamingHttpResponse(pieces, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
