"""Standing by what was counted in the months up to now."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from msgspec import Struct

from regulars.engine.rules import Handlers, Ladder, Sentence
from regulars.engine.run import Run
from regulars.engine.texts import Id, parse_number
from regulars.ledger.lots import FOREVER

if TYPE_CHECKING:
    from regulars.engine.build import Build


class Check(Struct):
    """When the tier has to be looked at again, and whether a metric has just changed."""

    at: int = FOREVER
    dirty: bool = False


class Rolling(Ladder, frozen=True, kw_only=True, tag="rolling"):
    """The tier is the highest whose `from` the metric reaches in the last `months`: it falls by
    itself when what held it leaves the window."""

    memory: ClassVar[type | None] = Check
    metric: Id
    months: int = 12

    def compile(self, build: Build) -> Handlers:
        """Looks when the metric changed, and when an entry that holds the tier leaves."""
        working = Working(self, build)
        return Handlers(settle=working.settle, next_due=working.next_due, due=working.due)

    def sentence(self) -> Sentence:
        """200 points earned within 12 months make a Regular."""
        return Sentence("standing_rolling", {"metric": self.metric, "months": self.months})


class Working:
    """The ladder made ready: thresholds in the metric's smallest unit, from the lowest tier."""

    def __init__(self, rule: Rolling, build: Build) -> None:
        self.slot = build.slot(rule)
        self.metering = build.metering[rule.metric]
        self.metering.months = rule.months
        self.metering.told.append(self.changed)
        self.tiers = build.edition.tiers
        scale = self.metering.decimals
        numbers = [parse_number(tier.from_) for tier in self.tiers]
        self.thresholds = [one.value * 10**scale // 10**one.scale for one in numbers]

    def changed(self, run: Run) -> None:
        """The metric changed: look when the fact is done (P3)."""
        run.state.memory[self.slot].dirty = True

    def settle(self, run: Run) -> None:
        """Find the tier anew if the metric changed."""
        check: Check = run.state.memory[self.slot]
        if check.dirty:
            check.dirty = False
            self.look(run, check)

    def look(self, run: Run, check: Check) -> None:
        """Find the tier, and when what holds it leaves the window."""
        reached = self.metering.rolling(run)
        tier = 0
        for index, threshold in enumerate(self.thresholds):
            if reached >= threshold:
                tier = index
        standing = run.state.standing
        if tier != standing.tier:
            rose = tier > standing.tier
            standing.tier, standing.since = tier, run.at
            run.change("tier", run.holder, self.tiers[tier].id, "reached" if rose else "fell")
            check.at = FOREVER
        if tier == 0:
            check.at = FOREVER
        elif check.at == FOREVER or check.at <= run.at:
            check.at = self.falls(run, reached, self.thresholds[tier])
        if check.at < run.state.due:
            run.state.due = check.at

    def falls(self, run: Run, reached: int, threshold: int) -> int:
        """The first instant at which the window holds less than the threshold, as things stand."""
        for entry in self.metering.meter(run).entries:
            reached -= entry.amount
            if reached < threshold:
                return entry.leaves
        return FOREVER

    def next_due(self, run: Run) -> int:
        """When the tier has to be looked at again."""
        check: Check = run.state.memory[self.slot]
        return check.at

    def due(self, run: Run) -> None:
        """What held the tier may have left."""
        self.look(run, run.state.memory[self.slot])
