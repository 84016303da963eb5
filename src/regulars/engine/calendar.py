"""Instants and the wall clock of a zone, by tables.

An instant is an `int`: microseconds since 1970-01-01T00:00Z. A civil time is an `int` too:
microseconds since 1970-01-01T00:00 as the wall clock of the zone shows them. A day number is days
since 1970-01-01 of the wall clock (see `periods`). All for the years 1 to 9999, else ValueError.
Zones are those of the package `tzdata`, whatever the machine has.

The fold asks these questions for every order. So the answers for a stretch of about 19 hours
(2**36 microseconds, found by one shift) are kept as a step: the instant of its one midnight, and
what holds before and from it. A stretch whose clock changes, or whose answer lies on a day with a
clock change, has no step and is worked out each time, exactly. Nothing here depends on what was
asked before.
"""

from __future__ import annotations

import datetime
import zoneinfo
from collections.abc import Callable
from difflib import get_close_matches
from functools import cache
from typing import NamedTuple, TypeVar

from regulars.engine import periods
from regulars.engine.periods import DAY, HOUR, SECOND, Unit

STRETCH_BITS = 36
MOST_TABLES = 64
"""Of one question, for different spans: more are answered without a table."""

Step = tuple[int, int, int]
"""The instant of the midnight within a stretch, the answer before it, the answer from it on."""

Question = Callable[[int], int]
Key = TypeVar("Key")

_UTC = datetime.UTC
_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=_UTC)
_OF_ONE_MACHINE = ("localtime", "posixrules", "Factory", "posix/", "right/")


class Span(NamedTuple):
    """A half-open stretch of time: from the instant `start`, before the instant `end`."""

    start: int
    end: int


class _Steps(dict[int, Step]):
    """Steps by number of the stretch, and the stretches that have none."""

    __slots__ = ("uneven",)

    def __init__(self) -> None:
        super().__init__()
        self.uneven: set[int] = set()


def instant_of(moment: datetime.datetime) -> int:
    """The instant of an aware datetime, exact. ValueError for one without a zone."""
    try:
        since = moment - _EPOCH
    except TypeError as error:
        raise ValueError(
            f"{moment.isoformat()} has no zone: give it one, for example +00:00"
        ) from error
    return since.days * DAY + since.seconds * SECOND + since.microseconds


def datetime_of(at: int) -> datetime.datetime:
    """The instant as a datetime in UTC, exact."""
    try:
        return _EPOCH + datetime.timedelta(microseconds=at)
    except OverflowError as error:
        raise ValueError(f"the instant {at} lies outside the years 1 to 9999") from error


@cache
def zone(name: str) -> Zone:
    """The zone of an IANA name such as Europe/Berlin; always the same object for one name.

    ValueError for an unknown name, and for names that mean something else on each machine.
    """
    if not name.startswith(_OF_ONE_MACHINE):
        try:
            return Zone(zoneinfo.ZoneInfo(name))
        except (KeyError, ValueError, OSError):
            pass
    raise ValueError(f"unknown zone '{name}': {_remedy(name)}")


