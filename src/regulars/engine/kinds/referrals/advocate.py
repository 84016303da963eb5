"""The advocate's side: what his friends earn him waits here, is capped, paid, and taken back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from regulars.engine.happenings import Activity, Effect, Promise
from regulars.engine.kinds.referrals.caps import Capping
from regulars.engine.kinds.referrals.friend import (
    BROUGHT,
    DECIDED,
    DECISION,
    EARNED,
    MERGE,
    MERGED,
    RETURNED,
    joined,
)
from regulars.engine.kinds.referrals.giver import Giver
from regulars.engine.kinds.referrals.memory import Friend, Memory, Stake
from regulars.engine.kinds.referrals.payout import Frozen, Gifts
from regulars.engine.kinds.referrals.qualifying import Paying
from regulars.engine.kinds.referrals.risk import Risks, reason_of
from regulars.engine.kinds.referrals.standing import Case, Verdict, state_of
from regulars.engine.people import BAN
from regulars.engine.run import Ask, Run
from regulars.engine.texts import parse_duration
from regulars.ledger.lots import FOREVER

if TYPE_CHECKING:
    from regulars.engine.build import Build
    from regulars.engine.kinds.referrals.two_sided import TwoSided

PAY, MOST = "pay", "most:"


class AdvocateSide:
    """A rule made ready, for whoever brings others."""

    def __init__(self, rule: TwoSided, build: Build) -> None:
        self.id = rule.name_in_state
        self.slot = build.slot(rule)
        self.zone = build.zone
        self.pays = {pay.id: Paying(build, pay) for pay in rule.pays}
        self.every = rule.every
        self.milestones = [(one.friends, Gifts(build, one.gives)) for one in rule.milestones]
        self.caps = [Capping(build, cap, self.slot) for cap in rule.at_most]
        self.review = rule.review
        self.wait = parse_duration(rule.review.wait) if rule.review.wait else None
        deadline = rule.review.deadline or rule.review.wait
        self.deadline = parse_duration(deadline) if deadline else None
        self.risks = Risks(rule.risk)
        self.giver = Giver(build, rule)
        for gifts in (
            *(one.advocate for one in self.pays.values()),
            *(g for _, g in self.milestones),
        ):
            self.giver.knows(build, (gift for _, gift in gifts.options))
        self.claws = build.policy.referral_refund == "claw_back"

    def memory(self, run: Run) -> Memory:
        """What this holder's state remembers."""
        memory: Memory = run.state.memory[self.slot]
        return memory

    # what is heard

    def effect(self, run: Run, effect: Effect) -> None:
        """The friend's side says something. It may come twice, late, and in any order."""
        if run.is_me(effect.subject):
            self.himself(run)
            return
        friend = self.friend(run, effect.subject)
        friend.flags = joined(friend.flags, effect.flags)
        pay = effect.details.get(PAY, "")
        if effect.what == EARNED:
            stake = friend.stakes.setdefault(pay, Stake())
            stake.since = int(effect.details.get("since", run.at))
            stake.basis, stake.known = effect.amount, True
        elif effect.what == RETURNED:
            self.returned(run, Case(effect.subject, friend, pay, self.stake(friend, pay)), effect)
        elif effect.what == DECIDED:
            self.decided(friend, effect.details.get("decision", ""))
        elif effect.what == MERGED:
            self.merged(run, effect.subject, friend)
        elif effect.what == BROUGHT:
            friend.since = min(friend.since, run.at)
        self.look(run, effect.subject, friend)

    def himself(self, run: Run) -> None:
        """Friend and advocate have become one holder: their referral is turned back."""
        brought = self.memory(run).brought
        if brought.reason != "self_referral":
            brought.state, brought.reason = "reversed", "self_referral"
            run.change("referral", run.holder, "reversed", "self_referral")

    def stake(self, friend: Friend, pay: str) -> Stake:
        """The payment for a friend, opened empty if there is none."""
        return friend.stakes.setdefault(pay, Stake())

    def friend(self, run: Run, name: str) -> Friend:
        """What is remembered of a friend. When he comes, what is promised for him is frozen."""
        memory = self.memory(run)
        known = memory.friends.get(name)
        if known is not None:
            return known
        friend = Friend(since=run.at)
        friend.gifts = {pay.id: pay.advocate.chosen(run) for pay in self.pays.values()}
        if memory.banned:
            friend.reason = "advocate_banned"
        memory.friends[name] = friend
        many = self.risks.many
        if many and many.then != "allow" and self.risks.within:
            span = self.risks.within
            lately = [one for one in memory.friends.values() if self.recent(run, one, span)]
            if len(lately) > many.most:
                friend.flags = joined(friend.flags, ["velocity"])
        return friend

    def recent(self, run: Run, friend: Friend, span: tuple[int, int, int]) -> bool:
        """Whether a friend came within a length of time up to now."""
        return friend.since <= run.at < self.zone.plus(friend.since, *span)

    def returned(self, run: Run, case: Case, effect: Effect) -> None:
        """Something of the friend's order came back. What has been paid is final, or taken back,
        as the programme says."""
        stake = case.stake
        left = effect.amount
        stake.left = left if stake.left < 0 else min(stake.left, left)
        stake.void = stake.void or effect.details.get("reason", "")
        if stake.void and self.claws:
            self.take_back(run, case)

    def take_back(self, run: Run, case: Case) -> None:
        """Take back what was paid for a friend; it no longer uses up a cap."""
        stake = case.stake
        if stake.outcome != "yes" or stake.back:
            return
        stake.back = True
        self.giver.take_back(run, stake.promise, stake.given)
        for cap in self.caps:
            amount = stake.given.get(cap.asset, 0) if cap.asset else int(bool(stake.given))
            cap.use(run, -amount, stake.since if cap.earned else stake.at)

    def merged(self, run: Run, name: str, friend: Friend) -> None:
        """Both were one person: nothing of it stands."""
        friend.reason = "self_referral"
        for pay, stake in friend.stakes.items():
            stake.void = "self_referral"
            self.take_back(run, Case(name, friend, pay, stake))

    def decided(self, friend: Friend, decision: str) -> None:
        """A person said yes or no. What has been paid is final."""
        if decision == "approve":
            friend.approved = True
        elif decision == "reject" and not friend.reason:
            friend.reason = reason_of(friend.flags)

    def acted(self, run: Run, fact: Activity) -> None:
        """A ban, or a word about a friend that came to the advocate himself."""
        memory = self.memory(run)
        if fact.kind == BAN:
            memory.banned = True
            self.stop(run, "advocate_banned")
        name = fact.labels.get("referral", "")
        if fact.kind == DECISION and name in memory.friends:
            self.decided(memory.friends[name], fact.labels.get("decision", fact.value))
            self.look(run, name, memory.friends[name])
        if fact.kind == MERGE:
            for name in {*fact.labels.values()} & {*memory.friends}:
                self.merged(run, name, memory.friends[name])
                self.look(run, name, memory.friends[name])

    def stop(self, run: Run, reason: str) -> None:
        """Everything that is not yet decided ends."""
        for name, friend in self.memory(run).friends.items():
            friend.reason = friend.reason or reason
            self.look(run, name, friend)

    # when it is paid

    def look(self, run: Run, name: str, friend: Friend) -> None:
        """Find anew when each payment is decided, and say if the referral is in another state."""
        for pay, stake in friend.stakes.items():
            self.schedule(run, Case(name, friend, pay, stake))
        self.tell(run, name, friend)

    def schedule(self, run: Run, case: Case) -> None:
        """When a payment is decided: after the waiting, and after a person or the deadline."""
        stake, memory = case.stake, self.memory(run)
        mark = [case.name, case.pay]
        if mark in memory.open:
            memory.open.remove(mark)
        stake.due = FOREVER
        if stake.outcome or not stake.known or case.friend.reason or stake.void:
            return
        due = self.ripe(run, case)
        if due <= run.at and run.asked(self.id, case.ordinal):
            return
        if due > run.at:
            self.wait_until(run, stake, due)
        elif not self.pays_anything(case):
            self.done_without(run, case)
        else:
            later = self.verdict(run, case).later
            if later:
                self.wait_until(run, stake, later)
            else:
                stake.due = 0
                memory.open.append(mark)

    def wait_until(self, run: Run, stake: Stake, due: int) -> None:
        """Set the timer."""
        memory = self.memory(run)
        stake.due = due
        memory.next = min(memory.next, due)
        run.state.due = min(run.state.due, due)

    def ripe(self, run: Run, case: Case) -> int:
        """From when on a payment can be decided; FOREVER where a person has to."""
        since = case.stake.since
        ripe = self.zone.plus(since, *self.wait) if self.wait else since
        if case.friend.approved:
            return min(ripe, run.at) if self.review.approved == "at_once" else ripe
        if case.friend.flags:
            return max(ripe, self.zone.plus(since, *self.deadline)) if self.deadline else FOREVER
        return ripe

    def pays_anything(self, case: Case) -> bool:
        """Whether there is anything to decide."""
        return bool(case.friend.gifts.get(case.pay) or self.milestones or self.caps)

    def done_without(self, run: Run, case: Case) -> None:
        """A programme that pays nothing only counts."""
        case.stake.outcome, case.stake.at = "yes", run.at
        self.count(run, case.friend)

    def count(self, run: Run, friend: Friend) -> None:
        """One more friend counts for this advocate."""
        if not friend.counted:
            friend.counted = True
            self.memory(run).count += 1

    def cases(self, run: Run) -> Iterator[Case]:
        """Every payment for every friend."""
        for name, friend in self.memory(run).friends.items():
            for pay, stake in friend.stakes.items():
                yield Case(name, friend, pay, stake)

    def next_due(self, run: Run) -> int:
        """When the next payment has to be decided."""
        return self.memory(run).next

    def due(self, run: Run) -> None:
        """Decide what waited until now; what a cap defers waits for its next period."""
        memory = self.memory(run)
        for case in list(self.cases(run)):
            if 0 < case.stake.due <= run.at:
                self.decide(run, case)
        memory.next = min(
            (one.stake.due for one in self.cases(run) if one.stake.due), default=FOREVER
        )

    def decide(self, run: Run, case: Case) -> None:
        """Yes, no, or later. A decision that is known follows by its position."""
        case.stake.due = FOREVER
        if run.asked(self.id, case.ordinal):
            return
        if not self.pays_anything(case):
            self.done_without(run, case)
            self.tell(run, case.name, case.friend)
            return
        verdict = self.verdict(run, case)
        if verdict.later:
            self.wait_until(run, case.stake, verdict.later)
        elif run.ask is not None:
            run.apply(self.promise(run, case, verdict, due=True))

    def wants(self, run: Run, ask: Ask) -> Promise | None:
        """What is paid at once, without any waiting."""
        memory = self.memory(run)
        for name, pay in memory.open:
            friend = memory.friends[name]
            case = Case(name, friend, pay, friend.stakes[pay])
            if run.asked(self.id, case.ordinal):
                continue
            verdict = self.verdict(run, case)
            if not verdict.later:
                return self.promise(run, case, verdict, due=False)
        return None

    def promise(self, run: Run, case: Case, verdict: Verdict, due: bool) -> Promise:
        """The decision: the right, and only where a cap cuts it the most that it may come to."""
        most = {f"{MOST}{asset}": str(amount) for asset, amount in verdict.most.items()}
        return run.promise(
            self.id,
            case.ordinal,
            due=due,
            yes=not verdict.reason,
            code=verdict.reason,
            target=case.name,
            details={PAY: case.pay, **most},
        )

    def verdict(self, run: Run, case: Case) -> Verdict:
        """Whether to pay now. What is decided late must hold at its own instant and now."""
        friend = case.friend
        if friend.flags and not friend.approved and self.review.then == "reject":
            return Verdict(reason=reason_of(friend.flags))
        most: dict[str, int] = {}
        count = self.memory(run).count + (not friend.counted)
        gifts = self.payable(friend, case.pay, count)
        for cap in self.caps:
            wanted = cap.wants(gifts, case.stake.worth) if cap.who.holds(run, None) else 0
            room = cap.room(run, cap.dated(run, case.stake), run.present)
            if wanted <= room:
                continue
            if cap.overflow == "defer" and not cap.earned and cap.next(run.at) < FOREVER:
                return Verdict(later=cap.next(run.at))
            if cap.overflow != "truncate" or not cap.asset or not room:
                return Verdict(reason="capped")
            most[cap.asset] = min(room, most.get(cap.asset, room))
        return Verdict(most=most)

    def payable(self, friend: Friend, pay: str, count: int) -> list[Frozen]:
        """What is given for a friend who is number `count`."""
        return friend.gifts.get(pay, []) if count % self.every == 0 else []

    def promised(self, run: Run, promise: Promise) -> None:
        """Pay, or note that nothing is paid. A decision stands, whatever has become known since."""
        friend = self.friend(run, promise.target)
        pay = promise.details[PAY]
        case = Case(promise.target, friend, pay, self.stake(friend, pay))
        stake = case.stake
        if not stake.since:
            stake.since = run.at
        stake.outcome, stake.reason = ("yes" if promise.yes else "no"), promise.code
        stake.at, stake.promise = run.at, run.key
        if self.memory(run).brought.reason == "self_referral" and not stake.known:
            stake.outcome, stake.reason = "no", "self_referral"
        elif promise.yes and stake.void and self.claws:
            stake.back = True
        elif promise.yes:
            self.pay(run, promise, case)
        self.look(run, case.name, friend)

    def pay(self, run: Run, promise: Promise, case: Case) -> None:
        """Give what was promised for this friend, and what so many friends bring besides."""
        memory, stake = self.memory(run), case.stake
        self.count(run, case.friend)
        most = {
            name.removeprefix(MOST): int(amount)
            for name, amount in promise.details.items()
            if name.startswith(MOST)
        }
        gifts = self.payable(case.friend, case.pay, memory.count)
        stake.given = self.giver.give(run, gifts, stake.worth, most)
        for cap in self.caps:
            if cap.who.holds(run, None):
                used = stake.given.get(cap.asset, 0) if cap.asset else int(bool(gifts))
                cap.use(run, used, cap.dated(run, stake))
        for friends, bonus in self.milestones:
            if memory.count >= friends and friends not in memory.reached:
                memory.reached.append(friends)
                for asset, amount in self.giver.give(run, bonus.chosen(run), stake.worth).items():
                    stake.given[asset] = stake.given.get(asset, 0) + amount
                run.change("milestone", run.holder, str(friends))

    def tell(self, run: Run, name: str, friend: Friend) -> None:
        """Say in which state a referral is, if it is another one."""
        state, reason = state_of(friend)
        if f"{state} {reason}" != friend.told:
            friend.told = f"{state} {reason}"
            run.change(
                "referral", name, state, reason, advocate=run.holder, flags=list(friend.flags)
            )
            run.say(self.id, f"referral_{state}", 0, "", friend=name, reason=reason)
