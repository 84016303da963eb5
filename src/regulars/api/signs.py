"""Signs that no text may hold: what cannot be stored, breaks a line, or turns one round."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from regulars.api.problems import Problem, joined

CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
"""Control signs, breaks of lines and paragraphs, and what writes a text backwards from here on."""
LAID_OUT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
"""The same where a text has lines of its own: a file."""
SUSPECT = re.compile(rb"[\\\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\xa8-\xae]|\xe2\x81[\xa6-\xa9]")
"""Bytes without which a body of JSON holds none of them: JSON itself refuses the others."""


def check(told: Any, body: bytes, wrong: re.Pattern[str] = CONTROL) -> None:
    """Refuse a shape, read from this body, that holds such a sign. Raises Problem."""
    if _is_suspect(body):
        check_texts(told, wrong)


def _is_suspect(body: bytes) -> bool:
    if body.isascii():
        return b"\\" in body or b"\x7f" in body
    return SUSPECT.search(body) is not None


def check_texts(told: Any, wrong: re.Pattern[str] = CONTROL) -> None:
    """The same for texts that came another way. Raises Problem."""
    for place, text in texts(told):
        if wrong.search(text):
            raise Problem("text_control", CONTROL.sub("?", place))


def texts(told: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """Every text in a shape, with its place."""
    if isinstance(told, str):
        yield place, told
    elif isinstance(told, Struct):
        for field in told.__struct_fields__:
            yield from texts(getattr(told, field), joined(place, field))
    elif isinstance(told, tuple):
        for number, one in enumerate(told):
            yield from texts(one, f"{place}[{number}]")
    elif isinstance(told, dict):
        for name, one in told.items():
            yield joined(place, "…"), name
            yield from texts(one, joined(place, name[:40]))
