"""One flat bar: what something is made of, the numbers written on it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from regulars.console.charts.axes import show, text_width
from regulars.console.charts.figures import FlatBar
from regulars.console.charts.svg import Box, Drawing, Point, Size, px

HALF = Size(css="wide", width=560, height=48)
SPAN = Size(css="wide span", width=1136, height=48)
NARROW = Size(css="narrow", width=340, height=48)
ON = {1: "on1", 2: "on2", 3: "on1", 4: "on1", 5: "on1", 6: "on2"}
THINNEST = Decimal(3)


def draw(figure: FlatBar, size: Size, language: str) -> Drawing:
    """The bar at one size. Needs a part above zero; the thinnest part stays visible."""
    drawing = Drawing(size)
    parts = [part for part in figure.parts if part.value > 0]
    total = sum((Decimal(part.value) for part in parts), Decimal(0))
    room = Decimal(size.width) - 2 * (len(parts) - 1)
    x = Decimal(0)
    for part in parts:
        width = max(room * Decimal(part.value) / total, THINNEST)
        words = show(figure, part.value, language, axis=True)
        box = Box(x=x, y=Decimal(4), width=width, height=Decimal(40))
        drawing.rect(f"f{part.colour}", box)
        if text_width(words) + 8 < width:
            middle = Point(x + width / 2, Decimal(29))
            drawing.text(words, middle, css=ON[part.colour], anchor="middle")
        drawing.rect("hit", box, tip=f"{part.label}: {show(figure, part.value, language)}")
        x += width + 2
    return drawing


def thin_bar(label: str, amounts: Sequence[int], classes: Sequence[str]) -> SafeString:
    """Parts of one whole as a bar without words, named by `label` for those who hear it."""
    total = sum(amounts) or 1
    x = Decimal(0)
    pieces = []
    for amount, css in zip(amounts, classes, strict=True):
        width = Decimal(1000) * amount / total
        pieces.append((css, px(x), px(width)))
        x += width
    marks = format_html_join("", '<rect class="{}" x="{}" y="0" width="{}" height="12"/>', pieces)
    return format_html(
        '<svg class="meter" viewBox="0 0 1000 12" preserveAspectRatio="none" role="img" '
        'aria-label="{}">{}</svg>',
        label,
        marks,
    )
