"""The ground of a drawing: plot area, value axis with its grid, labels below."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from msgspec import Struct

from regulars.console.charts.axes import Scale, show, text_width, thinned, ticks
from regulars.console.charts.figures import Figure, Number
from regulars.console.charts.svg import Drawing, Point, Size

TOP = Decimal(24)
BELOW = Decimal(26)
GAP = Decimal(2)
"""Pixels between two labels, whose width is never taken for less than it is."""


class Axis(Struct, frozen=True, kw_only=True):
    """The values that get a line, their words, and the highest value to be drawn."""

    marks: tuple[Decimal, ...]
    words: tuple[str, ...]
    highest: Decimal


class Frame(Struct, frozen=True, kw_only=True):
    """Where things stand: pixels of the plot's edges and the scale of its values."""

    left: Decimal
    right: Decimal
    bottom: Decimal
    values: Scale

    @property
    def width(self) -> Decimal:
        return self.right - self.left


def frame(size: Size, axis: Axis, spare: Decimal) -> Frame:
    """The frame of a drawing: room for the tick labels at the left, `spare` pixels at the right."""
    left = max((text_width(word) for word in axis.words), default=Decimal(0)) + 14
    bottom = Decimal(size.height) - BELOW
    scale = Scale(axis.marks[0], max(axis.marks[-1], axis.highest), bottom, TOP)
    return Frame(left=left, right=size.width - spare, bottom=bottom, values=scale)


def draw_axis(drawing: Drawing, area: Frame, axis: Axis) -> None:
    """The base line, the grid lines and their values."""
    for word, mark in zip(axis.words, axis.marks, strict=True):
        y = area.values.at(mark)
        base = mark == (0 if axis.marks[0] < 0 else axis.marks[0])
        drawing.path("base" if base else "gridline", [Point(area.left, y), Point(area.right, y)])
        drawing.text(word, Point(area.left - 8, y + 4), anchor="end")


def draw_labels(
    drawing: Drawing, area: Frame, labels: Sequence[str], places: Sequence[Decimal]
) -> None:
    """The labels below their places, thinned out, kept inside the picture."""
    pitch = (places[-1] - places[0]) / (len(places) - 1) if len(places) > 1 else area.width
    shown: list[tuple[int, str]] = []
    free_until = drawing.size.width + GAP
    for n in reversed(thinned(labels, pitch)):
        anchor, left = _anchored(places[n], text_width(labels[n]), drawing.size.width)
        # The last label grows to the left instead of out of the picture: its neighbour gives way.
        if left + text_width(labels[n]) + GAP <= free_until:
            shown.append((n, anchor))
            free_until = left
    for n, anchor in reversed(shown):
        drawing.text(labels[n], Point(places[n], area.bottom + 20), anchor=anchor)


def _anchored(place: Decimal, wide: Decimal, room: int) -> tuple[str, Decimal]:
    """How a label is tied to its place so that it stays in the picture, and where it begins."""
    if place + wide / 2 > room:
        return "end", place - wide
    if place - wide / 2 < 0:
        return "start", place
    return "middle", place - wide / 2


def axis_of(
    figure: Figure, values: Sequence[Number], language: str, *, from_zero: bool, about: int
) -> Axis:
    """The value axis of `figure`, with about so many steps."""
    marks = ticks(values, from_zero=from_zero, whole=figure.unit != "share", about=about)
    words = tuple(show(figure, mark, language, axis=True) for mark in marks)
    return Axis(marks=tuple(marks), words=words, highest=Decimal(max(values, default=0)))
