"""At most so many points in a campaign."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from regulars.engine import conditions
from regulars.engine.conditions import Condition, Tests
from regulars.engine.facts import Order
from regulars.engine.kinds.limit.counting import Counting, Limiting
from regulars.engine.limiting import ALL
from regulars.engine.rules import Handlers, Sentence
from regulars.engine.run import Run
from regulars.engine.texts import Day, Finding, Id, Instant, Units

if TYPE_CHECKING:
    from regulars.engine.build import Build


class PointsPerCampaign(Limiting, frozen=True, kw_only=True, tag="points_per_campaign"):
    """At most `most` of an asset in a campaign: for orders that fall under `campaign`, or between
    `from` and `until` (a day counts whole), or both. Outside of it nothing is limited.

    To limit a campaign's extra points alone, let a rule of its own give them, and name it in `of`.
    """

    defers: ClassVar[bool] = False
    most: Units
    campaign: Id | None = None
    from_: Day | Instant | None = None
    until: Day | Instant | None = None

    def problems(self) -> Iterable[Finding]:
        """It must say which campaign."""
        yield from super().problems()
        if self.campaign is None and self.from_ is None and self.until is None:
            yield Finding("", "campaign_not_told", {})

    def compile(self, build: Build) -> Handlers:
        """Registers a limiter; looks at each order before it earns."""
        about = (self.campaign,) if self.campaign else ()
        tests = conditions.compiled(
            Condition(campaign=about, from_=self.from_, until=self.until), build
        )
        most = build.units(self.most, self.asset or "")
        counting = InCampaign(build.zone, "ever", build.slot(self), most)
        counting.tests = tests
        self.limiter(build, counting).marks = True
        handlers = counting.handlers(self.name_in_state)
        handlers.on = {Order: counting.look}
        return handlers

    def sentence(self) -> Sentence:
        """Nobody earns more than 500 points in this campaign."""
        params = {"campaign": self.campaign, "from": self.from_, "until": self.until}
        return Sentence(
            "limit_points_per_campaign",
            {"most": self.most, "asset": self.asset, "of": self.of, **params},
        )


class InCampaign(Counting):
    """A limit's use by the orders of a campaign."""

    tests: Tests

    def look(self, run: Run, order: Order) -> None:
        """Note whether this order falls under the campaign."""
        self.used(run).key = run.key if self.tests.holds(run, order) else ""

    def room(self, run: Run) -> int:
        """What is left of the campaign; everything outside of it."""
        return super().room(run) if self.used(run).key == run.key else ALL
