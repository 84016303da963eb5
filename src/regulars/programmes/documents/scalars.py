"""What a word without quotes is: nothing, true or false, a number, or text (YAML 1.2)."""

from __future__ import annotations

import re

from msgspec import Struct

from regulars.programmes.documents.shapes import DecimalText

MOST_DIGITS = 15
MOST_DECIMALS = 12
NOTHING = frozenset({"", "~", "null", "Null", "NULL"})
TRUTH = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(?:\.([0-9]+))?", re.ASCII)
_LIKE_A_NUMBER = re.compile(
    r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?"
    r"|0o[0-7]+|0x[0-9a-fA-F]+|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)",
    re.ASCII,
)


class Unreadable(Struct, frozen=True):
    """A word that is a number to YAML or JSON, but no plain one: `1e3`, `007`, `0x1F`, `.inf`."""

    text: str


Scalar = None | bool | int | str | Unreadable


def plain(text: str) -> Scalar:
    """The value of a word without quotes. Numbers keep their digits; nothing becomes a float."""
    if text in NOTHING:
        return None
    if text in TRUTH:
        return TRUTH[text]
    return number(text) if _LIKE_A_NUMBER.fullmatch(text) else text


def number(text: str) -> int | DecimalText | Unreadable:
    """A number as `12` or `-1.50`; with more digits or in another shape it is unreadable."""
    found = _NUMBER.fullmatch(text)
    if not found or len(found[1]) > MOST_DIGITS or len(found[2] or "") > MOST_DECIMALS:
        return Unreadable(text)
    if found[2] is None:
        return int(text)
    return DecimalText(text if text.strip("-0.") else text.lstrip("-"))
