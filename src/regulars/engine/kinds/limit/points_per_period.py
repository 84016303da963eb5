"""At most so many points a day, week, month, quarter, year, or ever."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from regulars.engine.kinds.limit.counting import InPeriod, Unit
from regulars.engine.rules import Sentence
from regulars.engine.texts import Units

if TYPE_CHECKING:
    from regulars.engine.build import Build


class PerPeriod(InPeriod, frozen=True, kw_only=True):
    """At most `most` of an asset in one civil period of the programme's zone.

    `of` names the rules that it limits together, all that give the asset if left out; `overflow`
    says what becomes of the rest, the policy's if left out. What comes back gives room in the
    period of its order.
    """

    most: Units

    def at_most(self, build: Build) -> int:
        """In the smallest unit of the asset."""
        return build.units(self.most, self.asset or "")

    def sentence(self) -> Sentence:
        """Nobody earns more than 200 points a day."""
        return Sentence(
            f"limit_{self.kind}",
            {"most": self.most, "asset": self.asset, "of": self.of},
        )


class PointsPerDay(PerPeriod, frozen=True, kw_only=True, tag="points_per_day"):
    """At most `most` a civil day."""


class PointsPerWeek(PerPeriod, frozen=True, kw_only=True, tag="points_per_week"):
    """At most `most` a week, from Monday."""

    unit: ClassVar[Unit] = "week"


class PointsPerMonth(PerPeriod, frozen=True, kw_only=True, tag="points_per_month"):
    """At most `most` a calendar month."""

    unit: ClassVar[Unit] = "month"


class PointsPerQuarter(PerPeriod, frozen=True, kw_only=True, tag="points_per_quarter"):
    """At most `most` a quarter of the calendar year."""

    unit: ClassVar[Unit] = "quarter"


class PointsPerYear(PerPeriod, frozen=True, kw_only=True, tag="points_per_year"):
    """At most `most` a calendar year."""

    unit: ClassVar[Unit] = "year"


class PointsEver(PerPeriod, frozen=True, kw_only=True, tag="points_ever"):
    """At most `most` for ever."""

    unit: ClassVar[Unit] = "ever"
    defers: ClassVar[bool] = False


__all__ = [
    "PointsEver",
    "PointsPerDay",
    "PointsPerMonth",
    "PointsPerQuarter",
    "PointsPerWeek",
    "PointsPerYear",
]
