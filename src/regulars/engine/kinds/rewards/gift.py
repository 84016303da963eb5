"""A gift that comes by itself: for joining, for an order or act, for a tier, for a day, for coming
back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from msgspec import Meta

from regulars.engine import conditions
from regulars.engine.availability import Gate, Only, Uses, Wish
from regulars.engine.conditions import ORDERS, Condition
from regulars.engine.facts import Order
from regulars.engine.granting import told
from regulars.engine.happenings import Activity, Opening, Promise, SignUp
from regulars.engine.kinds.earn.remaining import anything
from regulars.engine.periods import add_months, date_of
from regulars.engine.rules import Handlers, Reward, Sentence, Undoing
from regulars.engine.run import Ask, Run
from regulars.engine.state import BEGINNING, Record
from regulars.engine.terms import Issue, issue, terms
from regulars.engine.texts import Duration, Finding, Id, OneOrMany, Text, Units, parse_duration
from regulars.ledger.lots import FOREVER

if TYPE_CHECKING:
    from regulars.engine.build import Build

Trigger = Literal["sign_up", "order", "activity", "tier", "joining_day", "absence"]
Nth = Annotated[int, Meta(ge=1, le=10_000)]
GIVEN = "/given"
"""Beside a rule's id in a record: that the order counted towards a gift."""


class Moments(Uses):
    """Uses; how often the moment came (`met`), how many gifts that is (`owed`) and how many of them
    were given elsewhere (`before`); how many orders were seen; the instant of joining and of the
    last order, the years that were looked at, the tier that was held."""

    met: int = 0
    owed: int = 0
    before: int = 0
    orders: int = 0
    joined: int = BEGINNING
    seen: int = BEGINNING
    years: int = 0
    looked: bool = False
    tier: int = 0


class Gift(Reward, frozen=True, kw_only=True, tag="gift"):
    """A `voucher`, or `points` of an asset, given by itself `on` a moment: when somebody joins
    (`sign_up`), with their `nth` `order`, with the `nth` `activity` of these kinds, when a `tier`
    is reached, on every `joining_day` of a later year, or after `absence` of so long a time
    (`after`) without an order.

    It is given once, with `again` each time: for every nth order or act, whenever the tier is
    reached anew, after every absence. `when` says which orders, acts and members count. An order
    that comes back whole counts no longer, and brings no second gift; what was given stays given.
    `only` says who may have it.
    """

    memory: ClassVar[type | None] = Moments
    name: Text
    on: Trigger
    nth: Nth = 1
    activity: OneOrMany[Id] = ()
    tier: Id | None = None
    after: Duration | None = None
    again: bool = False
    when: Condition | None = None
    voucher: Issue | None = None
    points: Units | None = None
    asset: Id | None = None
    only: Only | None = None

    def problems(self) -> Iterable[Finding]:
        """A gift that is nothing, and moments that lack what makes them one."""
        if self.voucher is None and self.points is None:
            yield Finding("voucher", "missing", {})
        needed: dict[str, Any] = {"activity": self.activity, "tier": self.tier}
        needed["absence"] = self.after
        if self.on in needed and not needed[self.on]:
            yield Finding("after" if self.on == "absence" else self.on, "missing", {})

    def compile(self, build: Build) -> Handlers:
        """Notes the moment, and asks for the gift."""
        working = Working(self, build)
        handlers = Handlers(
            on=working.listening(), promised=working.promised, opening=working.opening
        )
        if self.on in ("joining_day", "absence"):
            handlers.next_due, handlers.due = working.next_due, working.due
        else:
            handlers.wants = working.wants
        if self.on == "order":
            handlers.undo = working.undo
        if self.on == "tier":
            build.moved.append(working.moved)
        return handlers

    def sentence(self) -> Sentence:
        """With your first order you get a free drink."""
        params: dict[str, Any] = {"name": self.name, "nth": self.nth, "activity": self.activity}
        params |= {"tier": self.tier, "after": self.after, "when": self.when, "only": self.only}
        params |= {"voucher": self.voucher, "points": self.points, "asset": self.asset}
        params["again"] = self.again
        return Sentence(f"reward_gift_{self.on}", params)


