"""Values of the case language, and how each is read from what a file holds. No floats."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Final, Never, TypeAlias, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import Struct

from regulars.programmes.documents import Data, DecimalText

T = TypeVar("T")


class Duration(Struct, frozen=True):
    """A length of time as ISO 8601 writes it; years to days are civil, the rest elapsed."""

    years: int = 0
    months: int = 0
    weeks: int = 0
    days: int = 0
    hours: int = 0
    minutes: int = 0
    seconds: int = 0


class Key(Struct, frozen=True):
    """A word, the window it looks at (`year`, `2024`, `12m`), and what it is about (a friend, or
    the key that it stands beside)."""

    word: str
    window: str = ""
    about: str = ""


class Fields(Struct, frozen=True):
    """A map of the language: `words` of the vocabulary, `names` of the edition with numbers."""

    words: dict[str, Value] = {}
    names: dict[Key, Value] = {}
    line: int = 0


Value: TypeAlias = (
    bool
    | int
    | str
    | Decimal
    | datetime
    | date
    | Duration
    | Fields
    | tuple["Value", ...]
    | dict[str, "Value"]
    | None
)
"""What a key holds. Numbers are int (whole ones) or Decimal with the places that were written."""


class Bad(Exception):
    """The value cannot be read; `code` says as what."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


_NUMBER = re.compile(r"[-+]?[0-9]{1,18}(\.[0-9]{1,12})?", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_INSTANT = re.compile(
    r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})", re.ASCII
)
_DURATION = re.compile(
    r"P(?=\d|T\d)(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?=\d)(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)S)?)?",
    re.ASCII,
)
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)


def number(data: Data) -> Decimal:
    """A decimal number, quoted or not, with the places that were written."""
    if isinstance(data, int) and not isinstance(data, bool):
        return Decimal(data)
    if isinstance(data, str) and _NUMBER.fullmatch(data):
        return Decimal(data)
    raise Bad("case_bad_number")


def whole(data: Data) -> int:
    """A whole number, quoted or not; `3.00` is one."""
    found = number(data)
    if found != found.to_integral_value():
        raise Bad("case_bad_whole")
    return int(found)


def instant(data: Data) -> datetime:
    """An instant with its offset, as ISO 8601 writes it."""
    if isinstance(data, str) and _INSTANT.fullmatch(data):
        return _parsed(datetime.fromisoformat, data, "case_bad_instant")
    raise Bad("case_bad_instant")


def day(data: Data) -> date:
    """A civil day as `2025-12-31`."""
    if isinstance(data, str) and _DAY.fullmatch(data):
        return _parsed(date.fromisoformat, data, "case_bad_day")
    raise Bad("case_bad_day")


def moment(data: Data) -> date | datetime:
    """An instant, or a civil day where only the date stands."""
    if isinstance(data, str) and _DAY.fullmatch(data):
        return day(data)
    return instant(data) if isinstance(data, str) else _never("case_bad_moment")


def duration(data: Data) -> Duration:
    """A length of time as `P1M`, `P2Y` or `PT24H`."""
    found = _DURATION.fullmatch(data) if isinstance(data, str) else None
    if not found:
        raise Bad("case_bad_duration")
    return Duration(**{name: int(count) for name, count in found.groupdict("0").items()})


def flag(data: Data) -> bool:
    """true or false."""
    return data if isinstance(data, bool) else _never("case_bad_flag")


def text(data: Data) -> str:
    """Any word; a number stands for its digits."""
    if isinstance(data, bool) or not isinstance(data, int | str):
        raise Bad("case_bad_text")
    if not str(data):
        raise Bad("case_empty")
    return str(data)


def zone(data: Data) -> str:
    """The name of a time zone, as `Europe/Berlin`."""
    try:
        return ZoneInfo(text(data)).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Bad("case_bad_zone") from None


def currency(data: Data) -> str:
    """A currency as three capital letters (ISO 4217)."""
    if isinstance(data, str) and _CURRENCY.fullmatch(data):
        return data
    raise Bad("case_bad_currency")


def free(data: Data) -> Value:
    """Anything: maps, lists and what stands in them; decimals are numbers, the rest as it is."""
    if isinstance(data, dict):
        return {key: free(one) for key, one in data.items()}
    if isinstance(data, list):
        return tuple(free(one) for one in data)
    return Decimal(data) if isinstance(data, DecimalText) else data


SCALARS: Final[Mapping[str, Callable[[Data], Value]]] = {
    "number": number,
    "whole": whole,
    "instant": instant,
    "day": day,
    "moment": moment,
    "duration": duration,
    "flag": flag,
    "text": text,
    "zone": zone,
    "currency": currency,
    "free": free,
}
"""The reader of each simple shape that `takes` can name."""


def _parsed(parse: Callable[[str], T], written: str, code: str) -> T:
    try:
        return parse(written)
    except ValueError:
        raise Bad(code) from None


def _never(code: str) -> Never:
    raise Bad(code)
