"""Clock changes, leap days and ends of months: the worked cases of the reference programmes."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from regulars.engine.calendar import datetime_of, instant_of, zone
from regulars.engine.periods import DAY, HOUR


def at(text: str) -> int:
    return instant_of(datetime.fromisoformat(text))


def day(text: str) -> int:
    return date.fromisoformat(text).toordinal() - date(1970, 1, 1).toordinal()


PLUS_MONTHS = [
    ("TBS-07", "America/New_York", "2024-02-29T15:00:00-05:00", 12, "2025-02-28T15:00:00-05:00"),
    ("STP-03", "Europe/London", "2020-08-31T10:00:00+01:00", 18, "2022-02-28T10:00:00+00:00"),
    ("AIR-07", "UTC", "2020-02-29T11:00:00+00:00", 12, "2021-02-28T11:00:00+00:00"),
    ("SBX26-01", "America/Los_Angeles", "2026-04-02T09:00:00-07:00", 12, "2027-04-02T09:00-07:00"),
    ("P8", "Europe/Berlin", "2025-01-31T12:00:00+01:00", 1, "2025-02-28T12:00:00+01:00"),
    ("P8 leap", "Europe/Berlin", "2024-01-31T12:00:00+01:00", 1, "2024-02-29T12:00:00+01:00"),
    ("summer", "Europe/Berlin", "2025-02-28T12:00:00+01:00", 1, "2025-03-28T12:00:00+01:00"),
    ("gap", "Europe/Berlin", "2025-01-30T02:30:00+01:00", 2, "2025-03-30T03:30:00+02:00"),
    ("left out", "Pacific/Apia", "2011-11-30T09:00:00-10:00", 1, "2011-12-31T09:00:00+14:00"),
]
MONTH_END = [
    ("SBX24 terms", "America/Los_Angeles", "2020-12-15T09:00-08:00", 6, "2021-07-01T00:00-07:00"),
    ("SBX24-03", "America/Los_Angeles", "2025-01-10T09:00-08:00", 6, "2025-08-01T00:00-07:00"),
    ("SBX24-03", "America/Los_Angeles", "2025-02-20T09:00-08:00", 6, "2025-09-01T00:00-07:00"),
    ("SBX26-05", "America/Los_Angeles", "2027-04-02T09:00-07:00", 6, "2027-11-01T00:00-07:00"),
    ("Tesco 2022", "Europe/London", "2022-02-15T00:00+00:00", 24, "2024-03-01T00:00+00:00"),
    ("Tesco 2021", "Europe/London", "2021-02-15T00:00+00:00", 24, "2023-03-01T00:00+00:00"),
    ("café", "Europe/Berlin", "2025-03-31T23:59:59+02:00", 12, "2026-04-01T00:00+02:00"),
]


@pytest.mark.parametrize(("case", "name", "start", "months", "end"), PLUS_MONTHS)
def test_months_of_the_cases(case: str, name: str, start: str, months: int, end: str) -> None:
    assert datetime_of(zone(name).plus_months(at(start), months)) == datetime.fromisoformat(end)


@pytest.mark.parametrize(("case", "name", "start", "months", "end"), MONTH_END)
def test_month_ends_of_the_cases(case: str, name: str, start: str, months: int, end: str) -> None:
    assert datetime_of(zone(name).month_end(at(start), months)) == datetime.fromisoformat(end)


def test_days_over_a_clock_change() -> None:
    """ASO-01: 29 civil days, at the same clock time; ZAP-03: to the end of the 365th day."""
    london, pacific = zone("Europe/London"), zone("America/Los_Angeles")
    assert london.plus_days(at("2016-03-01T10:00+00:00"), 29) == at("2016-03-30T10:00+01:00")
    ordered = at("2024-02-29T10:00-08:00")
    closes = pacific.start_of_day(pacific.day(ordered) + 365 + 1)
    assert closes == at("2025-03-01T00:00-08:00")


def test_an_hour_that_comes_twice() -> None:
    """X-09: the same clock time, an hour apart; and back to the first of the two."""
    berlin = zone("Europe/Berlin")
    first, second = at("2025-10-26T02:30+02:00"), at("2025-10-26T02:30+01:00")
    assert second - first == HOUR
    assert berlin.civil(first) == berlin.civil(second)
    assert berlin.instant(berlin.civil(second)) == first
    assert berlin.plus_days(at("2025-10-25T02:30+02:00"), 1) == first


def test_an_hour_that_never_comes() -> None:
    berlin = zone("Europe/Berlin")
    assert berlin.plus_days(at("2025-03-29T02:30+01:00"), 1) == at("2025-03-30T03:30+02:00")
    assert berlin.plus(at("2025-03-29T02:30+01:00"), hours=24) == at("2025-03-30T03:30+02:00")
    assert berlin.plus(at("2025-03-29T12:00+01:00"), hours=24) == at("2025-03-30T13:00+02:00")


def test_a_day_of_23_hours_is_one_day() -> None:
    """DUO-07: 29 and 30 March follow each other; 31 March is over at midnight."""
    there = zone("Europe/Bucharest")
    lessons = [at("2025-03-29T23:59+02:00"), at("2025-03-30T23:59+03:00")]
    assert [there.day(one) - day("2025-03-29") for one in lessons] == [0, 1]
    start, end = there.period_of(lessons[1], "day")
    assert end - start == 23 * HOUR
    assert there.start_of_day(day("2025-03-31") + 1) == at("2025-04-01T00:00+03:00")


def test_the_year_is_that_of_the_zone() -> None:
    """X-07: still 2024 for the member, already 2025 for the programme."""
    ordered = at("2024-12-31T19:30-05:00")
    assert zone("America/New_York").period(ordered, "year") == 2024
    assert zone("Europe/Berlin").period(ordered, "year") == 2025


def test_a_birthday_on_29_february() -> None:
    """SBX26-07: 28 February in common years only."""
    chicago = zone("America/Chicago")
    for noon, is_birthday in [
        ("2027-02-28T12:00-06:00", True),
        ("2028-02-28T12:00-06:00", False),
        ("2028-02-29T12:00-06:00", True),
    ]:
        today = chicago.day(at(noon))
        assert (chicago.next_anniversary(2, 29, today) == today) is is_birthday
    assert chicago.weekday(day("2028-02-29")) == 1
    assert chicago.date(chicago.day_of(date(2028, 2, 29))) == date(2028, 2, 29)


def test_a_rolling_year() -> None:
    """DSC-05: 210 of 10 June leave at the same instant of the next year, 150 stay."""
    there = zone("America/Los_Angeles")
    entries = {at("2024-06-10T12:00-07:00"): 210, at("2025-06-09T12:00-07:00"): 150}
    review = at("2025-06-10T12:00-07:00")
    assert there.leaves(at("2024-06-10T12:00-07:00"), 12) == review
    for now, metric in [(review - 1, 360), (review, 150)]:
        assert (
            sum(points for one, points in entries.items() if there.counts(one, now, 12)) == metric
        )


def test_a_rolling_window_at_the_end_of_a_month() -> None:
    there = zone("UTC")
    early, late = at("2024-02-28T12:00Z"), at("2024-02-29T10:00Z")
    assert there.leaves(late, 12) < there.leaves(early, 12) == at("2025-02-28T12:00Z")
    assert not there.counts(at("2025-02-28T13:00Z"), at("2025-03-31T12:00Z"), 1)


def test_a_day_that_a_zone_left_out() -> None:
    apia = zone("Pacific/Apia")
    skipped = day("2011-12-30")
    assert apia.start_of_day(skipped) == apia.start_of_day(skipped + 1)
    assert apia.day(apia.start_of_day(skipped) - 1) == skipped - 1
    assert apia.day(apia.start_of_day(skipped)) == skipped + 1
    assert apia.instant(skipped * DAY + 12 * HOUR) == at("2011-12-31T12:00+14:00")


def test_midnights_that_are_odd() -> None:
    """Left out, and struck twice: clocks put back a minute after midnight."""
    sao_paulo, st_johns = zone("America/Sao_Paulo"), zone("America/St_Johns")
    assert sao_paulo.start_of_day(day("2018-11-04")) == at("2018-11-04T01:00-02:00")
    first = at("2010-11-07T00:00-02:30")
    assert st_johns.start_of_day(day("2010-11-07")) == first
    shown_days = [st_johns.day(first + minutes * HOUR // 60) for minutes in (-1, 0, 1, 59, 60)]
    assert [one - day("2010-11-07") for one in shown_days] == [-1, 0, -1, -1, 0]
