"""Bars: before their usual range, divided into parts, or touching as a histogram."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from msgspec.structs import replace

from regulars.console.charts.axes import show
from regulars.console.charts.figures import Bar, BarChart, Histogram, Number
from regulars.console.charts.frame import (
    BELOW,
    TOP,
    Frame,
    axis_of,
    draw_axis,
    draw_labels,
    frame,
)
from regulars.console.charts.svg import Box, Drawing, Point, Size

HALF = Size(css="wide", width=560, height=290)
SPAN = Size(css="wide span", width=1136, height=290)
NARROW = Size(css="narrow", width=340, height=220)
TONES = {"": "f1", "low": "f2", "high": "f3", "quiet": "f6"}
PARTS = ("f1", "f2", "f3", "f4", "f5", "f6")
WIDEST = Decimal(44)


def draw(figure: BarChart | Histogram, size: Size, language: str) -> Drawing:
    """The chart at one size. Needs at least one bar."""
    drawing = Drawing(size)
    bars = figure.bars
    if isinstance(figure, BarChart) and size.narrow:
        bars = bars[-figure.narrow :]
    axis = axis_of(figure, _all_values(bars), language, from_zero=True, about=4)
    area = frame(size, axis, Decimal(6))
    pitch = area.width / len(bars)
    places = [area.left + pitch * n + pitch / 2 for n in range(len(bars))]
    draw_axis(drawing, area, axis)
    draw_labels(drawing, area, [bar.label for bar in bars], places)
    touching = isinstance(figure, Histogram)
    for bar, x in zip(bars, places, strict=True):
        _draw_bar(drawing, area, bar, _slot(x, pitch, touching=touching))
        if bar.marked:
            _draw_number(
                drawing, area, bar, Point(x, Decimal(0)), show(figure, bar.value, language)
            )
    if isinstance(figure, Histogram):
        _draw_marker(drawing, area, figure, pitch)
    for bar, x in zip(bars, places, strict=True):
        box = Box(
            x=x - pitch / 2, y=Decimal(10), width=pitch, height=Decimal(size.height) - BELOW - 10
        )
        drawing.rect("hit", box, radius=0, tip=tip(figure, bar, language))
    return drawing


def tip(figure: BarChart | Histogram, bar: Bar, language: str) -> str:
    """What a bar says: its label, its value, its parts or its usual range."""
    lines = [bar.long_label or bar.label, f"{figure.series}: {show(figure, bar.value, language)}"]
    if isinstance(figure, BarChart):
        lines += [
            f"{name}: {show(figure, part, language)}"
            for name, part in zip(figure.parts, bar.parts, strict=False)
        ]
        if bar.low is not None and bar.high is not None:
            lines.append(f"{figure.usual}: {usual_words(figure, bar, language)}")
    return "\n".join(lines)


def usual_words(figure: BarChart, bar: Bar, language: str) -> str:
    if bar.low is None or bar.high is None:
        return "–"
    return f"{show(figure, bar.low, language)}–{show(figure, bar.high, language)}"


def _all_values(bars: Sequence[Bar]) -> list[Number]:
    return [v for bar in bars for v in (bar.value, bar.low, bar.high) if v is not None]


def _slot(x: Decimal, pitch: Decimal, *, touching: bool) -> Box:
    """The width that a bar takes at its place; its usual range is twice as wide."""
    width = pitch - 1 if touching else min(pitch * Decimal("0.4"), WIDEST)
    return Box(x=x - width / 2, y=Decimal(0), width=width, height=Decimal(0))


def _draw_bar(drawing: Drawing, area: Frame, bar: Bar, slot: Box) -> None:
    if bar.low is not None and bar.high is not None:
        wide = replace(slot, x=slot.x - slot.width / 2, width=slot.width * 2)
        drawing.rect("f6 usual", _upright(area, wide, bar.low, bar.high))
    if not bar.parts:
        drawing.rect(TONES[bar.tone], _upright(area, slot, 0, bar.value))
        return
    below: Number = 0
    for css, part in zip(PARTS, bar.parts, strict=False):
        drawing.rect(css, _upright(area, slot, below, below + part), radius=1)
        below += part


def _upright(area: Frame, slot: Box, low: Number, high: Number) -> Box:
    ends = area.values.at(low), area.values.at(high)
    return replace(slot, y=min(ends), height=abs(ends[0] - ends[1]))


def _draw_number(drawing: Drawing, area: Frame, bar: Bar, at: Point, words: str) -> None:
    top = max(v for v in (bar.value, bar.high) if v is not None)
    y = max(area.values.at(top) - 7, Decimal(12))
    drawing.text(words, Point(at.x, y), css="strong", anchor="middle")


def _draw_marker(drawing: Drawing, area: Frame, figure: Histogram, pitch: Decimal) -> None:
    if figure.marker is None:
        return
    x = area.left + pitch * Decimal(figure.marker)
    drawing.path("rule", [Point(x, TOP - 8), Point(x, area.bottom)])
    right = x > area.left + area.width / 2
    side = Point(x - 6 if right else x + 6, TOP - 8)
    drawing.text(figure.marker_label, side, css="strong", anchor="end" if right else "start")
