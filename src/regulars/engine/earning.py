"""What every kind of earning shares: limits, waiting, the frozen decision, and its undoing."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from regulars.engine.happenings import FoldFact
from regulars.engine.limiting import Limiter
from regulars.engine.rules import Rule, Undoing
from regulars.engine.run import Run
from regulars.engine.state import Record
from regulars.engine.texts import Span, parse_duration

if TYPE_CHECKING:
    from regulars.engine.build import Build

Worth = Callable[[Any, Record], int]
"""What a frozen decision gives for what its record says is left, in the asset's smallest unit."""


class Earning:
    """How one rule gives. `book(run, wanted)` gives what the limits let through, now or later;
    `freeze` keeps the decision's integers; `undo` takes back what no longer stands (P9)."""

    def __init__(self, build: Build, rule: Rule, asset: str | None, after: str | None) -> None:
        self.rule = rule.name_in_state
        self.asset = asset or build.main
        self.limits: tuple[Limiter, ...] = build.limits(rule, self.asset)
        self.zone = build.zone
        self.after: Span | None = parse_duration(after) if after else None
        self._give = build.giving(rule, self.asset)
        self._pend = build.pending(rule, self.asset)
        self._claw = build.clawing(rule, self.asset)

    def book(self, run: Run, wanted: int) -> int:
        """Give up to `wanted`; returns how much went through the limits."""
        amount = self.limited(run, wanted) if self.limits else wanted
        if amount <= 0:
            return 0
        if self.after is None:
            return self._give(run, amount)
        return self._pend(run, amount, self.zone.plus(run.at, *self.after))

    def limited(self, run: Run, wanted: int) -> int:
        """What every limit lets through of a wanted amount; what is deferred is pending until the
        limit's next period begins."""
        amount = wanted
        for limit in self.limits:
            room = max(limit.room(run), 0)
            if room >= amount:
                run.say(limit.rule, "within_limit", 0, self.asset, room=room)
                continue
            cut = amount if limit.overflow in ("drop", "refuse") else amount - room
            run.say(limit.rule, "over_limit", -cut, self.asset, room=room)
            if limit.overflow == "defer":
                self._pend(run, cut, limit.next(run))
            amount -= cut
        for limit in self.limits:
            limit.use(run, amount, run.at)
        return amount

    def freeze(self, run: Run, given: int, frozen: Any) -> None:
        """Keep what the undoing needs in the record of the fact at work, if it is kept."""
        record = run.record
        if record is not None:
            record.frozen[self.rule] = frozen
            record.given[self.rule] = record.kept[self.rule] = given
            record.assets[self.rule] = self.asset

    def undoing(self, worth: Worth) -> Callable[[Run, Undoing], None]:
        """The undo of a rule whose frozen decision is worth so much for what is left."""

        def undo(run: Run, undoing: Undoing) -> None:
            record = undoing.record
            frozen = record.frozen.get(self.rule)
            if frozen is None:
                return
            kept = record.kept[self.rule]
            keep = min(record.given[self.rule], worth(frozen, record))
            if keep < kept:
                record.kept[self.rule] = keep
                self._claw(run, record, undoing.key, kept - keep)
                for limit in self.limits:
                    limit.use(run, keep - kept, record.at)
                run.say(self.rule, "taken_back", keep - kept, self.asset)

        return undo


def listens(fact: FoldFact, kinds: frozenset[str]) -> bool:
    """Whether an act is of one of these kinds."""
    return getattr(fact, "kind", "") in kinds
