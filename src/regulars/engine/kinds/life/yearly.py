"""Old lots that are swept out on one day of the year; lots that stay."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

from regulars.engine.kinds.life.keeping import reading
from regulars.engine.periods import anniversary
from regulars.engine.rules import Handlers, Life, Lives, Sentence
from regulars.engine.run import Run
from regulars.engine.texts import Duration, Finding, Unique, form, parse_duration
from regulars.ledger.lots import FOREVER

if TYPE_CHECKING:
    from regulars.engine.build import Build

YEAR_DAY_PATTERN = "^(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])$"
YearDay = Annotated[
    str, form("year_day", YEAR_DAY_PATTERN, "A day of the year as month and day, such as 12-31.")
]


class Yearly(Life, frozen=True, kw_only=True, tag="yearly"):
    """A lot goes at the end of the first `day` of a year (12-31) on which it is `at_least` so old;
    without that, of the first one after it was earned. `remind` is how long before members are
    told."""

    day: YearDay
    at_least: Duration | None = None
    remind: Unique[Duration] = ()

    def problems(self) -> Iterable[Finding]:
        """A day that no year has."""
        try:
            self.on(2000)
        except ValueError:
            yield Finding("day", "no_such_day", {"value": self.day})

    def on(self, year: int) -> int:
        """The day number in a year; 29 February falls on 28 February in common years."""
        month, day = map(int, self.day.split("-"))
        return anniversary(month, day, year)

    def expires(self, build: Build, asset: str) -> Lives:
        """The end of the day, in the first year in which the lot is old enough."""
        zone = build.zone
        span = parse_duration(self.at_least) if self.at_least else None

        def expires(run: Run, earned: int) -> int:
            old = zone.plus(earned, *span) if span else earned + 1
            year = zone.period(old, "year")
            over = zone.start_of_day(self.on(year) + 1)
            return over if over >= old else zone.start_of_day(self.on(year + 1) + 1)

        return expires

    def compile(self, build: Build) -> Handlers:
        """Answers when points go."""
        return reading(self, build)

    def sentence(self) -> Sentence:
        """Points older than a year go at the end of 31 December."""
        return Sentence("life_yearly", {"day": self.day, "at_least": self.at_least})


class Never(Life, frozen=True, kw_only=True, tag="never"):
    """A lot stays."""

    def expires(self, build: Build, asset: str) -> Lives:
        """Never."""
        return lambda run, earned: FOREVER

    def compile(self, build: Build) -> Handlers:
        """Answers that points do not go."""
        return reading(self, build)

    def sentence(self) -> Sentence:
        """Points do not expire."""
        return Sentence("life_never", {})
