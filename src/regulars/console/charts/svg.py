"""A drawing in the making: a few kinds of marks, escaped, in one box with its name."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from msgspec import Struct

from regulars.console.charts.figures import Figure


class Point(Struct, frozen=True):
    x: Decimal
    y: Decimal


class Box(Struct, frozen=True, kw_only=True):
    """A rectangle in pixels."""

    x: Decimal
    y: Decimal
    width: Decimal
    height: Decimal


class Size(Struct, frozen=True, kw_only=True):
    """A version of the drawing: for a wide or a narrow page, and the half or all of it."""

    css: str
    width: int
    height: int

    @property
    def narrow(self) -> bool:
        return self.css == "narrow"


def px(value: Decimal | int) -> str:
    """Pixels with one decimal, as SVG writes them."""
    return f"{Decimal(value):.1f}".removesuffix(".0")


class Drawing:
    """Collects marks; `svg()` puts them into their box."""

    def __init__(self, size: Size) -> None:
        self.size = size
        self._marks: list[str] = []

    def path(self, css: str, points: Sequence[Point], *, closed: bool = False) -> None:
        way = "L".join(f"{px(point.x)} {px(point.y)}" for point in points)
        self._marks.append(f'<path class="{css}" d="M{way}{"Z" if closed else ""}"/>')

    def rect(self, css: str, box: Box, *, radius: int = 2, tip: str = "") -> None:
        inside = f"><title>{escape(tip)}</title></rect>" if tip else "/>"
        self._marks.append(
            f'<rect class="{css}" x="{px(box.x)}" y="{px(box.y)}" width="{px(box.width)}" '
            f'height="{px(box.height)}" rx="{radius}"{inside}'
        )

    def ring(self, css: str, at: Point) -> None:
        self._marks.append(f'<circle class="ring {css}" cx="{px(at.x)}" cy="{px(at.y)}" r="4"/>')

    def text(self, words: str, at: Point, *, css: str = "", anchor: str = "start") -> None:
        kind = f' class="{css}"' if css else ""
        self._marks.append(
            f'<text{kind} x="{px(at.x)}" y="{px(at.y)}" text-anchor="{anchor}">'
            f"{escape(words)}</text>"
        )

    def svg(self, figure: Figure) -> SafeString:
        """The finished picture, named for those who hear it."""
        key = f"{figure.key}-{'n' if self.size.narrow else 'w'}"
        width, height = self.size.width, self.size.height
        return mark_safe(  # noqa: S308 - every mark above is escaped
            f'<svg class="{self.size.css}" viewBox="0 0 {width} {height}" role="img" '
            f'aria-labelledby="{escape(key)}t {escape(key)}d">'
            f'<title id="{escape(key)}t">{escape(figure.name or figure.title)}</title>'
            f'<desc id="{escape(key)}d">{escape(figure.description)}</desc>'
            f"{''.join(self._marks)}</svg>"
        )
