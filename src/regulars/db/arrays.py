"""Long lists as one parameter: joined here and split by the database, which is several times
quicker than an array literal that is quoted item by item."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from regulars.engine.calendar import instant_of

MARK = "\x1f"


def texts(values: Iterable[str]) -> str:
    """Texts for `string_to_array(%s, chr(31))`; a text cannot hold the mark itself.

    Raises ValueError for texts that cannot travel: with the mark, or with a zero byte.
    """
    listed = list(values)
    joined = MARK.join(listed)
    if joined.count(MARK) != len(listed) - 1 or "\x00" in joined:
        raise ValueError("a text holds a control character that cannot be stored")
    return joined


def numbers(values: Iterable[int]) -> str:
    """Whole numbers for `string_to_array(%s, ',')::bigint[]`."""
    return ",".join(map(str, values))


def jsons(values: Iterable[str]) -> str:
    """The same for JSON, which never holds the mark."""
    return MARK.join(values)


def moments(values: Iterable[datetime | None]) -> str:
    """Times, or none, for MOMENTS. A number is a third of the work of a time in letters."""
    return ",".join([str(instant_of(one)) if one else "" for one in values])


def times(column: str) -> str:
    """A column of MOMENTS as times."""
    return f"timestamptz 'epoch' + {column} * interval '1 microsecond'"


TEXTS = "string_to_array(%s, chr(31))"
MOMENTS = "string_to_array(%s, ',', '')::bigint[]"
NUMBERS = "string_to_array(%s, ',')::bigint[]"
