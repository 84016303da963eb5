"""What can be read of referrals: by name of one holder, and of one referral from both sides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from regulars.engine.kinds.referrals.advocate import AdvocateSide
from regulars.engine.kinds.referrals.friend import FriendSide
from regulars.engine.kinds.referrals.memory import Friend
from regulars.engine.kinds.referrals.standing import state_of
from regulars.engine.run import Run

if TYPE_CHECKING:
    from regulars.engine.booking import Book


OVER = ("rejected", "expired", "rewarded", "reversed")
"""Ends that the friend's side may know alone."""


class Referral(Struct, frozen=True):
    """One referral, as both sides together know it. `reward` and `friend_reward` are `none`,
    `pending`, `paid` or `kept`; `why_none` is why the advocate got nothing; `paid_at` an
    instant."""

    friend: str
    advocate: str = ""
    state: str = "none"
    reason: str = ""
    flags: tuple[str, ...] = ()
    reward: str = "none"
    why_none: str = ""
    friend_reward: str = "none"
    missing: tuple[str, ...] = ()
    by: str = ""
    paid: dict[str, int] = {}
    paid_at: int = 0


class Reading:
    """The names that a rule answers.

    Of a friend: `state`, `reason`, `flags`, `advocate`, `missing`, `by`, `friend_reward`. Of an
    advocate: `friends`, `progress`, `badges`, and with the friend's id behind it `state_`,
    `reason_`, `flags_`, `advocate_reward_`, `for_` (amount of the main asset given), `for_X_at`.
    """

    def __init__(self, mine: FriendSide, others: AdvocateSide) -> None:
        self.mine = mine
        self.others = others

    def read(self, run: Run, name: str) -> Any:
        """The value of a name; None if it is not one of these, or says nothing here."""
        brought = self.mine.mine(run)
        if name in ("state", "reason", "flags", "advocate", "by"):
            known = brought.state != "none"
            return getattr(brought, name) if known else None
        if name == "missing":
            return self.mine.missing(brought) if brought.advocate else None
        if name == "friend_reward":
            return friend_reward(brought.given) if brought.advocate else None
        if name in ("friends", "progress", "badges"):
            return self.own(run, name)
        return self.about(run, name)

    def own(self, run: Run, name: str) -> Any:
        """What an advocate has come to."""
        memory = self.others.memory(run)
        if name == "badges":
            return sorted(memory.reached)
        if name == "friends":
            return memory.count
        every = self.others.every
        return f"{memory.count % every}/{every}"

    def about(self, run: Run, name: str) -> Any:
        """What an advocate knows of one friend."""
        word, _, friend = name.partition("_")
        if name.startswith("advocate_reward_"):
            word, friend = "advocate_reward", name.removeprefix("advocate_reward_")
        friends = self.others.memory(run).friends
        if word == "for" and friend.endswith("_at") and friend.removesuffix("_at") in friends:
            return paid_at(friends[friend.removesuffix("_at")]) or None
        if friend not in friends:
            return None
        known = friends[friend]
        if word == "for":
            return sum(given_of(known).values())
        if word == "advocate_reward":
            return reward_of(known)
        state, reason = state_of(known)
        return {"state": state, "reason": reason, "flags": list(known.flags)}.get(word)


def given_of(friend: Friend) -> dict[str, int]:
    """What an advocate has of a friend, by asset."""
    given: dict[str, int] = {}
    for stake in friend.stakes.values():
        for asset, amount in stake.given.items() if not stake.back else ():
            given[asset] = given.get(asset, 0) + amount
    return given


def paid_at(friend: Friend) -> int:
    """When the first payment for a friend came, 0 if none did."""
    return min((one.at for one in friend.stakes.values() if one.outcome == "yes"), default=0)


def reward_of(friend: Friend) -> str:
    """`paid`, `pending` or `none`."""
    if any(one.outcome == "yes" and not one.back for one in friend.stakes.values()):
        return "paid"
    return "pending" if state_of(friend)[0] in ("held", "signed_up") else "none"


def friend_reward(given: dict[str, dict[str, int]]) -> str:
    """Whether the friend has what he was promised: `kept` or `none`."""
    return "kept" if any(given.values()) else "none"


def look(books: Mapping[str, Book], friend: str) -> Referral:
    """One referral from both sides. The advocate's side knows what became of what was earned, the
    friend's everything before that."""
    book = books.get(friend)
    if book is None:
        return Referral(friend)
    advocate = str(read(book, "advocate") or "")
    state, reason = read(book, "state") or "none", read(book, "reason") or ""
    flags = read(book, "flags") or []
    other = books.get(advocate)
    reward = read(other, f"advocate_reward_{friend}") if other is not None else None
    told, why = state, reason
    if other is not None and other.state.gone:
        told, why = left_behind(other, friend, state)
    elif other is not None and reward is not None:
        theirs = read(other, f"state_{friend}")
        if theirs not in ("signed_up", "held") or state not in OVER:
            told, why = theirs, read(other, f"reason_{friend}") or ""
        flags = read(other, f"flags_{friend}")
    return Referral(
        friend=friend,
        advocate=advocate,
        state=told,
        reason=why,
        flags=tuple(flags),
        reward=reward or "none",
        why_none=why if (reward or "none") == "none" else "",
        friend_reward=read(book, "friend_reward") or "none",
        missing=tuple(read(book, "missing") or ()),
        by=read(book, "by") or "",
        paid_at=read(other, f"for_{friend}_at") or 0 if other is not None else 0,
    )


def left_behind(book: Book, friend: str, state: str) -> tuple[str, str]:
    """What became of a referral whose advocate is gone: by the last that was said of it."""
    for change in reversed(book.run.changes):
        if change.what == "referral" and change.id == friend and change.to == "rewarded":
            return "rewarded", ""
    return ("rejected", "advocate_gone") if state != "rejected" else (state, "")


def read(book: Book | None, name: str) -> Any:
    """What a referral rule of the edition at work answers to a name."""
    if book is None:
        return None
    for handlers in book.run.edition.handlers.values():
        if handlers.read is not None and handlers.effect is not None:
            value = handlers.read(book.run, name)
            if value is not None:
                return value
    return None
