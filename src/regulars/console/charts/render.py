"""A figure as the context of its template: pictures, legend, the same as a table."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.safestring import SafeString
from msgspec import Struct

from regulars.console.charts import bars, flat, heat, levels, lines
from regulars.console.charts.axes import show
from regulars.console.charts.figures import (
    AnyFigure,
    BarChart,
    FlatBar,
    Grid,
    HeatTable,
    Histogram,
    Levels,
    LineChart,
)

Drawn = LineChart | BarChart | Histogram | FlatBar | Levels


class Key(Struct, frozen=True, kw_only=True):
    """An entry of the legend: `mark` is line, box or band, drawn with `css`."""

    mark: str
    css: str
    label: str
    value: str = ""


class Table(Struct, frozen=True, kw_only=True):
    """The same as a table: the first cell of a row names it."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class Pictures(Struct, frozen=True, kw_only=True):
    wide: SafeString
    narrow: SafeString


def context(figure: AnyFigure, language: str) -> dict[str, object]:
    """What `console/charts/figure.html` shows."""
    if figure.empty:
        return {"figure": figure}
    if isinstance(figure, HeatTable):
        return {"figure": figure, "heat": heat.laid_out(figure, language)}
    if isinstance(figure, Grid):
        return {"figure": figure, "grid": True, "levels": range(7)}
    return {
        "figure": figure,
        "pictures": _pictures(figure, language),
        "legend": legend(figure, language),
        "table": table(figure, language),
    }


def _pictures(figure: Drawn, language: str) -> Pictures:
    if isinstance(figure, LineChart):
        large = lines.SPAN if figure.span else lines.HALF
        drawn = [lines.draw(figure, size, language) for size in (large, lines.NARROW)]
    elif isinstance(figure, Levels):
        widths = (levels.SPAN if figure.span else levels.WIDE, levels.NARROW)
        drawn = [levels.draw(figure, width, language) for width in widths]
    elif isinstance(figure, FlatBar):
        large = flat.SPAN if figure.span else flat.HALF
        drawn = [flat.draw(figure, size, language) for size in (large, flat.NARROW)]
    else:
        large = bars.SPAN if figure.span else bars.HALF
        drawn = [bars.draw(figure, size, language) for size in (large, bars.NARROW)]
    return Pictures(wide=drawn[0].svg(figure), narrow=drawn[1].svg(figure))


def legend(figure: Drawn, language: str) -> list[Key]:
    """What the marks mean; a single line or bar that the title names needs none."""
    if isinstance(figure, LineChart):
        return _line_keys(figure, language)
    if isinstance(figure, FlatBar):
        return [
            Key(
                mark="box",
                css=f"f{part.colour}",
                label=part.label,
                value=show(figure, part.value, language),
            )
            for part in figure.parts
        ]
    if isinstance(figure, BarChart):
        return _bar_keys(figure)
    return _level_keys(figure) if isinstance(figure, Levels) else []


def _level_keys(figure: Levels) -> list[Key]:
    keys = []
    if figure.part:
        keys.append(Key(mark="box", css=f"f{figure.levels[0].colour}", label=figure.part))
        keys.append(Key(mark="box", css=levels.REST, label=figure.rest))
    if figure.usual:
        keys.append(Key(mark="range", css="mark", label=figure.usual))
    return keys


def _line_keys(figure: LineChart, language: str) -> list[Key]:
    keys = [
        Key(
            mark="line",
            css=f"s{series.colour} {series.dash}".strip(),
            label=series.name,
            value=lines.last_words(figure, series, language) if lines.in_legend(figure) else "",
        )
        for series in figure.series
        if len(figure.series) > 1 or figure.band
    ]
    if figure.band:
        keys.append(Key(mark="band", css=f"f{figure.series[0].colour} band", label=figure.band))
    return keys


def _bar_keys(figure: BarChart) -> list[Key]:
    used = {bar.tone for bar in figure.bars}
    names = list(zip(bars.PARTS, figure.parts, strict=False)) or [("f1", figure.series)]
    names += [(bars.TONES[tone], label) for tone, label in figure.tones.items() if tone in used]
    keys = [Key(mark="box", css=css, label=label) for css, label in names]
    if figure.usual:
        keys.append(Key(mark="band", css="f6 usual", label=figure.usual))
    return keys if len(keys) > 1 else []


def table(figure: Drawn, language: str) -> Table:
    """All values of a drawn figure, in words and figures of `language`."""
    if isinstance(figure, LineChart):
        return _line_table(figure, language)
    if isinstance(figure, FlatBar):
        rows = [(part.label, show(figure, part.value, language)) for part in figure.parts]
        return Table(heads=(figure.axis, figure.series), rows=tuple(rows))
    if isinstance(figure, Levels):
        return _level_table(figure, language)
    return _bar_table(figure, language)


def _level_table(figure: Levels, language: str) -> Table:
    heads = [figure.axis, figure.series]
    heads += [figure.part] if figure.part else []
    heads += [figure.usual] if figure.usual else []
    rows = []
    for one in figure.levels:
        row = [one.label, show(figure, one.value, language)]
        row += [show(figure, one.part, language)] if figure.part else []
        row += [levels.range_words(figure, one, language)] if figure.usual else []
        rows.append(row)
    return Table(heads=tuple(heads), rows=_frozen(rows))


def _line_table(figure: LineChart, language: str) -> Table:
    labels = figure.long_labels or figure.labels
    return Table(
        heads=(figure.axis, *(series.name for series in figure.series)),
        rows=tuple(
            (label, *(lines.with_range(figure, series, n, language) for series in figure.series))
            for n, label in enumerate(labels)
        ),
    )


def _bar_table(figure: BarChart | Histogram, language: str) -> Table:
    heads = [figure.axis, figure.series]
    rows = [[b.long_label or b.label, show(figure, b.value, language)] for b in figure.bars]
    if isinstance(figure, BarChart):
        heads += [*figure.parts, *([figure.usual] if figure.usual else [])]
        for row, bar in zip(rows, figure.bars, strict=True):
            row += [show(figure, part, language) for part in bar.parts]
            row += [bars.usual_words(figure, bar, language)] if figure.usual else []
    return Table(heads=tuple(heads), rows=_frozen(rows))


def _frozen(rows: Sequence[Sequence[str]]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(row) for row in rows)
