"""Lying bars one below the other: how much, and how sure."""

from __future__ import annotations

from decimal import Decimal

from regulars.console.charts.axes import show, text_width
from regulars.console.charts.figures import Level, Levels
from regulars.console.charts.svg import Box, Drawing, Point, Size

PITCH, THICK = 44, Decimal(26)
NARROW_PITCH = 56
WIDE, SPAN, NARROW = 560, 1136, 340
REST = "fline"
ROOM = Decimal(16)


def draw(figure: Levels, width: int, language: str) -> Drawing:
    """The bars at one width; on a narrow page labels stand above them."""
    narrow = width == NARROW
    pitch = NARROW_PITCH if narrow else PITCH
    css = "narrow" if narrow else "wide" if width == WIDE else "wide span"
    drawing = Drawing(Size(css=css, width=width, height=pitch * len(figure.levels) + 6))
    left = Decimal(0) if narrow else max(text_width(one.label) for one in figure.levels) + 12
    words = [show(figure, one.value, language, axis=True) for one in figure.levels]
    room = Decimal(width) - left - max(map(text_width, words)) - ROOM
    most = max((Decimal(one.high or one.value) for one in figure.levels), default=Decimal(0))
    most = max(most, *(Decimal(one.value) for one in figure.levels)) or Decimal(1)
    for number, (one, said) in enumerate(zip(figure.levels, words, strict=True)):
        top = Decimal(number * pitch + (22 if narrow else 8))
        bar = Box(x=left, y=top, width=room * Decimal(one.value) / most, height=THICK)
        _draw_bar(drawing, one, bar)
        end = bar.x + bar.width
        if one.low is not None and one.high is not None:
            ends = [left + room * Decimal(each) / most for each in (one.low, one.high)]
            _draw_range(drawing, ends[0], ends[1], top + THICK / 2)
            end = max(end, ends[1])
        drawing.text(said, Point(end + 8, top + 18), css="strong")
        label = Point(Decimal(0), top - 6) if narrow else Point(left - 10, top + 18)
        drawing.text(one.label, label, anchor="start" if narrow else "end")
        whole = Box(x=Decimal(0), y=top, width=Decimal(width), height=THICK)
        drawing.rect("hit", whole, radius=0, tip=tip(figure, one, language))
    return drawing


def tip(figure: Levels, one: Level, language: str) -> str:
    """What a bar says: its value, its part, its range."""
    lines = [f"{one.label}: {show(figure, one.value, language)}"]
    if one.part is not None:
        lines.append(f"{figure.part}: {show(figure, one.part, language)}")
    if one.low is not None and one.high is not None:
        lines.append(f"{figure.usual}: {range_words(figure, one, language)}")
    return "\n".join(lines)


def range_words(figure: Levels, one: Level, language: str) -> str:
    """The range of a bar; a dash where it has none."""
    if one.low is None or one.high is None:
        return "–"
    return f"{show(figure, one.low, language)}–{show(figure, one.high, language)}"


def _draw_bar(drawing: Drawing, one: Level, bar: Box) -> None:
    if one.part is None:
        drawing.rect(f"f{one.colour}", bar)
        return
    part = bar.width * Decimal(one.part) / Decimal(one.value) if one.value else Decimal(0)
    drawing.rect(REST, bar)
    if part:
        drawing.rect(f"f{one.colour}", Box(x=bar.x, y=bar.y, width=part, height=bar.height))


def _draw_range(drawing: Drawing, start: Decimal, end: Decimal, y: Decimal) -> None:
    drawing.path("mark", [Point(start, y), Point(end, y)])
    for x in (start, end):
        drawing.path("mark", [Point(x, y - 6), Point(x, y + 6)])
