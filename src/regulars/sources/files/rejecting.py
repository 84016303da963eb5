"""Rows that do not go in, written out as they came, each with its line, field and reason."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from regulars.sources.files.guard import guarded
from regulars.sources.files.ordering import Ordering
from regulars.sources.files.problems import RowProblem, Sentence
from regulars.sources.files.rows import Source
from regulars.sources.files.shapes import ENCODED

REASONS = ("line", "field", "reason")
QUERY = """
SELECT line, ref, any_value(field ORDER BY cause) AS field, first(code ORDER BY cause) AS code,
    first(params ORDER BY cause) AS params, first(cause ORDER BY cause) AS cause
FROM handed_back GROUP BY line, ref ORDER BY line
"""


def problems(ordering: Ordering) -> Iterator[RowProblem]:
    """Every row that does not go in, by line, with its reason."""
    for batch in ordering.arrow(QUERY, 10_000):
        for row in batch.to_pylist():
            yield _problem(row)


def add(ordering: Ordering, codes: Mapping[str, str]) -> None:
    """Hands back all rows of these orders, codes by order reference."""
    params = [msgspec.json.encode({"order": ref}).decode() for ref in codes]
    ordering.connection.execute(
        "INSERT INTO handed_back SELECT n.line, n.ref, '', r.code, r.params, 0 FROM numbered n"
        " JOIN (SELECT unnest(?) AS ref, unnest(?) AS code, unnest(?) AS params) r USING (ref)",
        [list(codes), list(codes.values()), params],
    )


def write(source: Source, found: Iterator[RowProblem], target: Path, sentence: Sentence) -> int:
    """Writes the rows of `found` (by line) to `target` and returns how many.

    The file is read a second time, in step with the problems. The copy has the delimiter and
    encoding of the original, so that it can be corrected and given again with the same mapping.
    """
    layout = source.layout
    encoding = layout.encoding if layout.encoding in ENCODED else "utf-8-sig"
    delimiter = layout.delimiter if layout.format == "delimited" else ","
    written = 0
    problem = next(found, None)
    with target.open("w", encoding=encoding, errors="replace", newline="") as stream:
        writer = csv.writer(stream, delimiter=delimiter)
        writer.writerow([guarded(name) for name in (*source.columns, *REASONS)])
        for piece in source.pieces():
            if problem is None:
                break
            for line, row in zip(piece.lines, piece.rows, strict=True):
                if problem is not None and problem.line == line:
                    writer.writerow(_row(row, len(source.columns), problem, sentence))
                    written += 1
                    problem = next(found, None)
    return written


def _row(row: list[str], width: int, problem: RowProblem, sentence: Sentence) -> list[str]:
    """The cells, as many as there are columns, and the reasons."""
    cells = [*row, *[""] * (width - len(row))]
    if len(cells) > width:
        cells = [*cells[: width - 1], " ".join(cells[width - 1 :])]
    reasons = (str(problem.line), problem.field, sentence(problem))
    return [guarded(cell) for cell in (*cells, *reasons)]


def _problem(row: dict[str, Any]) -> RowProblem:
    params = msgspec.json.decode(row["params"], type=dict[str, str]) if row["params"] else {}
    if not params and row["cause"]:
        params = {"order": row["ref"] or "", "line": str(row["cause"])}
    return RowProblem(line=row["line"], field=row["field"] or "", code=row["code"], params=params)
