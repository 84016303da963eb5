"""Pictures: they name themselves, keep inside their box, say every value, and need no style."""

from __future__ import annotations

import re
from decimal import Decimal
from xml.etree import ElementTree

import figure_samples as samples
import pytest
from django.template import engines
from django.test import RequestFactory
from msgspec.structs import replace

from regulars.console.charts import axes, bars, flat, heat, lines
from regulars.console.charts.figures import AnyFigure, Bar, Part, Series

SVG = "{http://www.w3.org/2000/svg}"
EACH = pytest.mark.parametrize("figure", samples.ALL, ids=lambda figure: figure.key)
DRAWN = pytest.mark.parametrize(
    "figure",
    [
        samples.LINES,
        samples.REVENUE,
        samples.BARS,
        samples.STACKED,
        samples.SPREAD,
        samples.OWED,
        samples.ENDING,
    ],
)


def rendered(figure: AnyFigure) -> str:
    template = engines["console"].from_string("{% chart figure %}")
    return template.render({"figure": figure}, RequestFactory().get("/"))


def pictures(html: str) -> list[ElementTree.Element]:
    found = re.findall(r'<svg class="(?:wide|narrow).*?</svg>', html, re.DOTALL)
    return [
        ElementTree.fromstring(svg.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1))
        for svg in found
    ]


@EACH
def test_every_figure_renders_without_inline_code(figure: AnyFigure) -> None:
    html = rendered(figure)
    assert figure.title in html
    assert " style=" not in html
    assert "<script" not in html
    assert " onclick" not in html
    assert len(re.findall(r' id="([^"]+)"', html)) == len(set(re.findall(r' id="([^"]+)"', html)))


@DRAWN
def test_a_picture_is_drawn_wide_and_narrow_and_names_itself(figure: AnyFigure) -> None:
    html = rendered(figure)
    wide, narrow = pictures(html)
    for svg in (wide, narrow):
        title, desc = svg.find(f"{SVG}title"), svg.find(f"{SVG}desc")
        assert title is not None
        assert desc is not None
        assert title.text == (figure.name or figure.title)
        assert svg.get("aria-labelledby") == f"{title.get('id')} {desc.get('id')}"
    assert int((wide.get("viewBox") or "").split()[2]) > int(
        (narrow.get("viewBox") or "").split()[2]
    )


@DRAWN
def test_words_keep_inside_the_picture_and_off_each_other(figure: AnyFigure) -> None:
    for svg in pictures(rendered(figure)):
        width = Decimal((svg.get("viewBox") or "").split()[2])
        spans = [span_of(text) for text in svg.iter(f"{SVG}text")]
        for n, (row, left, right) in enumerate(spans):
            assert left >= -4
            assert right <= width + 4
            for other_row, other_left, other_right in spans[:n]:
                same_row = abs(row - other_row) < 12
                assert not (same_row and left < other_right and other_left < right)


def span_of(text: ElementTree.Element) -> tuple[Decimal, Decimal, Decimal]:
    """Row, left and right edge of a text, at the measured mean width of its letters."""
    x, y = Decimal(text.get("x", "0")), Decimal(text.get("y", "0"))
    width = Decimal("6.2") * len(text.text or "")
    left = {"start": x, "middle": x - width / 2, "end": x - width}[text.get("text-anchor", "start")]
    return y, left, left + width


def test_every_value_is_in_the_table() -> None:
    html = rendered(samples.BARS)
    table = html[html.index("<tbody>") : html.index("</tbody>")]
    for bar in samples.BARS.bars:
        assert f">{bar.value}<" in table
        assert f">{bar.low}–{bar.high}<" in table


def test_what_points_say_is_at_hand_without_a_script() -> None:
    wide = pictures(rendered(samples.LINES))[0]
    tips = [title.text for hit in wide.iter(f"{SVG}rect") for title in hit]
    assert len(tips) == len(samples.MONTHS)
    assert tips[-1] == "Nov 2026\nCafé: 50\xa0% (48\xa0%–53\xa0%)\nShop: 30\xa0% (27\xa0%–34\xa0%)"


def test_names_from_outside_are_escaped() -> None:
    nasty = '"><script>alert(1)</script>'
    bar = Bar(label=nasty, long_label=nasty, value=3, marked=True)
    html = rendered(replace(samples.BARS, title=nasty, description=nasty, bars=(bar,)))
    assert "<script" not in html


def test_a_gap_in_the_data_is_a_gap_in_the_line() -> None:
    drawing = lines.draw(samples.REVENUE, lines.HALF, "en").svg(samples.REVENUE)
    assert drawing.count('class="line s2 dash"') == 2


