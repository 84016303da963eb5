"""Standing by what was counted in the months up to now."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, ClassVar

from msgspec import Meta

from regulars.engine.kinds.metrics.figures import Figure, Span
from regulars.engine.kinds.standing.climbing import Climb, Climbing, Found
from regulars.engine.rules import Handlers, Ladder, Sentence
from regulars.engine.run import Run
from regulars.engine.texts import MOST_MONTHS, Id
from regulars.ledger.lots import FOREVER

if TYPE_CHECKING:
    from regulars.engine.build import Build

Sums = dict[tuple[str, int], int]
"""What metrics come to in windows of so many months."""


class Rolling(Ladder, frozen=True, kw_only=True, tag="rolling"):
    """The tier is the highest whose `from` the metric reaches in the last `months`: it falls by
    itself when what held it leaves the window."""

    memory: ClassVar[type | None] = Climb
    metric: Id
    months: Annotated[int, Meta(ge=1, le=MOST_MONTHS)] = 12

    def compile(self, build: Build) -> Handlers:
        """Looks when the metric changed, and when an entry that holds the tier leaves."""
        return Working(self, build).handlers()

    def sentence(self) -> Sentence:
        """200 points earned within 12 months make a Regular."""
        return Sentence("standing_rolling", {"metric": self.metric, "months": self.months})


class Working(Climbing):
    """The ladder made ready. `thresholds` are those of a ladder of one metric alone, the common
    one, which is climbed with fewer steps; it comes to the same."""

    def __init__(self, rule: Rolling, build: Build) -> None:
        super().__init__(rule, build, rule.metric, Span(months=rule.months))
        self.months = rule.months
        self.meter = build.metering[rule.metric]
        plain = all(rung.main and not rung.needs and not rung.others for rung in self.rungs)
        leasts = [rung.main.least or 0 for rung in self.rungs if rung.main is not None]
        self.thresholds = leasts if plain and self.on_refund else []

    def handlers(self) -> Handlers:
        """What every ladder listens to."""
        handlers = super().handlers()
        handlers.settle = self.settling()
        return handlers

    def settling(self) -> Callable[[Run], None]:
        """Looks if the metric changed; not where the sum is still of the same tier and nothing was
        taken back: then what holds the tier holds it as long."""
        slot, figure, months, look = self.slot, self.meter, self.months, self.look
        edition = self.edition
        bounds = list(zip(self.thresholds, [*self.thresholds[1:], FOREVER], strict=False))

        def settle(run: Run) -> None:
            climb: Climb = run.state.memory[slot]
            if climb.edition != edition:
                self.arrive(run, climb)
            if not climb.dirty:
                return
            climb.dirty = False
            tier = run.state.standing.tier
            if bounds and climb.held is None and not climb.lessened and figure.months == months:
                least, most = bounds[tier]
                reached = figure.rolling(run)
                if least <= reached < most and (tier == 0 or run.at < climb.check < FOREVER):
                    return
            look(run)

        return settle

    def look(self, run: Run, due: bool = False) -> None:
        """Find the tier, and when what holds it leaves the window."""
        climb: Climb = run.state.memory[self.slot]
        if climb.held is not None or not self.thresholds or self.meter.months != self.months:
            super().look(run, due)
            return
        reached = self.meter.rolling(run)
        tier = 0
        for index, threshold in enumerate(self.thresholds):
            if reached >= threshold:
                tier = index
        standing = run.state.standing
        if tier != standing.tier:
            self.place(run, climb, Found(tier))
        if tier == 0:
            climb.check = FOREVER
        elif climb.check == FOREVER or climb.check <= run.at or climb.lessened:
            climb.check = self.leaves_below(run, self.thresholds[tier])
        climb.lessened = False
        standing.until = climb.check
        if climb.check < run.state.due:
            run.state.due = climb.check

    def leaves_below(self, run: Run, threshold: int) -> int:
        """The first instant at which the window holds less than a threshold, as things stand."""
        reached = self.meter.rolling(run)
        entries = self.meter.meter(run).entries
        last = len(entries) - 1
        for index, entry in enumerate(entries):
            reached -= entry.amount
            together = index < last and entries[index + 1].leaves == entry.leaves
            if reached < threshold and not together:
                return entry.leaves
        return FOREVER

    def found(self, run: Run, due: bool) -> Found:
        """What the windows reach now, until what holds it leaves them."""
        tier = self.level(run)
        return Found(tier, self.falls(run, tier))

    def falls(self, run: Run, tier: int) -> int:
        """When the tier is no longer reached, if nothing more is counted."""
        if tier == 0:
            return FOREVER
        sums: Sums = {}
        leaving = sorted(
            one for step in self.steps_of(tier) for one in self.leaving(run, step, sums)
        )

        def count(one: Figure, span: Span | None) -> int:
            kept = span or self.span
            known = sums.get((one.id, kept.months)) if kept.months else None
            return one.value(run, kept) if known is None else known

        for index, (at, name, months, amount) in enumerate(leaving):
            sums[name, months] -= amount
            together = index + 1 < len(leaving) and leaving[index + 1][0] == at
            if not together and self.highest(count) < tier:
                return at
        return FOREVER

    def steps_of(self, tier: int) -> list[tuple[Figure, int]]:
        """The metrics in rolling windows that may hold a tier, each once."""
        steps = [step for rung in self.rungs[tier:] for step in rung.steps]
        spans = [(step.figure, (step.span or self.span).months) for step in steps]
        return list({(one.id, months): (one, months) for one, months in spans if months}.values())

    def leaving(
        self, run: Run, step: tuple[Figure, int], sums: Sums
    ) -> list[tuple[int, str, int, int]]:
        """What leaves a window, and when; its sum now goes into `sums`."""
        one, months = step
        sums[one.id, months] = one.value(run, Span(months=months))
        entries = one.meter(run).entries if one.months else []
        moments = [(self.zone.leaves(entry.at, months), entry.amount) for entry in entries]
        return [(at, one.id, months, amount) for at, amount in moments if at > run.at]

    def until(self, run: Run) -> int:
        """When the tier falls as things stand."""
        held = self.climb(run).held
        if held is not None:
            return run.state.standing.until
        return self.falls(run, run.state.standing.tier)
