"""Numbers as people and programs write them, to integers of a millionth."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

MICRO = 1_000_000
MOST = 10**11
"""The greatest number that is believed, in units."""
SHAPES = {
    ".": re.compile(r"[0-9]{1,3}(?:[, ][0-9]{3})+(?:\.[0-9]*)?|[0-9]*(?:\.[0-9]*)?"),
    ",": re.compile(r"[0-9]{1,3}(?:[. ][0-9]{3})+(?:,[0-9]*)?|[0-9]*(?:,[0-9]*)?"),
}
MONEY_SIGNS = re.compile(
    r"^(?:[A-Z]{3}|[€$£¥₺₽₴]|zł|lei|Lei|kr|Kč|Ft)\.?|(?:[A-Z]{3}|[€$£¥₺₽₴]"
    r"|zł|lei|Lei|kr|Kč|Ft)\.?$"
)
BLANKS = str.maketrans({"\u00a0": " ", "\u2009": " ", "\u202f": " ", "'": " ", "’": " "})
TWO_WAYS = re.compile(r"[0-9]{1,3}([.,])[0-9]{3}")


def to_micro(text: str, decimal: str) -> int | None:
    """`text` in millionths, further decimals rounded half up; None if it is no number.

    `decimal` is "." or ","; the other one, blanks and apostrophes may part thousands. A minus may
    stand before or after, or brackets around; a currency sign before or after is passed over.
    """
    plain = text
    if not plain.isascii() or not plain.replace(".", "", 1).isdigit():
        plain, minus = _bare(text)
    else:
        minus = False
    if not SHAPES[decimal].fullmatch(plain) or not any(sign.isdigit() for sign in plain):
        return None
    value = _value(plain, decimal)
    if value is None:
        return None
    return -value if minus else value


def _bare(text: str) -> tuple[str, bool]:
    """The digits with their separators, and whether they are below zero."""
    plain = text.translate(BLANKS).replace("−", "-").strip()
    brackets = plain.startswith("(") and plain.endswith(")")
    plain = plain[1:-1].strip() if brackets else plain
    minus = plain.startswith("-") or plain.endswith("-")
    plain = _unsigned(plain, minus)
    plain = MONEY_SIGNS.sub("", plain).strip()
    if not minus and plain.startswith("-"):
        minus, plain = True, plain[1:].strip()
    return plain, minus or brackets


def _unsigned(plain: str, minus: bool) -> str:
    if minus:
        return (plain[1:] if plain.startswith("-") else plain[:-1]).strip()
    return plain[1:].strip() if plain.startswith("+") else plain


def _value(plain: str, decimal: str) -> int | None:
    whole, _, part = plain.partition(decimal)
    digits = "".join(sign for sign in whole if sign.isdigit())
    if len(digits) > 13 or len(part) > 60:
        return None
    if len(part) <= 6:
        value = int(digits or "0") * MICRO + int(part.ljust(6, "0") or "0")
    else:
        exact = Decimal(f"{digits or 0}.{part}") * MICRO
        value = int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))
    return value if value <= MOST * MICRO else None


def from_micro(value: int) -> Decimal:
    """Millionths as a plain decimal without trailing zeros."""
    whole, rest = divmod(value, MICRO)
    return Decimal(whole) if not rest else Decimal(value).scaleb(-6).normalize()


def decimal_of(values: Iterable[str]) -> Literal["", ".", ","] | None:
    """Which sign marks decimals in `values`: "." or ","; "" if they can be read both ways; None
    if nothing tells, so that "." does."""
    seen: set[str] = set()
    for value in values:
        seen.add(_tells(_bare(value)[0]))
    if "," in seen:
        return "," if "." not in seen else "."
    if "." in seen:
        return "."
    return "" if "both" in seen else None


def _tells(plain: str) -> str:
    """What one number says about the decimal sign: ".", ",", "both" or nothing."""
    if TWO_WAYS.fullmatch(plain):
        return "both" if not plain.startswith("0") else plain[1]
    marks = [sign for sign in plain if sign in ".,"]
    if not marks:
        return ""
    if len(set(marks)) == 2:
        return marks[-1]
    if len(marks) > 1:
        return "," if marks[0] == "." else "."
    return marks[0]
