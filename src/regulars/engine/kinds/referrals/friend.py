"""The friend's side: who brought him, what he pays less, and when he has done what pays both."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from regulars.engine.facts import Order
from regulars.engine.happenings import Activity, FoldFact, Promise, SignUp
from regulars.engine.kinds.referrals.checkout import Checkout
from regulars.engine.kinds.referrals.giver import Giver
from regulars.engine.kinds.referrals.judging import Clue, Judge
from regulars.engine.kinds.referrals.memory import Brought, Memory, Waiting
from regulars.engine.kinds.referrals.offer import Offered, Offering
from regulars.engine.kinds.referrals.qualifying import Paying
from regulars.engine.kinds.referrals.risk import Risks
from regulars.engine.questions import Introduced
from regulars.engine.returning import all_back
from regulars.engine.rules import Undoing
from regulars.engine.run import Ask, Run
from regulars.engine.texts import parse_duration
from regulars.ledger.lots import FOREVER

if TYPE_CHECKING:
    from regulars.engine.build import Build
    from regulars.engine.kinds.referrals.two_sided import TwoSided

STEP = frozenset({"step", "qualify_step"})
"""Kinds of act that name the step in their value; any other act is a step by its own kind."""
DECISION, MERGE = "review_decision", "merge"
BROUGHT, EARNED, RETURNED, DECIDED, MERGED = "brought", "earned", "returned", "decided", "merged"
"""What one side tells the other."""
RUNNING = frozenset({"signed_up", "held", "qualified"})
WHAT = "what"
"""The detail that tells a promise of this side: the kind of fact before which it was asked."""


class FriendSide:
    """A rule made ready, for whoever is brought."""

    def __init__(self, rule: TwoSided, build: Build) -> None:
        self.id = rule.name_in_state
        self.slot = build.slot(rule)
        self.zone = build.zone
        self.open = rule.open
        self.offering = Offering(rule.offer)
        self.pays = [Paying(build, pay) for pay in rule.pays]
        self.judge = Judge(build, rule.attribution, rule.newness)
        self.risks = Risks(rule.risk)
        self.giver = Giver(build, rule)
        for pay in self.pays:
            self.giver.knows(build, (gift for _, gift in pay.friend.options))
        self.within = parse_duration(rule.within) if rule.within else None
        self.checkout = Checkout(self.offering)

    def mine(self, run: Run) -> Brought:
        """What this holder's state remembers of being brought."""
        memory: Memory = run.state.memory[self.slot]
        return memory.brought

    # what is decided before a fact acts

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
            blocked = self.risks.blocks(reply)
            return blocked or ("advocate_is_party" if reply.party else "")
        if not self.open:
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
        reason = self.against(run, reply)
        details = self.checkout.decide(run, order, (brought, reply, reason), ask)
        if not reply.advocate and not details:
            return None
        return self.promise(run, order, reply, reason, {WHAT: "order", **details})

    def promise(
        self, run: Run, fact: FoldFact, reply: Introduced, reason: str, details: dict[str, str]
    ) -> Promise:
        """The decision about a fact: its identity is that fact's key."""
        flags = () if reason or not reply.advocate else tuple(self.risks.flags(reply))
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

    # what is done

    def promised(self, run: Run, promise: Promise) -> None:
        """Apply a decision about a fact, directly before that fact."""
        brought = self.mine(run)
        if promise.target and not brought.advocate:
            if promise.yes:
                self.accept(run, promise)
            else:
                self.end(run, promise.code)
        elif promise.target:
            brought.flags = joined(brought.flags, promise.flags)
            if promise.code:
                brought.unfit[promise.order] = promise.code
        if promise.details.get(WHAT) == "order":
            self.checkout.apply(run, promise, brought, self.id)

    def accept(self, run: Run, promise: Promise) -> None:
        """From now on somebody is an advocate's friend; what was offered is frozen."""
        brought = self.mine(run)
        brought.flags = list(promise.flags)
        self.begin(run, promise.target, run.at)
        run.effect(self.id, promise.target, BROUGHT, subject=run.holder, flags=promise.flags)

    def begin(self, run: Run, advocate: str, since: int) -> None:
        """What both opening and accepting do."""
        brought, offering = self.mine(run), self.offering
        brought.advocate, brought.since, brought.reason = advocate, since, ""
        brought.gifts = {pay.id: pay.friend.now(run) for pay in self.pays}
        until = self.zone.plus(since, *offering.valid) if offering.valid else FOREVER
        brought.offer = Offered(offering.percent, offering.amount, offering.least, until)
        if self.within:
            brought.deadline = self.zone.plus(since, *self.within)
            run.state.due = min(run.state.due, brought.deadline)
        self.turn(run, "held" if brought.flags else "signed_up")

    def turn(self, run: Run, state: str, reason: str = "") -> None:
        """The referral is in another state, as far as this side knows."""
        brought = self.mine(run)
        brought.state, brought.reason = state, reason
        if state in ("rejected", "expired"):
            brought.deadline = FOREVER
        run.change(
            "referral",
            run.holder,
            state,
            reason,
            advocate=brought.advocate,
            flags=list(brought.flags),
        )

    def end(self, run: Run, reason: str) -> None:
        """Nobody is paid for this person any more."""
        self.turn(run, "rejected", reason)

    def signed_up(self, run: Run, fact: SignUp) -> None:
        """An account was opened."""
        brought = self.mine(run)
        brought.joined = True
        for pay in self.running(brought):
            if pay.after == "sign_up":
                self.qualify(run, pay, 0)

    def running(self, brought: Brought) -> Iterator[Paying]:
        """Payments that this friend can still bring."""
        for pay in self.pays:
            if brought.advocate and brought.state in RUNNING and pay.id not in brought.done:
                yield pay

    def ordered(self, run: Run, order: Order) -> None:
        """Whether an order, or a kind of purchase, is what was waited for."""
        brought = self.mine(run)
        brought.bought = True
        unfit = brought.unfit.pop(order.key, "")
        for pay in self.running(brought):
            if pay.after == "order" and pay.concerns(run, order):
                self.consider(run, pay, order, unfit)
            elif pay.after == "steps" and pay.concerns(run, order) and not unfit:
                self.step(run, pay, order.labels.get("kind", ""), pay.amount(run, order))

    def consider(self, run: Run, pay: Paying, order: Order, unfit: str) -> None:
        """Whether an order qualifies the friend."""
        brought = self.mine(run)
        seen = brought.taken.setdefault(pay.id, {})
        first = "order" not in seen
        seen["order"] = 1
        amount = pay.amount(run, order)
        reason = unfit or ("below_minimum" if amount < pay.least else "")
        if pay.first_only and not first:
            reason = reason or "not_first"
        if reason:
            run.change("qualification", order.key, "no", reason)
            run.say(self.id, reason)
            if pay.first_only and first:
                self.end(run, reason)
            return
        if run.record is not None:
            run.record.frozen.setdefault(self.id, []).append(pay.id)
        if pay.completed:
            brought.waiting[order.key] = Waiting(pay.id, amount)
            return
        run.change("qualification", order.key, "yes")
        self.qualify(run, pay, amount)

    def acted(self, run: Run, fact: Activity) -> None:
        """A step, the completion of an order, or a word about the referral itself."""
        brought = self.mine(run)
        waiting = brought.waiting.get(fact.order)
        if fact.kind == DECISION:
            self.forward(run, fact)
        elif fact.kind == MERGE and brought.advocate in fact.labels.values():
            run.effect(self.id, brought.advocate, MERGED, subject=run.holder)
            self.end(run, "self_referral")
        unfit = brought.unfit.pop(fact.key, "")
        if unfit:
            self.end(run, unfit)
        for pay in self.running(brought):
            if waiting is not None and waiting.paid == pay.id and fact.kind in pay.completed:
                del brought.waiting[fact.order]
                run.change("qualification", fact.order, "yes")
                self.qualify(run, pay, waiting.amount)
            else:
                self.step(run, pay, step_of(fact), fact.amount_minor)

    def forward(self, run: Run, fact: Activity) -> None:
        """A person decided; whoever gets the reward has to know."""
        brought = self.mine(run)
        about = fact.labels.get("referral", run.holder)
        if brought.advocate and about == run.holder:
            decision = {"decision": fact.labels.get("decision", fact.value)}
            run.effect(self.id, brought.advocate, DECIDED, subject=run.holder, details=decision)

    def step(self, run: Run, pay: Paying, step: str, amount: int) -> None:
        """A named step was taken, with so much money."""
        brought = self.mine(run)
        if step not in pay.names():
            return
        if amount < pay.least:
            run.change("qualification", run.key, "no", "below_minimum")
            return
        if step in pay.told_by:
            self.qualify(run, pay, amount)
            return
        taken = brought.taken.setdefault(pay.id, {})
        if pay.takes(taken, step):
            taken[step] = amount
            if pay.complete(taken):
                self.qualify(run, pay, sum(taken.values()))

    def qualify(self, run: Run, pay: Paying, amount: int) -> None:
        """The friend has done it: the advocate's side is told at once, his own gift is his."""
        brought = self.mine(run)
        brought.done.append(pay.id)
        brought.by = run.key
        if len(brought.done) == len(self.pays):
            brought.deadline = FOREVER
        self.turn(run, "qualified")
        run.effect(
            self.id,
            brought.advocate,
            EARNED,
            subject=run.holder,
            amount=amount,
            flags=tuple(brought.flags),
            details={"pay": pay.id},
        )
        given = self.giver.give(run, brought.gifts.get(pay.id, []), amount)
        brought.given[pay.id], brought.keys[pay.id] = given, run.key

    def undo(self, run: Run, undoing: Undoing) -> None:
        """Something of an order came back: the advocate's side is told, dated as the refund."""
        record, brought = undoing.record, self.mine(run)
        gone = all_back(record)
        if gone and self.offering.gives_back and brought.offer.used == record.key:
            brought.offer.used = ""
        for pay in self.pays:
            if pay.id not in record.frozen.get(self.id, ()) or not brought.advocate:
                continue
            left = pay.left(record)
            reason = "refunded" if gone else "below_minimum" if left < pay.least else ""
            if record.key in brought.waiting:
                self.less(brought, record.key, left, reason)
                continue
            details = {"pay": pay.id, "reason": reason}
            run.effect(
                self.id,
                brought.advocate,
                RETURNED,
                subject=run.holder,
                amount=left,
                details=details,
            )
            if reason:
                self.take_back(run, pay)
                self.end(run, reason)

    def less(self, brought: Brought, order: str, left: int, reason: str) -> None:
        """An order that waits for its completion is worth less, or is no longer waited for."""
        brought.waiting[order].amount = left
        if reason:
            del brought.waiting[order]

    def take_back(self, run: Run, pay: Paying) -> None:
        """What the friend got for an order that no longer counts."""
        brought = self.mine(run)
        given = brought.given.pop(pay.id, {})
        if given:
            self.giver.take_back(run, brought.keys[pay.id], given)

    def next_due(self, run: Run) -> int:
        """When the time to qualify is over."""
        return self.mine(run).deadline

    def due(self, run: Run) -> None:
        """Too late."""
        brought = self.mine(run)
        if brought.deadline <= run.at:
            brought.deadline = FOREVER
            if brought.state in RUNNING and not brought.done:
                self.turn(run, "expired", "expired")

    def missing(self, brought: Brought) -> list[str]:
        """Steps and kinds of purchase that have not been taken."""
        return [
            step
            for pay in self.running(brought)
            for step in pay.steps
            if step not in brought.taken.get(pay.id, {})
        ]


def step_of(fact: Activity) -> str:
    """The name of the step that an act is."""
    return fact.value if fact.kind in STEP else fact.kind


def joined(flags: list[str], more: Iterable[str]) -> list[str]:
    """Flags once each, sorted, so that it does not matter which came first."""
    return sorted({*flags, *more})
