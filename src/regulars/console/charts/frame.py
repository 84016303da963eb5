"""The ground of a drawing: plot area, value axis with its grid, labels below."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from msgspec import Struct

from regulars.console.charts.axes import Scale, show, text_width, thinned
from regulars.console.charts.figures import Figure
from regulars.console.charts.svg import Drawing, Point, Size

TOP = Decimal(24)
BELOW = Decimal(26)


class Frame(Struct, frozen=True, kw_only=True):
    """Where things stand: pixels of the plot's edges and the scale of its values."""

    left: Decimal
    right: Decimal
    bottom: Decimal
    values: Scale

    @property
    def width(self) -> Decimal:
        return self.right - self.left


def frame(size: Size, tick_words: Sequence[str], marks: Sequence[Decimal], spare: Decimal) -> Frame:
    """The frame of a drawing: room for the tick labels at the left, `spare` pixels at the right."""
    left = max((text_width(word) for word in tick_words), default=Decimal(0)) + 14
    bottom = size.height - BELOW
    scale = Scale(marks[0], marks[-1], Decimal(bottom), TOP)
    return Frame(left=left, right=size.width - spare, bottom=Decimal(bottom), values=scale)


def draw_axis(
    drawing: Drawing, area: Frame, words: Sequence[str], marks: Sequence[Decimal]
) -> None:
    """The base line, the grid lines and their values."""
    for word, mark in zip(words, marks, strict=True):
        y = area.values.at(mark)
        base = mark == (0 if marks[0] < 0 else marks[0])
        drawing.path("base" if base else "gridline", [Point(area.left, y), Point(area.right, y)])
        drawing.text(word, Point(area.left - 8, y + 4), anchor="end")


def draw_labels(
    drawing: Drawing, area: Frame, labels: Sequence[str], places: Sequence[Decimal]
) -> None:
    """The labels below their places, thinned out, kept inside the picture."""
    pitch = (places[-1] - places[0]) / (len(places) - 1) if len(places) > 1 else area.width
    for n in thinned(labels, pitch):
        half = text_width(labels[n]) / 2
        anchor = "middle"
        if places[n] + half > drawing.size.width:
            anchor = "end"
        elif places[n] - half < 0:
            anchor = "start"
        drawing.text(labels[n], Point(places[n], area.bottom + 20), anchor=anchor)


def tick_words(figure: Figure, marks: Sequence[Decimal], language: str) -> list[str]:
    return [show(figure, mark, language, axis=True) for mark in marks]
