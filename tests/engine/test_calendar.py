"""The wall clock by tables says what datetime and zoneinfo say, one question at a time."""

from __future__ import annotations

import copy
import os
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from clocks import (
    EPOCH,
    TICK,
    ZONES,
    changes,
    first_instant,
    months_on,
    shown,
    wall,
    when,
    zones_and_instants,
)
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from regulars.engine.calendar import (
    MOST_TABLES,
    STRETCH_BITS,
    Question,
    Step,
    Zone,
    datetime_of,
    instant_of,
    zone,
)
from regulars.engine.periods import DAY, HOUR, Unit

MANY = settings(max_examples=3_000 if os.environ.get("REGULARS_TORTURE") else 150, deadline=None)
MONTHS = st.sampled_from([0, 1, 2, 3, 6, 11, 12, 13, 18, 24, -1, -6, -12])
UNITS: tuple[Unit, ...] = ("day", "week", "month", "quarter", "year")


def naive(at: int, name: str) -> datetime:
    return wall(at, name).replace(tzinfo=None)


def at(text: str) -> int:
    return instant_of(datetime.fromisoformat(text))


# Properties. Each question is asked twice: worked out, then out of the table.


@MANY
@given(zones_and_instants(8))
def test_the_wall_clock_and_its_inverse(case: tuple[str, list[int]]) -> None:
    name, instants = case
    for one in instants * 2:
        there = zone(name)
        assert there.civil(one) == shown(one, name)
        assert there.day(one) == wall(one, name).date().toordinal() - EPOCH.toordinal()
        assert there.instant(one) == when(EPOCH + one * TICK, name)
        assert there.civil(there.instant(shown(one, name))) == shown(one, name)


def months_agree(there: Zone, name: str, instants: list[int], months: int) -> None:
    for one in instants * 2:
        assert there.plus_months(one, months) == when(months_on(naive(one, name), months), name)


@MANY
@given(zones_and_instants(8), MONTHS)
def test_months_later_at_the_same_clock_time(case: tuple[str, list[int]], months: int) -> None:
    name, instants = case
    months_agree(zone(name), name, instants, months)
    assert zone(name).leaves(instants[0], months) == zone(name).plus_months(instants[0], months)


class Careless(Zone):
    """Believes the first answer of a stretch without looking at its end."""

    def _step(self, stretch: int, ask: Question) -> Step | None:
        first = stretch << STRETCH_BITS
        return first, ask(first), ask(first)


def test_saboteur_a_step_that_nobody_looked_through() -> None:
    broken = Careless(ZoneInfo("Europe/Berlin"))
    spread = [one + hours * HOUR for one in changes("Europe/Berlin") for hours in range(-30, 30)]

    @settings(MANY, max_examples=500, database=None, phases=[Phase.generate])
    @given(st.lists(st.sampled_from(spread), min_size=1), MONTHS)
    def property_(instants: list[int], months: int) -> None:
        months_agree(broken, "Europe/Berlin", instants, months)

    with pytest.raises(AssertionError):
        property_()


@MANY
@given(zones_and_instants(8), st.integers(-40, 800))
def test_days_later_at_the_same_clock_time(case: tuple[str, list[int]], days: int) -> None:
    name, instants = case
    for one in instants * 2:
        expected = when(naive(one, name) + timedelta(days=days), name)
        assert zone(name).plus_days(one, days) == expected


@pytest.mark.parametrize("name", [name for name in ZONES if name not in {"UTC", "Asia/Tokyo"}])
def test_days_later_around_the_last_clock_changes(name: str) -> None:
    """Every hour of three days, so that a clock changed at midnight meets a split stretch."""
    for change in changes(name)[-6:]:
        for one in [change - 30 * DAY + hours * HOUR for hours in range(-36, 36)] * 2:
            expected = when(naive(one, name) + timedelta(days=30), name)
            assert zone(name).plus_days(one, 30) == expected


@MANY
@given(
    zones_and_instants(4), st.integers(-30, 30), st.integers(-400, 400), st.integers(-9999, 9999)
)
def test_months_then_days_then_elapsed_hours(
    case: tuple[str, list[int]], months: int, days: int, hours: int
) -> None:
    name, instants = case
    for one in instants:
        clock = months_on(naive(one, name), months) + timedelta(days=days)
        expected = when(clock, name) + hours * 3_600_000_000
        assert zone(name).plus(one, months, days, hours) == expected


@MANY
@given(zones_and_instants(2), MONTHS)
def test_the_end_of_a_month(case: tuple[str, list[int]], months: int) -> None:
    name, instants = case
    for one in instants * 2:
        after = months_on(naive(one, name).replace(day=1), months + 1).date()
        assert zone(name).month_end(one, months) == first_instant(after, name)


@MANY
@given(zones_and_instants(2))
def test_the_first_instant_of_a_day(case: tuple[str, list[int]]) -> None:
    name, instants = case
    for one in instants:
        start = zone(name).start_of_day(zone(name).day(one))
        assert start == first_instant(wall(one, name).date(), name)
        assert zone(name).day(start - 1) < zone(name).day(one)


def expected_period(of: date, unit: Unit) -> int:
    return {
        "day": of.toordinal() - EPOCH.toordinal(),
        "week": (of - timedelta(days=of.weekday()) - date(1969, 12, 29)).days // 7,
        "month": of.year * 12 + of.month - 1,
        "quarter": of.year * 4 + (of.month - 1) // 3,
        "year": of.year,
    }[unit]


