"""How much an advocate can get at most, and what becomes of what is more."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta

from regulars.engine import conditions
from regulars.engine.conditions import Condition
from regulars.engine.edition import Overflow
from regulars.engine.kinds.referrals.memory import Memory, Stake
from regulars.engine.kinds.referrals.payout import Frozen
from regulars.engine.texts import Finding, Id, Part, Units
from regulars.ledger.lots import FOREVER

if TYPE_CHECKING:
    from regulars.engine.build import Build
    from regulars.engine.run import Run
    from regulars.engine.state import State

PERIODS_KEPT = 24
"""Of a cap this many periods are remembered, for what is decided late."""


class Cap(Part, frozen=True, kw_only=True):
    """At most so many `rewards`, or so much (`amount` of an `asset`), in a calendar period or ever.
    `overflow` says what becomes of the rest (the policy's if left out): it is cut to fit, dropped,
    or deferred to the next period. The period is that of the day of the `grant`, or of what earned
    it (`earned`). `who` says for whom the cap holds. The friend's side never depends on it."""

    id: Id = "referral_rewards"
    rewards: Annotated[int, Meta(ge=0)] | None = None
    amount: Units | None = None
    asset: Id | None = None
    per: Literal["day", "week", "month", "quarter", "year", "ever"] = "ever"
    overflow: Overflow | None = None
    dated: Literal["grant", "earned"] = "grant"
    who: Condition | None = None

    def problems(self) -> Iterable[Finding]:
        """Exactly one of rewards and amount."""
        if (self.rewards is None) == (self.amount is None):
            yield Finding("rewards", "cap_rewards_or_amount", {})


class Capping:
    """One cap made ready. Counts are of rewards, or of the asset's smallest unit."""

    def __init__(self, build: Build, cap: Cap, slot: int) -> None:
        self.id = cap.id
        self.unit = cap.per
        self.zone = build.zone
        self.slot = slot
        self.asset = (cap.asset or build.main) if cap.amount else ""
        self.most = build.units(cap.amount, self.asset) if cap.amount else (cap.rewards or 0)
        self.overflow: Overflow = cap.overflow or build.policy.overflow
        self.earned = cap.dated == "earned"
        self.who = conditions.compiled(cap.who, build)

    def period(self, at: int) -> int:
        """The number of the period of an instant."""
        if self.unit == "ever":
            return 0
        return self.zone.day(at) if self.unit == "day" else self.zone.period(at, self.unit)

    def next(self, at: int) -> int:
        """When the period after that of an instant begins; FOREVER if none does."""
        if self.unit == "ever":
            return FOREVER
        if self.unit == "day":
            return self.zone.start_of_day(self.period(at) + 1)
        return self.zone.period_start(self.period(at) + 1, self.unit)

    def dated(self, run: Run, stake: Stake) -> int:
        """The instant whose period counts."""
        return stake.since if self.earned else run.at

    def wants(self, gifts: list[Frozen], basis: int) -> int:
        """How much of the cap these gifts take."""
        if not self.asset:
            return 1 if gifts else 0
        return sum(one.worth(basis) for one in gifts if one.asset == self.asset)

    def room(self, run: Run, at: int, present: State | None) -> int:
        """What the period of an instant still lets through, at its own instant and now."""
        number = str(self.period(at))
        used = 0
        for state in (run.state, present):
            if state is not None:
                memory: Memory = state.memory[self.slot]
                used = max(used, memory.used.get(self.id, {}).get(number, 0))
        return max(self.most - used, 0)

    def use(self, run: Run, amount: int, at: int) -> None:
        """Count an amount (negative: give room back) in the period of an instant."""
        memory: Memory = run.state.memory[self.slot]
        periods = memory.used.setdefault(self.id, {})
        number = str(self.period(at))
        periods[number] = max(periods.get(number, 0) + amount, 0)
        while len(periods) > PERIODS_KEPT:
            del periods[min(periods, key=int)]
