"""How a file is built: its format, its delimiter, whether it has a header."""

from __future__ import annotations

import csv
from collections import Counter
from itertools import islice
from pathlib import Path
from typing import Literal

from regulars.sources.files.dates import DateReader
from regulars.sources.files.encodings import encoding_of
from regulars.sources.files.headers import field_of
from regulars.sources.files.numbers import to_micro
from regulars.sources.files.opened import format_of, text_of
from regulars.sources.files.problems import FileProblem
from regulars.sources.files.rows import NAMELESS
from regulars.sources.files.shapes import Hints, Layout, Limits

DELIMITERS = (",", ";", "\t", "|")
SAMPLE = 200
AGREE = 9, 10


def layout_of(path: Path, hints: Hints, limits: Limits) -> Layout:
    """The layout of the file, from its bytes and from what is told. Raises FileProblem."""
    found = format_of(path, limits)
    if found is not None:
        header = True if hints.header is None else hints.header
        return Layout(format=found, header=header, sheet=hints.sheet)
    _check_delimiter(hints.delimiter)
    encoding = encoding_of(path, limits, hints.encoding)
    lines = _sample(path, encoding, limits)
    delimiter = hints.delimiter or _delimiter(lines)
    rows = _split(lines, delimiter)
    kind: Literal["delimited", "spaces"] = "delimited" if delimiter.strip(" ") else "spaces"
    header = has_header(rows) if hints.header is None else hints.header
    return Layout(format=kind, encoding=encoding, delimiter=delimiter or " ", header=header)


def _check_delimiter(told: str) -> None:
    if len(told) > 1 or told in ('"', "\r", "\n"):
        remedy = "Give the one sign that stands between two cells."
        raise FileProblem("bad_setting", setting="delimiter", value=told[:60], remedy=remedy)


def _sample(path: Path, encoding: str, limits: Limits) -> list[str]:
    try:
        with text_of(path, encoding, limits) as text:
            return list(islice(text, SAMPLE))
    except UnicodeError as error:
        raise FileProblem("bad_encoding", file=path.name, encoding=encoding) from error


def _delimiter(lines: list[str]) -> str:
    """The sign that cuts the lines into the same number of cells; empty for blanks."""
    scores = {sign: _agreement(_split(lines, sign)) for sign in DELIMITERS}
    best = max(DELIMITERS, key=lambda sign: scores[sign])
    if scores[best] > (0, 0):
        return best
    return "" if _agreement(_split(lines, "")) > (0, 0) else ","


def _agreement(rows: list[list[str]]) -> tuple[int, int]:
    """How well the rows agree on their number of cells, in tenths, and that number."""
    counts = Counter(len(row) for row in rows)
    if not counts:
        return 0, 0
    cells, rows_with = counts.most_common(1)[0]
    if cells < 2 or rows_with * AGREE[1] < counts.total() * AGREE[0]:
        return 0, 0
    return rows_with * 10 // counts.total(), cells


def _split(lines: list[str], delimiter: str) -> list[list[str]]:
    if not delimiter.strip(" "):
        return [cells for line in lines if (cells := line.split())]
    try:
        rows = [row for row in csv.reader(lines, delimiter=delimiter) if row]
    except csv.Error:
        return []
    return rows[:-1] if len(lines) == SAMPLE and len(rows) > 1 else rows


def has_header(rows: list[list[str]]) -> bool:
    """Whether the first row names the columns: it holds known names, or nothing but words
    above rows with numbers or dates."""
    if not rows:
        return False
    first = [cell.strip() for cell in rows[0]]
    if first[0] == f"{NAMELESS}1":
        return True
    if any(_is_value(cell) for cell in first):
        return False
    known = any(field_of(cell) for cell in first)
    return known or any(_is_value(cell.strip()) for row in rows[1:20] for cell in row)


def _is_value(cell: str) -> bool:
    if not cell or len(cell) > 40:
        return False
    dates = DateReader("dmy", "UTC")
    number = to_micro(cell, ".") is not None or to_micro(cell, ",") is not None
    return number or "@" in cell or dates.instant(cell) is not None
