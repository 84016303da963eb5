"""An unbroken rhythm: how many days, weeks or months in a row somebody did something."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from regulars.engine import conditions, granting
from regulars.engine.calendar import Zone
from regulars.engine.calendar import zone as named_zone
from regulars.engine.conditions import Condition
from regulars.engine.edition import StreakZone
from regulars.engine.facts import Order
from regulars.engine.granting import told
from regulars.engine.happenings import Activity, Attribute, Opening
from regulars.engine.kinds.metrics.figures import Figure, Span
from regulars.engine.metering import Meter
from regulars.engine.rules import Handlers, Metric, Sentence
from regulars.engine.run import Run
from regulars.engine.texts import Finding, Id, OneOrMany
from regulars.ledger.lots import FOREVER

if TYPE_CHECKING:
    from regulars.engine.build import Build

Rhythm = Literal["day", "week", "month"]
NEVER = -(1 << 40)
DEVICE_ZONE = "device_zone"
"""The label of an act that names the zone of its device."""


class Unbroken(Meter):
    """The streak that shows (`total`); how long it is, its last period (done or protected), whether
    it broke since; the zone in which it was last done; the longest ever."""

    length: int = 0
    last: int = NEVER
    broken: bool = False
    place: str = ""
    longest: int = 0


class Streak(Metric, frozen=True, kw_only=True, tag="streak"):
    """Counts `day`s, `week`s or `month`s in a row with at least one of the acts `activity`, or one
    order (`orders`); `when` says which count. With the end of a period without one it is 0 again.

    `protection` is an asset of which one is used up at the end of such a period: the streak stands,
    and does not grow. `zone_of_day` says whose midnight ends a period, else the policy
    `streak_zone`: that of the device that the act names (`device_zone`, else the member's), of the
    member (`account_zone`) or of the programme (`programme_zone`). It is read by its id, the
    longest ever as the id with `_longest`; milestones and ladders may go by it. What comes back
    does not break it.
    """

    memory: ClassVar[type | None] = Unbroken
    period: Rhythm = "day"
    activity: OneOrMany[Id] = ()
    orders: bool = False
    when: Condition | None = None
    protection: Id | None = None
    zone_of_day: StreakZone | None = None

    def problems(self) -> Iterable[Finding]:
        """Nothing that keeps it up."""
        if not self.activity and not self.orders:
            yield Finding("activity", "missing", {})

    def compile(self, build: Build) -> Handlers:
        """Listens to what keeps it up, and wakes when a period ends without it."""
        working = Working(build, self)
        on: dict[type, Callable[[Run, Any], None]] = {Attribute: working.moved}
        if self.activity:
            on[Activity] = working.act
        if self.orders:
            on[Order] = working.order
        return Handlers(
            on=on,
            next_due=working.next_due,
            due=working.due,
            opening=working.opening,
            read=working.read,
        )

    def sentence(self) -> Sentence:
        """30 days in a row."""
        return Sentence(f"metric_streak_{self.period}", {"activity": self.activity})


class Working(Figure):
    """The streak made ready: its value is the same in every window."""

    def __init__(self, build: Build, rule: Streak) -> None:
        super().__init__(build, rule, 0)
        self.unit: Rhythm = rule.period
        self.kinds = frozenset(rule.activity)
        self.tests = conditions.compiled(rule.when, build)
        self.by: StreakZone = rule.zone_of_day or build.policy.streak_zone
        self.protection = build.asset(rule.protection) if rule.protection else None
        self.first = next(one for one in build.edition.metrics if one.kind == rule.kind) == rule

    def keep(self, span: Span) -> None:
        """There are no windows to keep."""

    def value(self, run: Run, span: Span) -> int:
        """How long it is now."""
        return self.meter(run).total

    def in_window(self, run: Run, window: str) -> int | None:
        """The same in every window."""
        return self.meter(run).total

    def memory(self, run: Run) -> Unbroken:
        """What is known of this holder."""
        memory: Unbroken = run.state.memory[self.slot]
        return memory

    def place(self, run: Run, device: str = "") -> Zone:
        """Whose midnight counts: a zone that is not known is the programme's."""
        own = run.state.attributes.get("zone", "")
        wanted = {"device_zone": device or own, "account_zone": own}.get(self.by, "")
        try:
            return named_zone(wanted) if wanted else self.zone
        except ValueError:
            return self.zone

    def act(self, run: Run, fact: Activity) -> None:
        """An act that keeps it up."""
        if fact.kind in self.kinds and self.tests.holds(run, fact):
            self.done(run, fact.labels.get(DEVICE_ZONE, ""))

    def order(self, run: Run, fact: Order) -> None:
        """An order that keeps it up."""
        if self.tests.holds(run, fact):
            self.done(run, fact.labels.get(DEVICE_ZONE, ""))

    def done(self, run: Run, device: str) -> None:
        """This period is done: it follows the last one, or begins a new streak."""
        memory = self.memory(run)
        period = self.place(run, device).period(run.at, self.unit)
        memory.place = device or memory.place
        if period <= memory.last:
            return
        missed = period - memory.last - 1
        if memory.last == NEVER or (missed and not self.protect(run, missed)):
            memory.length = 0
        memory.length += 1
        memory.last, memory.broken = period, False
        self.show(run, memory.length)
        run.say(self.id, "streak", memory.length)
        run.state.due = min(run.state.due, self.next_due(run))

    def protect(self, run: Run, periods: int) -> bool:
        """Use up protections for periods that are missing, if there are enough for all of them."""
        if self.protection is None or self.memory(run).broken:
            return False
        if run.state.holdings[self.protection].balance < periods:
            return False
        granting.take(run, self.id, self.protection, periods)
        run.say(self.id, "streak_protected", -periods, granting.asset_name(run, self.protection))
        return True

    def show(self, run: Run, length: int) -> None:
        """It is so long from now on."""
        memory = self.memory(run)
        changed = memory.total != length
        memory.total, memory.longest = length, max(memory.longest, length)
        for tell in self.told if changed else ():
            tell(run)

    def moved(self, run: Run, fact: Attribute) -> None:
        """Another zone ends the period at another instant."""
        if fact.name == "zone":
            run.state.due = min(run.state.due, self.next_due(run))

    def next_due(self, run: Run) -> int:
        """The end of the period after the last one that was done or protected."""
        memory = self.memory(run)
        if memory.last == NEVER or memory.broken or not memory.length:
            return FOREVER
        return self.place(run, memory.place).period_start(memory.last + 2, self.unit)

    def due(self, run: Run) -> None:
        """A period has passed without: a protection is used up, or the streak is over."""
        memory = self.memory(run)
        if self.protect(run, 1):
            memory.last += 1
            return
        memory.broken = True
        self.show(run, 0)
        run.say(self.id, "streak_over", memory.length)

    def opening(self, run: Run, fact: Opening) -> bool:
        """A streak brought in: the period before this one was done, or the one that it tells."""
        mine = fact.what == "metric" and fact.name == self.id
        if not mine and not (fact.what == "streak" and (fact.name == self.id or self.first)):
            return False
        memory = self.memory(run)
        now = self.place(run).period(run.at, self.unit)
        done = self.place(run).period(told(fact, "at", run.at), self.unit)
        memory.last = done if done < now else now - 1
        memory.length = fact.amount
        self.show(run, fact.amount)
        run.state.due = min(run.state.due, self.next_due(run))
        return True

    def read(self, run: Run, name: str) -> Any:
        """`streak` for the first of the file, and each by its id; `ID_longest`."""
        if name == self.id or (name == "streak" and self.first):
            return Decimal(self.meter(run).total)
        return Decimal(self.memory(run).longest) if name == f"{self.id}_longest" else None
