"""Rights that are not value: delivery, early access, an allowance."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from regulars.engine.availability import Gate, Only, Uses, Wish
from regulars.engine.calendar import instant_of
from regulars.engine.conditions import goods_minor
from regulars.engine.facts import Code, Order
from regulars.engine.happenings import Activity, Attempt, Opening, Promise, Redemption
from regulars.engine.rules import Handlers, Reward, Sentence
from regulars.engine.run import Ask, Run
from regulars.engine.state import Record
from regulars.engine.terms import taken_back
from regulars.engine.texts import Id, OneOrMany, Text
from regulars.engine.weighing import paid_by
from regulars.ledger.refused import Refused

if TYPE_CHECKING:
    from regulars.engine.build import Build


class Right(Reward, frozen=True, kw_only=True, tag="right"):
    """Something that those whom `only` names may have or do, free of charge.

    With `shipping` every order that may have it gets this kind of delivery: of several such rights
    the first that holds; what the goods come to is counted after what pays for them. With
    `activity` the act of this kind is refused to all others, for the `event` it names if this right
    names one. What is not a delivery is asked for like a reward, too; `items` are further names.
    """

    memory: ClassVar[type | None] = Uses
    name: Text
    shipping: Code | None = None
    activity: Id | None = None
    event: OneOrMany[Code] = ()
    items: OneOrMany[Id] = ()
    only: Only | None = None

    def compile(self, build: Build) -> Handlers:
        """Looks at orders or acts, or answers who asks for it."""
        working = Working(self, build)
        on: dict[type, Callable[[Run, Any], None]] = {}
        if self.shipping:
            on[Order] = working.order
        if self.activity:
            on[Activity] = working.act
        return Handlers(
            on=on,
            attempt=None if self.shipping else working.attempt,
            promised=working.promised,
            reversed=working.reversed,
            opening=working.opening,
            read=working.read if self.shipping else None,
            opens=(lambda _run: True) if self.shipping else None,
            refuses=bool(self.activity),
        )

    def sentence(self) -> Sentence:
        """Free delivery from 15 pounds."""
        return Sentence("reward_right", {"name": self.name, "only": self.only})


class Working:
    """The right made ready."""

    def __init__(self, rule: Right, build: Build) -> None:
        self.rule = rule
        self.id = rule.name_in_state
        self.names = frozenset((self.id, *rule.items))
        self.gate = Gate(build, rule, rule.only, "")

    def order(self, run: Run, order: Order) -> None:
        """Note the delivery that the order gets, if it may have this one."""
        record = run.record
        if record is None or "shipping" in record.frozen:
            return
        goods = goods_minor(order) - paid_by(run, order)
        code = self.gate.against(run, Wish("", goods, 0, order))
        run.say(self.id, "right_refused" if code else "right_used", reason=code)
        if not code:
            record.frozen["shipping"] = self.rule.shipping
            self.gate.use(run)

    def act(self, run: Run, activity: Activity) -> None:
        """Refuse the act where it is not open yet, or used up."""
        rule = self.rule
        if activity.kind != rule.activity or (rule.event and activity.value not in rule.event):
            return
        code, later = "", dict[str, int]()
        try:
            self.gate.check(run, Wish(activity.order, activity.amount_minor, 0, activity))
        except Refused as refusal:
            code, again = refusal.code, refusal.params.get("retry_at")
            later = {"retry_at": instant_of(again)} if isinstance(again, datetime) else {}
        if code:
            run.change("activity", activity.key, "refused", code, rule=self.id, **later)
        else:
            self.gate.use(run)
        run.say(self.id, "right_refused" if code else "right_used", reason=code)

    def attempt(self, run: Run, attempt: Attempt, ask: Ask) -> Promise | None:
        """A promise of the right. Raises Refused."""
        if not isinstance(attempt, Redemption) or attempt.reward not in self.names:
            return None
        self.gate.check(run, Wish(attempt.order, attempt.basket_minor, 0, attempt))
        return run.promise(
            self.id, attempt.key, key=attempt.key, order=attempt.order, source=attempt.source
        )

    def promised(self, run: Run, promise: Promise) -> None:
        """Count one time."""
        self.gate.use(run)
        if run.keeps(promise.key):
            run.records[promise.key] = Record(
                key=promise.key,
                edition=run.edition.id,
                at=run.at,
                rule=self.id,
                frozen={"order": promise.order, "points": 0},
            )
        run.say(self.id, "right_used", reason="")

    def reversed(self, run: Run, record: Record, key: str) -> None:
        """It was not used after all."""
        if taken_back(run, record, key):
            record.closed = True
            self.gate.unuse(run, record.at)
            run.change("redemption", record.key, "reversed")

    def opening(self, run: Run, fact: Opening) -> bool:
        """Takes when it was last used."""
        return self.gate.opening(run, fact, *self.names)

    def read(self, run: Run, name: str) -> Any:
        """`shipping:ORDER`: the kind of delivery of an order."""
        what, _, key = name.partition(":")
        record = run.records.get(key)
        return record.frozen.get("shipping") if what == "shipping" and record is not None else None
