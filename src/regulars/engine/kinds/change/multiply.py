"""So many times the points."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regulars.engine import conditions
from regulars.engine.conditions import Condition
from regulars.engine.rules import ChangeRule, Handlers, Sentence
from regulars.engine.texts import Id, OneOrMany, Positive, parse_number
from regulars.engine.weighing import ONE, Modifier

if TYPE_CHECKING:
    from regulars.engine.build import Build


class Multiply(ChangeRule, frozen=True, kw_only=True, tag="multiply"):
    """Multiplies what is earned by `factor` (at most four decimals).

    `when` says for which goods, sales and times, `who` for which members; `of` names the rules that
    it concerns, all of them if left out. How several modifiers join is the policy's `stack`.
    """

    factor: Positive
    when: Condition | None = None
    who: Condition | None = None
    of: OneOrMany[Id] = ()

    def compile(self, build: Build) -> Handlers:
        """Has no handler of its own: earning rules ask for it."""
        both = [one for one in (self.when, self.who) if one is not None]
        tests = conditions.compiled(Condition(all=both) if both else None, build)
        factor = parse_number(self.factor)
        build.modifiers.append(
            Modifier(
                id=self.name_in_state,
                tests=tests,
                factor=factor.value * ONE // 10**factor.scale,
                of=frozenset(self.of),
            )
        )
        return Handlers()

    def sentence(self) -> Sentence:
        """Beans earn double for Regulars."""
        return Sentence("multiply", {"factor": self.factor, "when": self.when, "who": self.who})
