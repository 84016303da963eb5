"""At most so many acts that earn a day, week, month, quarter, year, or ever."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar

from msgspec import Meta

from regulars.engine.kinds.limit.counting import InPeriod, Unit
from regulars.engine.rules import Sentence

if TYPE_CHECKING:
    from regulars.engine.build import Build

Times = Annotated[int, Meta(ge=1, le=1_000_000)]


class TimesPerPeriod(InPeriod, frozen=True, kw_only=True):
    """At most `most` orders or acts earn in one civil period of the programme's zone; one that
    earns by several rules counts once. What comes next earns nothing, or is refused where
    `overflow` says so.

    `of` names the rules that it limits together, all of them if left out. An order that comes back
    as a whole gives its place free, in the period in which it was.
    """

    acts: ClassVar[bool] = True
    defers: ClassVar[bool] = False
    most: Times

    def at_most(self, build: Build) -> int:
        """So many acts."""
        return self.most

    def sentence(self) -> Sentence:
        """At most once a day."""
        return Sentence(f"limit_{self.kind}", {"most": self.most, "of": self.of})


class TimesPerDay(TimesPerPeriod, frozen=True, kw_only=True, tag="times_per_day"):
    """At most `most` times a civil day."""


class TimesPerWeek(TimesPerPeriod, frozen=True, kw_only=True, tag="times_per_week"):
    """At most `most` times a week, from Monday."""

    unit: ClassVar[Unit] = "week"


class TimesPerMonth(TimesPerPeriod, frozen=True, kw_only=True, tag="times_per_month"):
    """At most `most` times a calendar month."""

    unit: ClassVar[Unit] = "month"


class TimesPerQuarter(TimesPerPeriod, frozen=True, kw_only=True, tag="times_per_quarter"):
    """At most `most` times a quarter of the calendar year."""

    unit: ClassVar[Unit] = "quarter"


class TimesPerYear(TimesPerPeriod, frozen=True, kw_only=True, tag="times_per_year"):
    """At most `most` times a calendar year."""

    unit: ClassVar[Unit] = "year"


class TimesEver(TimesPerPeriod, frozen=True, kw_only=True, tag="times_ever"):
    """At most `most` times for ever: 1 makes a bonus for the first order."""

    unit: ClassVar[Unit] = "ever"


__all__ = [
    "TimesEver",
    "TimesPerDay",
    "TimesPerMonth",
    "TimesPerQuarter",
    "TimesPerWeek",
    "TimesPerYear",
]
