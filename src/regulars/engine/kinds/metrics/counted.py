"""Things that are counted: what orders name, orders themselves, acts."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from regulars.engine import conditions
from regulars.engine.calendar import instant_of
from regulars.engine.conditions import Condition
from regulars.engine.facts import Code, Order
from regulars.engine.happenings import Activity
from regulars.engine.kinds.metrics.figures import Figure, Windowed
from regulars.engine.periods import date_of
from regulars.engine.returning import all_back, count_left
from regulars.engine.rules import Handlers, Metric, Sentence, Undoing
from regulars.engine.run import Run
from regulars.engine.state import Record
from regulars.engine.texts import Id, OneOrMany
from regulars.engine.weighing import thousandths

if TYPE_CHECKING:
    from regulars.engine.build import Build

THOUSANDTHS = 3
"""Decimals of a count."""
ONE = 1000
CHECK_IN = "check_in"
"""The date at which a stay begins; its own time is its end."""
StayYear = Literal["by_checkout_date", "by_stay_date"]


class Counted(Windowed, frozen=True, kw_only=True, tag="counted"):
    """Counts what orders and acts tell under a name of `counts` (nights, drinks, miles).

    `when` says for which sales, members and times. It counts at the time of the order, or at the
    date `dated_by` that it tells (check_in, delivered). A stay that tells its `check_in` counts
    whole at its end, or with `stay_year: by_stay_date` each night in its own year. A refund takes
    back what came back, the last of it first.
    """

    of: Id
    when: Condition | None = None
    dated_by: Code | None = None
    stay_year: StayYear = "by_checkout_date"

    def compile(self, build: Build) -> Handlers:
        """Listens to orders and acts."""
        working = Working(self, self.when, build)
        working.dated_by = self.dated_by
        working.by_night = self.stay_year == "by_stay_date"
        of = self.of

        def count(run: Run, fact: Order | Activity) -> None:
            working.add(run, fact, thousandths(fact.counts.get(of, Decimal(0))))

        def undo(run: Run, undoing: Undoing) -> None:
            left = 0 if undoing.record.closed else count_left(undoing.record, of)
            working.leave(run, undoing, left)

        return working.handlers({Order: count, Activity: count}, undo)

    def sentence(self) -> Sentence:
        """Nights."""
        return Sentence("metric_counted", {"of": self.of, "when": self.when})


class Orders(Windowed, frozen=True, kw_only=True, tag="orders"):
    """Counts orders; one that comes back whole counts no longer. With `once_a_day` the first of a
    civil day alone: a visit."""

    when: Condition | None = None
    once_a_day: bool = False

    def compile(self, build: Build) -> Handlers:
        """Listens to orders."""
        working = Working(self, self.when, build, self.once_a_day)

        def count(run: Run, order: Order) -> None:
            working.add(run, order, ONE)

        def undo(run: Run, undoing: Undoing) -> None:
            if undoing.cancelled or all_back(undoing.record):
                working.leave(run, undoing, 0)

        return working.handlers({Order: count}, undo)

    def sentence(self) -> Sentence:
        """Orders."""
        return Sentence("metric_orders", {"when": self.when})


class Activities(Windowed, frozen=True, kw_only=True, tag="activities"):
    """Counts acts of these kinds; with `once_a_day` the first of a civil day alone."""

    activity: OneOrMany[Id]
    when: Condition | None = None
    once_a_day: bool = False

    def compile(self, build: Build) -> Handlers:
        """Listens to acts."""
        working = Working(self, self.when, build, self.once_a_day)
        kinds = frozenset(self.activity)

        def count(run: Run, fact: Activity) -> None:
            if fact.kind in kinds:
                working.add(run, fact, ONE)

        return working.handlers({Activity: count}, None)

    def sentence(self) -> Sentence:
        """Reviews."""
        return Sentence("metric_activities", {"activity": self.activity, "when": self.when})


class Working:
    """A count made ready, in thousandths."""

    def __init__(
        self, rule: Metric, when: Condition | None, build: Build, once_a_day: bool = False
    ) -> None:
        self.id = rule.name_in_state
        self.figure = Figure(build, rule, THOUSANDTHS)
        self.tests = conditions.compiled(when, build)
        self.once_a_day = once_a_day
        self.dated_by: str | None = None
        self.by_night = False
        if once_a_day:
            self.figure.units.add("day")

    def handlers(self, on: dict[type, Any], undo: Any) -> Handlers:
        """What the kind listens to, beside what every metric does."""
        handlers = self.figure.handlers()
        handlers.on.update(on)
        handlers.undo = undo
        return handlers

    def add(self, run: Run, fact: Order | Activity, amount: int) -> None:
        """Count an amount if the fact is right, and freeze it."""
        if not amount or not self.tests.holds(run, fact):
            return
        if self.once_a_day and self.counted_today(run):
            return
        parts = self.parts(run, fact, amount)
        for at, part in parts:
            self.figure.add(run, part, at)
        run.say(self.id, "counted", amount)
        if run.record is not None:
            run.record.given[self.id] = run.record.kept[self.id] = amount
            if parts != [(run.at, amount)]:
                run.record.frozen[self.id] = [list(part) for part in parts]

    def parts(self, run: Run, fact: Order | Activity, amount: int) -> list[tuple[int, int]]:
        """At which instants how much of an amount counts."""
        dates = fact.dates if isinstance(fact, Order) else {}
        if self.dated_by and self.dated_by in dates:
            return [(instant_of(dates[self.dated_by]), amount)]
        if not self.by_night or CHECK_IN not in dates:
            return [(run.at, amount)]
        return self.nights(run, self.figure.zone.day(instant_of(dates[CHECK_IN])), amount)

    def nights(self, run: Run, first: int, amount: int) -> list[tuple[int, int]]:
        """One night for each day from the first one on, together by year."""
        zone = self.figure.zone
        years: dict[int, tuple[int, int]] = {}
        for night in range(-(-amount // ONE)):
            day = first + night
            at = min(zone.start_of_day(day), run.at)
            part = min(ONE, amount - night * ONE)
            since, before = years.get(date_of(day).year, (at, 0))
            years[date_of(day).year] = (since, before + part)
        return list(years.values())

    def counted_today(self, run: Run) -> bool:
        """Whether this civil day has counted already."""
        return self.figure.in_period(run, "day", self.figure.zone.day(run.at)) > 0

    def leave(self, run: Run, undoing: Undoing, left: int) -> None:
        """Take back all but what is left of an order."""
        record = undoing.record
        kept = record.kept.get(self.id, 0)
        keep = max(min(kept, left), 0)
        if keep < kept:
            record.kept[self.id] = keep
            self.take_back(run, record, kept - keep)
            run.say(self.id, "counted_less", keep - kept)

    def take_back(self, run: Run, record: Record, amount: int) -> None:
        """Take back an amount where it was counted, the last part first."""
        parts = record.frozen.get(self.id) or [[record.at, amount]]
        for part in reversed(parts):
            moved = min(part[1], amount)
            if moved:
                self.figure.add(run, -moved, part[0])
                part[1] -= moved
                amount -= moved
