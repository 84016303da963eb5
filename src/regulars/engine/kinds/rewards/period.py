"""Rights that run for a time after an order: to return it, to be helped, to be repaired."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any

from regulars.engine.calendar import Zone, instant_of
from regulars.engine.facts import Code, Order, Refund
from regulars.engine.happenings import Activity
from regulars.engine.periods import date_of
from regulars.engine.rules import Handlers, Reward, Sentence
from regulars.engine.run import Run
from regulars.engine.state import Record
from regulars.engine.texts import Duration, Id, Text, parse_duration

if TYPE_CHECKING:
    from regulars.engine.build import Build

PERIOD = "period:"
"""Before the id of a rule in a record: the day number from which its period runs."""


class Period(Reward, frozen=True, kw_only=True, tag="period"):
    """A right for `length` after an order: from its day, or from a date it tells (`from`:
    delivered), up to the end of the last civil day in the programme's zone.

    With `returns` a refund asked for later is refused. With `on` it runs from an act of this kind
    that names the order instead (a repair), at least as long as the period `rest_of` still runs.
    Its last day is read as the id with `_until`.
    """

    name: Text
    length: Duration
    from_: Code | None = None
    returns: bool = False
    on: Id | None = None
    rest_of: Id | None = None

    def compile(self, build: Build) -> Handlers:
        """Notes from when it runs in the record of the order or act."""
        working = Working(self, build)
        on: dict[type, Callable[[Run, Any], None]] = {Activity: working.act}
        if self.on is None:
            on[Order] = working.order
        return Handlers(
            on=on,
            objects=working.objects if self.returns else None,
            read=working.read,
        )

    def sentence(self) -> Sentence:
        """You can return what you bought for 14 days."""
        code = "reward_period_returns" if self.returns else "reward_period"
        return Sentence(code, {"name": self.name, "length": self.length, "from": self.from_})


class Working:
    """The period made ready."""

    def __init__(self, rule: Period, build: Build) -> None:
        self.rule = rule
        self.id = rule.name_in_state
        self.mark = PERIOD + self.id
        self.zone: Zone = build.zone
        self.span = parse_duration(rule.length)

    def order(self, run: Run, order: Order) -> None:
        """It runs from the day of the order, or from the date that it tells."""
        if run.record is not None:
            told = order.dates.get(self.rule.from_) if self.rule.from_ else None
            run.record.frozen[self.mark] = self.last(run.at if told is None else instant_of(told))

    def act(self, run: Run, activity: Activity) -> None:
        """What it runs from may happen later; an act of its own has a period of its own."""
        record = run.records.get(activity.order)
        if record is None:
            return
        if self.rule.on is None:
            if activity.kind == self.rule.from_:
                record.frozen[self.mark] = self.last(run.at)
        elif activity.kind == self.rule.on:
            rest = record.frozen.get(PERIOD + self.rule.rest_of) if self.rule.rest_of else None
            last = max(self.last(run.at), self.last(run.at) if rest is None else rest)
            own = Record(key=activity.key, edition=run.edition.id, at=run.at)
            own.frozen[self.mark] = record.frozen[self.mark] = last
            run.records[activity.key] = own

    def last(self, at: int) -> int:
        """The last civil day of a period that runs from an instant."""
        return self.zone.day(self.zone.plus(at, *self.span))

    def objects(self, run: Run, record: Record, refund: Refund) -> str:
        """Why a refund is too late, or nothing."""
        last = record.frozen.get(self.mark)
        asked = instant_of(refund.asked_at) if refund.asked_at else run.at
        if last is not None and self.zone.day(asked) > last:
            return "return_window_closed"
        return ""

    def read(self, run: Run, name: str) -> date | None:
        """`ID_until:ORDER`: the last civil day."""
        what, _, key = name.partition(":")
        record = run.records.get(key)
        if what != f"{self.id}_until" or record is None or self.mark not in record.frozen:
            return None
        return date_of(record.frozen[self.mark])
