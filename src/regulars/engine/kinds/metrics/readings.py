"""What instruments count: the difference between one reading and the one before it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from msgspec import Struct, field

from regulars.engine import conditions
from regulars.engine.calendar import Zone
from regulars.engine.conditions import Condition
from regulars.engine.facts import Code
from regulars.engine.happenings import Activity, Opening
from regulars.engine.kinds.metrics.figures import Figure, Windowed
from regulars.engine.metering import Meter
from regulars.engine.periods import Unit
from regulars.engine.rules import Handlers, Sentence
from regulars.engine.run import Run
from regulars.engine.state import BEGINNING
from regulars.engine.texts import Id, OneOrMany
from regulars.engine.weighing import thousandths

if TYPE_CHECKING:
    from regulars.engine.build import Build

THOUSANDTHS = 3
FIRST = "first"
"""The label of a reading that enters an instrument, or enters it anew."""


class Reading(Struct, omit_defaults=True):
    """The last accepted reading of one instrument, in thousandths, and when it was."""

    value: int
    at: int = BEGINNING


class Read(Meter):
    """The sums, and the last reading by instrument."""

    last: dict[str, Reading] = field(default_factory=dict)


class Instruments:
    """Readings of several instruments of one member, told by acts of these kinds."""

    def __init__(self, activity: tuple[str, ...], of: str, instrument: str) -> None:
        self.kinds = frozenset(activity)
        self.of = of
        self.instrument = instrument

    def tells(self, act: Activity) -> bool:
        """Whether an act tells a reading."""
        return act.kind in self.kinds and self.of in act.counts

    def difference(self, run: Run, act: Activity, last: dict[str, Reading]) -> tuple[int, Reading]:
        """How much more an instrument shows, in thousandths, and its reading before; nothing more
        for the first one, less than nothing for a reading that cannot be. What is less is not
        remembered."""
        value = thousandths(act.counts[self.of])
        name = act.labels.get(self.instrument, "")
        known = last.get(name)
        if known is None or act.labels.get(FIRST) == "yes":
            last[name] = Reading(value, run.at)
            return 0, last[name]
        if value >= known.value:
            last[name] = Reading(value, run.at)
        return value - known.value, known


class Readings(Windowed, frozen=True, kw_only=True, tag="readings"):
    """Counts what instruments of a member count (miles, kilowatt hours): the difference between a
    reading, told by the act `activity` as its count `of`, and the last one of the same
    `instrument`, which a label of the act names.

    The first reading enters an instrument, as does one with the label `first: yes` (a new one in
    its place); what was before does not count. A reading below the last one is refused and not
    remembered. With `within` a reading counts only from one of the same civil period on: so a year
    needs two. `when` says whose readings count.
    """

    memory: ClassVar[type | None] = Read
    activity: OneOrMany[Id]
    of: Code = "reading"
    instrument: Code = "instrument"
    within: Unit | None = None
    when: Condition | None = None

    def compile(self, build: Build) -> Handlers:
        """Listens to readings."""
        working = Working(self, build)
        handlers = working.figure.handlers()
        handlers.on[Activity] = working.act
        handlers.opening, handlers.refuses = working.opening, True
        return handlers

    def sentence(self) -> Sentence:
        """1,000 miles by readings."""
        return Sentence("metric_readings", {"of": self.of, "when": self.when})


class Working:
    """The count made ready, in thousandths."""

    def __init__(self, rule: Readings, build: Build) -> None:
        self.id = rule.name_in_state
        self.slot = build.slot(rule)
        self.figure = Figure(build, rule, THOUSANDTHS)
        self.tests = conditions.compiled(rule.when, build)
        self.instruments = Instruments(rule.activity, rule.of, rule.instrument)
        self.within = rule.within
        self.zone: Zone = build.zone

    def act(self, run: Run, act: Activity) -> None:
        """Count what an instrument shows more than before."""
        if not self.instruments.tells(act) or not self.tests.holds(run, act):
            return
        memory: Read = run.state.memory[self.slot]
        more, before = self.instruments.difference(run, act, memory.last)
        if more < 0:
            run.change("activity", act.key, "refused", "reading_below_last", rule=self.id)
            run.say(self.id, "reading_below_last")
            return
        if more and self.counts(run, before):
            self.figure.add(run, more, run.at)
            run.say(self.id, "counted", more)

    def counts(self, run: Run, before: Reading) -> bool:
        """Whether the reading before lies in the same period, where that is asked for."""
        if self.within is None:
            return True
        if before.at == BEGINNING:
            return False
        period = self.zone.period
        return period(before.at, self.within) == period(run.at, self.within)

    def opening(self, run: Run, fact: Opening) -> bool:
        """Takes a last reading, for every rule that reads such; else what any metric takes."""
        if fact.what == "reading":
            memory: Read = run.state.memory[self.slot]
            memory.last[fact.name] = Reading(fact.amount * 1000)
            return False
        return self.figure.opening(run, fact)
