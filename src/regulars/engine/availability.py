"""Who may have a reward, when, and how often: shared by every kind that is asked for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any, Literal

from msgspec import Meta, Struct, field

from regulars.engine import conditions
from regulars.engine.calendar import datetime_of
from regulars.engine.conditions import Condition, asks_goods, moment
from regulars.engine.facts import Code
from regulars.engine.granting import told
from regulars.engine.happenings import Opening
from regulars.engine.periods import Unit, add_months, day_of
from regulars.engine.refusing import refused
from regulars.engine.rules import Lasting, Rule
from regulars.engine.run import Run
from regulars.engine.state import BEGINNING
from regulars.engine.texts import (
    BadText,
    Day,
    Duration,
    Finding,
    Id,
    Instant,
    Money,
    OneOrMany,
    Part,
    Units,
    parse_day,
    parse_duration,
    parse_money,
)
from regulars.ledger.refused import Refused

if TYPE_CHECKING:
    from regulars.engine.build import Build

Per = Literal["order", "day", "week", "month", "quarter", "year", "12_months", "ever"]
CALENDAR: dict[str, Unit] = {
    "day": "day",
    "week": "week",
    "month": "month",
    "quarter": "quarter",
    "year": "year",
}


class Only(Part, frozen=True, kw_only=True):
    """Who may, when and how often; everything that is said must hold.

    `tier`: only these. `who`: any other condition on the member. `membership` names an attribute
    with the last day (2026-12-31) that is paid for; where nothing is known of it, it is not paid,
    or with `unless_told` it is. `from` and `until`: only in this time (a day
    counts whole); `opens` from when by tier. `times` (once, if left out) `per` order, civil period,
    12 months counted in civil days, or ever; `cooldown` is how long to wait after the last time.
    `basket` is the least that the goods must cost, `balance` the least that must be there.
    """

    tier: OneOrMany[Id] = ()
    who: Condition | None = None
    membership: Code | None = None
    unless_told: bool = False
    from_: Day | Instant | None = None
    until: Day | Instant | None = None
    opens: dict[Id, Day | Instant] = {}
    times: Annotated[int, Meta(ge=1, le=10_000)] | None = None
    per: Per | None = None
    cooldown: Duration | None = None
    basket: Money | None = None
    balance: Units | None = None

    def problems(self) -> Iterable[Finding]:
        """Goods in `who`, or `times` that nothing can reach."""
        if self.who is not None and asks_goods(self.who):
            yield Finding("who", "condition_mixed", {})


class Uses(Lasting, omit_defaults=True):
    """When a reward was taken: the civil days of the last times (`days`) and the last instant; how
    often in the period with that number, and ever. `allowed` is how often it was said beforehand
    that it can be had (-1: not said). All of it outlives leaving: who takes part anew gets no other
    one of what can be had so often."""

    last: int = BEGINNING
    period: int = BEGINNING
    count: int = 0
    ever: int = 0
    allowed: int = -1
    days: list[int] = field(default_factory=list)


class Wish(Struct, frozen=True):
    """What is asked for: in which order, for goods of how much (None: not said), out of what
    balance; `fact` is the asking."""

    order: str = ""
    basket: int | None = None
    balance: int = 0
    fact: Any = None


class Gate:
    """The limits of one reward made ready; its memory is `Uses`."""

    def __init__(self, build: Build, rule: Rule, only: Only | None, asset: str) -> None:
        self.only = only = only or Only()
        self.rule = rule.name_in_state
        self.slot = build.slot(rule)
        self.zone = build.zone
        self.tiers = frozenset(build.tier(name) for name in only.tier)
        self.who = conditions.compiled(only.who, build)
        self.begins = moment(only.from_, build.zone) if only.from_ else None
        self.ends = moment(only.until, build.zone, after=True) if only.until else None
        self.opens = {build.tier(name): moment(at, build.zone) for name, at in only.opens.items()}
        self.per: Per | None = only.per or ("ever" if only.times else None)
        self.times = only.times or 1
        self.cooldown = parse_duration(only.cooldown) if only.cooldown else None
        basket = parse_money(only.basket) if only.basket else None
        self.basket, self.currency = (basket.minor, basket.currency) if basket else (0, "")
        self.balance = build.units(only.balance, asset) if only.balance else 0
        self.counted = frozenset(
            one.name_in_state for one in build.edition.rewards if one.is_payment
        )

    def check(self, run: Run, wish: Wish) -> None:
        """Raises Refused where the reward is not to be had now."""
        self._whom(run, wish)
        self._when(run)
        self._how_often(run, wish, run.state.memory[self.slot])
        if self.basket and not conditions.in_currency(run, wish.fact, self.currency):
            raise refused("wrong_currency", needs=self.currency)
        if self.basket and (wish.basket or 0) < self.basket:
            raise refused("minimum_basket", needs=self.basket, has=wish.basket or 0)
        if self.balance and wish.balance < self.balance:
            raise refused("minimum_balance", needs=self.balance, has=wish.balance)

    def against(self, run: Run, wish: Wish) -> str:
        """Why not, or nothing: for what is not asked for."""
        try:
            self.check(run, wish)
        except Refused as refusal:
            return refusal.code
        return ""

    def _whom(self, run: Run, wish: Wish) -> None:
        if self.tiers and run.state.standing.tier not in self.tiers:
            raise refused("not_yet_open_for_tier", needs=self.only.tier)
        if self.only.membership and not self._paid(run, self.only.membership):
            raise refused("membership_lapsed")
        if not self.who.holds(run, wish.fact):
            who = self.only.who
            timed = who and (who.weekday or who.hours or who.from_ or who.until)
            raise refused("outside_window" if timed else "not_for_member")

    def _paid(self, run: Run, name: str) -> bool:
        """Whether the day up to which a membership is paid has not passed."""
        if self.only.unless_told and name not in run.state.attributes:
            return True
        try:
            return day_of(parse_day(run.state.attributes.get(name, ""))) >= self.zone.day(run.at)
        except BadText:
            return False

    def _when(self, run: Run) -> None:
        opens = self.opens.get(run.state.standing.tier)
        first = min(self.opens.values(), default=run.at)
        if self.opens and (opens is None or run.at < opens):
            if run.at < first:
                raise refused("outside_window", retry_at=datetime_of(opens or first))
            at = {"retry_at": datetime_of(opens)} if opens is not None else {}
            raise refused("not_yet_open_for_tier", **at)
        if self.begins is not None and run.at < self.begins:
            raise refused("outside_window", retry_at=datetime_of(self.begins))
        if self.ends is not None and run.at >= self.ends:
            raise refused("outside_window")

    def used_up(self, run: Run, wish: Wish, uses: Uses) -> bool:
        """Whether what was taken as `uses` says leaves no more; without any limit, once is all."""
        if self.per is None and self.cooldown is None:
            return uses.ever > 0
        try:
            self._how_often(run, wish, uses)
        except Refused:
            return True
        return False

    def _how_often(self, run: Run, wish: Wish, uses: Uses) -> None:
        if 0 <= uses.allowed <= uses.ever:
            raise refused("already_used", most=uses.allowed)
        if self.cooldown is not None and uses.ever:
            again = self.zone.plus(uses.last, *self.cooldown)
            if run.at < again:
                raise refused("cooldown", retry_at=datetime_of(again))
        if self.per == "order" and wish.order:
            if self.in_order(run, wish.order) >= self.times:
                raise refused("limit_per_order", most=self.times)
        elif self.per == "12_months":
            self._twelve_months(run, uses)
        elif self.per == "ever" and uses.ever >= self.times:
            raise refused("already_used", most=self.times)
        elif self.per in CALENDAR:
            unit = CALENDAR[self.per]
            number = self.zone.period(run.at, unit)
            if uses.period == number and uses.count >= self.times:
                again = self.zone.period_start(number + 1, unit)
                raise refused("cooldown", retry_at=datetime_of(again))

    def _twelve_months(self, run: Run, uses: Uses) -> None:
        today = self.zone.day(run.at)
        counting = [day for day in uses.days if add_months(day, 12) > today]
        if len(counting) >= self.times:
            again = self.zone.start_of_day(add_months(counting[0], 12))
            raise refused("once_per_12_months", retry_at=datetime_of(again))

    def in_order(self, run: Run, order: str) -> int:
        """How many rewards the sale has had, before it came or after."""
        record = run.records.get(order)
        waiting = run.state.paid.get(order, ())
        payments = waiting or (record.payments if record is not None else ())
        return sum(one.rule in self.counted for one in payments)

    def use(self, run: Run) -> None:
        """Count one time."""
        self.note(run, run.at)

    def note(self, run: Run, at: int, times: int = 1) -> None:
        """Count so many times at an instant."""
        if times < 1:
            return
        uses: Uses = run.state.memory[self.slot]
        uses.last = max(uses.last, at)
        uses.ever += times
        if self.per in CALENDAR:
            number = self.zone.period(at, CALENDAR[self.per])
            if number > uses.period:
                uses.period, uses.count = number, 0
            uses.count += times if number == uses.period else 0
        days = [self.zone.day(at)] * min(times, self.times)
        uses.days = sorted([*uses.days, *days])[-self.times :]

    def unuse(self, run: Run, at: int) -> None:
        """One time was taken back."""
        uses: Uses = run.state.memory[self.slot]
        uses.ever = max(uses.ever - 1, 0)
        if self.per in CALENDAR and self.zone.period(at, CALENDAR[self.per]) == uses.period:
            uses.count = max(uses.count - 1, 0)
        if self.zone.day(at) in uses.days:
            uses.days.remove(self.zone.day(at))

    def opening(self, run: Run, fact: Opening, *names: str) -> bool:
        """Takes when it was last used (`dates.at`), or how often so far (`amount`); of a right that
        was granted before (`entitlement`) how often it can be had."""
        if fact.what == "entitlement" and fact.name in (self.rule, *names):
            uses: Uses = run.state.memory[self.slot]
            uses.allowed = fact.amount or uses.allowed
            return True
        if fact.what not in ("use", "limit") or fact.name not in (self.rule, *names):
            return False
        at = told(fact, "at", run.at)
        self.note(run, at, fact.amount or int(fact.what == "use"))
        return True
