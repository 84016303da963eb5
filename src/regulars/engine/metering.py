"""Numbers that grow with what a member does: kept only for the windows that somebody reads."""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec import Struct, field

from regulars.engine.calendar import Zone
from regulars.engine.periods import Unit
from regulars.engine.run import Run

if TYPE_CHECKING:
    from regulars.engine.build import Build
    from regulars.engine.rules import Rule

PERIODS_KEPT = 3
"""Of a calendar window the current period and those before it that a ladder may still read."""


class Entry(Struct, order=True, gc=False):
    """`amount` counted at an instant, in a rolling window until it `leaves`."""

    leaves: int
    at: int
    amount: int


class Meter(Struct):
    """A metric's memory: its sum ever, its sums by period and unit, its rolling entries."""

    total: int = 0
    rolling: int = 0
    entries: list[Entry] = field(default_factory=list)
    periods: dict[str, dict[int, int]] = field(default_factory=dict)


class Metering:
    """One metric made ready. `decimals` of its smallest unit."""

    def __init__(self, build: Build, rule: Rule, decimals: int) -> None:
        self.id = rule.name_in_state
        self.zone: Zone = build.zone
        self.slot = build.slot(rule)
        self.decimals = decimals
        self.months = 0
        self.units: set[Unit] = set()
        self.told: list[Callable[[Run], None]] = []
        build.metering[self.id] = self

    def meter(self, run: Run) -> Meter:
        """The holder's memory of this metric."""
        meter: Meter = run.state.memory[self.slot]
        return meter

    def add(self, run: Run, amount: int, at: int) -> None:
        """Count an amount (negative: take back) in the windows of an instant."""
        if not amount:
            return
        meter = self.meter(run)
        meter.total += amount
        for unit in self.units:
            self._add_to_period(meter, unit, amount, at)
        if self.months:
            self._add_entry(run, meter, amount, at)
        for tell in self.told:
            tell(run)

    def _add_to_period(self, meter: Meter, unit: Unit, amount: int, at: int) -> None:
        number = self.zone.period(at, unit)
        sums = meter.periods.setdefault(unit, {})
        sums[number] = sums.get(number, 0) + amount
        if len(sums) > PERIODS_KEPT:
            del sums[min(sums)]

    def _add_entry(self, run: Run, meter: Meter, amount: int, at: int) -> None:
        leaves = self.zone.leaves(at, self.months)
        if leaves <= run.at:
            return
        meter.rolling += amount
        entries = meter.entries
        entry = Entry(leaves, at, amount)
        if not entries or entries[-1].leaves < leaves:
            entries.append(entry)
            return
        for known in entries:
            if known.leaves == leaves and known.at == at:
                known.amount += amount
                return
        insort(entries, entry)

    def rolling(self, run: Run) -> int:
        """The sum in the rolling window that ends now; what has left it is forgotten."""
        meter = self.meter(run)
        entries = meter.entries
        gone = 0
        while gone < len(entries) and entries[gone].leaves <= run.at:
            meter.rolling -= entries[gone].amount
            gone += 1
        if gone:
            del entries[:gone]
        return meter.rolling

    def in_period(self, run: Run, unit: Unit, number: int) -> int:
        """The sum in one calendar period, 0 where it is not kept."""
        return self.meter(run).periods.get(unit, {}).get(number, 0)
