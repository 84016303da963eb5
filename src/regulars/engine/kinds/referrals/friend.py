"""The friend's side: who brought him, what he pays less, and when he has done what pays both."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from regulars.engine.facts import Order
from regulars.engine.happenings import Activity, Promise, SignUp
from regulars.engine.kinds.referrals.asking import FRIEND, RUNNING, WHAT, Asking, step_of
from regulars.engine.kinds.referrals.giver import Giver
from regulars.engine.kinds.referrals.memory import Brought, Waiting
from regulars.engine.kinds.referrals.offer import Offered
from regulars.engine.kinds.referrals.qualifying import Paying
from regulars.engine.returning import all_back
from regulars.engine.rules import Undoing
from regulars.engine.run import Change, Run
from regulars.engine.texts import parse_duration
from regulars.ledger.lots import FOREVER

if TYPE_CHECKING:
    from regulars.engine.build import Build
    from regulars.engine.kinds.referrals.two_sided import TwoSided

DECISION, MERGE = "review_decision", "merge"
BROUGHT, EARNED, RETURNED, DECIDED, MERGED = "brought", "earned", "returned", "decided", "merged"
"""What one side tells the other."""
PENDING = "pending"
"""The status of an order that was only asked for: declined, it gives the offer back."""


class FriendSide(Asking):
    """A rule made ready, for whoever is brought."""

    def __init__(self, rule: TwoSided, build: Build) -> None:
        super().__init__(rule, build)
        self.zone = build.zone
        self.giver = Giver(build, rule)
        for pay in self.pays:
            self.giver.knows(build, (gift for _, gift in pay.friend.options))
        self.within = parse_duration(rule.within) if rule.within else None

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
        """From now on somebody is an advocate's friend; what was offered is frozen. Who has become
        one with the advocate is nobody's friend."""
        brought = self.mine(run)
        brought.flags = list(promise.flags)
        if run.is_me(promise.target):
            brought.advocate = promise.target
            self.turn(run, "reversed", "self_referral")
            return
        friend = promise.details.get(FRIEND, run.holder)
        brought.friend = friend if friend != run.holder else ""
        self.begin(run, promise.target, run.at)
        run.effect(self.id, promise.target, BROUGHT, subject=friend, flags=promise.flags)

    def name(self, run: Run) -> str:
        """The name by which the advocate's side knows this friend: the one under which he came. So
        he stays one friend, who is paid for once, when he becomes one with somebody."""
        return self.mine(run).friend or run.holder

    def begin(self, run: Run, advocate: str, since: int) -> None:
        """What both opening and accepting do."""
        brought, offering = self.mine(run), self.offering
        brought.advocate, brought.since, brought.reason = advocate, since, ""
        brought.gifts = {pay.id: pay.friend.chosen(run) for pay in self.pays}
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
        """Whether an order, or its kind, is what was waited for."""
        brought = self.mine(run)
        brought.bought = True
        if not brought.advocate:
            return
        if brought.offer.used == order.key:
            brought.offer.pending = order.labels.get("status") == PENDING
        unfit = brought.unfit.pop(order.key, "")
        if run.at < brought.opened:
            self.earlier(run, brought, order)
        for pay in self.running(brought):
            if pay.after == "order" and pay.concerns(run, order):
                self.consider(run, pay, order, unfit)
            elif pay.after == "steps" and pay.concerns(run, order) and not unfit:
                self.step(run, pay, order.labels.get("kind", ""), pay.amount(run, order))

    def earlier(self, run: Run, brought: Brought, order: Order) -> None:
        """An order from before this was brought in: what came back of it still matters."""
        for pay in self.pays:
            mine = pay.id in brought.done and pay.after == "order" and pay.concerns(run, order)
            if mine and run.record is not None:
                run.record.frozen.setdefault(self.id, []).append(pay.id)

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
            self.judged(run, order.key, reason)
            run.say(self.id, "referral_not_counted", reason=reason)
            if pay.first_only and first:
                self.end(run, reason)
            return
        if run.record is not None:
            run.record.frozen.setdefault(self.id, []).append(pay.id)
        if pay.completed:
            brought.waiting[order.key] = Waiting(pay.id, amount)
            return
        self.judged(run, order.key)
        self.qualify(run, pay, amount)

    def judged(self, run: Run, key: str, reason: str = "") -> None:
        """Say whether a fact qualifies the friend, or why it does not."""
        told = {"qualifies": not reason, "reason": reason}
        to = "no" if reason else "yes"
        run.changes.append(Change("qualification", key, run.at, to, reason, told))

    def acted(self, run: Run, fact: Activity) -> None:
        """A step, the completion of an order, or a word about the referral itself."""
        brought = self.mine(run)
        waiting = brought.waiting.get(fact.order)
        if fact.kind == DECISION:
            self.forward(run, fact)
        elif fact.kind == MERGE and brought.advocate in fact.labels.values():
            run.effect(self.id, brought.advocate, MERGED, subject=self.name(run))
            self.turn(run, "reversed", "self_referral")
        unfit = brought.unfit.pop(fact.key, "")
        if unfit:
            self.end(run, unfit)
        for pay in self.running(brought):
            if waiting is not None and waiting.paid == pay.id and fact.kind in pay.completed:
                del brought.waiting[fact.order]
                self.judged(run, fact.order)
                self.qualify(run, pay, waiting.amount)
            else:
                self.step(run, pay, step_of(fact), fact.amount_minor)

    def forward(self, run: Run, fact: Activity) -> None:
        """A person decided; whoever gets the reward has to know."""
        brought = self.mine(run)
        about = fact.labels.get("referral", run.holder)
        if brought.advocate and run.is_me(about):
            decision = {"decision": fact.labels.get("decision", fact.value)}
            friend = self.name(run)
            run.effect(self.id, brought.advocate, DECIDED, subject=friend, details=decision)

    def step(self, run: Run, pay: Paying, step: str, amount: int) -> None:
        """A named step was taken, with so much money."""
        brought = self.mine(run)
        if step not in pay.names():
            return
        if amount < pay.least:
            self.judged(run, run.key, "below_minimum")
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
            subject=self.name(run),
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
        back = self.offering.gives_back or brought.offer.pending
        if gone and back and brought.offer.used == record.key:
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
                subject=self.name(run),
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
        given = brought.given.pop(pay.id, None)
        if given is not None:
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
        """Steps and kinds of order that have not been taken."""
        return [
            step
            for pay in self.running(brought)
            for step in pay.steps
            if step not in brought.taken.get(pay.id, {})
        ]


def joined(flags: list[str], more: Iterable[str]) -> list[str]:
    """Flags once each, sorted, so that it does not matter which came first."""
    return sorted({*flags, *more})
