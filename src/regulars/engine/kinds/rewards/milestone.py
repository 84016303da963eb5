"""Thresholds of a count, each reached once: gifts, prizes, badges."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Any, ClassVar

from msgspec import Struct, field

from regulars.engine.happenings import Attempt, Job, Opening, Promise, Redemption
from regulars.engine.metering import Metering
from regulars.engine.money import from_minor
from regulars.engine.periods import Unit
from regulars.engine.refusing import refused
from regulars.engine.rules import Handlers, Reward, Sentence
from regulars.engine.run import Ask, Run
from regulars.engine.state import Record
from regulars.engine.terms import Issue, Terms, issue, taken_back, terms
from regulars.engine.texts import (
    Finding,
    Id,
    Money,
    OneOrMany,
    Part,
    Positive,
    Text,
    Units,
    parse_money,
)

if TYPE_CHECKING:
    from regulars.engine.build import Build


class Step(Part, frozen=True, kw_only=True):
    """What `at` this count is reached: a badge (`id`, else the number), a gift worth `up_to`,
    `points` of an asset, a `voucher`, or one prize of those in `choice`, asked for by name."""

    at: Positive
    id: Id | None = None
    up_to: Money | None = None
    points: Units | None = None
    asset: Id | None = None
    voucher: Issue | None = None
    choice: OneOrMany[Id] = ()


class Reached(Struct, omit_defaults=True):
    """Prizes given in the `period` that runs, by the place of their step; what was shipped when the
    list was cleaned."""

    period: int = 0
    given: list[int] = field(default_factory=list)
    chosen: dict[str, str] = field(default_factory=dict)
    shipped: int = 0
    prizes: int = 0
    invalid: int = 0
    count: int = 0


class Milestone(Reward, frozen=True, kw_only=True, tag="milestone"):
    """Each of the `steps` is reached once, when `of` (an asset or a metric) has come to its `at`;
    several at once, if it jumps. A metric counts with all that it ever counted; with `every`
    (year), with what it counts in that civil period, and in each of them every step can be reached
    again. A job with the id of this rule ships the prizes that still stand when what was found
    invalid is taken out of the count.
    """

    memory: ClassVar[type | None] = Reached
    name: Text
    of: Id
    every: Unit | None = None
    steps: list[Step]

    def problems(self) -> Iterable[Finding]:
        """Steps that do not rise."""
        for index, (before, step) in enumerate(pairwise(self.steps), 1):
            if Decimal(step.at) <= Decimal(before.at):
                params: dict[str, Any] = {"limit": before.at, "got": step.at}
                yield Finding(f"steps[{index}].at", "not_above", params)

    def compile(self, build: Build) -> Handlers:
        """Gives what a step brings when it is reached; answers who chooses a prize."""
        working = Working(self, build)
        return Handlers(
            wants=working.wants,
            attempt=working.attempt,
            promised=working.promised,
            reversed=working.reversed,
            on={Job: working.job},
            opening=working.opening,
            read=working.read,
        )

    def sentence(self) -> Sentence:
        """With 4 stamps there is a gift of up to 5 pounds, with 8 of up to 10."""
        params: dict[str, Any] = {"name": self.name, "of": self.of, "steps": self.steps}
        return Sentence("reward_milestone", params)


class Working:
    """The milestones made ready."""

    def __init__(self, rule: Milestone, build: Build) -> None:
        self.id = rule.name_in_state
        self.of = rule.of
        self.steps = rule.steps
        self.slot = build.slot(rule)
        self.currency = build.edition.currency
        self.index = build.assets.get(rule.of)
        self.decimals = build.decimals(rule.of) if self.index is not None else 0
        self.metering: dict[str, Metering] = build.metering
        self.zone = build.zone
        self.unit = rule.every
        if rule.every is not None and rule.of in build.metering:
            build.metering[rule.of].units.add(rule.every)
        self.terms: dict[int, Terms] = {}
        self.gives: dict[int, Any] = {}
        for place, step in enumerate(rule.steps):
            if step.voucher is not None:
                name = f"{self.id}/{place}"
                self.terms[place] = terms(build, name, step.voucher)
            if step.points:
                give = build.giving(rule, step.asset or "")
                self.gives[place] = (give, build.units(step.points, step.asset or ""))

    def count(self, run: Run) -> Decimal:
        """What has been counted, as a decimal number."""
        if self.index is not None:
            return Decimal(run.state.holdings[self.index].balance).scaleb(-self.decimals)
        metering = self.metering.get(self.of)
        if metering is None:
            return Decimal(run.state.memory[self.slot].count)
        total = metering.meter(run).total
        if self.unit:
            total = metering.in_period(run, self.unit, self.period(run))
        return Decimal(total).scaleb(-metering.decimals)

    def reached(self, count: Decimal) -> list[Step]:
        """The steps that a count reaches."""
        return [step for step in self.steps if Decimal(step.at) <= count]

    def wants(self, run: Run, ask: Ask) -> Promise | None:
        """The next step that brings something by itself and was reached but not given."""
        for place, _ in enumerate(self.reached(self.count(run))):
            brings = place in self.terms or place in self.gives
            ordinal = self.ordinal(run, place)
            given = self.memory(run).given
            if brings and place not in given and not run.asked(self.id, ordinal):
                return run.promise(self.id, ordinal)
        return None

    def ordinal(self, run: Run, place: int) -> str:
        """Under which number what a step brings is promised: one of its own in each period."""
        return f"{self.period(run)}/{place}" if self.unit else str(place)

    def period(self, run: Run) -> int:
        """The number of the period in which the steps are reached; 0 where they are for ever."""
        return self.zone.period(run.at, self.unit) if self.unit else 0

    def memory(self, run: Run) -> Reached:
        """What was given; with a new period nothing has been."""
        memory: Reached = run.state.memory[self.slot]
        period = self.period(run)
        if memory.period != period:
            memory.period, memory.given, memory.chosen = period, [], {}
        return memory

    def attempt(self, run: Run, attempt: Attempt, ask: Ask) -> Promise | None:
        """A promise of the prize that was chosen. Raises Refused."""
        if not isinstance(attempt, Redemption) or not attempt.reward:
            return None
        for place, step in enumerate(self.steps):
            if attempt.reward in step.choice:
                return self.choose(run, attempt, place)
        return None

    def choose(self, run: Run, attempt: Redemption, place: int) -> Promise:
        """The choice, if its step is reached and nothing was chosen."""
        step = self.steps[place]
        count = self.count(run)
        if count < Decimal(step.at):
            raise refused("insufficient_points", needs=step.at, has=count, asset=self.of)
        if str(place) in self.memory(run).chosen:
            raise refused("already_chosen")
        details = {"place": str(place), "prize": attempt.reward}
        return run.promise(
            self.id, attempt.key, key=attempt.key, source=attempt.source, details=details
        )

    def promised(self, run: Run, promise: Promise) -> None:
        """Give what the step brings, or note the prize that was chosen."""
        memory = self.memory(run)
        memory.prizes += 1
        if "place" in promise.details:
            memory.chosen[promise.details["place"]] = promise.details["prize"]
            if run.keeps(promise.key):
                record = Record(key=promise.key, edition=run.edition.id, at=run.at, rule=self.id)
                record.frozen = {"place": promise.details["place"], "order": ""}
                run.records[promise.key] = record
            return
        place = int(str(promise.ordinal).rpartition("/")[2])
        memory.given.append(place)
        if place in self.terms:
            issue(run, self.terms[place], promise.key)
        if place in self.gives:
            give, amount = self.gives[place]
            give(run, amount)
        run.say(self.id, "milestone", at=self.steps[place].at)

    def reversed(self, run: Run, record: Record, key: str) -> None:
        """The prize was not taken: another may be chosen."""
        if taken_back(run, record, key):
            record.closed = True
            memory: Reached = run.state.memory[self.slot]
            memory.chosen.pop(record.frozen["place"], None)
            memory.prizes = max(memory.prizes - 1, 0)

    def job(self, run: Run, job: Job) -> None:
        """Ship what still stands when the list has been cleaned."""
        if job.name == self.id:
            memory: Reached = run.state.memory[self.slot]
            memory.shipped = len(self.reached(self.count(run) - memory.invalid))

    def opening(self, run: Run, fact: Opening) -> bool:
        """Takes prizes given before, what was found invalid, and a count that nobody else keeps."""
        memory: Reached = run.state.memory[self.slot]
        if fact.what == "prize" and fact.name in ("", self.id, *self.prize_names()):
            memory.prizes += max(fact.amount, 1) if fact.name else fact.amount
            for place, name in enumerate(self.prize_names()):
                if place < memory.prizes or fact.name == name:
                    memory.given.append(place)
            return True
        if fact.what == "invalid":
            memory.invalid = fact.amount
            return True
        mine = fact.what in ("friends", "metric") and self.of in (fact.what, fact.name)
        if mine and self.index is None and self.of not in self.metering:
            memory.count = fact.amount
            return True
        return False

    def prize_names(self) -> list[str]:
        """What the steps are called: their id, else their number."""
        return [step.id or step.at for step in self.steps]

    def read(self, run: Run, name: str) -> Any:
        """`gift_up_to` (money), `badges` and `milestone` (names), `prizes` and `shipped` (how
        many), `progress` (3/5 to the next step)."""
        steps = self.reached(self.count(run))
        names = tuple(step.id or step.at for step in steps)
        if name == "gift_up_to":
            worth = [parse_money(step.up_to) for step in steps if step.up_to]
            best = max(worth, default=None)
            return from_minor(best.minor, best.currency) if best else Decimal(0)
        if name == "badges":
            return names
        if name == "milestone":
            return names[-1] if names else None
        memory: Reached = run.state.memory[self.slot]
        if name in ("prizes", "shipped"):
            return memory.prizes if name == "prizes" else memory.shipped
        if name == f"progress:{self.id}":
            following = self.steps[len(steps) :]
            return f"{self.count(run):f}/{following[0].at}" if following else None
        return None
