"""Holds: value set aside for a spending that is not certain yet, resolved exactly once.

    hold     available → held                      before the outcome is known
    post     held → spent, the rest → available    it happened, for this much or less
    void     held → available                      it did not happen
    expire   held → available                      nobody said in time

The amount leaves `available` when it is held, so posting can never break a limit. Nothing is
edited: a hold is one record, what became of it is a second one. A hold is open while
`now < expires_at`; from that instant on it can only expire, whether or not that was booked yet.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Literal

from msgspec import Struct

from regulars.ledger.accounts import Kind, of_holder
from regulars.ledger.book import Book, Outcome
from regulars.ledger.refused import refusal
from regulars.ledger.transfers import Group, Transfer

How = Literal["posted", "voided", "expired"]


class Hold(Struct, frozen=True, kw_only=True, gc=False):
    """`amount` of a holder's `asset`, in smallest units, set aside from `at` until `expires_at`.

    `id` is the caller's key. Instants are microseconds since 1970-01-01 UTC.
    """

    id: str
    holder: str
    asset: str
    amount: int
    at: int
    expires_at: int
    rule: str = ""


class Resolution(Struct, frozen=True, kw_only=True, gc=False):
    """What became of a hold: `posted` went to spent, `returned` back to available."""

    hold: str
    how: How
    posted: int
    returned: int
    at: int
    booked_at: int


class Holds:
    """The holds of one book. Each method moves value in the book, or refuses and moves nothing."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._holds: dict[str, Hold] = {}
        self._open: dict[str, Hold] = {}
        self._resolutions: dict[str, Resolution] = {}

    @property
    def open(self) -> Mapping[str, Hold]:
        """The holds that are not resolved yet, by id."""
        return MappingProxyType(self._open)

    @property
    def resolutions(self) -> Mapping[str, Resolution]:
        """What became of the others, by the id of the hold."""
        return MappingProxyType(self._resolutions)

    def hold(self, hold: Hold, now: int) -> Outcome:
        """Set the amount aside. The same hold again is `known`, whatever became of it since.

        Refuses `key_reused` for another hold under a known id, `hold_too_short` if it would end
        before it begins, `insufficient` if less is available, and what the book refuses.
        """
        if hold.id in self._holds:
            if self._holds[hold.id] != hold:
                raise refusal("key_reused", key=hold.id)
            return "known"
        if hold.expires_at <= hold.at:
            raise refusal("hold_too_short", hold=hold.id)
        self._check_available(hold)
        move = _Move("available", "held", hold.amount, "hold")
        self._book.post(_group(f"hold:{hold.id}", hold, (move,), (hold.at, now)))
        self._holds[hold.id] = self._open[hold.id] = hold
        return "booked"

    def post(self, hold: str, amount: int, now: int) -> Resolution:
        """Spend `amount` of what is held and give the rest back.

        Refuses `hold_unknown`, `hold_resolved`, `hold_expired`, `exceeds_hold`, and
        `amount_not_positive`: to spend nothing is to void.
        """
        found = self._resolvable(hold, now)
        if amount <= 0:
            raise refusal("amount_not_positive", amount=amount)
        if amount > found.amount:
            raise refusal("exceeds_hold", hold=hold, held=found.amount, asked=amount)
        return self._resolve(found, "posted", amount, now)

    def void(self, hold: str, now: int) -> Resolution:
        """Give all back. Refuses `hold_unknown`, `hold_resolved` and `hold_expired`."""
        return self._resolve(self._resolvable(hold, now), "voided", 0, now)

    def expire(self, now: int) -> list[Resolution]:
        """Give back what is still held past its time; each dated at its own `expires_at`.

        Running it again finds nothing to do.
        """
        over = [hold for hold in self._open.values() if hold.expires_at <= now]
        over.sort(key=lambda hold: (hold.expires_at, hold.id))
        return [self._resolve(hold, "expired", 0, now) for hold in over]

    def _check_available(self, hold: Hold) -> None:
        """Only what is there can be held, also where a refund may leave less than nothing."""
        account = of_holder(hold.holder, hold.asset, "available")
        has = self._book.balance(account)
        if has < hold.amount:
            raise refusal("insufficient", account=account, has=has, needs=hold.amount)

    def _resolvable(self, hold: str, now: int) -> Hold:
        if hold not in self._holds:
            raise refusal("hold_unknown", hold=hold)
        resolution = self._resolutions.get(hold)
        if resolution is not None and resolution.how != "expired":
            raise refusal("hold_resolved", hold=hold, how=resolution.how)
        found = self._holds[hold]
        if resolution is not None or now >= found.expires_at:
            raise refusal("hold_expired", hold=hold, expires_at=found.expires_at)
        return found

    def _resolve(self, hold: Hold, how: How, posted: int, now: int) -> Resolution:
        """One group id for every way to resolve, so that the book itself allows only one."""
        at = hold.expires_at if how == "expired" else max(now, hold.at)
        moves = [
            _Move("held", "spent", posted, "post"),
            _Move("held", "available", hold.amount - posted, "return"),
        ]
        moved = [move for move in moves if move.amount]
        self._book.post(_group(f"resolve:{hold.id}", hold, moved, (at, now)))
        resolution = Resolution(
            hold=hold.id,
            how=how,
            posted=posted,
            returned=hold.amount - posted,
            at=at,
            booked_at=now,
        )
        self._resolutions[hold.id] = resolution
        del self._open[hold.id]
        return resolution


class _Move(Struct, frozen=True, gc=False):
    source: Kind
    target: Kind
    amount: int
    step: str


def _group(key: str, hold: Hold, moves: Iterable[_Move], times: tuple[int, int]) -> Group:
    return Group(
        id=key,
        transfers=tuple(
            Transfer(
                id=f"{key}:{move.step}",
                group=key,
                asset=hold.asset,
                amount=move.amount,
                source=of_holder(hold.holder, hold.asset, move.source),
                target=of_holder(hold.holder, hold.asset, move.target),
                at=times[0],
                booked_at=times[1],
                fact=hold.id,
                rule=hold.rule,
                step=move.step,
            )
            for move in moves
        ),
    )
