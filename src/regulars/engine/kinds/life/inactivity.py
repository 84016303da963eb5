"""Accounts whose points all live on while something happens."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from regulars.engine.calendar import instant_of
from regulars.engine.happenings import Opening
from regulars.engine.kinds.life.keeping import (
    Clock,
    Kept,
    acting,
    asset_of,
    last_act,
    reading,
    rewritten,
)
from regulars.engine.rules import Handlers, Life, Lives, Sentence
from regulars.engine.run import Run
from regulars.engine.state import BEGINNING
from regulars.engine.texts import Duration, Unique, parse_duration

if TYPE_CHECKING:
    from regulars.engine.build import Build


class Inactivity(Kept, frozen=True, kw_only=True, tag="inactivity"):
    """The whole account lapses when `life` has passed without an act of `by`: `order`,
    `redemption`, or a kind of activity. `remind` is how long before members are told."""

    life: Duration

    def expires(self, build: Build, asset: str) -> Lives:
        """So long after the last act; after the first earning where nothing ever happened, and
        again where the account has lapsed."""
        span, plus, slot = parse_duration(self.life), build.zone.plus, build.slot(self)

        def expires(run: Run, earned: int) -> int:
            clock: Clock = run.state.memory[slot]
            over = BEGINNING if clock.last == BEGINNING else plus(clock.last, *span)
            if over <= run.at and over <= earned:
                clock.last = earned
                over = plus(earned, *span)
            return over

        return expires

    def compile(self, build: Build) -> Handlers:
        """An act keeps everything alive."""
        asset = asset_of(self, build)
        index, slot = build.assets[asset], build.slot(self)
        handlers = reading(self, build)

        def keep(run: Run, at: int) -> None:
            run.state.memory[slot].last = at
            life = build.lives[index]
            rewritten(run, index, lambda lot: max(lot.expires, life(run, lot.earned)))

        def opened(run: Run, fact: Opening) -> None:
            clock: Clock = run.state.memory[slot]
            if fact.what == "asset" and fact.name == asset and not clock.said:
                earned = fact.dates.get("earned", fact.at)
                keep(run, max(clock.last, instant_of(earned)))

        def opening(run: Run, fact: Opening) -> bool:
            at = last_act(fact)
            if at is None:
                return False
            clock: Clock = run.state.memory[slot]
            clock.last, clock.said = at, True
            life = build.lives[index]
            rewritten(run, index, lambda lot: life(run, lot.earned))
            return True

        handlers.on = {**acting(self.by, lambda run: keep(run, run.at)), Opening: opened}
        handlers.opening = opening
        return handlers

    def sentence(self) -> Sentence:
        """Points lapse after 18 months without an order or redemption."""
        return Sentence("life_inactivity", {"life": self.life, "by": self.by})


class NewestProlongs(Life, frozen=True, kw_only=True, tag="newest_prolongs"):
    """Whoever earns keeps everything: all lots live for `life` from the newest earning. `remind` is
    how long before members are told."""

    memory: ClassVar[type | None] = Clock
    life: Duration
    remind: Unique[Duration] = ()

    def expires(self, build: Build, asset: str) -> Lives:
        """So long after the newest earning; a new one moves all others."""
        span, plus, slot = parse_duration(self.life), build.zone.plus, build.slot(self)
        index = build.assets[asset]

        def expires(run: Run, earned: int) -> int:
            clock: Clock = run.state.memory[slot]
            if earned > clock.last:
                clock.last = earned
                until = plus(earned, *span)
                rewritten(run, index, lambda lot: max(lot.expires, until))
            return plus(clock.last, *span)

        return expires

    def compile(self, build: Build) -> Handlers:
        """Answers when points go."""
        return reading(self, build)

    def sentence(self) -> Sentence:
        """Points last 12 months from when some were last earned."""
        return Sentence("life_newest_prolongs", {"life": self.life})
