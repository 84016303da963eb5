"""Numbers that grow with what a member does: kept only for the windows that somebody reads."""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

from msgspec import Struct, field

from regulars.engine.calendar import Question, Zone
from regulars.engine.periods import Unit
from regulars.engine.run import Run
from regulars.engine.texts import form
from regulars.ledger.lots import FOREVER

if TYPE_CHECKING:
    from regulars.engine.build import Build
    from regulars.engine.rules import Rule

WINDOW_PATTERN = "^(?:day|week|month|quarter|year|ever|[1-9][0-9]?m)$"
Window = Annotated[
    str,
    form(
        "window", WINDOW_PATTERN, "A stretch of time: day, week, month, quarter, year, 12m, ever."
    ),
]
"""The running civil period, so many months up to now, or everything."""

PERIODS_KEPT = 3
"""Of a calendar window the current period and those before it that a ladder may still read."""


class Entry(Struct, order=True, gc=False):
    """`amount` counted at an instant, in a rolling window until it `leaves`."""

    leaves: int
    at: int
    amount: int


class Meter(Struct, omit_defaults=True):
    """A metric's memory: its sum ever, its sums by period and unit, its rolling entries."""

    total: int = 0
    rolling: int = 0
    entries: list[Entry] = field(default_factory=list)
    periods: dict[str, dict[int, int]] = field(default_factory=dict)


class Metering:
    """One metric made ready. `decimals` of its smallest unit. `until` is when its edition ends, as
    an instant, `next` the same metric of the one after."""

    def __init__(self, build: Build, rule: Rule, decimals: int) -> None:
        self.id = rule.name_in_state
        self.zone: Zone = build.zone
        self.slot = build.slot(rule)
        self.decimals = decimals
        self.months = 0
        self._leaves: tuple[int, Question] | None = None
        self.units: set[Unit] = set()
        self.told: list[Callable[[Run], None]] = []
        self.heard: list[Callable[[Run, int, int], None]] = []
        self.until = FOREVER
        self.next: Metering | None = None
        build.metering[self.id] = self

    def meter(self, run: Run) -> Meter:
        """The holder's memory of this metric."""
        meter: Meter = run.state.memory[self.slot]
        return meter

    def add(self, run: Run, amount: int, at: int) -> None:
        """Count an amount (negative: take back) in the windows of an instant."""
        if not amount:
            return
        meter: Meter = run.state.memory[self.slot]
        meter.total += amount
        for unit in self.units:
            self._add_to_period(meter, unit, amount, at)
        if self.months:
            self._add_entry(run, meter, amount, at)
        listening = self if run.at < self.until else self.at_work(run)
        for hear in listening.heard:
            hear(run, amount, at)
        for tell in listening.told:
            tell(run)

    def at_work(self, run: Run) -> Metering:
        """The same metric in the edition at work: who reads it now is told, also of what an order
        of an earlier edition takes back."""
        one = self
        while one.until <= run.at and one.next is not None:
            one = one.next
        return one

    def _add_to_period(self, meter: Meter, unit: Unit, amount: int, at: int) -> None:
        number = self.zone.period(at, unit)
        sums = meter.periods.setdefault(unit, {})
        sums[number] = sums.get(number, 0) + amount
        if len(sums) > PERIODS_KEPT:
            del sums[min(sums)]

    def _add_entry(self, run: Run, meter: Meter, amount: int, at: int) -> None:
        leaves = self.leaves(at)
        if leaves <= run.at:
            return
        meter.rolling += amount
        entries = meter.entries
        if not entries or entries[-1].leaves < leaves:
            entries.append(Entry(leaves, at, amount))
        else:
            _insert(entries, Entry(leaves, at, amount))

    def leaves(self, at: int) -> int:
        """When what is counted at an instant leaves the longest rolling window that is read."""
        if self._leaves is None or self._leaves[0] != self.months:
            self._leaves = (self.months, self.zone.month_adder(self.months))
        return self._leaves[1](at)

    def rolling(self, run: Run) -> int:
        """The sum in the rolling window that ends now; what has left it is forgotten."""
        meter: Meter = run.state.memory[self.slot]
        entries = meter.entries
        if not entries or entries[0].leaves > run.at:
            return meter.rolling
        gone = 0
        while gone < len(entries) and entries[gone].leaves <= run.at:
            meter.rolling -= entries[gone].amount
            gone += 1
        del entries[:gone]
        return meter.rolling

    def in_period(self, run: Run, unit: Unit, number: int) -> int:
        """The sum in one calendar period, 0 where it is not kept."""
        return self.meter(run).periods.get(unit, {}).get(number, 0)


def _insert(entries: list[Entry], entry: Entry) -> None:
    """Put an entry where it belongs; one of the same instant takes its amount."""
    for known in entries:
        if known.leaves == entry.leaves and known.at == entry.at:
            known.amount += entry.amount
            return
    insort(entries, entry)
