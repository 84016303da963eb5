"""Another life for each tier."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, ClassVar

import msgspec

from regulars.engine.kinds.life.keeping import Clock, asset_of, reading, rewritten
from regulars.engine.kinds.life.yearly import Never
from regulars.engine.rules import Handlers, Life, Lives, Sentence
from regulars.engine.run import Run
from regulars.engine.texts import Finding, Id, OneOrMany, Part
from regulars.ledger.lots import FOREVER, Lot

if TYPE_CHECKING:
    from regulars.engine.build import Build


class TierLife(Part, frozen=True, kw_only=True):
    """The life of points while their holder is in one of these tiers."""

    tier: OneOrMany[Id]
    expire: Life


class ByTier(Life, frozen=True, kw_only=True, tag="by_tier"):
    """Points live as `tiers` say for the holder's tier, in all other tiers as `other` says.

    When the tier changes, what is held follows: it may live longer, never shorter; but what knew no
    end gets the new life as if it had been earned at that moment.
    """

    memory: ClassVar[type | None] = Clock
    tiers: list[TierLife]
    other: Life

    def problems(self) -> Iterable[Finding]:
        """A life that keeps a memory of its own kind, or one inside another."""
        for path, life in self.lives():
            if life.memory not in (None, Clock) or isinstance(life, ByTier):
                yield Finding(path, "life_not_by_tier", {"kind": life.kind})

    def lives(self) -> Iterable[tuple[str, Life]]:
        """The lives by their place in the file."""
        for index, one in enumerate(self.tiers):
            yield f"tiers[{index}].expire", one.expire
        yield "other", self.other

    def own(self, life: Life) -> Life:
        """A life under this one's id: they share one memory."""
        return msgspec.structs.replace(life, id=self.name_in_state)

    def by_tier(self, build: Build) -> list[Life]:
        """The life of each tier, from the lowest."""
        named = {tier: one.expire for one in self.tiers for tier in one.tier}
        return [self.own(named.get(tier.id, self.other)) for tier in build.edition.tiers]

    def expires(self, build: Build, asset: str) -> Lives:
        """By the holder's tier; what knew no end until then begins when it got one."""
        lives = [life.expires(build, asset) for life in self.by_tier(build)]
        slot = build.slot(self)

        def expires(run: Run, earned: int) -> int:
            clock: Clock = run.state.memory[slot]
            return lives[run.state.standing.tier](run, max(earned, clock.start))

        return expires

    def compile(self, build: Build) -> Handlers:
        """Listens to what each life listens to, and to changes of the tier."""
        Moving(self, build)
        handlers = reading(self, build)
        openings = []
        for life in {life.kind: self.own(life) for _, life in self.lives()}.values():
            inner = life.compile(build)
            for kind, handler in inner.on.items():
                handlers.on[kind] = _both(handlers.on.get(kind), handler)
            if inner.opening is not None:
                openings.append(inner.opening)
        if openings:
            handlers.opening = lambda run, fact: sum(one(run, fact) for one in openings) > 0
        return handlers

    def sentence(self) -> Sentence:
        """Points of Gold members do not expire; otherwise they last 6 months."""
        tiers = tuple((one.tier, one.expire.sentence()) for one in self.tiers)
        return Sentence("life_by_tier", {"tiers": tiers, "other": self.other.sentence()})


class Moving:
    """What happens to lots when the tier changes."""

    def __init__(self, rule: ByTier, build: Build) -> None:
        self.index = build.assets[asset_of(rule, build)]
        self.slot = build.slot(rule)
        self.build = build
        self.unlimited = [isinstance(life, Never) for life in rule.by_tier(build)]
        build.moved.append(self.moved)

    def moved(self, run: Run) -> None:
        """The tier has changed: what knew no end begins now, if it has one from now on."""
        clock: Clock = run.state.memory[self.slot]
        tier = run.state.standing.tier
        if self.unlimited[clock.tier] and not self.unlimited[tier]:
            clock.start = run.at
        clock.tier = tier
        life = self.build.lives[self.index]

        def expires(lot: Lot) -> int:
            new = life(run, lot.earned)
            return new if lot.expires == FOREVER else max(new, lot.expires)

        rewritten(run, self.index, expires)


def _both(one: Callable[..., Any] | None, other: Callable[..., Any]) -> Callable[..., Any]:
    if one is None:
        return other

    def handle(run: Run, fact: Any) -> None:
        one(run, fact)
        other(run, fact)

    return handle