def test_a_single_point_or_bar_can_be_drawn() -> None:
    one = Series(name="Café", values=(Decimal("0.5"),))
    figure = replace(samples.LINES, labels=("Dec",), long_labels=(), series=(one,), band="")
    assert "ring s1" in lines.draw(figure, lines.NARROW, "en").svg(figure)
    empty = replace(samples.BARS, bars=(Bar(label="Mon", value=0),))
    assert "f1" in bars.draw(empty, bars.HALF, "de").svg(empty)


def test_a_flat_bar_leaves_out_nothing_and_writes_what_fits() -> None:
    svg = flat.draw(samples.FLAT, flat.HALF, "de").svg(samples.FLAT)
    assert "116.400\xa0€" in svg
    assert ">900\xa0€<" not in svg
    nothing = replace(samples.FLAT, parts=(Part(label="x", value=0),))
    assert "rect" not in flat.draw(nothing, flat.HALF, "en").svg(nothing)


def test_cells_are_tinted_from_little_to_much() -> None:
    table = heat.laid_out(samples.HEAT, "en")
    by_value = sorted(
        (int(cell.text), cell.css.split()[0])
        for row in table.rows
        for cell in row.cells
        if cell.text and "few" not in cell.css
    )
    tints = [css for _value, css in by_value]
    assert tints == sorted(tints)
    assert {tints[0], tints[-1]} <= {f"q{n}" for n in range(1, 7)}
    assert [head.css for head in table.heads[:4]] == ["", "", "", "skip-s"]
    assert table.rows[-1].note == "too early to say"


@pytest.mark.parametrize(
    ("values", "from_zero", "whole", "expected"),
    [
        ((0, 205), True, True, [0, 100, 200]),
        ((3,), True, True, [0, 1, 2, 3]),
        ((0,), True, True, [0, 1]),
        ((1_416_000,), True, True, [0, 500_000, 1_000_000, 1_500_000]),
        ((-40, 80), True, True, [-50, 0, 50, 100]),
        ((Decimal("0.27"), Decimal("0.53")), False, False, ["0.2", "0.3", "0.4", "0.5"]),
        ((Decimal("0.5"),), False, False, ["0.500", "0.525", "0.550", "0.575", "0.600"]),
        ((), True, True, [0, 1]),
    ],
)
def test_ticks_are_round(
    values: tuple[int | Decimal, ...], from_zero: bool, whole: bool, expected: list[int | str]
) -> None:
    marks = axes.ticks(values, from_zero=from_zero, whole=whole)
    assert marks == [Decimal(mark) for mark in expected]


@pytest.mark.parametrize(
    ("count", "pitch", "kept"), [(12, 40, 12), (12, 20, 6), (24, 12, 8), (60, 5, 10), (1, 300, 1)]
)
def test_labels_are_thinned_so_that_they_fit(count: int, pitch: int, kept: int) -> None:
    shown = axes.thinned(["Nov"] * count, Decimal(pitch))
    assert len(shown) == kept
    assert shown[-1] == count - 1


def test_labels_at_the_ends_of_lines_are_pushed_apart() -> None:
    places = [Decimal(100), Decimal(98), Decimal(240)]
    moved = axes.apart(places, Decimal(17), Decimal(230))
    assert moved == [Decimal(115), Decimal(98), Decimal(230)]


@pytest.mark.parametrize("count", range(8, 31))
def test_the_last_label_covers_no_neighbour_where_it_grows_to_the_left(count: int) -> None:
    labels = (*["Aug"] * count, "22. Nov.")
    series = (Series(name="Umsatz", values=tuple(Decimal(n) for n in range(count + 1))),)
    figure = replace(samples.LINES, labels=labels, long_labels=labels, series=series)
    narrow = next(svg for svg in pictures(rendered(figure)) if svg.get("class") == "narrow")
    words = [text for text in narrow.iter(f"{SVG}text") if text.text in labels]
    last, before = words[-1], words[-2]
    begins = Decimal(last.get("x", "0")) - axes.text_width("22. Nov.")
    assert last.get("text-anchor") == "end"
    assert Decimal(before.get("x", "0")) + axes.text_width("Aug") / 2 <= begins


def test_lying_bars_say_their_part_and_their_range() -> None:
    html = rendered(samples.OWED)
    assert "€2,957.00–€3,557.00" in html
    assert 'class="mark"' in html
    html = rendered(samples.ENDING)
    assert "Likely used: 1,640" in html
