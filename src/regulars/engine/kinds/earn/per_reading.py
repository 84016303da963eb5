"""Points for what an instrument counts between two readings."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, ClassVar

from msgspec import Struct, field

from regulars.engine.facts import Code
from regulars.engine.happenings import Activity, Opening
from regulars.engine.kinds.earn.giving import Giving, Measured, multiplied
from regulars.engine.kinds.metrics.readings import Instruments, Reading
from regulars.engine.rules import Handlers, Sentence
from regulars.engine.run import Run
from regulars.engine.texts import Id, OneOrMany, Positive, parse_number

if TYPE_CHECKING:
    from regulars.engine.build import Build


class Metered(Struct, omit_defaults=True):
    """The last reading by instrument; what has been counted, in thousandths."""

    last: dict[str, Reading] = field(default_factory=dict)
    total: int = 0


class PerReading(Giving, frozen=True, kw_only=True, tag="per_reading"):
    """`points` for every `each` that an instrument counts between two readings, told by the act
    `activity` as its count `of`; a label of the act names the `instrument`. Parts add up from
    reading to reading: nothing is lost by reading often. The first reading of an instrument earns
    nothing, one below the last is refused.
    """

    memory: ClassVar[type | None] = Metered
    activity: OneOrMany[Id]
    points: Positive
    each: Positive = "1"
    of: Code = "reading"
    instrument: Code = "instrument"

    def compile(self, build: Build) -> Handlers:
        """Listens to readings."""
        working = Working(self, build)
        handlers = working.measured.earning.handlers({Activity: working.act})
        handlers.opening, handlers.refuses = working.opening, True
        return handlers

    def sentence(self) -> Sentence:
        """Every 10 miles ridden earn 1 point."""
        params = {"points": self.points, "asset": self.asset, "each": self.each, "of": self.of}
        return Sentence("earn_per_reading", {**params, "when": self.when})


class Working:
    """The rule made ready. `rate` in the asset's smallest unit for a thousandth."""

    def __init__(self, rule: PerReading, build: Build) -> None:
        self.measured = Measured(build, rule, rule.waits)
        self.slot = build.slot(rule)
        self.instruments = Instruments(rule.activity, rule.of, rule.instrument)
        points, each = parse_number(rule.points), parse_number(rule.each)
        units = Fraction(points.value * 10 ** build.decimals(rule.asset or ""), 10**points.scale)
        self.rate = units / Fraction(each.value * 1000, 10**each.scale)

    def act(self, run: Run, act: Activity) -> None:
        """Earn what has come together since the last reading."""
        measured = self.measured
        if not self.instruments.tells(act):
            return
        if not measured.tests.holds(run, act):
            run.say(measured.id, "not_for_this", 0, measured.earning.asset)
            return
        memory: Metered = run.state.memory[self.slot]
        more, _before = self.instruments.difference(run, act, memory.last)
        if more < 0:
            rule = measured.id
            run.change("activity", act.key, "refused", "reading_below_last", rule=rule)
            run.say(measured.id, "reading_below_last")
            return
        base = int(self.rate * (memory.total + more)) - int(self.rate * memory.total)
        memory.total += more
        wanted = multiplied(base, measured.factor(run, act), False)
        run.say(measured.id, "earned", wanted, measured.earning.asset)
        measured.earning.book(run, wanted)

    def opening(self, run: Run, fact: Opening) -> bool:
        """Notes a last reading that is brought in, for every rule that reads such."""
        if fact.what == "reading":
            memory: Metered = run.state.memory[self.slot]
            memory.last[fact.name] = Reading(fact.amount * 1000)
        return False
