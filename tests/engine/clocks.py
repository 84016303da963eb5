"""A slow second opinion on the wall clock: datetime and zoneinfo, one object per question."""

from __future__ import annotations

import calendar
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

ZONES = (
    "Europe/Berlin",
    "America/Los_Angeles",
    "Europe/London",
    "Asia/Tokyo",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "America/St_Johns",
    "America/Sao_Paulo",
    "Asia/Beirut",
    "UTC",
)
TICK = timedelta(microseconds=1)
EPOCH = datetime(1970, 1, 1)
FIRST, LAST = datetime(1990, 1, 1), datetime(2061, 1, 1)


def wall(at: int, name: str) -> datetime:
    """The aware datetime of an instant, in the zone."""
    return (EPOCH.replace(tzinfo=UTC) + at * TICK).astimezone(ZoneInfo(name))


def shown(at: int, name: str) -> int:
    return (wall(at, name).replace(tzinfo=None) - EPOCH) // TICK


def when(naive: datetime, name: str) -> int:
    """The instant of a wall clock's reading, the first of two, moved on in a gap."""
    aware = naive.replace(tzinfo=ZoneInfo(name), fold=0)
    return (aware.astimezone(UTC).replace(tzinfo=None) - EPOCH) // TICK


def months_on(naive: datetime, months: int) -> datetime:
    index = naive.year * 12 + naive.month - 1 + months
    year, month = index // 12, index % 12 + 1
    last = calendar.monthrange(year, month)[1]
    return naive.replace(year=year, month=month, day=min(naive.day, last))


def first_instant(day: date, name: str) -> int:
    """The first minute at which the wall clock shows that day or a later one.

    Goes by hours as long as two more are still the day before (no clock is put back by more than
    one), so that a day that only begins for a minute is found too; then by minutes.
    """
    at = (datetime(day.year, day.month, day.day) - timedelta(hours=27) - EPOCH) // TICK
    while wall(at + 7_200_000_000, name).date() < day:
        at += 3_600_000_000
    while wall(at, name).date() < day:
        at += 60_000_000
    return at


@cache
def changes(name: str) -> tuple[int, ...]:
    """The instants at which the zone changes its clock."""
    zone, step = ZoneInfo(name), timedelta(days=1)
    found, moment = [], FIRST.replace(tzinfo=UTC)
    while moment < LAST.replace(tzinfo=UTC):
        later = moment + step
        if _offset(moment, zone) != _offset(later, zone):
            found.append(_between(moment, later, zone))
        moment = later
    return tuple(found)


def _between(before: datetime, after: datetime, zone: ZoneInfo) -> int:
    while after - before > TICK:
        middle = before + (after - before) // 2
        if _offset(middle, zone) == _offset(before, zone):
            before = middle
        else:
            after = middle
    return (after - EPOCH.replace(tzinfo=UTC)) // TICK


def _offset(moment: datetime, zone: ZoneInfo) -> timedelta | None:
    return moment.astimezone(zone).utcoffset()


def near(step: int) -> st.SearchStrategy[int]:
    """A distance up to two days that likes whole minutes and their edges."""
    whole = st.integers(-2880, 2880).map(lambda minutes: minutes * 60_000_000)
    return st.builds(lambda a, b: a + b, whole, st.sampled_from([0, 0, 1, -1, step]))


@st.composite
def instants(draw: Callable[..., int], name: str) -> int:
    """Any instant of 1990 to 2060; often near a clock change, or whole months from one."""
    anywhere = st.integers((FIRST - EPOCH) // TICK, (LAST - EPOCH) // TICK - 1)
    if not changes(name) or draw(st.integers(0, 3)) == 0:
        return draw(anywhere)
    at = draw(st.sampled_from(changes(name))) + draw(near(1_234_567))
    months = draw(st.sampled_from([0, 0, 0, -1, 1, -6, 6, -12, 12]))
    naive = (EPOCH + shown(at, name) * TICK).replace(tzinfo=None)
    return when(months_on(naive, months), name) if months else at


def zones_and_instants(count: int) -> st.SearchStrategy[tuple[str, list[int]]]:
    return st.sampled_from(ZONES).flatmap(
        lambda name: st.tuples(st.just(name), st.lists(instants(name), min_size=1, max_size=count))
    )
