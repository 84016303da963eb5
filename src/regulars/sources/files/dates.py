"""Dates and times as people and programs write them, without a parse per row."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import msgspec

from regulars.sources.files.shapes import DateOrder

DAY = 86_400_000_000
EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
EXCEL_ORDINAL = date(1899, 12, 30).toordinal()
YEAR_FIRST = re.compile(r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})")
COMPACT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
YEAR_LAST = re.compile(r"([0-9]{1,2})([-/.])\s?([0-9]{1,2})\2\s?([0-9]{4}|[0-9]{2})")
DAY_NAME = re.compile(r"([0-9]{1,2})[-. ]{0,3}([^\W\d_]{3,12})\.?[-,. ]{0,3}([0-9]{4}|[0-9]{2})")
NAME_DAY = re.compile(r"([^\W\d_]{3,12})\.? ([0-9]{1,2}),? ([0-9]{4})")
SERIAL = re.compile(r"[1-9][0-9]{4}(?:\.[0-9]{1,12})?")
CLOCK = re.compile(
    r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]{1,9}))?)?"
    r" ?([AaPp]\.?[Mm]\.?)?(?: ?(Z|UTC|GMT|[+-][0-9]{2}:?[0-9]{2}))?"
)
FIRST_BLANK = re.compile(r"[T ](?=[0-9]{1,2}:)")
MONTHS = {
    name: number
    for names in (
        "jan feb mar apr may jun jul aug sep oct nov dec",
        "january february march april may june july august september october november december",
        "januar februar märz april mai juni juli august september oktober november dezember",
        "jän feb mär apr mai jun jul aug sep okt nov dez",
        "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października"
        " listopada grudnia",
        "sty lut mar kwi maj cze lip sie wrz paź lis gru",
        "ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie noiembrie"
        " decembrie",
        "ian feb mar apr mai iun iul aug sep oct noi dec",
    )
    for number, name in enumerate(names.split(), start=1)
} | {"sept": 9}


class Instant(msgspec.Struct, frozen=True, gc=False):
    """A moment in microseconds since 1970: on the wall clock of the zone, and in UTC."""

    civil: int
    utc: int


class DateReader:
    """Reads the dates of one column: `order` of day and month, `zone` of times without offset.

    Days and clock times are remembered apart, so a row costs two look-ups.
    """

    def __init__(self, order: DateOrder, zone: str) -> None:
        self._order, self._zone = order, ZoneInfo(zone)
        self._days: dict[str, int | None] = {}
        self._offsets: dict[int, int | None] = {}

    def instant(self, text: str, clock: str = "") -> Instant | None:
        """The moment that `text` names, midnight if it has no time; `clock` is the time where
        that stands in a column of its own. None if it cannot be read."""
        day_text, _, time_text = text.partition("T" if text[10:11] == "T" else " ")
        day = self._day(day_text)
        if day is None and time_text:
            return self._long(text, clock)
        if day is None:
            return self._serial(text)
        return self._joined(day, clock or time_text)

    def day(self, text: str) -> date | None:
        """The date that `text` names, any time of day left out; None if it cannot be read."""
        found = self.instant(text)
        if found is None:
            return None
        return date.fromordinal(found.civil // DAY + EPOCH_ORDINAL)

    def _day(self, text: str) -> int | None:
        try:
            return self._days[text]
        except KeyError:
            if len(self._days) > 100_000:
                self._days.clear()
            found = self._days[text] = day_of(text, self._order)
            return found

    def _long(self, text: str, clock: str) -> Instant | None:
        """A date with blanks in it, such as 3. Mai 2011 14:05."""
        parts = FIRST_BLANK.split(text, maxsplit=1)
        day = self._day(parts[0].rstrip(" ,T"))
        return None if day is None else self._joined(day, clock or "".join(parts[1:]))

    def _serial(self, text: str) -> Instant | None:
        """A day number of a spreadsheet, counted from 1899-12-30, with a part of a day."""
        if not SERIAL.fullmatch(text):
            return None
        days, _, part = text.partition(".")
        seconds = (int(part.ljust(12, "0")[:12] or "0") * 86_400 + 5 * 10**11) // 10**12
        day = int(days) + EXCEL_ORDINAL - EPOCH_ORDINAL
        return self._at(day, seconds * 1_000_000)

    def _joined(self, day: int, clock: str) -> Instant | None:
        if not clock:
            return self._at(day, 0)
        found = clock_of(clock.strip())
        if found is None:
            return None
        if found.offset is None:
            return self._at(day, found.micros)
        utc = day * DAY + found.micros - found.offset
        return Instant(_civil(utc, self._zone), utc)

    def _at(self, day: int, micros: int) -> Instant:
        civil = day * DAY + micros
        offset = self._offset(day)
        if offset is None:
            moment = (_naive(civil)).replace(tzinfo=self._zone)
            offset = _micros(moment.utcoffset() or timedelta())
        return Instant(civil, civil - offset)

    def _offset(self, day: int) -> int | None:
        """The zone's offset on a day; None on a day on which clocks are changed."""
        try:
            return self._offsets[day]
        except KeyError:
            both = {
                _micros((_naive(at).replace(tzinfo=self._zone)).utcoffset() or timedelta())
                for at in (day * DAY, (day + 1) * DAY)
            }
            found = self._offsets[day] = both.pop() if len(both) == 1 else None
            return found