@MANY
@given(zones_and_instants(4), st.sampled_from(UNITS))
def test_periods_follow_each_other_without_a_gap(case: tuple[str, list[int]], unit: Unit) -> None:
    name, instants = case
    for one in instants * 2:
        there, here = zone(name), wall(one, name).date()
        assert there.period(one, unit) == expected_period(here, unit)
        start, end = there.period_of(one, unit)
        assert end == there.period_start(there.period(one, unit) + 1, unit)
        assert start <= one
        assert one < end or there.day(one) < there.day(end)
        assert expected_period(wall(end, name).date(), unit) > there.period(one, unit)
        assert expected_period(wall(start, name).date(), unit) == there.period(one, unit)


@MANY
@given(zones_and_instants(6), MONTHS.filter(lambda months: months > 0), st.data())
def test_an_entry_is_in_the_rolling_window_until_it_leaves(
    case: tuple[str, list[int]], months: int, data: st.DataObject
) -> None:
    name, instants = case
    there = zone(name)
    for entry in instants:
        leaves = there.leaves(entry, months)
        assert there.counts(entry, entry, months)
        assert there.counts(entry, leaves - 1, months)
        assert not there.counts(entry, leaves, months)
        assert not there.counts(entry, entry - 1, months)
        now = data.draw(st.sampled_from([leaves, leaves - 1, *instants]))
        for other in [entry, *instants]:
            counts = there.counts(other, now, months)
            assert counts == (other <= now and there.leaves(other, months) > now)


@MANY
@given(st.integers(1, 9998), st.dates(date(1970, 1, 1)), st.integers(-400_000, 2_000_000))
def test_anniversaries(year: int, born: date, from_day: int) -> None:
    leap = (born.month, born.day) == (2, 29) and not (
        year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    )
    expected = date(year, 2, 28) if leap else date(year, born.month, born.day)
    assert zone("UTC").date(Zone.anniversary(born.month, born.day, year)) == expected
    following = Zone.next_anniversary(born.month, born.day, from_day)
    years = [Zone.date(from_day).year + ahead for ahead in (-1, 0, 1)]
    them = [Zone.anniversary(born.month, born.day, year) for year in years]
    assert following == min(one for one in them if one >= from_day)


@MANY
@given(st.datetimes(timezones=st.timezones(), allow_imaginary=False))
def test_instants_of_datetimes_are_exact(moment: datetime) -> None:
    try:
        in_utc = moment.astimezone(UTC)
    except OverflowError:
        return
    assert datetime_of(instant_of(moment)) == in_utc
    assert instant_of(datetime_of(instant_of(moment)) + TICK) == instant_of(moment) + 1


# Limits and refusals.


def test_a_zone_is_one_object_however_it_travels() -> None:
    assert zone("Europe/Berlin") is zone("Europe/Berlin")
    assert copy.copy(zone("Europe/Berlin")) is zone("Europe/Berlin")
    assert copy.deepcopy(zone("Europe/Berlin")) is zone("Europe/Berlin")
    assert repr(zone("Europe/Berlin")) == "zone('Europe/Berlin')"
    assert {zone(name).name for name in ZONES} == set(ZONES)


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("Europe/Berln", "did you mean 'Europe/Berlin'?"),
        ("Europe", "did you mean"),
        ("", "give an IANA name, for example Europe/Berlin"),
        ("../etc/passwd", "give an IANA name, for example Europe/Berlin"),
        ("localtime", "give an IANA name, for example Europe/Berlin"),
        ("right/Europe/Berlin", "did you mean 'Europe/Berlin'?"),
        ("Mars\0", ""),
    ],
)
def test_unknown_zones(name: str, remedy: str) -> None:
    with pytest.raises(ValueError, match="unknown zone") as refused:
        zone(name)
    assert remedy in str(refused.value)


OUTSIDE: list[Callable[[], object]] = [
    lambda: zone("UTC").civil(2**62),
    lambda: datetime_of(2**80),
    lambda: zone("Asia/Tokyo").day(at("9999-12-31T23:00Z")),
    lambda: zone("UTC").plus_months(at("2025-01-01T00:00Z"), 12 * 9000),
    lambda: zone("UTC").plus_months(at("2025-01-01T00:00Z"), -12 * 9000),
    lambda: zone("UTC").plus_days(at("2025-01-01T00:00Z"), 10**12),
    lambda: Zone.date(10**12),
]


@pytest.mark.parametrize("ask", OUTSIDE)
def test_outside_the_calendar(ask: Callable[[], object]) -> None:
    with pytest.raises(ValueError, match="outside the years 1 to 9999"):
        ask()


def test_the_ends_of_the_calendar() -> None:
    utc = zone("UTC")
    last, first = at("9999-12-31T23:59:59.999999Z"), at("0001-01-01T00:00Z")
    for _ in range(2):
        assert utc.date(utc.day(last)) == date(9999, 12, 31)
        assert utc.date(utc.day(first)) == date(1, 1, 1)
        assert utc.plus_months(last, -12) == at("9998-12-31T23:59:59.999999Z")


def test_a_datetime_without_a_zone() -> None:
    with pytest.raises(ValueError, match="has no zone"):
        instant_of(datetime(2025, 1, 1))
    east = datetime(2025, 1, 1, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    assert instant_of(east) == at("2024-12-31T18:30Z")


def test_periods_of_an_unknown_unit_and_dates_that_no_year_has() -> None:
    with pytest.raises(ValueError, match="unknown period 'fortnight': use one of day, week"):
        zone("UTC").period(0, "fortnight")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="day is out of range"):
        Zone.anniversary(4, 31, 2025)


def test_many_spans_need_no_more_tables() -> None:
    fresh, one = Zone(ZoneInfo("Europe/Berlin")), at("2025-10-26T00:30Z")
    for _ in range(2):
        for n in range(3 * MOST_TABLES):
            assert fresh.plus_days(one, n) == zone("Europe/Berlin").plus(one, 0, n)
    assert len(fresh._day_moves) == MOST_TABLES
