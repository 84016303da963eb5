"""Lines over time, with ranges as pale bands and their names at their ends."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from regulars.console.charts import axes
from regulars.console.charts.axes import show, text_width
from regulars.console.charts.figures import LineChart, Number, Series
from regulars.console.charts.frame import BELOW, Frame, axis_of, draw_axis, draw_labels, frame
from regulars.console.charts.svg import Box, Drawing, Point, Size

GAP = Decimal(17)
HALF = Size(css="wide", width=560, height=340)
SPAN = Size(css="wide span", width=1136, height=340)
NARROW = Size(css="narrow", width=340, height=250)


def draw(figure: LineChart, size: Size, language: str) -> Drawing:
    """The chart at one size. Needs at least one point and one value."""
    drawing = Drawing(size)
    axis = axis_of(figure, _all_values(figure), language, from_zero=figure.from_zero, about=4)
    ends = [_end(figure, series, language) for series in figure.series]
    spare = Decimal(12) if size.narrow else max(map(text_width, ends)) + 18
    area = frame(size, axis, spare)
    places = _places(area, len(figure.labels))
    draw_axis(drawing, area, axis)
    draw_labels(drawing, area, figure.labels, places)
    for series in figure.series:
        _draw_band(drawing, area, series, places)
    for series in figure.series:
        _draw_line(drawing, area, series, places)
    _draw_ends(drawing, area, figure, ends)
    _draw_hits(drawing, area, places, tips(figure, language))
    return drawing


def tips(figure: LineChart, language: str) -> list[str]:
    """What each point says: its label, then every line's value with its range."""
    labels = figure.long_labels or figure.labels
    return [
        "\n".join([label, *(value_words(figure, series, n, language) for series in figure.series)])
        for n, label in enumerate(labels)
    ]


def value_words(figure: LineChart, series: Series, n: int, language: str) -> str:
    name = f"{series.end or series.name}: " if len(figure.series) > 1 else ""
    return name + with_range(figure, series, n, language)


def with_range(figure: LineChart, series: Series, n: int, language: str) -> str:
    """A value, with its range in brackets where there is one."""
    value = show(figure, series.values[n], language)
    if not series.low or series.low[n] is None:
        return value
    low, high = (show(figure, side[n], language) for side in (series.low, series.high))
    return f"{value} ({low}–{high})"


def _all_values(figure: LineChart) -> list[Number]:
    rows = [side for s in figure.series for side in (s.values, s.low, s.high)]
    return [value for row in rows for value in row if value is not None]


def _places(area: Frame, count: int) -> list[Decimal]:
    if count == 1:
        return [area.left + area.width / 2]
    return [area.left + area.width * n / (count - 1) for n in range(count)]


def _points(
    area: Frame, values: Sequence[Number | None], places: Sequence[Decimal]
) -> list[list[Point]]:
    """The stretches of known values: a gap in the data is a gap in the line."""
    stretches: list[list[Point]] = [[]]
    for value, x in zip(values, places, strict=True):
        if value is None:
            stretches.append([])
        else:
            stretches[-1].append(Point(x, area.values.at(value)))
    return [stretch for stretch in stretches if stretch]


def _draw_band(drawing: Drawing, area: Frame, series: Series, places: Sequence[Decimal]) -> None:
    uppers = _points(area, series.high, places[: len(series.high)])
    lowers = _points(area, series.low, places[: len(series.low)])
    for upper, lower in zip(uppers, lowers, strict=True):
        drawing.path(f"f{series.colour} band", [*upper, *reversed(lower)], closed=True)


def _draw_line(drawing: Drawing, area: Frame, series: Series, places: Sequence[Decimal]) -> None:
    css = f"line s{series.colour} {series.dash}".strip()
    for stretch in _points(area, series.values, places):
        if len(stretch) == 1:
            drawing.ring(f"s{series.colour}", stretch[0])
        else:
            drawing.path(css, stretch)


def _end(figure: LineChart, series: Series, language: str) -> str:
    value = last_words(figure, series, language)
    name = series.end or (series.name if len(figure.series) > 1 else "")
    return f"{name} {value}".strip()


def last_words(figure: LineChart, series: Series, language: str) -> str:
    return show(figure, _last(series), language, axis=True)


def _last(series: Series) -> Number | None:
    return next((value for value in reversed(series.values) if value is not None), None)


def in_legend(figure: LineChart) -> bool:
    """Whether a phone has no room for names at the ends: then the legend says the last values."""
    return len(figure.series) > 2


def _draw_ends(drawing: Drawing, area: Frame, figure: LineChart, ends: Sequence[str]) -> None:
    shown = [n for n, series in enumerate(figure.series) if _last(series) is not None]
    spots = [_end_spot(area, figure.series[n]) for n in shown]
    lift = -12 if drawing.size.narrow else 4
    rows = axes.apart([spot.y + lift for spot in spots], GAP, area.bottom)
    for n, spot, y in zip(shown, spots, rows, strict=True):
        colour = figure.series[n].colour
        drawing.ring(f"s{colour}", spot)
        css = f"t{colour} strong"
        if drawing.size.narrow and in_legend(figure):
            continue
        if drawing.size.narrow:
            drawing.text(ends[n], Point(area.right, y), css=css, anchor="end")
        else:
            drawing.text(ends[n], Point(area.right + 10, y), css=css)


def _end_spot(area: Frame, series: Series) -> Point:
    places = _places(area, len(series.values))
    n = max(n for n, value in enumerate(series.values) if value is not None)
    return Point(places[n], area.values.at(series.values[n] or 0))


def _draw_hits(
    drawing: Drawing, area: Frame, places: Sequence[Decimal], words: Sequence[str]
) -> None:
    pitch = area.width / max(len(places) - 1, 1)
    height = drawing.size.height - BELOW - 10
    for x, tip in zip(places, words, strict=True):
        box = Box(x=x - pitch / 2, y=Decimal(10), width=pitch, height=height)
        drawing.rect("hit", box, radius=0, tip=tip)