class Zone:
    """The wall clock of one zone; get it from `zone`. All times are as said above."""

    __slots__ = (
        "_civil_offsets",
        "_day_moves",
        "_days",
        "_month_ends",
        "_month_moves",
        "_offsets",
        "_periods",
        "_rules",
        "_starts",
        "name",
    )

    def __init__(self, rules: zoneinfo.ZoneInfo) -> None:
        self.name = str(rules.key)
        self._rules = rules
        self._offsets: dict[int, int | None] = {}
        self._civil_offsets: dict[int, int | None] = {}
        self._starts: dict[int, int] = {}
        self._days = _Steps()
        self._day_moves: dict[int, _Steps] = {}
        self._month_moves: dict[int, _Steps] = {}
        self._month_ends: dict[int, _Steps] = {}
        self._periods: dict[Unit, _Steps] = {}

    weekday = staticmethod(periods.weekday)
    date = staticmethod(periods.date_of)
    day_of = staticmethod(periods.day_of)
    anniversary = staticmethod(periods.anniversary)
    next_anniversary = staticmethod(periods.next_anniversary)

    def __repr__(self) -> str:
        return f"zone({self.name!r})"

    def __reduce__(self) -> tuple[Callable[[str], Zone], tuple[str]]:
        return zone, (self.name,)

    def civil(self, at: int) -> int:
        """What the wall clock shows at an instant."""
        offset = self._offsets.get(at >> STRETCH_BITS)
        return at + (_offset(self._offsets, at, self._offset_at) if offset is None else offset)

    def instant(self, civil: int) -> int:
        """When the wall clock shows `civil`: the first time, where it does so twice; where it
        never does, as much later as the clock was put forward."""
        offset = self._civil_offsets.get(civil >> STRETCH_BITS)
        if offset is None:
            offset = _offset(self._civil_offsets, civil, self._offset_of_civil)
        return civil - offset

    def day(self, at: int) -> int:
        """The civil day of an instant.

        Where a clock is put back over midnight, a day ends, begins again for a moment, and ends.
        """
        try:
            split, before, after = self._days[at >> STRETCH_BITS]
        except KeyError:
            return self._remember(self._days, at, lambda one: self.civil(one) // DAY)
        return before if at < split else after

    def start_of_day(self, day: int) -> int:
        """The first instant of a civil day, midnight or not; of a day that a zone left out, the
        first instant after it."""
        start = self._starts.get(day)
        if start is None:
            start = self._starts[day] = self._reached(day * DAY)
        return start

    def plus_days(self, at: int, n: int) -> int:
        """`n` civil days later (earlier, if negative), at the same clock time."""
        try:
            split, before, after = self._day_moves[n][at >> STRETCH_BITS]
        except KeyError:
            table = _table(self._day_moves, n)
            return at + self._remember(table, at, lambda one: self.plus(one, 0, n) - one)
        return at + (before if at < split else after)

    def plus_months(self, at: int, n: int) -> int:
        """`n` months later (earlier, if negative), at the same clock time, on the same day of the
        month or on its last day where it is shorter."""
        try:
            split, before, after = self._month_moves[n][at >> STRETCH_BITS]
        except KeyError:
            table = _table(self._month_moves, n)
            return at + self._remember(table, at, lambda one: self.plus(one, n) - one)
        return at + (before if at < split else after)

    def plus(self, at: int, months: int = 0, days: int = 0, hours: int = 0) -> int:
        """Months first, clamped to the last day of the month, then civil days, both at the same
        clock time; then hours, as elapsed time."""
        day, clock = divmod(self.civil(at), DAY)
        target = (periods.add_months(day, months) if months else day) + days
        return self.instant(target * DAY + clock) + hours * HOUR

    def month_end(self, at: int, n: int) -> int:
        """The first instant after the month that lies `n` months after the month of `at`.

        Earned 15 December, gone six months after the end of that month: `month_end(at, 6)` is
        1 July, 00:00.
        """
        try:
            split, before, after = self._month_ends[n][at >> STRETCH_BITS]
        except KeyError:
            return self._remember(_table(self._month_ends, n), at, lambda one: self._end(one, n))
        return before if at < split else after

    def period(self, at: int, unit: Unit) -> int:
        """The number (see `periods`) of the civil period that holds an instant."""
        try:
            split, before, after = self._periods[unit][at >> STRETCH_BITS]
        except KeyError:
            table = _table(self._periods, unit)
            return self._remember(table, at, lambda one: periods.period_of_day(self.day(one), unit))
        return before if at < split else after

    def period_start(self, number: int, unit: Unit) -> int:
        """The first instant of the period with that number."""
        return self.start_of_day(periods.first_day(number, unit))

    def period_of(self, at: int, unit: Unit) -> Span:
        """From the start of the period that holds an instant to the start of the next."""
        number = self.period(at, unit)
        return Span(self.period_start(number, unit), self.period_start(number + 1, unit))

    def leaves(self, at: int, months: int) -> int:
        """The first instant at which an entry dated `at` is out of the window of `months` months
        that rolls along. Later entries may leave a little earlier, where months are clamped (29
        February 10:00 leaves before 28 February 12:00) or a clock is changed."""
        return self.plus_months(at, months)

    def counts(self, entry: int, at: int, months: int) -> bool:
        """Whether an entry is in the rolling window at `at`: it is known and has not left."""
        return entry <= at < self.plus_months(entry, months)

    def day_finder(self) -> Question:
        """`day` as a function of the instant alone, with its table at hand: for who asks often."""
        table, at_length = self._days, self.day

        def day(at: int) -> int:
            step = table.get(at >> STRETCH_BITS)
            if step is None:
                return at_length(at)
            return step[1] if at < step[0] else step[2]

        return day

    def month_adder(self, n: int) -> Question:
        """`plus_months` for one `n`, likewise."""
        table, at_length = _table(self._month_moves, n), self.plus_months
        if table is None:
            return lambda at: at_length(at, n)
        get = table.get

        def add(at: int) -> int:
            step = get(at >> STRETCH_BITS)
            if step is None:
                return at_length(at, n)
            return at + (step[1] if at < step[0] else step[2])

        return add

    def month_ender(self, n: int) -> Question:
        """`month_end` for one `n`, likewise."""
        table, at_length = _table(self._month_ends, n), self.month_end
        if table is None:
            return lambda at: at_length(at, n)
        get = table.get

        def end(at: int) -> int:
            step = get(at >> STRETCH_BITS)
            if step is None:
                return at_length(at, n)
            return step[1] if at < step[0] else step[2]

        return end

    def _reached(self, civil: int) -> int:
        """The first instant at which the wall clock shows `civil` or, where it never does, more."""
        at = self.instant(civil)
        left_out = self.civil(at) - civil
        if left_out == 0:
            return at
        before, reached = at - left_out, at
        while reached - before > 1:
            middle = (before + reached) // 2
            if self.civil(middle) < civil:
                before = middle
            else:
                reached = middle
        return reached

    def _offset_at(self, at: int) -> int:
        moment = datetime_of(at)
        try:
            return _shift(moment.astimezone(self._rules))
        except OverflowError as error:
            raise ValueError(f"{moment} lies outside the years 1 to 9999 in {self.name}") from error

    def _offset_of_civil(self, civil: int) -> int:
        # Adding to an aware datetime moves its wall clock; its fold is 0, the first of two.
        return _shift(datetime_of(civil).replace(tzinfo=self._rules))

    def _end(self, at: int, n: int) -> int:
        return self.period_start(self.period(at, "month") + n + 1, "month")

    def _remember(self, table: _Steps | None, at: int, ask: Question) -> int:
        """The answer for `at`; the step of its stretch is kept in the table, where it has one."""
        answer = ask(at)
        stretch = at >> STRETCH_BITS
        if table is not None and stretch not in table.uneven:
            step = self._step(stretch, ask)
            if step is None:
                table.uneven.add(stretch)
            else:
                table[stretch] = step
        return answer

    def _step(self, stretch: int, ask: Question) -> Step | None:
        """The step of a stretch, or None where one midnight does not tell all.

        The ends speak for all between: no zone changes its clock twice within two days.
        """
        first, last = _ends(stretch)
        try:
            if self.civil(first) - first != self.civil(last) - last:
                return None
            split = min((self.civil(first) // DAY + 1) * DAY - self.civil(first) + first, last + 1)
            before, after = ask(first), ask(last)
            even = before == ask(split - 1) and after == (ask(split) if split <= last else after)
        except ValueError:  # the first and the last stretch of the calendar
            return None
        return (split, before, after) if even else None


def _offset(table: dict[int, int | None], time: int, ask: Question) -> int:
    """The offset for a time of either kind; remembers whether its whole stretch has the same."""
    exact = ask(time)
    stretch = time >> STRETCH_BITS
    if stretch not in table:
        try:
            even = {ask(end) for end in _ends(stretch)} == {exact}
        except ValueError:  # the first and the last stretch of the calendar
            even = False
        table[stretch] = exact if even else None
    return exact


def _ends(stretch: int) -> tuple[int, int]:
    """The first and the last microsecond of a stretch."""
    return stretch << STRETCH_BITS, ((stretch + 1) << STRETCH_BITS) - 1


def _table(tables: dict[Key, _Steps], key: Key) -> _Steps | None:
    """The table of a question for one span of time or unit; none when there are too many."""
    if key not in tables and len(tables) >= MOST_TABLES:
        return None
    return tables.setdefault(key, _Steps())


def _shift(moment: datetime.datetime) -> int:
    return _microseconds(moment.utcoffset() or datetime.timedelta())


def _microseconds(length: datetime.timedelta) -> int:
    return length.days * DAY + length.seconds * SECOND + length.microseconds


def _remedy(name: str) -> str:
    known = [one for one in zoneinfo.available_timezones() if not one.startswith(_OF_ONE_MACHINE)]
    near = get_close_matches(name, sorted(known), 1)
    if near:
        return f"did you mean '{near[0]}'?"
    return "give an IANA name, for example Europe/Berlin"
