"""Lots that live for a fixed time from when they were earned."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from regulars.engine.kinds.life.keeping import Ends, reading
from regulars.engine.rules import Handlers, Life, Lives, Sentence
from regulars.engine.texts import MOST_MONTHS, Duration, Unique, parse_duration

if TYPE_CHECKING:
    from regulars.engine.build import Build
    from regulars.engine.run import Run


class After(Life, frozen=True, kw_only=True, tag="after"):
    """A lot is over when `life` has passed since it was earned: at the same clock time, clamped to
    the month's last day; with `ends`, when the civil day of that instant begins or ends. `remind`
    is how long before members are told."""

    life: Duration
    ends: Ends = "instant"
    remind: Unique[Duration] = ()

    def expires(self, build: Build, asset: str) -> Lives:
        """The same clock time, so many months or days later."""
        span = parse_duration(self.life)
        plus = build.zone.plus

        if self.ends != "instant":
            zone, days = build.zone, int(self.ends == "end_of_day")
            return lambda run, earned: zone.start_of_day(zone.day(plus(earned, *span)) + days)

        def expires(run: Run, earned: int) -> int:
            return plus(earned, *span)

        return expires

    def compile(self, build: Build) -> Handlers:
        """Answers when points go."""
        return reading(self, build)

    def sentence(self) -> Sentence:
        """Points last 12 months."""
        return Sentence("life_after", {"life": self.life, "remind": self.remind})


class MonthEnd(Life, frozen=True, kw_only=True, tag="month_end"):
    """A lot lives to the end of the calendar month that lies `months` after the one in which it
    was earned. `remind` is how long before members are told."""

    months: Annotated[int, Meta(ge=0, le=MOST_MONTHS)]
    remind: Unique[Duration] = ()

    def expires(self, build: Build, asset: str) -> Lives:
        """The first instant of the month after."""
        month_end = build.zone.month_ender(self.months)

        def expires(run: Run, earned: int) -> int:
            return month_end(earned)

        return expires

    def compile(self, build: Build) -> Handlers:
        """Answers when points go."""
        return reading(self, build)

    def sentence(self) -> Sentence:
        """Points last 12 months, to the end of the month."""
        return Sentence("life_month_end", {"months": self.months, "remind": self.remind})
