"""State brought in: referrals that run, friends that count, caps that are used up."""

from __future__ import annotations

from regulars.engine.calendar import instant_of
from regulars.engine.happenings import Opening
from regulars.engine.kinds.referrals.advocate import PAY, AdvocateSide
from regulars.engine.kinds.referrals.friend import BROUGHT, EARNED, FriendSide
from regulars.engine.run import Run

WAITING = frozenset({"held", "qualified"})
OVER = frozenset({"rewarded", "rejected", "expired", "reversed"})


class Openings:
    """What the rule takes of what is brought in."""

    def __init__(self, mine: FriendSide, others: AdvocateSide) -> None:
        self.mine = mine
        self.others = others

    def opening(self, run: Run, fact: Opening) -> bool:
        """Whether it was for this rule; then it has been taken."""
        if fact.what == "referral" and run.is_me(fact.name):
            if not fact.details.get("advocate"):
                return False
            self.brought(run, fact)
            return True
        if fact.what == "referral":
            self.others.friend(run, fact.name)
            return True
        if fact.what == "friends":
            ids = [one for one in fact.details.get("ids", "").split(",") if one]
            self.friends(run, ids, fact.amount or len(ids))
            return True
        return fact.what == "limit" and self.limit(run, fact)

    def brought(self, run: Run, fact: Opening) -> None:
        """A friend was brought before; the advocate's side is told as if it were now."""
        mine = self.mine
        advocate = fact.details["advocate"]
        state = fact.details.get("state", "signed_up")
        since = instant_of(fact.dates["since"]) if "since" in fact.dates else run.at
        brought = mine.mine(run)
        brought.friend = fact.name if fact.name != run.holder else ""
        mine.begin(run, advocate, since)
        run.effect(mine.id, advocate, BROUGHT, subject=fact.name)
        brought.opened = run.at
        if state in OVER or state in WAITING:
            brought.done = [pay.id for pay in mine.pays]
            mine.turn(run, "qualified" if state in WAITING else state)
        if state in WAITING:
            details = {PAY: mine.pays[0].id, "since": str(since)}
            run.effect(mine.id, advocate, EARNED, subject=fact.name, details=details)

    def friends(self, run: Run, ids: list[str], amount: int) -> None:
        """Friends that count already; what their number brought was given."""
        memory = self.others.memory(run)
        for name in ids:
            self.others.friend(run, name).counted = True
        memory.count += amount
        reached = [one for one, _ in self.others.milestones if one <= memory.count]
        memory.reached = sorted({*memory.reached, *reached})

    def limit(self, run: Run, fact: Opening) -> bool:
        """So much of a cap is used up in its running period."""
        for cap in self.others.caps:
            if cap.id == fact.name:
                cap.use(run, fact.amount, run.at)
                return True
        return False