class Clock(msgspec.Struct, frozen=True, gc=False):
    """A time of day in microseconds, and the offset from UTC that it names, or None."""

    micros: int
    offset: int | None


@lru_cache(maxsize=100_000)
def clock_of(text: str) -> Clock | None:
    """A time of day such as 8:26, 08:26:00.5, 1:05 PM or 14:00:00+01:00; None if it is none."""
    found = CLOCK.fullmatch(text)
    if found is None:
        return None
    hour, minute, second = int(found[1]), int(found[2]), int(found[3] or 0)
    if found[5]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if found[5][0] in "Pp" else 0)
    if hour > 23 or minute > 59 or second > 59:
        return None
    micros = int((found[4] or "0").ljust(6, "0")[:6])
    micros += ((hour * 60 + minute) * 60 + second) * 1_000_000
    return Clock(micros, _named_offset(found[6]))


def _named_offset(text: str | None) -> int | None:
    if not text:
        return None
    if not text.startswith(("+", "-")):
        return 0
    minutes = int(text[1:3]) * 60 + int(text[-2:])
    return (-minutes if text[0] == "-" else minutes) * 60_000_000


def day_of(text: str, order: DateOrder) -> int | None:
    """Days since 1970 of a date; None if it is none. Years first and months by name are read
    whatever `order` says; two-digit years are 1970 to 2069."""
    if found := YEAR_FIRST.fullmatch(text):
        return _days(int(found[1]), int(found[3]), int(found[4]))
    if found := COMPACT.fullmatch(text):
        return _days(int(found[1]), int(found[2]), int(found[3]))
    if found := YEAR_LAST.fullmatch(text):
        first, second, year = int(found[1]), int(found[3]), _year(found[4])
        if order == "mdy":
            return _days(year, first, second)
        return _days(year, second, first) if order == "dmy" else None
    return _named(text)


def _named(text: str) -> int | None:
    if found := DAY_NAME.fullmatch(text):
        day, name, year = found[1], found[2], found[3]
    elif found := NAME_DAY.fullmatch(text):
        name, day, year = found[1], found[2], found[3]
    else:
        return None
    month = MONTHS.get(name.lower())
    return _days(_year(year), month, int(day)) if month else None


def _days(year: int, month: int, day: int) -> int | None:
    if not 1900 <= year <= 2199:
        return None
    try:
        return date(year, month, day).toordinal() - EPOCH_ORDINAL
    except ValueError:
        return None


def _year(text: str) -> int:
    year = int(text)
    if len(text) == 4:
        return year
    return year + (1900 if year >= 70 else 2000)


def orders_of(values: Iterable[str]) -> dict[str, str]:
    """Which orders of day and month the dates in `values` prove, with the first value that does.

    Keys: dmy, mdy (a place above 12), both (read in two ways), ymd (year first or month by name).
    """
    proofs: dict[str, str] = {}
    for value in values:
        parts = FIRST_BLANK.split(value, maxsplit=1)[0].rstrip(" ,")
        found = YEAR_LAST.fullmatch(parts)
        if found is None:
            if day_of(parts, "ymd") is not None:
                proofs.setdefault("ymd", value)
            continue
        first, second = int(found[1]), int(found[3])
        key = "dmy" if first > 12 else "mdy" if second > 12 else "both"
        proofs.setdefault(key, value)
    return proofs


def _naive(civil: int) -> datetime:
    return datetime(1970, 1, 1) + timedelta(microseconds=civil)  # noqa: DTZ001 - a wall clock


def _civil(utc: int, zone: ZoneInfo) -> int:
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=utc)
    return utc + _micros(moment.astimezone(zone).utcoffset() or timedelta())


def _micros(span: timedelta) -> int:
    return span // timedelta(microseconds=1)
