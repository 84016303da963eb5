"""Lots that live to the end of a month, and a month longer whenever something happens in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar

from msgspec import Meta

from regulars.engine.calendar import instant_of
from regulars.engine.happenings import Opening
from regulars.engine.kinds.life.keeping import (
    ORDER,
    REDEMPTION,
    Clock,
    acting,
    asset_of,
    reading,
    rewritten,
)
from regulars.engine.rules import Handlers, Life, Lives, Sentence
from regulars.engine.run import Run
from regulars.engine.texts import Duration, Id, OneOrMany, Unique

if TYPE_CHECKING:
    from regulars.engine.build import Build


class MonthByMonth(Life, frozen=True, kw_only=True, tag="month_by_month"):
    """A lot lives to the end of the calendar month that lies `months` after the one in which it
    was earned; an act of `by` (`order`, `redemption`, or a kind of activity) in its last month
    gives it one month more."""

    memory: ClassVar[type | None] = Clock
    months: Annotated[int, Meta(ge=0, le=600)]
    by: OneOrMany[Id] = (ORDER, REDEMPTION)
    remind: Unique[Duration] = ()

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
            if fact.what != "activity" or "at" not in fact.dates:
                return False
            note(run, instant_of(fact.dates["at"]))
            return True

        handlers.on = acting(self.by, lambda run: note(run, run.at))
        handlers.opening = opening
        return handlers

    def sentence(self) -> Sentence:
        """Points last 6 months, to the end of the month, and a month longer with a purchase."""
        return Sentence("life_month_by_month", {"months": self.months, "by": self.by})
