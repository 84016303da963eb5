"""A welcome: points for joining, once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from msgspec import Struct
from msgspec.structs import replace

from regulars.engine.conditions import asks_goods
from regulars.engine.happenings import SignUp
from regulars.engine.kinds.earn.giving import Giving, Measured
from regulars.engine.rules import Handlers, Sentence
from regulars.engine.run import Run
from regulars.engine.texts import Finding, Units

if TYPE_CHECKING:
    from regulars.engine.build import Build


class Welcomed(Struct, omit_defaults=True):
    """Whether the welcome was given."""

    done: bool = False


class OnSignUp(Giving, frozen=True, kw_only=True, tag="on_sign_up"):
    """`points` when a member joins: once, however often a sign-up is told. Modifiers do not change
    a welcome."""

    memory: ClassVar[type | None] = Welcomed
    of_goods: ClassVar[bool] = False
    points: Units

    def problems(self) -> Iterable[Finding]:
        """A sign-up has no goods, and no order to wait for."""
        yield from super().problems()
        if self.when is not None and asks_goods(self.when):
            yield Finding("when", "no_goods_here", {"kind": self.kind})
        if self.waits_for:
            yield Finding("waits_for", "no_order_here", {"kind": self.kind})

    def compile(self, build: Build) -> Handlers:
        """Listens to sign-ups."""
        measured = Measured(build, self, self.waits)
        slot = build.slot(self)
        points = build.units(self.points, self.asset or "")

        def joined(run: Run, fact: SignUp) -> None:
            memory: Welcomed = run.state.memory[slot]
            if memory.done or not measured.tests.holds(run, fact):
                run.say(measured.id, "not_for_this", 0, measured.earning.asset)
                return
            memory.done = True
            run.say(measured.id, "welcomed", points, measured.earning.asset)
            measured.earning.book(run, points)

        def returned(run: Run) -> None:
            """Whoever comes back after they left for good was welcomed before."""
            memory: Welcomed = run.state.memory[slot]
            memory.done = True

        return replace(measured.earning.handlers({SignUp: joined}), returned=returned)

    def sentence(self) -> Sentence:
        """Who joins gets 50 points."""
        return Sentence("earn_on_sign_up", {"points": self.points, "asset": self.asset})
