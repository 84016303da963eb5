"""What kinds of limits share: how much of one is used up, and in which period."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, ClassVar, Literal

from msgspec import field

from regulars.engine.calendar import Zone
from regulars.engine.edition import Overflow
from regulars.engine.happenings import Opening
from regulars.engine.limiting import ALL, Later, Limiter
from regulars.engine.rules import Handlers, Lasting, Limit
from regulars.engine.run import Run
from regulars.engine.texts import Finding, Id, OneOrMany
from regulars.ledger.lots import FOREVER

if TYPE_CHECKING:
    from regulars.engine.build import Build

Unit = Literal["day", "week", "month", "quarter", "year", "ever"]
NEVER = -(1 << 40)
"""The number of no period."""


class Used(Lasting, omit_defaults=True):
    """How much of a limit is used up in the period with this number, and how much of periods to
    come is taken by what was deferred. `key` is the last fact that a limit on acts counted."""

    period: int = NEVER
    amount: int = 0
    later: dict[int, int] = field(default_factory=dict)
    key: str = ""

    def outlived(self) -> Used:
        """What is used up stays used up; what was deferred is never given."""
        return Used(self.period, self.amount)


class Limiting(Limit, frozen=True, kw_only=True):
    """What every limit can say: `of` names the rules that it limits together, all of them if left
    out; `overflow` what becomes of the rest, as the policy says if left out."""

    acts: ClassVar[bool] = False
    defers: ClassVar[bool] = True
    memory: ClassVar[type | None] = Used
    asset: Id | None = None
    of: OneOrMany[Id] = ()
    overflow: Overflow | None = None

    def problems(self) -> Iterable[Finding]:
        """Where there is no next period nothing can be deferred to it."""
        if self.overflow == "defer" and not self.defers:
            yield Finding("overflow", "defer_without_period", {"kind": self.kind})

    def limiter(self, build: Build, counting: Counting) -> Limiter:
        """The limit made ready, known to every rule that it concerns."""
        asset = self.asset or ("" if self.acts else build.main)
        made = Limiter(
            rule=self.name_in_state,
            asset=asset,
            of=frozenset(self.of),
            overflow=self.how(build),
            room=counting.acts_room if self.acts else counting.room,
            use=counting.use_act if self.acts else counting.use,
            later=counting.later,
            acts=self.acts,
        )
        build.limiters.append(made)
        return made

    def how(self, build: Build) -> Overflow:
        """What becomes of what does not fit; where there is no next period it is cut."""
        how = self.overflow or build.policy.overflow
        return how if how != "defer" or self.defers else "truncate"


class InPeriod(Limiting, frozen=True, kw_only=True):
    """A limit in each civil period of one unit, in the programme's zone."""

    unit: ClassVar[Unit] = "day"

    def at_most(self, build: Build) -> int:
        """How much in one period: of the asset's smallest unit, or acts."""
        raise AssertionError(self.kind)

    def compile(self, build: Build) -> Handlers:
        """Registers a limiter; takes what is used up as an opening."""
        counting = Counting(build.zone, self.unit, build.slot(self), self.at_most(build))
        made = self.limiter(build, counting)
        made.within = None if self.acts else counting.quick()
        return counting.handlers(self.name_in_state)


class Counting:
    """One limit's use in its current period."""

    def __init__(self, zone: Zone, unit: Unit, slot: int, most: int) -> None:
        self.zone = zone
        self.unit: Unit = unit
        self.slot = slot
        self.most = most
        self.number = _numbering(zone, unit)

    def used(self, run: Run) -> Used:
        """The holder's memory of this limit."""
        used: Used = run.state.memory[self.slot]
        return used

    def quick(self) -> Callable[[Run, int], bool]:
        """`room` and `use` in one step, for an amount that goes through whole."""
        slot, most, number = self.slot, self.most, self.number

        def within(run: Run, amount: int) -> bool:
            used: Used = run.state.memory[slot]
            period = number(run.at)
            if period == used.period:
                amount += used.amount
                if amount > most:
                    return False
                used.amount = amount
                return True
            if period < used.period or amount > most or used.later:
                return False
            used.period = period
            used.amount = amount
            return True

        return within

    def room(self, run: Run) -> int:
        """What is left in the period of the fact at work."""
        used = self.used(run)
        period = self.number(run.at)
        if used.period != period:
            return self.most - used.later.get(period, 0)
        return self.most - used.amount

    def acts_room(self, run: Run) -> int:
        """ALL while the period lets one more act through, and for an act that was counted."""
        key = self.used(run).key
        return ALL if key == run.key or self.room(run) > 0 else 0

    def use(self, run: Run, amount: int, at: int) -> None:
        """Count an amount in the period of an instant, if that is not over."""
        used = self.used(run)
        period = self.number(at)
        if period > used.period:
            used.period, used.amount = period, used.later.get(period, 0)
            used.later = {one: used.later[one] for one in used.later if one > period}
        if period == used.period:
            used.amount = max(used.amount + amount, 0)

    def use_act(self, run: Run, amount: int, at: int) -> None:
        """Count an act once, however many rules it earns by; a negative one gives it back."""
        used = self.used(run)
        if amount > 0 and used.key == run.key:
            return
        self.use(run, amount, at)
        used.key = run.key if amount > 0 else ""

    def later(self, run: Run, amount: int) -> list[Later]:
        """The next periods that have room for what is deferred, each with what it takes."""
        used = self.used(run)
        found: list[Later] = []
        period = self.number(run.at)
        while amount > 0:
            period += 1
            part = min(self.most - used.later.get(period, 0), amount)
            if part > 0:
                used.later[period] = used.later.get(period, 0) + part
                found.append(Later(self.starts(period), part))
                amount -= part
        return found

    def starts(self, period: int) -> int:
        """When a period begins; what is limited for ever has only one."""
        return FOREVER if self.unit == "ever" else self.zone.period_start(period, self.unit)

    def opening(self, run: Run, fact: Opening, name: str) -> bool:
        """What is used up already."""
        if fact.what != "limit" or fact.name != name:
            return False
        self.use(run, fact.amount, run.at)
        return True

    def handlers(self, name: str) -> Handlers:
        """Takes what is used up as an opening."""
        return Handlers(opening=lambda run, fact: self.opening(run, fact, name))


def _numbering(zone: Zone, unit: Unit) -> Callable[[int], int]:
    if unit == "day":
        return zone.day_finder()
    if unit == "ever":
        return lambda at: 0
    return lambda at: zone.period(at, unit)
