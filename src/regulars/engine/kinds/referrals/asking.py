"""What is decided before a fact acts: who brought this person, and which code counts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from regulars.engine.conditions import moment
from regulars.engine.facts import Order
from regulars.engine.happenings import Activity, FoldFact, Promise, SignUp
from regulars.engine.kinds.referrals.checkout import Checkout
from regulars.engine.kinds.referrals.judging import Clue, Judge
from regulars.engine.kinds.referrals.memory import Brought, Memory
from regulars.engine.kinds.referrals.offer import Offering
from regulars.engine.kinds.referrals.qualifying import Paying
from regulars.engine.kinds.referrals.risk import Risks
from regulars.engine.questions import Introduced
from regulars.engine.run import Ask, Run
from regulars.ledger.lots import FOREVER

if TYPE_CHECKING:
    from regulars.engine.build import Build
    from regulars.engine.kinds.referrals.two_sided import TwoSided

STEP = frozenset({"step", "qualify_step"})
"""Kinds of act that name the step in their value; any other act is a step by its own kind."""
RUNNING = frozenset({"signed_up", "held", "qualified"})
WHAT, FRIEND = "what", "friend"
"""Details of a promise of this side: the kind of fact before which it was asked, and the name under
which a friend came, whoever he turns out to be."""


class Asking:
    """The friend's side of a rule, as far as it asks and promises."""

    def __init__(self, rule: TwoSided, build: Build) -> None:
        self.id = rule.name_in_state
        self.slot = build.slot(rule)
        self.open = rule.open
        self.until = moment(rule.until, build.zone, after=True) if rule.until else FOREVER
        self.offering = Offering(rule.offer)
        self.pays = [Paying(build, pay) for pay in rule.pays]
        self.judge = Judge(build, rule.clicks, rule.newness)
        self.risks = Risks(rule.risk)
        self.checkout = Checkout(self.offering)

    def mine(self, run: Run) -> Brought:
        """What this holder's state remembers of being brought."""
        memory: Memory = run.state.memory[self.slot]
        return memory.brought

    def is_brought(self, run: Run) -> bool:
        """Whether somebody brought this holder: only then do orders matter."""
        return bool(self.mine(run).advocate)

    def asks(self, run: Run, fact: FoldFact, ask: Ask) -> Iterable[Promise]:
        """Who brought this person, and what the codes at the checkout are worth."""
        promise = None
        if isinstance(fact, Order):
            promise = self.before_order(run, fact, ask)
        elif isinstance(fact, SignUp):
            promise = self.before_sign_up(run, fact, ask)
        elif isinstance(fact, Activity) and not fact.order:
            promise = self.before_step(run, fact, ask)
        return [promise] if promise is not None else []

    def introduced(self, run: Run, clue: Clue, ask: Ask) -> Introduced | None:
        """The answer about a fact; none where nobody answers such questions."""
        reply = ask(self.judge.question(run, clue, self.mine(run).advocate))
        return reply if isinstance(reply, Introduced) else None

    def against(self, run: Run, reply: Introduced) -> str:
        """Why the advocate who was found cannot have brought this person."""
        brought = self.mine(run)
        if not reply.advocate:
            return ""
        if brought.advocate:
            if run.is_me(reply.advocate):
                return "self_referral"
            blocked = self.risks.blocks(reply)
            return blocked or ("advocate_is_party" if reply.party else "")
        if not self.open or run.at >= self.until:
            return "programme_closed"
        return (
            self.judge.against(run, reply, self.risks)
            or self.judge.here_before(reply, brought)
            or ("advocate_is_party" if reply.party else "")
        )

    def before_sign_up(self, run: Run, fact: SignUp, ask: Ask) -> Promise | None:
        """Whose friend somebody is who opens an account. Who was brought already stays."""
        if self.mine(run).advocate:
            return None
        reply = self.introduced(run, Clue(fact.key, (), fact.via, fact.session), ask)
        if reply is None or not reply.advocate:
            return None
        return self.promise(run, fact, reply, self.against(run, reply), {WHAT: "sign_up"})

    def before_step(self, run: Run, fact: Activity, ask: Ask) -> Promise | None:
        """Whether a step is taken on a device of his own; who came by a link before says so."""
        step, brought = step_of(fact), self.mine(run)
        asking = [one for one in self.pays if step in one.names()]
        via = fact.labels.get("via", "")
        fresh = any(one.fresh for one in asking)
        if not asking or (not fresh and (brought.advocate or not via)):
            return None
        reply = self.introduced(run, Clue(fact.key, (), via, ""), ask)
        if reply is None or not reply.advocate:
            return None
        reason = self.against(run, reply)
        if not reason and fresh and "device" in reply.linked:
            reason = "same_device"
        if brought.advocate and not reason:
            return None
        return self.promise(run, fact, reply, reason, {WHAT: "step"})

    def before_order(self, run: Run, order: Order, ask: Ask) -> Promise | None:
        """Whose friend a buyer is, and which code counts."""
        brought = self.mine(run)
        tries = order.codes or order.via or order.amounts.get("coupon")
        running = brought.advocate and brought.state in RUNNING
        if not tries and not running and (brought.bought or brought.advocate):
            return None
        session = order.labels.get("session", "")
        reply = self.introduced(run, Clue(order.key, order.codes, order.via, session), ask)
        if reply is None:
            return None
        if not (reply.advocate or reply.others or order.amounts.get("coupon")):
            return None
        reason = self.against(run, reply)
        details = self.checkout.decide(run, order, (brought, reply, reason), ask)
        if reply.by_code and not reason and self.checkout.lost(brought, details):
            reply = self.introduced(run, Clue(order.key, (), order.via, session), ask) or reply
            reason = self.against(run, reply)
        if not reply.advocate and not details:
            return None
        return self.promise(run, order, reply, reason, {WHAT: "order", **details})

    def promise(
        self, run: Run, fact: FoldFact, reply: Introduced, reason: str, details: dict[str, str]
    ) -> Promise:
        """The decision about a fact: its identity is that fact's key."""
        flags: tuple[str, ...] = ()
        if reply.advocate and not reason:
            flags = tuple(self.risks.flags(reply))
            details[FRIEND] = run.holder
        return run.promise(
            self.id,
            fact.key,
            order=fact.key,
            cause=fact.key,
            yes=not reason,
            code=reason,
            target=reply.advocate,
            flags=flags,
            details=details,
        )


def step_of(fact: Activity) -> str:
    """The name of the step that an act is."""
    return fact.value if fact.kind in STEP else fact.kind
