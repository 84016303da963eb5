"""At most so many points for one order or act."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from regulars.engine.kinds.limit.counting import Counting, Limiting
from regulars.engine.rules import Handlers, Sentence
from regulars.engine.run import Run
from regulars.engine.texts import Units

if TYPE_CHECKING:
    from regulars.engine.build import Build


class PointsPerOrder(Limiting, frozen=True, kw_only=True, tag="points_per_order"):
    """At most `most` of an asset for one order or act, by the rules `of` together, by all that
    give the asset if left out."""

    defers: ClassVar[bool] = False
    most: Units

    def compile(self, build: Build) -> Handlers:
        """Registers a limiter."""
        most = build.units(self.most, self.asset or "")
        self.limiter(build, PerFact(build.zone, "ever", build.slot(self), most))
        return Handlers()

    def sentence(self) -> Sentence:
        """No order earns more than 100 points."""
        return Sentence(
            "limit_points_per_order", {"most": self.most, "asset": self.asset, "of": self.of}
        )


class PerFact(Counting):
    """A limit's use by the fact at work alone."""

    def room(self, run: Run) -> int:
        """What the fact at work has not used yet."""
        used = self.used(run)
        return self.most - (used.amount if used.key == run.key else 0)

    def use(self, run: Run, amount: int, at: int) -> None:
        """Count what the fact at work uses; what comes back later gives no room to others."""
        used = self.used(run)
        if amount <= 0:
            return
        if used.key != run.key:
            used.key, used.amount = run.key, 0
        used.amount += amount
