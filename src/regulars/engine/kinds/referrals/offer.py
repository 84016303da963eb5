"""The friend's side of a referral: what is taken off the first order."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal

from msgspec import Meta, Struct

from regulars.engine.texts import Duration, Finding, Money, Part, parse_duration, parse_money
from regulars.ledger.lots import FOREVER

Percent = Annotated[int, Meta(ge=1, le=100)]


class Offer(Part, frozen=True, kw_only=True):
    """`percent` or an `amount` off one order, from a basket of `from` on, `valid` for so long after
    the friend was brought. With `claim: coupon` it counts only where the buyer uses it (an order's
    amount `coupon`), else by itself. What becomes of it when that order is `cancelled`; a
    request that is declined gives it back."""

    percent: Percent | None = None
    amount: Money | None = None
    from_: Money | None = None
    valid: Duration | None = None
    claim: Literal["by_itself", "coupon"] = "by_itself"
    cancelled: Literal["burn", "give_back"] = "burn"

    def problems(self) -> Iterable[Finding]:
        """Exactly one of percent and amount."""
        if (self.percent is None) == (self.amount is None):
            yield Finding("percent", "offer_percent_or_amount", {})


class Offered(Struct, omit_defaults=True):
    """An offer as it was accepted: amounts in the smallest unit, `until` when it can be used;
    `used` is the order in which it was, `pending` that this is a request only."""

    percent: int = 0
    amount: int = 0
    least: int = 0
    until: int = FOREVER
    used: str = ""
    pending: bool = False

    def exists(self) -> bool:
        """Whether anything was offered."""
        return bool(self.percent or self.amount)

    def over(self, at: int) -> str:
        """Why it can no longer be used at an instant; empty where it can."""
        if self.used:
            return "already_used"
        return "expired" if at >= self.until else ""

    def worth(self, basket: int) -> int:
        """What it takes off a basket, smallest units."""
        if self.percent:
            return basket * self.percent // 100
        return min(self.amount, basket)


class Offering:
    """An offer made ready."""

    def __init__(self, offer: Offer | None) -> None:
        self.exists = offer is not None
        made = offer or Offer(percent=1)
        self.coupon = made.claim == "coupon"
        self.gives_back = made.cancelled == "give_back"
        self.percent = (made.percent or 0) if self.exists else 0
        amount = parse_money(made.amount) if made.amount else None
        least = parse_money(made.from_) if made.from_ else None
        self.amount = amount.minor if amount else 0
        self.least = least.minor if least else 0
        self.currencies = {one.currency for one in (amount, least) if one is not None}
        self.valid = parse_duration(made.valid) if made.valid else None