class Working:
    """The gift made ready."""

    def __init__(self, rule: Gift, build: Build) -> None:
        self.rule = rule
        self.id = rule.name_in_state
        self.slot = build.slot(rule)
        self.zone = build.zone
        self.tests = conditions.compiled(rule.when, build)
        self.gate = Gate(build, rule, rule.only, rule.asset or "")
        self.kinds = frozenset(rule.activity)
        self.tier = build.tier(rule.tier) if rule.on == "tier" and rule.tier else 0
        self.tiers = {tier.id: place for place, tier in enumerate(build.edition.tiers)}
        self.after = parse_duration(rule.after) if rule.after else None
        self.terms = terms(build, self.id, rule.voucher) if rule.voucher else None
        self.points = build.units(rule.points, rule.asset or "") if rule.points else 0
        self.asset = rule.asset or build.main
        self.give = build.giving(rule, self.asset)
        if rule.on == "order":
            build.counts_orders = True

    def memory(self, run: Run) -> Moments:
        """What is known of this holder."""
        memory: Moments = run.state.memory[self.slot]
        return memory

    def listening(self) -> dict[type, Callable[[Run, Any], None]]:
        """Which facts bring the moment, or say when time begins to run."""
        on: dict[type, Callable[[Run, Any], None]] = {}
        if self.rule.on in ("sign_up", "joining_day"):
            on[SignUp] = self.joined
        if self.rule.on in ("order", "absence"):
            on[Order] = self.ordered
        if self.rule.on == "activity":
            on[Activity] = self.acted
        return on

    def joined(self, run: Run, fact: SignUp) -> None:
        """Somebody joins, once."""
        memory = self.memory(run)
        if memory.joined != BEGINNING:
            return
        memory.joined = run.at
        if self.rule.on == "sign_up":
            self.met(run, fact)
        else:
            run.state.due = min(run.state.due, self.next_due(run))

    def ordered(self, run: Run, fact: Order) -> None:
        """An order: the nth one may bring the gift, and absence begins anew."""
        memory = self.memory(run)
        if self.rule.on == "order":
            self.brought(run, run.state.ordinals.get(ORDERS, 0) - memory.orders)
            memory.orders = run.state.ordinals.get(ORDERS, 0) + 1
            if self.met(run, fact) and run.record is not None:
                run.record.frozen[self.id + GIVEN] = 1
        elif self.tests.holds(run, fact):
            memory.seen, memory.looked = max(memory.seen, run.at), False
            run.state.due = min(run.state.due, self.next_due(run))

    def brought(self, run: Run, moments: int) -> None:
        """So many moments were before: what they brought was given then."""
        memory = self.memory(run)
        if moments > 0:
            memory.met += moments
            memory.owed = memory.before = self.due_by_now(memory.met)

    def acted(self, run: Run, fact: Activity) -> None:
        """An act of the right kind."""
        if fact.kind in self.kinds:
            self.met(run, fact)

    def moved(self, run: Run) -> None:
        """The tier has changed: it may be reached."""
        memory = self.memory(run)
        before, memory.tier = memory.tier, run.state.standing.tier
        if before < self.tier <= memory.tier:
            self.met(run, None)

    def met(self, run: Run, fact: Any) -> bool:
        """Count the moment, and owe a gift where it is the one."""
        if not self.tests.holds(run, fact):
            return False
        if self.gate.against(run, Wish(getattr(fact, "key", ""), None, 0, fact)):
            return False
        memory = self.memory(run)
        memory.met += 1
        memory.owed = max(memory.owed, self.due_by_now(memory.met))
        return True

    def due_by_now(self, met: int) -> int:
        """How many gifts so many moments bring."""
        whole = met // self.rule.nth
        return whole if self.rule.again else min(whole, 1)

    def undo(self, run: Run, undoing: Undoing) -> None:
        """An order that comes back whole counts no longer."""
        record: Record = undoing.record
        if record.frozen.get(self.id + GIVEN) and (undoing.cancelled or not anything(record)):
            record.frozen[self.id + GIVEN] = 0
            memory = self.memory(run)
            memory.met = max(memory.met - 1, 0)
            memory.owed = self.due_by_now(memory.met)

    def wants(self, run: Run, ask: Ask) -> Promise | None:
        """The first gift that is owed and was not given."""
        for ordinal in range(self.memory(run).before + 1, self.memory(run).owed + 1):
            if not run.asked(self.id, ordinal):
                return run.promise(self.id, ordinal)
        return None

    def next_due(self, run: Run) -> int:
        """The next anniversary of joining, or the end of so long an absence."""
        memory = self.memory(run)
        if self.rule.on == "joining_day":
            if memory.joined == BEGINNING:
                return FOREVER
            return self.anniversary(memory, memory.years + 1)
        gone = memory.seen == BEGINNING or memory.looked
        if gone or self.after is None or (memory.owed and not self.rule.again):
            return FOREVER
        return self.zone.plus(memory.seen, *self.after)

    def anniversary(self, memory: Moments, years: int) -> int:
        """The start of the day on which somebody joined so many years ago."""
        if memory.years and not self.rule.again:
            return FOREVER
        day = add_months(self.zone.day(memory.joined), 12 * years)
        return self.zone.start_of_day(day)

    def due(self, run: Run) -> None:
        """The day has come, or nobody came: the gift is given, once for each."""
        memory = self.memory(run)
        if self.rule.on == "joining_day":
            memory.years += 1
            ordinal = str(memory.years)
        else:
            memory.looked = True
            ordinal = date_of(self.zone.day(memory.seen)).isoformat()
        memory.owed += 1
        if run.ask is None or run.asked(self.id, ordinal):
            return
        code = self.gate.against(run, Wish())
        if not code and not self.tests.holds(run, None):
            code = "not_for_member"
        run.apply(run.promise(self.id, ordinal, yes=not code, due=True, code=code))

    def promised(self, run: Run, promise: Promise) -> None:
        """Give it."""
        if not promise.yes:
            run.say(self.id, "gift_refused", reason=promise.code)
            return
        self.gate.use(run)
        if run.keeps(promise.key):
            run.records[promise.key] = Record(
                key=promise.key, edition=run.edition.id, at=run.at, rule=self.id
            )
        if self.terms is not None:
            known = self.terms
            bare = not (known.item or known.value or known.percent)
            issue(run, known, promise.key, **({"item": self.id} if bare else {}))
        if self.points:
            self.give(run, self.points)
        run.say(self.id, "gift_given", self.points, self.asset)

    def opening(self, run: Run, fact: Opening) -> bool:
        """Takes that it was given before; notes the tier that is brought in."""
        memory = self.memory(run)
        if fact.what == "tier":
            memory.tier = self.tiers.get(fact.name, 0)
            return False
        if fact.what == "activity" and self.rule.on == "absence":
            memory.seen = max(memory.seen, told(fact, "at", run.at))
            return False
        if fact.what == "joined" and fact.name in ("", self.id):
            memory.joined = told(fact, "at", run.at)
            return False
        mine = self.gate.opening(run, fact)
        if mine:
            self.brought(run, self.rule.nth)
        return mine
