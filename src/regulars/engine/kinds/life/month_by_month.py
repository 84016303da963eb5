"""Lots that live to the end of a month, and a month longer whenever something happens in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

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
from regulars.engine.rules import Handlers, Lives, Sentence
from regulars.engine.run import Run

if TYPE_CHECKING:
    from regulars.engine.build import Build


class MonthByMonth(Kept, frozen=True, kw_only=True, tag="month_by_month"):
    """A lot lives to the end of the calendar month that lies `months` after the one in which it
    was earned; an act of `by` (`order`, `redemption`, or a kind of activity) in its last month
    gives it one month more."""

    months: Annotated[int, Meta(ge=0, le=600)]

    def expires(self, build: Build, asset: str) -> Lives:
        """The end of the last month, after all months with an act that follow each other."""
        zone, months, slot = build.zone, self.months, build.slot(self)

        def expires(run: Run, earned: int) -> int:
            clock: Clock = run.state.memory[slot]
            last = zone.period(earned, "month") + months
            if clock.first_month <= last <= clock.last_month:
                last = clock.last_month + 1
            return zone.period_start(last + 1, "month")

        return expires

    def compile(self, build: Build) -> Handlers:
        """An act notes its month and moves what would go at its end."""
        index = build.assets[asset_of(self, build)]
        zone, slot = build.zone, build.slot(self)
        handlers = reading(self, build)

        def note(run: Run, at: int) -> None:
            clock: Clock = run.state.memory[slot]
            month = zone.period(at, "month")
            if month <= clock.last_month:
                return
            if month > clock.last_month + 1:
                clock.first_month = month
            clock.last_month = month
            life = build.lives[index]
            rewritten(run, index, lambda lot: max(lot.expires, life(run, lot.earned)))

        def opening(run: Run, fact: Opening) -> bool:
            at = last_act(fact)
            if at is None:
                return False
            note(run, at)
            return True

        handlers.on = acting(self.by, lambda run: note(run, run.at))
        handlers.opening = opening
        return handlers

    def sentence(self) -> Sentence:
        """Points last 6 months, to the end of the month, and a month longer with an order."""
        return Sentence("life_month_by_month", {"months": self.months, "by": self.by})
