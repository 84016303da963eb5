"""Metrics by window: which are kept, what is brought in, and how they are read by name."""

from __future__ import annotations

import re
from bisect import insort
from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar, cast

from msgspec import Struct

from regulars.engine.happenings import Grant, Opening
from regulars.engine.metering import WINDOW_PATTERN, Entry, Meter, Metering, Window
from regulars.engine.periods import Unit
from regulars.engine.rules import Handlers, Metric
from regulars.engine.run import Run
from regulars.engine.texts import Unique

if TYPE_CHECKING:
    from regulars.engine.build import Build

EVER = "ever"
UNITS: tuple[Unit, ...] = ("day", "week", "month", "quarter", "year")
YEAR = re.compile(r"[12][0-9]{3}")
BROUGHT = re.compile(rf"{WINDOW_PATTERN}|{YEAR.pattern}")
"""A window, or one year by its number."""
MONTHS = re.compile(r"[1-9][0-9]?m")


class Span(Struct, frozen=True):
    """A window made ready: a civil `unit`, or so many `months` up to now, or neither for ever."""

    unit: Unit | None = None
    months: int = 0


def span_of(window: Window) -> Span:
    """The window of a file's word."""
    if window == EVER:
        return Span()
    if window in UNITS:
        return Span(unit=window)
    return Span(months=int(window[:-1]))


class Windowed(Metric, frozen=True, kw_only=True):
    """A metric that is summed in windows. `windows` are those that only people read; what a ladder
    reads is kept without saying so. A grant in its name (a head start) counts."""

    memory: ClassVar[type | None] = Meter
    windows: Unique[Window] = ()


class Figure(Metering):
    """One metric made ready: its sums in the windows that somebody reads, in its smallest unit.

    `running` is the window that its bare name means: the ladder's, else the first of the file;
    `own` is how the ladder counts, where that is no window.
    """

    def __init__(self, build: Build, rule: Metric, decimals: int) -> None:
        super().__init__(build, rule, decimals)
        windows = getattr(rule, "windows", ())
        self.running = Span()
        self.own: Callable[[Run], int] | None = None
        for window in reversed(windows):
            self.keep(span_of(window))

    def keep(self, span: Span) -> None:
        """Keep a window from now on; it becomes the running one."""
        self.running = span
        if span.unit:
            self.units.add(span.unit)
        self.months = max(self.months, span.months)

    def count_in(self, run: Run, unit: Unit, amount: int) -> None:
        """Count an amount in the running period of one unit alone: what is carried into it."""
        self._add_to_period(self.meter(run), unit, amount, run.at)

    def value(self, run: Run, span: Span) -> int:
        """The sum in a window now."""
        if span.unit:
            return self.in_period(run, span.unit, self.zone.period(run.at, span.unit))
        if span.months == 0:
            return self.meter(run).total
        if span.months == self.months:
            return self.rolling(run)
        counts = self.zone.counts
        return sum(
            entry.amount
            for entry in self.meter(run).entries
            if counts(entry.at, run.at, span.months)
        )

    def since(self, run: Run, start: int) -> int:
        """What was counted after an instant and is still in the longest rolling window."""
        self.rolling(run)
        return sum(entry.amount for entry in self.meter(run).entries if entry.at > start)

    def bare(self, run: Run) -> int:
        """What the metric's name alone means."""
        return self.value(run, self.running) if self.own is None else self.own(run)

    def shown(self, amount: int) -> Decimal:
        """An amount in smallest units as people read it."""
        return Decimal(amount).scaleb(-self.decimals)

    def handlers(self) -> Handlers:
        """What every metric listens to: head starts, what is brought in, readers."""
        return Handlers(on={Grant: self.grant}, opening=self.opening, read=self.read)

    def grant(self, run: Run, fact: Grant) -> None:
        """A head start: a grant in the metric's own name."""
        if fact.asset == self.id:
            self.add(run, fact.amount, run.at)
            run.say(self.id, "head_start", fact.amount)

    def opening(self, run: Run, fact: Opening) -> bool:
        """What was counted before, in one window or, where none is told, in all that are kept but
        the day: that it was brought in today does not mean that it happened today."""
        if fact.what != "metric" or fact.name != self.id:
            return False
        window = fact.details.get("window", "")
        if window and not BROUGHT.fullmatch(window):
            return False
        if window:
            self.bring(run, fact.amount, window)
            for tell in self.told:
                tell(run)
        else:
            self.add(run, fact.amount, run.at)
            if "day" in self.units:
                self._add_to_period(self.meter(run), "day", -fact.amount, run.at)
        return True

    def bring(self, run: Run, amount: int, window: str) -> None:
        """Count an amount in one window alone; the sum ever is at least as much."""
        meter = self.meter(run)
        if YEAR.fullmatch(window):
            if "year" in self.units:
                start = self.zone.period_start(int(window), "year")
                self._add_to_period(meter, "year", amount, start)
            meter.total += amount
            return
        span = span_of(window)
        if span.unit and span.unit in self.units:
            self._add_to_period(meter, span.unit, amount, run.at)
        elif span.months and self.months:
            meter.rolling += amount
            insort(meter.entries, Entry(self.leaves(run.at), run.at, amount))
        meter.total = max(meter.total, amount)

    def read(self, run: Run, name: str) -> Any:
        """The metric by name: alone in its running window, else `name_year`, `name_2024`,
        `name_12m`, `name_ever`; None for other names and for windows that nobody keeps."""
        if name == self.id:
            return self.shown(self.bare(run))
        if not name.startswith(f"{self.id}_"):
            return None
        window = name[len(self.id) + 1 :]
        amount = self.in_window(run, window)
        return None if amount is None else self.shown(amount)

    def in_window(self, run: Run, window: str) -> int | None:
        """The sum in a window by its word, None where it is not kept."""
        if YEAR.fullmatch(window):
            return self.in_period(run, "year", int(window)) if "year" in self.units else None
        if window in UNITS:
            return self.value(run, span_of(window)) if window in self.units else None
        if MONTHS.fullmatch(window):
            span = span_of(window)
            return self.value(run, span) if span.months <= self.months else None
        return self.value(run, Span()) if window == EVER else None


def figure(build: Build, metric: str) -> Figure:
    """The metric with this id, made ready. Raises KeyError."""
    return cast(Figure, build.metering[metric])


__all__ = ["EVER", "Figure", "Span", "Windowed", "figure", "span_of"]
