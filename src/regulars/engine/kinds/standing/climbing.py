"""What every ladder shares: rungs, who is told, what staff set, how a tier is taken and left.

A ladder looks after a fact is done, so that a tier reached by an order counts from the next (P3).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from regulars.engine.calendar import instant_of
from regulars.engine.edition import Hurdle, Tier
from regulars.engine.granting import told
from regulars.engine.happenings import Opening, TierSet
from regulars.engine.kinds.metrics.figures import Figure, Span, figure, span_of
from regulars.engine.rules import Handlers, Ladder
from regulars.engine.run import Run
from regulars.engine.state import BEGINNING
from regulars.engine.texts import parse_number
from regulars.ledger.lots import FOREVER

if TYPE_CHECKING:
    from regulars.engine.build import Build

Count = Callable[[Figure, Span | None], int]
"""What a metric comes to in a window, or where the ladder counts."""
TIER = "tier"


class Held(Struct, omit_defaults=True):
    """A tier that was brought in or set by staff at an instant, until another one (exclusive).

    `reached` is what the metrics reached then; `earned`, whether they reached the tier itself, so
    that a refund may take it away.
    """

    tier: int
    at: int
    until: int
    reached: int = 0
    brought: bool = False
    earned: bool = False


class Climb(Struct, omit_defaults=True):
    """A ladder's memory: the edition under which it stands; whether a metric has just changed, or
    was lessened; a tier that does not come from the metrics; when to look again."""

    edition: str = ""
    dirty: bool = False
    lessened: bool = False
    held: Held | None = None
    check: int = FOREVER


class Found(Struct, frozen=True):
    """A tier and until when it holds as things stand; `look` is when to look again, if earlier."""

    tier: int
    until: int = FOREVER
    look: int = FOREVER


class Step(Struct, frozen=True):
    """One hurdle made ready, in the metric's smallest unit."""

    figure: Figure
    span: Span | None
    least: int | None
    below: int | None

    def holds(self, count: Count) -> bool:
        """Whether the figure is right."""
        amount = count(self.figure, self.span)
        if self.least is not None and amount < self.least:
            return False
        return self.below is None or amount < self.below


class Rung(Struct, frozen=True):
    """How a tier is reached: by `main` and every one of `needs`, or by one of `others`."""

    main: Step | None
    needs: tuple[Step, ...] = ()
    others: tuple[Step, ...] = ()

    def holds(self, count: Count) -> bool:
        """Whether the tier is reached."""
        main = self.main is not None and self.main.holds(count)
        if main and all(step.holds(count) for step in self.needs):
            return True
        return any(step.holds(count) for step in self.others)

    @property
    def steps(self) -> tuple[Step, ...]:
        """All of its hurdles."""
        return (*((self.main,) if self.main else ()), *self.needs, *self.others)


