"""So many points on top, once per order."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from regulars.engine.conditions import Condition
from regulars.engine.kinds.earn.giving import IfSilent, Measured, waiting_problems
from regulars.engine.kinds.earn.per_order import once, worth
from regulars.engine.rules import ChangeRule, Handlers, Sentence
from regulars.engine.texts import Duration, Finding, Id, Money, OneOrMany, Units
from regulars.engine.waiting import Waits

if TYPE_CHECKING:
    from regulars.engine.build import Build


class Add(ChangeRule, frozen=True, kw_only=True, tag="add"):
    """Adds `points` once to an order for which it holds; no modifier multiplies them.

    `when` says for which goods, sales and times, `who` for which members; `minimum` is the least
    that must have been paid for the goods (those that `when` names), after discounts and vouchers:
    a refund that leaves less takes the points back. Limits count them, as what the rule with this
    `id` gives. `after`, `waits_for`, `deadline` and `if_silent` as in earning.
    """

    points: Units
    asset: Id | None = None
    when: Condition | None = None
    who: Condition | None = None
    minimum: Money | None = None
    after: Duration | None = None
    waits_for: OneOrMany[Id] = ()
    deadline: Duration | None = None
    if_silent: IfSilent = "comes"

    def problems(self) -> Iterable[Finding]:
        """A deadline needs something that is waited for."""
        yield from waiting_problems(self.waits_for, self.deadline, self.if_silent)

    def compile(self, build: Build) -> Handlers:
        """Listens to orders, and gives in its own name."""
        waits = Waits(self.after, self.waits_for, self.deadline, self.if_silent == "lapses")
        measured = Measured(build, self, waits, unchanged=True)
        return measured.handlers(once(measured, self, build), worth)

    def sentence(self) -> Sentence:
        """An order of 50 euro or more brings 100 points on top."""
        return Sentence(
            "add_minimum" if self.minimum else "add",
            {
                "points": self.points,
                "asset": self.asset,
                "when": self.when,
                "who": self.who,
                "minimum": self.minimum,
            },
        )
