"""At most so many points a day, week, month, year, order, or ever."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from msgspec import Struct

from regulars.engine.calendar import Zone
from regulars.engine.edition import Overflow
from regulars.engine.happenings import Opening
from regulars.engine.limiting import Limiter
from regulars.engine.rules import Handlers, Limit, Sentence
from regulars.engine.run import Run
from regulars.engine.texts import Id, OneOrMany, Positive
from regulars.ledger.lots import FOREVER

if TYPE_CHECKING:
    from regulars.engine.build import Build

Unit = Literal["day", "week", "month", "quarter", "year"]


class Used(Struct):
    """How much of a limit is used up in the period with this number."""

    period: int = -(1 << 40)
    amount: int = 0


class PerPeriod(Limit, frozen=True, kw_only=True):
    """At most `most` of an asset in one civil period of the programme's zone.

    `of` names the rules that it limits together, all that give the asset if left out; `overflow`
    says what becomes of the rest, the policy's if left out.
    """

    unit: ClassVar[Unit] = "day"
    memory: ClassVar[type | None] = Used
    most: Positive
    asset: Id | None = None
    of: OneOrMany[Id] = ()
    overflow: Overflow | None = None

    def compile(self, build: Build) -> Handlers:
        """Registers a limiter; takes what is used up as an opening."""
        counting = Counting(
            build.zone, self.unit, build.slot(self), build.units(self.most, self.asset or "")
        )
        build.limiters.append(
            Limiter(
                rule=self.name_in_state,
                asset=self.asset or build.main,
                of=frozenset(self.of),
                overflow=self.overflow or build.policy.overflow,
                room=counting.room,
                use=counting.use,
                next=counting.next,
            )
        )
        return Handlers(opening=lambda run, fact: counting.opening(run, fact, self.name_in_state))

    def sentence(self) -> Sentence:
        """Nobody earns more than 200 points a day."""
        return Sentence(f"limit_points_per_{self.unit}", {"most": self.most, "asset": self.asset})


class Counting:
    """One limit's use in its current period."""

    def __init__(self, zone: Zone, unit: Unit, slot: int, most: int) -> None:
        self.zone = zone
        self.unit = unit
        self.slot = slot
        self.most = most

    def now(self, run: Run, at: int) -> int:
        """The number of the period of an instant."""
        if self.unit == "day":
            return self.zone.day(at)
        return self.zone.period(at, self.unit)

    def room(self, run: Run) -> int:
        """What is left in the period of the fact at work."""
        used: Used = run.state.memory[self.slot]
        if used.period != self.now(run, run.at):
            return self.most
        return self.most - used.amount

    def use(self, run: Run, amount: int, at: int) -> None:
        """Count an amount in the period of an instant, if that is not over."""
        used: Used = run.state.memory[self.slot]
        period = self.now(run, at)
        if period > used.period:
            used.period, used.amount = period, 0
        if period == used.period:
            used.amount = max(used.amount + amount, 0)

    def next(self, run: Run) -> int:
        """When the next period begins."""
        return self.zone.period_start(self.now(run, run.at) + 1, self.unit)

    def opening(self, run: Run, fact: Opening, name: str) -> bool:
        """What is used up already."""
        if fact.what != "limit" or fact.name != name:
            return False
        self.use(run, fact.amount, run.at)
        return True


class PointsPerDay(PerPeriod, frozen=True, kw_only=True, tag="points_per_day"):
    """At most `most` a civil day."""


class PointsPerWeek(PerPeriod, frozen=True, kw_only=True, tag="points_per_week"):
    """At most `most` a week, from Monday."""

    unit: ClassVar[Unit] = "week"


class PointsPerMonth(PerPeriod, frozen=True, kw_only=True, tag="points_per_month"):
    """At most `most` a calendar month."""

    unit: ClassVar[Unit] = "month"


class PointsPerYear(PerPeriod, frozen=True, kw_only=True, tag="points_per_year"):
    """At most `most` a calendar year."""

    unit: ClassVar[Unit] = "year"


__all__ = ["FOREVER", "PointsPerDay", "PointsPerMonth", "PointsPerWeek", "PointsPerYear"]
