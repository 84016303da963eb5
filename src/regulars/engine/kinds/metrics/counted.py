"""Things that are counted: what orders name, orders themselves, acts."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from regulars.engine import conditions
from regulars.engine.conditions import Condition
from regulars.engine.facts import Order
from regulars.engine.happenings import Activity
from regulars.engine.kinds.metrics.figures import Figure, Windowed
from regulars.engine.returning import all_back, count_left
from regulars.engine.rules import Handlers, Metric, Sentence, Undoing
from regulars.engine.run import Run
from regulars.engine.texts import Id, OneOrMany
from regulars.engine.weighing import thousandths

if TYPE_CHECKING:
    from regulars.engine.build import Build

THOUSANDTHS = 3
"""Decimals of a count."""
ONE = 1000


class Counted(Windowed, frozen=True, kw_only=True, tag="counted"):
    """Counts what orders and acts tell under a name of `counts` (nights, drinks, miles).

    `when` says for which sales, members and times. A refund takes back what came back.
    """

    of: Id
    when: Condition | None = None

    def compile(self, build: Build) -> Handlers:
        """Listens to orders and acts."""
        working = Working(self, self.when, build)
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
        self.figure.add(run, amount, run.at)
        run.say(self.id, "counted", amount)
        if run.record is not None:
            run.record.given[self.id] = run.record.kept[self.id] = amount

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
            self.figure.add(run, keep - kept, record.at)
            run.say(self.id, "counted_less", keep - kept)
