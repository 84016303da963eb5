"""What a picture shows, as values: no markup, no language, no geometry.

Values are whole numbers, fractions of one (`unit="share"`), smallest units of money
(`unit="money"` with its currency) or decimals. A missing value is None. All words are given in
the reader's language; the title says the finding.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from msgspec import Struct

Number = int | Decimal
Unit = Literal["number", "share", "money"]
Dash = Literal["", "dash", "dots"]
Tone = Literal["", "low", "high", "quiet"]


class Note(Struct, frozen=True, kw_only=True):
    """One line of "What counts": who, when, what is left out."""

    term: str
    text: str


class Figure(Struct, frozen=True, kw_only=True):
    """What every picture has.

    `key` is unique on the page; `title` is the finding, `caption` what is measured; `name` and
    `description` are read by screen readers: what it is, and the finding with its numbers.
    `empty` says why there is nothing to draw and what to do; it takes the place of the picture.
    """

    key: str
    title: str
    caption: str = ""
    name: str = ""
    description: str = ""
    unit: Unit = "number"
    currency: str = ""
    decimals: int = 0
    counts: tuple[Note, ...] = ()
    csv_url: str = ""
    empty: str = ""
    span: bool = False  # as wide as the page, not half of it


class Series(Struct, frozen=True, kw_only=True):
    """One line: its name in the legend, a short one at its end, its values, perhaps a range."""

    name: str
    values: tuple[Number | None, ...]
    end: str = ""
    low: tuple[Number | None, ...] = ()
    high: tuple[Number | None, ...] = ()
    colour: int = 1
    dash: Dash = ""


class LineChart(Figure, frozen=True, kw_only=True):
    """Is it getting better? At most four lines over the same points.

    `labels` stand under the points (thinned out where they would collide), `long_labels` in the
    tooltip and the table; `band` names the pale range in the legend; `axis` heads the table.
    """

    labels: tuple[str, ...]
    series: tuple[Series, ...]
    long_labels: tuple[str, ...] = ()
    axis: str = ""
    band: str = ""
    from_zero: bool = True


class Bar(Struct, frozen=True, kw_only=True):
    """One bar: its value, its usual range, and whether it stands out and carries its number.

    `parts` divide it from the bottom up, in the order of the chart's `parts`.
    """

    label: str
    value: Number
    long_label: str = ""
    low: Number | None = None
    high: Number | None = None
    tone: Tone = ""
    marked: bool = False
    parts: tuple[Number, ...] = ()


class BarChart(Figure, frozen=True, kw_only=True):
    """Was this day unusual? Bars from zero, before their usual range.

    `series` names the bars, `usual` the range, `tones` what a changed colour means; on a phone
    only the last `narrow` bars are drawn.
    """

    bars: tuple[Bar, ...]
    series: str
    axis: str = ""
    usual: str = ""
    tones: dict[Tone, str] = {}
    parts: tuple[str, ...] = ()
    narrow: int = 12


class Histogram(Figure, frozen=True, kw_only=True):
    """How is it spread? Bars that touch; a dashed line at `marker`, counted in bars from the left
    (2.5 is the middle of the third), with its label."""

    bars: tuple[Bar, ...]
    series: str
    axis: str = ""
    marker: Number | None = None
    marker_label: str = ""


class Level(Struct, frozen=True, kw_only=True):
    """A lying bar: its label, its value, of which `part` comes first in a colour of its own, and
    the range in which the value lies. `colour` is that of the bar, or of its part."""

    label: str
    value: Number
    part: Number | None = None
    low: Number | None = None
    high: Number | None = None
    colour: int = 1


class Levels(Figure, frozen=True, kw_only=True):
    """How much, and how sure? Lying bars, one below the other, their numbers written.

    `series` says what they count; `part` and `rest` name the two pieces of divided bars, `usual`
    the mark of a range.
    """

    levels: tuple[Level, ...]
    series: str
    axis: str = ""
    part: str = ""
    rest: str = ""
    usual: str = ""


class Part(Struct, frozen=True, kw_only=True):
    """A piece of one whole."""

    label: str
    value: Number
    colour: int = 1


class FlatBar(Figure, frozen=True, kw_only=True):
    """What is it made of? One flat bar, the numbers written; `series` says what they count."""

    parts: tuple[Part, ...]
    series: str
    axis: str = ""


class HeatRow(Struct, frozen=True, kw_only=True):
    """One group growing older: its size and a value for each column, None where not yet known.

    `note` stands in place of the cells ("too early to say").
    """

    label: str
    size: int
    cells: tuple[Number | None, ...]
    note: str = ""


class HeatTable(Figure, frozen=True, kw_only=True):
    """Do newcomers stay? Tinted cells; shares are written as so many of 100.

    `row_label` heads the first column, `size_label` the second, `across` says what the columns
    count; a group smaller than `few` is written without tint.
    """

    columns: tuple[str, ...]
    rows: tuple[HeatRow, ...]
    row_label: str
    size_label: str
    across: str
    hint: str = ""
    few: int = 0


class GridCell(Struct, frozen=True, kw_only=True):
    """One field of a grid: a count, the group's name, the list it leads to, its tint 0 to 6."""

    value: int
    level: int
    label: str = ""
    url: str = ""


class GridRow(Struct, frozen=True, kw_only=True):
    label: str
    cells: tuple[GridCell, ...]


class Grid(Figure, frozen=True, kw_only=True):
    """Where does everybody stand? Fields that lead to their people.

    `less` and `more` name the ends of the tint.
    """

    columns: tuple[str, ...]
    rows: tuple[GridRow, ...]
    row_label: str
    across: str
    less: str = ""
    more: str = ""


AnyFigure = LineChart | BarChart | Histogram | FlatBar | Levels | HeatTable | Grid
