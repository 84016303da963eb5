"""At most so many points within any stretch of time, and a pause between acts that earn."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from msgspec import Struct, field

from regulars.engine import granting
from regulars.engine.calendar import Zone
from regulars.engine.happenings import Opening
from regulars.engine.kinds.limit.counting import Counting, Limiting
from regulars.engine.limiting import ALL
from regulars.engine.rules import Handlers, Lasting, Sentence
from regulars.engine.run import Run
from regulars.engine.texts import Duration, Units, parse_duration

if TYPE_CHECKING:
    from regulars.engine.build import Build


class Took(Struct, omit_defaults=True, gc=False):
    """An amount that was earned at an instant and counts until it `leaves`."""

    at: int
    leaves: int
    amount: int


class Window(Lasting, omit_defaults=True):
    """What counts now, the oldest first. `key` is the last fact that a limit on acts counted.
    All of it outlives leaving."""

    took: list[Took] = field(default_factory=list)
    key: str = ""


class PointsRolling(Limiting, frozen=True, kw_only=True, tag="points_rolling"):
    """At most `most` of an asset within any stretch of time as long as `within`, that ends now.

    `of` names the rules that it limits together, all that give the asset if left out.
    """

    memory: ClassVar[type | None] = Window
    defers: ClassVar[bool] = False
    most: Units
    within: Duration

    def compile(self, build: Build) -> Handlers:
        """Registers a limiter; takes what is used up as an opening."""
        most = build.units(self.most, self.asset or "")
        counting = Within(build.zone, self.within, build.slot(self), most)
        self.limiter(build, counting)
        return counting.handlers(self.name_in_state)

    def sentence(self) -> Sentence:
        """Nobody earns more than 500 points within 30 days."""
        return Sentence(
            "limit_points_rolling",
            {"most": self.most, "asset": self.asset, "within": self.within, "of": self.of},
        )


class Cooldown(Limiting, frozen=True, kw_only=True, tag="cooldown"):
    """After an order or act that earned nothing more is earned until `wait` is over: at the same
    clock time for days and months, so many hours later for hours.

    `of` names the rules that it concerns together, all of them if left out.
    """

    acts: ClassVar[bool] = True
    memory: ClassVar[type | None] = Window
    defers: ClassVar[bool] = False
    wait: Duration

    def compile(self, build: Build) -> Handlers:
        """Registers a limiter; takes as an opening when something earned last."""
        counting = Within(build.zone, self.wait, build.slot(self), 1)
        self.limiter(build, counting)
        return counting.handlers(self.name_in_state)

    def sentence(self) -> Sentence:
        """Between two there are at least 2 hours."""
        return Sentence("limit_cooldown", {"wait": self.wait, "of": self.of})


class Within(Counting):
    """A limit's use in the stretch of time that ends now."""

    def __init__(self, zone: Zone, length: str, slot: int, most: int) -> None:
        super().__init__(zone, "ever", slot, most)
        self.span = parse_duration(length)

    def window(self, run: Run) -> Window:
        """The holder's memory of this limit, without what has left the stretch."""
        window: Window = run.state.memory[self.slot]
        while window.took and window.took[0].leaves <= run.at:
            del window.took[0]
        return window

    def room(self, run: Run) -> int:
        """What is left in the stretch that ends with the fact at work."""
        return self.most - sum(one.amount for one in self.window(run).took)

    def acts_room(self, run: Run) -> int:
        """ALL while the stretch lets one more act through, and for an act that was counted."""
        return ALL if self.window(run).key == run.key or self.room(run) > 0 else 0

    def use(self, run: Run, amount: int, at: int) -> None:
        """Count an amount at an instant; what comes back gives room from that instant's amount."""
        window = self.window(run)
        if amount > 0:
            window.took.append(Took(at, self.zone.plus(at, *self.span), amount))
            return
        for one in window.took:
            if one.at == at and amount:
                part = min(one.amount, -amount)
                one.amount -= part
                amount += part
        window.took = [one for one in window.took if one.amount]

    def opening(self, run: Run, fact: Opening, name: str) -> bool:
        """What is used up already, at the instant `at` if it tells one; one act if no amount."""
        if fact.what != "limit" or fact.name != name:
            return False
        self.use(run, fact.amount or 1, granting.told(fact, "at", run.at))
        return True

    def use_act(self, run: Run, amount: int, at: int) -> None:
        """Count an act once, however many rules it earns by."""
        window = self.window(run)
        if amount > 0 and window.key == run.key:
            return
        self.use(run, amount, at)
        window.key = run.key if amount > 0 else ""
