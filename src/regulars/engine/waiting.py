"""Maturation: from when what was earned is available."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from regulars.engine import granting
from regulars.engine.happenings import Activity
from regulars.engine.run import UNPEND, Row, Run
from regulars.engine.texts import Span, parse_duration
from regulars.ledger import lots
from regulars.ledger.lots import FOREVER, Pending

if TYPE_CHECKING:
    from regulars.engine.build import Build


class Waits(Struct, frozen=True):
    """What a rule says of waiting: `after` how long (a duration), once one of the acts in `for_`
    was told about the order, if it names any. Without a word by `deadline` (a duration from the
    earning) it comes by itself, or with `lapses` never."""

    after: str | None = None
    for_: tuple[str, ...] = ()
    deadline: str | None = None
    lapses: bool = False

    @property
    def any(self) -> bool:
        """Whether there is any waiting at all."""
        return self.after is not None or bool(self.for_)


class Waiting:
    """The waiting of one rule made ready. Instants in microseconds."""

    def __init__(self, build: Build, rule: str, asset: str, waits: Waits) -> None:
        self.rule = rule
        self.asset = asset
        self.index = build.asset(asset)
        self.zone = build.zone
        self.heard = build.hearing(asset, rule)
        self.acts = frozenset(waits.for_)
        self.after: Span | None = parse_duration(waits.after) if waits.after else None
        deadline = parse_duration(waits.deadline) if waits.deadline else None
        self.lapses: Span | None = deadline if waits.lapses else None
        self.silent: Span | None = None if waits.lapses else deadline

    def due(self, run: Run) -> int:
        """When what is earned now becomes available; 0 where it waits for a word."""
        if not self.acts:
            return self.ripe(run)
        if self.lapses:
            run.state.due = min(run.state.due, self.zone.plus(run.at, *self.lapses))
        return self.zone.plus(run.at, *self.silent) if self.silent else 0

    def ripe(self, run: Run) -> int:
        """When the time after the word, or after the earning, is over."""
        return self.zone.plus(run.at, *self.after) if self.after else run.at

    def told(self, run: Run, act: Activity) -> None:
        """The word: what its order earned becomes available now, or when the time is over. The
        first word counts."""
        if act.kind not in self.acts or not act.order:
            return
        at = self.ripe(run)
        for one in run.state.holdings[self.index].pending:
            if one.key == act.order and one.rule == self.rule:
                one.due = min(one.due or FOREVER, at)
                run.state.due = min(run.state.due, one.due)
        granting.mature(run, self.index, self.asset, run.at)

    def next_due(self, run: Run) -> int:
        """When the first of what still waits for a word lapses."""
        return min((self.ends(one) for one in self.silently(run)), default=FOREVER)

    def lapse(self, run: Run) -> None:
        """Take away what no word came for in time."""
        for one in [one for one in self.silently(run) if self.ends(one) <= run.at]:
            amount = lots.take_pending(
                run.state.holdings[self.index], one.key, one.rule, one.amount
            )
            run.rows.append(Row(one.key, one.rule, UNPEND, run.at, self.asset, amount))
            record = run.records.get(one.key)
            if record is not None:
                record.kept[self.rule] = record.kept.get(self.rule, 0) - amount
            for hear in self.heard:
                hear(run, -amount, one.earned)

    def silently(self, run: Run) -> list[Pending]:
        """What this rule gave and no word came for yet."""
        pending = run.state.holdings[self.index].pending
        return [one for one in pending if one.rule == self.rule and not one.due]

    def ends(self, one: Pending) -> int:
        """When something that waits lapses."""
        return self.zone.plus(one.earned, *self.lapses) if self.lapses else FOREVER
