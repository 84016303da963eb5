"""Vouchers that are exchanged at partners, for more than their value."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar

import msgspec

from regulars.engine.availability import Gate, Only, Uses, Wish
from regulars.engine.conditions import moment
from regulars.engine.facts import Code
from regulars.engine.happenings import Attempt, Promise, Redemption
from regulars.engine.refusing import refused
from regulars.engine.rules import Handlers, Reward, Sentence
from regulars.engine.run import Ask, Run
from regulars.engine.state import BEGINNING, Record, Voucher
from regulars.engine.terms import ended, find, opened
from regulars.engine.texts import (
    Day,
    Finding,
    Id,
    Instant,
    OneOrMany,
    Part,
    Positive,
    Text,
    parse_number,
)
from regulars.engine.vouchers import copied
from regulars.ledger.lots import FOREVER

if TYPE_CHECKING:
    from regulars.engine.build import Build


class Rate(Part, frozen=True, kw_only=True):
    """`times` the value of the voucher, `from` a day `until` a day (both counted whole)."""

    times: Positive
    from_: Day | Instant | None = None
    until: Day | Instant | None = None


class Partner(Reward, frozen=True, kw_only=True, tag="partner"):
    """A voucher for money can be exchanged at a partner for so many `times` its value: the first of
    the `rates` that holds on the day counts. `partners` names them, any if left out; `of` the
    rewards whose vouchers are taken.
    """

    memory: ClassVar[type | None] = Uses
    name: Text
    rates: list[Rate]
    partners: OneOrMany[Code] = ()
    of: OneOrMany[Id] = ()
    only: Only | None = None

    def problems(self) -> Iterable[Finding]:
        """No rate."""
        if not self.rates:
            yield Finding("rates", "missing", {})

    def compile(self, build: Build) -> Handlers:
        """Answers redemptions that bring a voucher."""
        working = Working(self, build)
        return Handlers(
            attempt=working.attempt, promised=working.promised, reversed=working.reversed
        )

    def sentence(self) -> Sentence:
        """At our partners your voucher is worth twice as much."""
        params: dict[str, Any] = {"name": self.name, "partners": self.partners}
        return Sentence("reward_partner", params | {"rates": self.rates})


class Working:
    """The exchange made ready: (from, until, numerator, denominator)."""

    def __init__(self, rule: Partner, build: Build) -> None:
        self.id = rule.name_in_state
        self.partners = frozenset(rule.partners)
        self.of = frozenset(rule.of)
        self.gate = Gate(build, rule, rule.only, "")
        self.rates = [
            (
                moment(one.from_, build.zone) if one.from_ else BEGINNING,
                moment(one.until, build.zone, after=True) if one.until else FOREVER,
                parse_number(one.times),
            )
            for one in rule.rates
        ]

    def attempt(self, run: Run, attempt: Attempt, ask: Ask) -> Promise | None:
        """A promise to exchange the voucher. Raises Refused."""
        if not isinstance(attempt, Redemption) or not attempt.voucher:
            return None
        if attempt.reward not in ("", self.id):
            return None
        if self.partners and attempt.partner not in self.partners:
            return None
        voucher = find(run, attempt.voucher)
        if self.of and voucher.rule not in self.of:
            return None
        if not voucher.value or self.worth(run.at, voucher.value) is None:
            raise refused("outside_window", voucher=voucher.id)
        self.gate.check(run, Wish(attempt.order, attempt.basket_minor, 0, attempt))
        return run.promise(
            self.id,
            attempt.key,
            key=attempt.key,
            target=voucher.id,
            source=attempt.source,
            details={"partner": attempt.partner},
        )

    def worth(self, at: int, value: int) -> int | None:
        """What a value is worth at a partner at an instant; None where it is not taken."""
        for first, after, times in self.rates:
            if first <= at < after:
                worth: int = value * times.value // 10**times.scale
                return worth
        return None

    def promised(self, run: Run, promise: Promise) -> None:
        """The voucher is used; where it is no longer open by now, nothing is exchanged."""
        voucher = run.state.vouchers.get(promise.target)
        if voucher is None:
            run.change("voucher", promise.target, "used", "not_open")
            return
        ended(run, voucher, "used", "exchanged")
        self.gate.use(run)
        worth = self.worth(run.at, voucher.value) or 0
        if voucher.id in run.records:
            run.records[voucher.id].frozen["partner"] = worth
        if run.keeps(promise.key):
            kept = msgspec.to_builtins(copied(voucher))
            run.records[promise.key] = Record(
                key=promise.key,
                edition=run.edition.id,
                at=run.at,
                rule=self.id,
                frozen={"partner": worth, "exchanged": kept},
            )
        run.say(self.id, "exchanged", worth_minor=worth)

    def reversed(self, run: Run, record: Record, key: str) -> None:
        """The exchange is taken back: the voucher is open again, with its old date."""
        record.closed = True
        self.gate.unuse(run, record.at)
        voucher = msgspec.convert(record.frozen["exchanged"], Voucher)
        if voucher.id in run.records:
            run.records[voucher.id].frozen.pop("partner", None)
        opened(run, voucher)
        run.change("redemption", record.key, "reversed")
