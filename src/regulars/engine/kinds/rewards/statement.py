"""From time to time what has come together turns into a voucher: a statement."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar

from msgspec import Struct

from regulars.engine.calendar import Zone, datetime_of
from regulars.engine.converting import Converting
from regulars.engine.facts import Refund
from regulars.engine.happenings import Job, Promise
from regulars.engine.periods import add_months, month_of, month_start
from regulars.engine.rules import Handlers, Reward, Sentence
from regulars.engine.run import Run
from regulars.engine.state import BEGINNING
from regulars.engine.terms import Issue, terms
from regulars.engine.texts import (
    Duration,
    Finding,
    Id,
    Money,
    Text,
    Unique,
    Units,
    parse_duration,
)
from regulars.ledger.lots import FOREVER

if TYPE_CHECKING:
    from regulars.engine.build import Build

FOR_A_YEAR = 13


class Ran(Struct, omit_defaults=True):
    """When the last statement was made."""

    last: int = BEGINNING


class Statement(Reward, frozen=True, kw_only=True, tag="statement"):
    """On `day` of each of `months` (1 to 12; all, if left out) full steps of `step` of an asset
    turn into one voucher worth `value` for each, once `least` are there; the rest stays. With
    `older_than` only what was earned longer ago counts (P14D on 15 January: what was earned up to
    the end of the year). The id is the name of the job. `voucher` says how long it lives and where
    it counts.
    """

    memory: ClassVar[type | None] = Ran
    name: Text
    asset: Id | None = None
    step: Units
    value: Money
    least: Units | None = None
    months: Unique[int] = ()
    day: int = 1
    older_than: Duration | None = None
    voucher: Issue | None = None

    def problems(self) -> Iterable[Finding]:
        """Days and months that no calendar has."""
        for index, month in enumerate(self.months):
            if not 1 <= month <= 12:
                yield Finding(f"months[{index}]", "outside_range", {"least": 1, "most": 12})
        if not 1 <= self.day <= 31:
            yield Finding("day", "outside_range", {"least": 1, "most": 31})

    def compile(self, build: Build) -> Handlers:
        """Wakes on its days, or for a job that names it."""
        working = Working(self, build)
        on: dict[type, Any] = {Job: working.job}
        if working.converting.revokes:
            on[Refund] = working.converting.refunded
        return Handlers(
            on=on,
            settle=working.settle,
            next_due=working.next_due,
            due=working.due,
            promised=working.promised,
        )

    def sentence(self) -> Sentence:
        """Four times a year, every 50 points become a voucher of 0.50 pounds, from 150 points."""
        params: dict[str, Any] = {"name": self.name, "asset": self.asset, "step": self.step}
        params |= {"value": self.value, "least": self.least or self.step}
        params |= {"months": self.months, "day": self.day, "voucher": self.voucher}
        params["on_days"] = tuple(f"{month:02d}-{self.day:02d}" for month in self.months)
        return Sentence("reward_statement", params)


class Working:
    """The statement made ready."""

    def __init__(self, rule: Statement, build: Build) -> None:
        self.id = rule.name_in_state
        self.zone: Zone = build.zone
        self.slot = build.slot(rule)
        asset = rule.asset or build.main
        self.index = build.asset(asset)
        self.step = build.units(rule.step, asset)
        self.least = build.units(rule.least or rule.step, asset)
        self.months = frozenset(rule.months or range(1, 13))
        self.day = rule.day
        self.age = parse_duration(rule.older_than) if rule.older_than else None
        made = terms(build, self.id, rule.voucher or Issue(), rule.value)
        self.converting = Converting(build, rule, asset, made)

    def settle(self, run: Run) -> None:
        """From the first fact on there are statements."""
        ran: Ran = run.state.memory[self.slot]
        if ran.last == BEGINNING:
            ran.last = run.at
            run.state.due = min(run.state.due, self.next_due(run))

    def next_due(self, run: Run) -> int:
        """The start of the next of its days."""
        last = run.state.memory[self.slot].last
        if last == BEGINNING or self.id in run.programme.jobs_off:
            return FOREVER
        first = month_of(self.zone.day(last))
        for month in range(first, first + FOR_A_YEAR + 1):
            if month % 12 + 1 in self.months:
                start = month_start(month)
                day = min(start + self.day - 1, add_months(start, 1) - 1)
                at = self.zone.start_of_day(day)
                if at > last:
                    return at
        return FOREVER

    def due(self, run: Run) -> None:
        """Its day has come. What was found too little once is not looked at again, when a late
        fact brings the day back: the points count for the next statement."""
        before = run.present
        passed = before is not None and before.memory[self.slot].last >= run.at
        run.state.memory[self.slot].last = run.at
        if not passed:
            self.convert(run)

    def job(self, run: Run, job: Job) -> None:
        """Somebody runs it now."""
        if job.name == self.id:
            self.convert(run)

    def convert(self, run: Run) -> None:
        """Ask for the voucher, if there is enough and it has not been decided."""
        ordinal = datetime_of(run.at).isoformat()
        balance = self.ripe(run)
        if run.asked(self.id, ordinal) or run.ask is None or balance < self.least:
            return
        price = balance // self.step * self.step
        if price:
            fields: dict[str, Any] = {"price": price, "asset": self.converting.asset}
            run.apply(run.promise(self.id, ordinal, due=True, **fields))

    def ripe(self, run: Run) -> int:
        """What may turn into a voucher now."""
        holding = run.state.holdings[self.index]
        if self.age is None:
            return holding.balance
        old = (lot for lot in holding.lots if self.zone.plus(lot.earned, *self.age) < run.at)
        return min(sum(lot.left for lot in old), holding.balance)

    def promised(self, run: Run, promise: Promise) -> None:
        """Take full steps and issue one voucher for them."""
        value = self.converting.terms.value * (promise.price // self.step)
        self.converting.convert(run, promise, value=value)
