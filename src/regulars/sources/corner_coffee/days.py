"""The 24 months of the export: how busy each day is, and what changed along the way.

Time is told in two ways. A *day* counts from 0, the first day of the export. A *moment* runs
with the custom: each day is as long as it is busy, 1,000 on average, so that a rhythm kept in
moments is quick on a Saturday in Advent, slow in the holidays, and skips days that are closed.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import date, timedelta
from itertools import accumulate

from msgspec import Struct

from regulars.sources.corner_coffee.dice import Dice

MOMENTS = 1000
"""Length of an average day."""

# Monday to Sunday.
BEFORE_WORK = (1270, 1420, 1400, 1430, 1380, 60, 40)
WEEKENDS = (100, 140, 150, 200, 560, 3050, 2800)
ANY_DAY = (720, 880, 880, 920, 1150, 1330, 1120)
PARCELS = (1150, 1080, 1000, 1000, 860, 780, 1130)

# January to December.
CAFE_MONTHS = (930, 950, 990, 1010, 1030, 1010, 960, 940, 1010, 1040, 1050, 1080)
SHOP_MONTHS = (900, 930, 950, 950, 940, 900, 830, 840, 950, 1020, 1240, 1550)

CLOSED = ((12, 25), (12, 26), (1, 1))
HALF_DAYS = ((12, 24), (12, 31))

BETTER_DAYS = 420
"""The café has been getting better for so many days; the shop has not."""
NEWCOMER_DAYS = 150
"""Newcomers of so many last days are looked after best."""
RISE_DAYS = 290
"""Prices rose so many days before the end, on the first of a month."""


class Pattern(Struct, frozen=True, kw_only=True):
    """When in the week and in the year somebody buys."""

    name: str
    week: tuple[int, ...]
    year: tuple[int, ...]
    closes: bool = True


PATTERNS = (
    Pattern(name="before work", week=BEFORE_WORK, year=CAFE_MONTHS),
    Pattern(name="weekends", week=WEEKENDS, year=CAFE_MONTHS),
    Pattern(name="any day", week=ANY_DAY, year=CAFE_MONTHS),
    Pattern(name="parcels", week=PARCELS, year=SHOP_MONTHS, closes=False),
)


def first_day(until: date) -> date:
    """The day after the same day two years before `until`; after 28 February for a 29th."""
    day = 28 if (until.month, until.day) == (2, 29) else until.day
    return date(until.year - 2, until.month, day) + timedelta(days=1)


class Days:
    """The calendar of one export: 24 months that end with the civil day `until`."""

    def __init__(self, until: date, dice: Dice) -> None:
        self.first_date = first_day(until)
        self.count = (until - self.first_date).days + 1
        self.dates = [self.first_date + timedelta(days=day) for day in range(self.count)]
        self.quiet_day = self.count - 1 - (until.weekday() + 1) % 7
        weather = [dice.between(940, 1060) for _ in self.dates]
        self._sums = {pattern.name: self._running(pattern, weather) for pattern in PATTERNS}
        self.rise_day = self._first_of_month(self.count - RISE_DAYS)
        self.mood = [
            max(0, day - self.count + BETTER_DAYS) * 1000 // BETTER_DAYS
            for day in range(self.count)
        ]

    def _running(self, pattern: Pattern, weather: list[int]) -> list[int]:
        """Moments gone by the end of each day."""
        return list(
            accumulate(self._busy(day, pattern) * weather[day] // 1000 for day in range(self.count))
        )

    def _busy(self, day: int, pattern: Pattern) -> int:
        on = self.dates[day]
        busy = pattern.week[on.weekday()] * pattern.year[on.month - 1] // 1000
        if not pattern.closes:
            return busy
        if (on.month, on.day) in CLOSED:
            return 0
        if (on.month, on.day) in HALF_DAYS:
            busy //= 2
        return busy * 760 // 1000 if day == self.quiet_day else busy

    def _first_of_month(self, day: int) -> int:
        while self.dates[day].day != 1:
            day += 1
        return day

    def open_by(self, day: int) -> int:
        """The last day up to `day` on which the café was open."""
        while (self.dates[day].month, self.dates[day].day) in CLOSED:
            day -= 1
        return day

    def end(self, pattern: str) -> int:
        """The moment at which the export ends."""
        return self._sums[pattern][-1]

    def day_at(self, moment: int, pattern: str) -> int:
        """The day on which the moment lies."""
        return bisect_right(self._sums[pattern], moment)

    def moment_of(self, day: int, pattern: str) -> int:
        """The moment at which the day begins."""
        return self._sums[pattern][day - 1] if day else 0