class Climbing:
    """A ladder made ready. Kinds say what is `found` by the metrics alone."""

    def __init__(self, rule: Ladder, build: Build, metric: str | None, span: Span) -> None:
        self.slot = build.slot(rule)
        self.zone = build.zone
        self.edition = build.edition.edition
        self.tiers = build.edition.tiers
        self.span = span
        self.on_refund = build.policy.demotion == "on_refund"
        self.moved = build.moved
        self.main = figure(build, metric) if metric else None
        self.rungs = tuple(self.rung(tier, build) for tier in self.tiers)
        self.figures = self._listen()

    def rung(self, tier: Tier, build: Build) -> Rung:
        """A tier's hurdles."""
        main = None
        if self.main is not None and tier.from_ is not None:
            main = Step(self.main, None, units(tier.from_, self.main), None)
        return Rung(
            main,
            tuple(_step(one, build) for one in tier.needs),
            tuple(_step(one, build) for one in tier.or_),
        )

    def _listen(self) -> list[Figure]:
        """Keep the windows that are read; the main metric's comes last and is the running one."""
        figures: dict[str, Figure] = {}
        for step in [step for rung in self.rungs for step in rung.steps]:
            step.figure.keep(step.span or self.span)
            figures[step.figure.id] = step.figure
        if self.main is not None:
            figures[self.main.id] = self.main
            self.main.keep(self.span)
        for one in figures.values():
            one.told.append(self.changed)
            one.heard.append(self.heard)
        return list(figures.values())

    def handlers(self) -> Handlers:
        """What every ladder listens to."""
        slot = self.slot
        return Handlers(
            on={TierSet: self.set, Opening: self.opened},
            settle=self.settle,
            next_due=lambda run: run.state.memory[slot].check,
            due=lambda run: self.look(run, due=True),
            opening=self.opening,
            read=self.read,
        )

    def climb(self, run: Run) -> Climb:
        """The holder's memory of this ladder."""
        climb: Climb = run.state.memory[self.slot]
        return climb

    def changed(self, run: Run) -> None:
        """A metric changed: look when the fact is done."""
        run.state.memory[self.slot].dirty = True

    def heard(self, run: Run, amount: int, at: int) -> None:
        """So much was counted; less means that something was taken back."""
        if amount < 0:
            self.climb(run).lessened = True

    def settle(self, run: Run) -> None:
        """Look if a metric changed, or the edition did."""
        climb: Climb = run.state.memory[self.slot]
        if climb.edition != self.edition:
            self.arrive(run, climb)
        if climb.dirty:
            climb.dirty = False
            self.look(run)

    def arrive(self, run: Run, climb: Climb) -> None:
        """A new edition: tiers are known by their ids, and everybody is looked at once."""
        before = run.state.edition - 1
        if before >= 0:
            self.renumber(run, climb, run.programme.editions[before].edition.tiers)
        climb.edition = self.edition
        climb.dirty = True

    def renumber(self, run: Run, climb: Climb, before: list[Tier]) -> None:
        """Tiers of the edition before by their places in this one: what the ladder remembers
        itself."""
        if climb.held is not None:
            climb.held.tier = self.place_of(climb.held.tier, before)
            climb.held.reached = self.place_of(climb.held.reached, before)

    def place_of(self, tier: int, before: list[Tier]) -> int:
        """A tier's place now; of one that is gone, that of the highest still there below it."""
        places = [self.index(one.id) for one in before[: tier + 1]]
        return max((place for place in places if place is not None), default=0)

    def look(self, run: Run, due: bool = False) -> None:
        """Find the tier, and when to look again. Where tiers are lowered at a review only, what
        was reached stands until then."""
        climb = self.climb(run)
        found = self.beside(run, climb, self.found(run, due))
        climb.lessened = False
        stays = not due and not self.on_refund and found.tier < run.state.standing.tier
        if not stays:
            self.place(run, climb, found)

    def found(self, run: Run, due: bool) -> Found:
        """The tier that the metrics make: for an invited one, the lowest."""
        return Found(0)

    def level(self, run: Run) -> int:
        """The highest tier whose hurdles are taken now."""
        return self.highest(lambda one, span: one.value(run, span or self.span))

    def highest(self, count: Count) -> int:
        """The highest tier that is reached by what is counted; the lowest needs nothing."""
        reached = 0
        for index, rung in enumerate(self.rungs):
            if rung.holds(count):
                reached = index
        return reached

    def beside(self, run: Run, climb: Climb, found: Found) -> Found:
        """What is found, or the tier that was brought in or set, while that stands."""
        held = climb.held
        if held is None:
            return found
        lost = climb.lessened and held.earned and self.on_refund and found.tier < held.tier
        if lost or held.until <= run.at or found.tier > max(held.tier, held.reached):
            climb.held = None
            return found
        if found.tier != held.tier:
            return Found(held.tier, held.until)
        until = found.until if held.until == FOREVER else max(found.until, held.until)
        return Found(held.tier, until, min(found.until, found.look, held.until))

    def place(self, run: Run, climb: Climb, found: Found) -> None:
        """Take the tier that was found, and tell who lives by it."""
        standing = run.state.standing
        standing.until = found.until
        climb.check = min(found.until, found.look)
        run.state.due = min(run.state.due, climb.check)
        if found.tier == standing.tier:
            return
        rose = found.tier > standing.tier
        standing.tier, standing.since = found.tier, run.at
        run.change(TIER, run.holder, self.tiers[found.tier].id, "reached" if rose else "fell")
        for tell in self.moved:
            tell(run)

    def set(self, run: Run, fact: TierSet) -> None:
        """Staff set a tier, until an instant or as long as one that is reached now."""
        tier = self.index(fact.tier)
        if tier is None:
            run.change(TIER, fact.key, "refused", "tier_unknown", tier=fact.tier)
            return
        until = instant_of(fact.until) if fact.until else self.valid(run.at)
        self.adopt(run, Held(tier, run.at, until, self.level_by_facts(run)))
        self.climb(run).dirty = True

    def opening(self, run: Run, fact: Opening) -> bool:
        """The tier held before: it does not run out unless it is told since or until when it is
        held."""
        if fact.what != TIER:
            return False
        tier = self.index(fact.name)
        if tier is None:
            return False
        since = told(fact, "since", BEGINNING)
        until = self.valid(since) if since > BEGINNING else FOREVER
        until = told(fact, "until", until)
        if until > run.at:
            self.adopt(run, Held(tier, run.at, until, brought=True))
            self.climb(run).dirty = True
            if since > BEGINNING:
                self.dated(run, since)
        return True

    def dated(self, run: Run, since: int) -> None:
        """A tier that was brought in is held since an instant."""

    def opened(self, run: Run, fact: Opening) -> None:
        """Something was brought in: it may be what the tier that was brought in stands on."""
        held = self.climb(run).held
        if held is not None and held.brought and held.at == run.at:
            held.reached = self.level_by_facts(run)
            held.earned = held.reached >= held.tier

    def adopt(self, run: Run, held: Held) -> None:
        """Hold a tier that does not come from the metrics."""
        self.climb(run).held = held

    def level_by_facts(self, run: Run) -> int:
        """The tier that the metrics make now, whatever was set."""
        return self.found(run, due=False).tier

    def index(self, name: str) -> int | None:
        """The place of a tier by its id."""
        return next((place for place, one in enumerate(self.tiers) if one.id == name), None)

    def valid(self, since: int) -> int:
        """Until when a tier holds that was reached at an instant."""
        return FOREVER

    def until(self, run: Run) -> int:
        """Until when the present tier holds as things stand."""
        return run.state.standing.until

    def read(self, run: Run, name: str) -> Any:
        """`tier` (its id), `tier_since`, `tier_until` and `review_at` as instants."""
        standing = run.state.standing
        if name == TIER:
            return self.tiers[standing.tier].id
        if name == "tier_since":
            return standing.since
        return self.until(run) if name in ("tier_until", "review_at") else None


def units(number: str, one: Figure) -> int:
    """A number of the file in a metric's smallest unit; finer parts are rounded up."""
    value, scale = parse_number(number)
    return -int(-value * 10**one.decimals // 10**scale)


def _step(hurdle: Hurdle, build: Build) -> Step:
    one = figure(build, hurdle.metric)
    least = None if hurdle.from_ is None else units(hurdle.from_, one)
    below = None if hurdle.below is None else units(hurdle.below, one)
    span = span_of(hurdle.window) if hurdle.window else None
    return Step(one, span, least, below)
