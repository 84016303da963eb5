"""What every kind of earning shares: limits, waiting, the frozen decision, and its undoing."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from regulars.engine.happenings import Activity, FoldFact
from regulars.engine.limiting import Limiter, passed, room_back
from regulars.engine.rules import Handlers, Rule, Undoing
from regulars.engine.run import Run
from regulars.engine.state import Record
from regulars.engine.waiting import Waiting, Waits

if TYPE_CHECKING:
    from regulars.engine.build import Build

Worth = Callable[[Any, Record], int]
"""What a frozen decision gives for what its record says is left, in the asset's smallest unit."""
Book = Callable[[Run, int], int]
Within = Callable[[Run, int], bool]
Listening = dict[type, Callable[[Run, Any], None]]
NOW = "/now"
"""Beside a rule's id in a record: what of its earning was not deferred by a limit."""


class Earning:
    """How one rule gives. `book(run, wanted)` gives what the limits let through, now or later;
    `freeze` keeps the decision's integers; `undo` takes back what no longer stands (P9)."""

    def __init__(
        self, build: Build, rule: Rule, asset: str | None, waits: Waits | str | None
    ) -> None:
        self.rule = rule.name_in_state
        self.asset = asset or build.main
        self.limits: tuple[Limiter, ...] = build.limits(rule, self.asset)
        self.within = self.limits[0].within if len(self.limits) == 1 else None
        told = waits if isinstance(waits, Waits) else Waits(after=waits)
        self.waiting = Waiting(build, self.rule, self.asset, told) if told.any else None
        self._give = build.giving(rule, self.asset)
        self._pend = build.pending(rule, self.asset)
        self._claw = build.clawing(rule, self.asset)

    def ways(self) -> tuple[Book, Within, Book]:
        """How to book in fewer steps where nobody wants it explained: where `within` says that the
        limits let an amount through whole, `give` it; else `book` it."""
        if self.waiting is not None or len(self.limits) > 1:
            return self.book, _always, self.book
        within = self.within if self.limits else _always
        return self._give, within or _never, self.book

    def book(self, run: Run, wanted: int) -> int:
        """Give up to `wanted`; returns how much comes of it, now and later."""
        if wanted <= 0:
            return 0
        if not self.limits:
            return self.give(run, wanted)
        if self.within is not None and run.whys is None and self.within(run, wanted):
            return self.give(run, wanted)
        let = passed(self.limits, run, wanted, self.asset)
        given = self.give(run, let.at_once) if let.at_once > 0 else 0
        for later in let.later:
            given += self._pend(run, later.amount, later.due)
        if let.later and run.record is not None:
            run.record.frozen[self.rule + NOW] = let.at_once
        return given

    def give(self, run: Run, amount: int) -> int:
        """Give an amount that no limit cuts any more: at once, or when the waiting is over."""
        if self.waiting is None:
            return self._give(run, amount)
        return self._pend(run, amount, self.waiting.due(run))

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
                self.room_back(run, record, kept, keep)
                run.say(self.rule, "taken_back", keep - kept, self.asset)

        return undo

    def room_back(self, run: Run, record: Record, kept: int, keep: int) -> None:
        """What is taken back no longer uses up limits. What was deferred is taken first and used
        none of this period."""
        if self.limits:
            now = record.frozen.get(self.rule + NOW, kept)
            room_back(self.limits, run, record, min(kept, now) - min(keep, now), keep == 0)

    def handlers(self, on: Listening, worth: Worth | None = None) -> Handlers:
        """The handlers of a rule that gives on these facts; without `worth` nothing is undone."""
        undo = self.undoing(worth) if worth is not None else None
        waiting = self.waiting
        if waiting is None:
            return Handlers(on=on, undo=undo)
        if waiting.acts:
            on[Activity] = _both(waiting.told, on.get(Activity))
        if waiting.lapses is None:
            return Handlers(on=on, undo=undo)
        return Handlers(on=on, undo=undo, next_due=waiting.next_due, due=waiting.lapse)


def _always(run: Run, amount: int) -> bool:
    return True


def _never(run: Run, amount: int) -> bool:
    return False


def _both(
    told: Callable[[Run, Any], None], own: Callable[[Run, Any], None] | None
) -> Callable[[Run, Any], None]:
    if own is None:
        return told

    def both(run: Run, fact: Any) -> None:
        told(run, fact)
        own(run, fact)

    return both


def listens(fact: FoldFact, kinds: frozenset[str]) -> bool:
    """Whether an act is of one of these kinds."""
    return getattr(fact, "kind", "") in kinds
