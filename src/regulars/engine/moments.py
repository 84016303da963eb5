"""The moments that facts may tell: with an offset, in years in which calendars are reckoned with.

A rule adds years to a moment, or looks back from it: what lies near the ends of Python's calendar
could not be worked out.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache

from msgspec import Struct
from msgspec.structs import fields

FIRST, AFTER = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def in_order(fact: Struct) -> bool:
    """Whether every moment that a fact or an attempt tells is aware and in the years 1900 to
    2199."""
    for name in _dated(type(fact)):
        value = getattr(fact, name)
        if isinstance(value, datetime):
            if not _is_in_order(value):
                return False
        elif value and isinstance(value, dict):
            told = (one for one in value.values() if isinstance(one, datetime))
            if not all(map(_is_in_order, told)):
                return False
    return True


def _is_in_order(moment: datetime) -> bool:
    if moment.tzinfo is UTC:
        return FIRST.year <= moment.year < AFTER.year
    return moment.utcoffset() is not None and FIRST <= moment < AFTER


@cache
def _dated(kind: type[Struct]) -> tuple[str, ...]:
    """The fields of a kind of fact that tell moments."""
    return tuple(one.name for one in fields(kind) if "datetime" in str(one.type))
