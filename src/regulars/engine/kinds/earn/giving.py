"""What every kind of earning can say, and what those share that measure an order by its record."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal

from regulars.engine import conditions
from regulars.engine.conditions import Condition
from regulars.engine.earning import Earning, Listening
from regulars.engine.facts import Order
from regulars.engine.rules import Earn, Handlers, Rule
from regulars.engine.run import Run
from regulars.engine.state import Record
from regulars.engine.texts import Duration, Finding, Id, OneOrMany
from regulars.engine.waiting import Waits
from regulars.engine.weighing import Factors, lines_of, modifiers_for, opened

if TYPE_CHECKING:
    from regulars.engine.build import Build

IfSilent = Literal["comes", "lapses"]
Pair = list[int]
"""An exact fraction as two integers."""


class Giving(Earn, frozen=True, kw_only=True):
    """What every kind of earning can say.

    `asset` is what it gives, the main one if left out; `when` says for which goods, sales, members
    and times it holds. `after` is how long it is pending. `waits_for` names acts of which one has
    to be told about the order first (delivered, checkout_complete); without such a word by
    `deadline` it `comes` by itself or `lapses`, as `if_silent` says.
    """

    asset: Id | None = None
    when: Condition | None = None
    after: Duration | None = None
    waits_for: OneOrMany[Id] = ()
    deadline: Duration | None = None
    if_silent: IfSilent = "comes"

    def problems(self) -> Iterable[Finding]:
        """A deadline needs something that is waited for."""
        yield from waiting_problems(self.waits_for, self.deadline, self.if_silent)

    @property
    def waits(self) -> Waits:
        """The waiting as one value."""
        return Waits(self.after, self.waits_for, self.deadline, self.if_silent == "lapses")


def waiting_problems(
    waits_for: tuple[str, ...], deadline: str | None, if_silent: str
) -> Iterable[Finding]:
    """What is wrong with a waiting: a deadline for no word, or an end without a deadline."""
    if deadline is not None and not waits_for:
        yield Finding("deadline", "deadline_without_waits_for", {})
    if if_silent == "lapses" and deadline is None:
        yield Finding("if_silent", "lapses_without_deadline", {})


Freeze = Callable[[Run, Order, Record], Any]
Worth = Callable[[Any, Record], int]


class Measured:
    """A rule that measures an order by its record alone: what the order gives, and what it still
    gives when something came back, are one function, `worth`, of what `freeze` keeps. With
    `unchanged` no modifier changes it."""

    def __init__(self, build: Build, rule: Rule, waits: Waits, unchanged: bool = False) -> None:
        self.id = rule.name_in_state
        both = [one for one in (getattr(rule, "when", None), getattr(rule, "who", None)) if one]
        self.tests = conditions.compiled(Condition(all=both) if both else None, build)
        self.earning = Earning(build, rule, getattr(rule, "asset", None), waits)
        self.factors = Factors((), "additive") if unchanged else modifiers_for(build, self.id)
        self.every = (1 << len(self.factors.modifiers)) - 1

    def handlers(self, freeze: Freeze, worth: Worth) -> Handlers:
        """Listens to orders."""

        def order(run: Run, fact: Order) -> None:
            if not self.holds(run, fact):
                run.say(self.id, "not_for_this", 0, self.earning.asset)
                return
            record = run.record or opened(run, fact)
            frozen = freeze(run, fact, record)
            wanted = worth(frozen, record)
            run.say(self.id, "earned", wanted, self.earning.asset)
            self.earning.freeze(run, self.earning.book(run, wanted), frozen)

        on: Listening = {Order: order}
        return self.earning.handlers(on, worth)

    def holds(self, run: Run, fact: Any) -> bool:
        """Whether the rule's condition holds, its goods and means of payment included."""
        tests = self.tests
        if not tests.holds(run, fact):
            return False
        if tests.tender and not any(fact.tender.get(one, 0) > 0 for one in tests.tender):
            return False
        return not tests.lines or any(tests.takes(line) for line in _goods(fact))

    def factor(self, run: Run, fact: Any) -> Pair:
        """The factor of the modifiers that hold for the whole fact; those that speak of goods hold
        where any of the goods are such."""
        if not self.every:
            return [1, 1]
        mask = self.factors.of_fact(run, fact)
        goods = _goods(fact)
        for index, modifier in enumerate(self.factors.modifiers):
            lines = modifier.tests.lines
            if mask >> index & 1 and lines and not any(map(modifier.tests.takes, goods)):
                mask &= ~(1 << index)
        if run.whys is not None:
            self.say(run, fact, mask)
        return pair(self.factors.factor(fact, mask))

    def say(self, run: Run, fact: Any, mask: int) -> None:
        """Note which modifiers changed something."""
        for index, modifier in enumerate(self.factors.modifiers):
            bit = 1 << index
            if mask & bit:
                same = self.factors.weight(fact, mask) == self.factors.weight(fact, mask & ~bit)
                taken = [one.amount_minor for one in _goods(fact) if modifier.tests.takes(one)]
                code = "not_modified" if same else "modified"
                told = {"eligible_minor": sum(taken)}
                run.say(modifier.id, code, **told)

    def taken(self, order: Order, skipped: frozenset[str] = frozenset()) -> list[int]:
        """The places of the lines of goods that the rule is about."""
        takes = self.tests.takes
        return [
            index
            for index, line in enumerate(lines_of(order))
            if line.category not in skipped and takes(line)
        ]


def _goods(fact: Any) -> Sequence[Any]:
    return lines_of(fact) if isinstance(fact, Order) else ()


def pair(value: Fraction | int) -> Pair:
    """A fraction as two integers."""
    return [value.numerator, value.denominator]


def multiplied(base: Fraction | int, factor: Pair, base_first: bool) -> int:
    """Points times a factor, cut once at the end, or cut before too (`base_first`)."""
    first = Fraction(int(base)) if base_first else Fraction(base)
    return max(int(first * Fraction(*factor) // 1), 0)
