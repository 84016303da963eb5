"""Where one payment for one friend stands, and in which state the referral is."""

from __future__ import annotations

from msgspec import Struct

from regulars.engine.kinds.referrals.memory import Friend, Stake


class Verdict(Struct, frozen=True):
    """Whether to pay: yes, cut to `most` by asset; no, for a `reason`; or not before `later`."""

    reason: str = ""
    later: int = 0
    most: dict[str, int] = {}


class Case(Struct):
    """One payment for one friend, with where it stands."""

    name: str
    friend: Friend
    pay: str
    stake: Stake

    @property
    def ordinal(self) -> str:
        """The friend, and for which of several payments."""
        return f"{self.name}/{self.pay}"


def state_of(friend: Friend) -> tuple[str, str]:
    """The state of a referral as the advocate's side knows it, and why."""
    stakes = friend.stakes.values()
    paid = [one for one in stakes if one.outcome == "yes"]
    if any(not one.back for one in paid):
        got = any(friend.gifts.get(pay) for pay in friend.stakes)
        return ("rewarded" if got else "qualified"), ""
    if paid:
        return "reversed", paid[0].void
    if friend.reason == "self_referral":
        return "reversed", friend.reason
    reason = friend.reason or next((one.void for one in stakes if one.void), "")
    if reason:
        return "rejected", reason
    refused = [one.reason for one in stakes if one.outcome == "no"]
    if refused:
        return ("qualified" if refused[0] == "capped" else "rejected"), refused[0]
    if any(one.known for one in stakes):
        return "held", ""
    return ("held" if friend.flags and not friend.approved else "signed_up"), ""
