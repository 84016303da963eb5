"""Civil days, months and periods, without any zone.

A day number is days since 1970-01-01 of the civil (proleptic Gregorian) calendar; a month number
is `year * 12 + month - 1`, a quarter number `year * 4 + quarter - 1`, a year its own number, a
week number counts Mondays, 0 being the week that holds 1970-01-01. Numbers of one unit follow
each other without a gap. All of it holds for the years 1 to 9999; outside them: ValueError.
"""

from __future__ import annotations

import datetime
from typing import Literal, get_args

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
"""Lengths in microseconds. A civil day is not always that long, a day of the wall clock is."""

Unit = Literal["day", "week", "month", "quarter", "year"]

_ORDINAL_OF_1970 = datetime.date(1970, 1, 1).toordinal()
_WEEKDAY_OF_1970 = 3


def weekday(day: int) -> int:
    """Monday 0 to Sunday 6."""
    return (day + _WEEKDAY_OF_1970) % 7


def date_of(day: int) -> datetime.date:
    """The date of a day number. ValueError outside the years 1 to 9999."""
    try:
        return datetime.date.fromordinal(day + _ORDINAL_OF_1970)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"day {day} lies outside the years 1 to 9999") from error


def day_of(date: datetime.date) -> int:
    """The day number of a date."""
    return date.toordinal() - _ORDINAL_OF_1970


def month_of(day: int) -> int:
    """The month number of a day."""
    date = date_of(day)
    return date.year * 12 + date.month - 1


def month_start(month: int) -> int:
    """The first day of a month number."""
    year, before = divmod(month, 12)
    return _first_of(year, before + 1)


def add_months(day: int, months: int) -> int:
    """The same day of the month, `months` (may be negative) later; the last day of that month
    where it is shorter (31 January + 1 month = 28 or 29 February)."""
    month = month_of(day)
    into = day - month_start(month)
    target = month_start(month + months)
    if into < 28:
        return target + into
    return target + min(into, _length(month + months) - 1)


def anniversary(month: int, day: int, year: int) -> int:
    """The day number on which a yearly date falls in `year`; 29 February on 28 February in
    common years. ValueError for a date that no year has."""
    if month == 2 and day == 29:
        return month_start(year * 12 + 2) - 1
    return day_of(datetime.date(year, month, day))


UNSAID = 4
"""The year of a birthday of which day and month alone are told: a leap year before anybody's."""


def birth_of(told: str) -> datetime.date | None:
    """The date of birth that somebody told: 1991-11-24, or --11-24 with the year UNSAID; None for
    what is none."""
    try:
        return datetime.date.fromisoformat(f"{UNSAID:04}{told[1:]}" if told[:2] == "--" else told)
    except ValueError:
        return None


def next_anniversary(month: int, day: int, from_day: int) -> int:
    """The first anniversary on or after `from_day`."""
    year = date_of(from_day).year
    this = anniversary(month, day, year)
    return this if this >= from_day else anniversary(month, day, year + 1)


def period_of_day(day: int, unit: Unit) -> int:
    """The number of the period of that unit which holds the day. ValueError for another unit."""
    if unit == "day":
        return day
    if unit == "week":
        return (day + _WEEKDAY_OF_1970) // 7
    return month_of(day) // _months_in(unit)


def first_day(number: int, unit: Unit) -> int:
    """The first day of a period; the inverse of `period_of_day`. ValueError for another unit."""
    if unit == "day":
        return number
    if unit == "week":
        return number * 7 - _WEEKDAY_OF_1970
    return month_start(number * _months_in(unit))


def _months_in(unit: Unit) -> int:
    if unit not in _MONTHS:
        raise ValueError(f"unknown period '{unit}': use one of {', '.join(get_args(Unit))}")
    return _MONTHS[unit]


_MONTHS: dict[str, int] = {"month": 1, "quarter": 3, "year": 12}


def _first_of(year: int, month: int) -> int:
    if not 1 <= year <= 9999:
        raise ValueError(f"the year {year} lies outside the years 1 to 9999")
    return datetime.date(year, month, 1).toordinal() - _ORDINAL_OF_1970


def _length(month: int) -> int:
    year, before = divmod(month, 12)
    if before == 1:
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 if before in {3, 5, 8, 10} else 31
