"""So many points for something that is no sale: a visit, a review, a reload."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import TYPE_CHECKING, ClassVar

from regulars.engine.earning import listens
from regulars.engine.facts import Code
from regulars.engine.happenings import Activity
from regulars.engine.kinds.earn.giving import Giving, Measured, multiplied
from regulars.engine.rules import Handlers, Sentence
from regulars.engine.run import Run
from regulars.engine.texts import Finding, Id, Money, OneOrMany, Positive, parse_money, parse_number
from regulars.engine.weighing import thousandths

if TYPE_CHECKING:
    from regulars.engine.build import Build


class PerActivity(Giving, frozen=True, kw_only=True, tag="per_activity"):
    """`points` whenever one of the acts `activity` is told; as often as it is told, unless a limit
    says how often.

    With `step` (money) it is for every step of the act's amount, with `of` for every one of its
    count of that name (minutes, xp), or for every `each` of them; parts count in proportion and the
    sum is cut once, with `full_steps` only full ones count.
    """

    of_goods: ClassVar[bool] = False
    activity: OneOrMany[Id]
    points: Positive
    step: Money | None = None
    of: Code | None = None
    each: Positive = "1"
    full_steps: bool = False

    def problems(self) -> Iterable[Finding]:
        """Money and a count cannot both be measured; a step needs something to measure."""
        yield from super().problems()
        if self.step is not None and self.of is not None:
            yield Finding("of", "amount_and_count", {})
        if self.each != "1" and self.of is None:
            yield Finding("each", "step_of_nothing", {})
        if self.full_steps and self.step is None and self.of is None:
            yield Finding("full_steps", "step_of_nothing", {})

    def compile(self, build: Build) -> Handlers:
        """Listens to acts."""
        working = Working(self, build)
        return working.measured.earning.handlers({Activity: working.act})

    def sentence(self) -> Sentence:
        """Each review earns 100 points."""
        params = {"step": self.step, "of": self.of, "each": self.each}
        code = "earn_per_activity"
        code += "_amount" if self.step else "_count" if self.of else ""
        return Sentence(
            code,
            {"activity": self.activity, "points": self.points, "asset": self.asset, **params},
        )


class Working:
    """The rule made ready."""

    def __init__(self, rule: PerActivity, build: Build) -> None:
        self.measured = Measured(build, rule, rule.waits)
        self.kinds = frozenset(rule.activity)
        self.of = rule.of
        self.step = parse_money(rule.step).minor if rule.step else 0
        each = parse_number(rule.each)
        self.each = Fraction(each.value * 1000, 10**each.scale)
        points = parse_number(rule.points)
        scale = build.decimals(rule.asset or "")
        self.points = Fraction(points.value * 10**scale, 10**points.scale)
        self.full = rule.full_steps
        self.first = build.policy.rounding == "round_base_then_multiply"

    def act(self, run: Run, act: Activity) -> None:
        """Earn by an act of the right kind, if the rule holds for it."""
        if not listens(act, self.kinds):
            return
        measured = self.measured
        if not measured.tests.holds(run, act):
            run.say(measured.id, "not_for_this", 0, measured.earning.asset)
            return
        base = self.points * self.measure(act)
        wanted = multiplied(base, measured.factor(run, act), self.first)
        run.say(measured.id, "earned", wanted, measured.earning.asset)
        measured.earning.book(run, wanted)

    def measure(self, act: Activity) -> Fraction:
        """How many times the points: once, or for every step of the amount or the count."""
        if self.step:
            times = Fraction(max(act.amount_minor, 0), self.step)
        elif self.of is not None:
            times = max(Fraction(thousandths(act.counts.get(self.of, 0))) / self.each, Fraction(0))
        else:
            return Fraction(1)
        return Fraction(times // 1) if self.full else times
