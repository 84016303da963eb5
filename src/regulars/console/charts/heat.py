"""Tinted tables: levels of a cohort table, columns that a phone leaves out."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext as _
from msgspec import Struct

from regulars.console.charts import axes
from regulars.console.charts.figures import HeatRow, HeatTable, Number
from regulars.words import formats

LEVELS = 6
KEPT_ON_PHONES = (0, 1, 2, 5, 8, 11, 17, 23)
FEW_COLUMNS = 5


class Cell(Struct, frozen=True, kw_only=True):
    """A cell as the template writes it."""

    text: str
    css: str


class Row(Struct, frozen=True, kw_only=True):
    label: str
    size: str
    cells: tuple[Cell, ...]
    note: str
    rest: int


class Head(Struct, frozen=True, kw_only=True):
    label: str
    css: str


class Heat(Struct, frozen=True, kw_only=True):
    """The whole table as the template writes it, with the words of its scale."""

    heads: tuple[Head, ...]
    rows: tuple[Row, ...]
    less: str
    more: str


def laid_out(figure: HeatTable, language: str) -> Heat:
    """Tints by equal steps between the smallest and the largest cell."""
    bounds = _bounds(figure)
    skipped = [_skipped(n, len(figure.columns)) for n in range(len(figure.columns))]
    return Heat(
        heads=tuple(
            Head(label=label, css=skip) for label, skip in zip(figure.columns, skipped, strict=True)
        ),
        rows=tuple(_row(figure, row, bounds, skipped, language) for row in figure.rows),
        less=_("fewer than %(value)s") % {"value": _words(figure, bounds[0], language)},
        more=_("%(value)s and more") % {"value": _words(figure, bounds[-1], language)},
    )


def _bounds(figure: HeatTable) -> list[Decimal]:
    """Where the second to the last tint begin."""
    known = [Decimal(cell) for row in figure.rows for cell in row.cells if cell is not None]
    whole = figure.unit != "share"
    marks = axes.ticks(known, from_zero=False, whole=whole, about=LEVELS)
    low, high = marks[0], marks[-1]
    return [low + (high - low) * n / LEVELS for n in range(1, LEVELS)]


def _skipped(n: int, columns: int) -> str:
    return "skip-s" if columns > FEW_COLUMNS and n not in KEPT_ON_PHONES else ""


def _row(
    figure: HeatTable, row: HeatRow, bounds: list[Decimal], skipped: Sequence[str], language: str
) -> Row:
    few = row.size < figure.few
    cells = tuple(
        Cell(
            text="" if value is None else _words(figure, value, language),
            css=f"{_tint(value, bounds, few=few)} {skip}".strip(),
        )
        for value, skip in zip(row.cells, skipped, strict=False)
    )
    return Row(
        label=row.label,
        size=formats.number(row.size, language),
        cells=() if row.note else cells,
        note=row.note,
        rest=len(figure.columns),
    )


def _tint(value: Number | None, bounds: Sequence[Decimal], *, few: bool) -> str:
    if value is None:
        return ""
    if few:
        return "few"
    return f"q{1 + sum(value >= bound for bound in bounds)}" if value else "q0"


def _words(figure: HeatTable, value: Number, language: str) -> str:
    if figure.unit == "share":
        return formats.number(Decimal(value) * 100, language, 0)
    return axes.show(figure, value, language, axis=True)
