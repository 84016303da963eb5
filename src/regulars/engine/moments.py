"""The moments that facts may tell: with an offset, in years in which calendars are reckoned with.

A rule adds years to a moment, or looks back from it: what lies near the ends of Python's calendar
could not be worked out.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from msgspec import Struct

FIRST, AFTER = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def in_order(fact: Struct) -> bool:
    """Whether every moment that a fact or an attempt tells is aware and in the years 1900 to
    2199."""
    return all(
        moment.utcoffset() is not None and FIRST <= moment < AFTER for moment in _moments(fact)
    )


def _moments(fact: Struct) -> Iterator[datetime]:
    for field in fact.__struct_fields__:
        value = getattr(fact, field)
        if isinstance(value, datetime):
            yield value
        elif isinstance(value, dict):
            yield from (one for one in value.values() if isinstance(one, datetime))
