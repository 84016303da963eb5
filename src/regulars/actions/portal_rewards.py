"""Members turn points into vouchers on their phone, and back again while nobody has used them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from msgspec import Struct

from regulars.actions import redeeming, reserving
from regulars.actions.addresses import paused_until
from regulars.actions.portal_pages import edition_of
from regulars.actions.refused import Refused
from regulars.db.models import AttemptRow, Leaving
from regulars.engine.happenings import Redemption
from regulars.engine.kinds.rewards.birthday import Birthday
from regulars.engine.kinds.rewards.price import Price

TO_UNDO = timedelta(minutes=15)
HERE = (Price, Birthday)
"""The kinds of rewards that are handed out as vouchers; others need the counter."""
BEGINS = "portal:"


class Wish(Struct, frozen=True, kw_only=True):
    """Which reward, of which programme, and under which key: a random one for each press."""

    customer_id: int
    programme: str
    reward: str
    key: str


def redeem(wish: Wish, now: datetime) -> str:
    """Take the price and hand out the voucher; its key. Pressed twice, it happens once.

    Refused: programme_unknown, not_member, reward_not_here, member_gone, address_changed,
    key_reused, and whatever speaks against it in the programme.
    """
    rewards = edition_of(wish.programme, now).rewards
    rule = next((one for one in rewards if one.name_in_state == wish.reward), None)
    if not isinstance(rule, HERE):
        raise Refused("reward_not_here")
    if Leaving.objects.filter(customer_id=wish.customer_id, programme=wish.programme).exists():
        raise Refused("member_gone")
    if until := paused_until(wish.customer_id, now):
        raise Refused("address_changed", until=until)
    key = _key(wish.key)
    asked = Redemption(key=key, at=now, reward=wish.reward, as_voucher=True, source="portal")
    answer = redeeming.redeem(
        redeeming.Asked(
            attempt=asked, customer_id=wish.customer_id, programme=wish.programme, now=now
        )
    )
    if not answer.accepted:
        raise Refused(answer.code, **answer.params)
    return wish.key


def _key(told: str) -> str:
    """The key of a press of the button: nobody reaches other keys by it. Somebody else's says that
    something else came under it. Refused: reward_not_here."""
    try:
        return f"{BEGINS}{UUID(told)}"
    except ValueError as error:
        raise Refused("reward_not_here") from error


def undoable(customer_id: int, told: str, now: datetime) -> str:
    """The key of what was just redeemed, while it can be undone; empty otherwise."""
    try:
        row = AttemptRow.objects.filter(key=_key(told)).first()
    except Refused:
        return ""
    mine = row is not None and row.customer_id == customer_id
    if row is None or not mine or now - row.at > TO_UNDO:
        return ""
    return told if reserving.state_of(row) == "booked" else ""


def still_undoable(customer_id: int, taken: Mapping[str, datetime], now: datetime) -> list[str]:
    """Which of what was `taken` (by key, when) can be undone, as `undo` wants it told."""
    recent = [key for key, at in taken.items() if key.startswith(BEGINS) and now - at <= TO_UNDO]
    told = [key.removeprefix(BEGINS) for key in recent]
    return [key for key in told if undoable(customer_id, key, now)]


def undo(customer_id: int, told: str, now: datetime) -> None:
    """Give back what was just redeemed. Refused: undo_over, and whatever speaks against it."""
    if not undoable(customer_id, told, now):
        raise Refused("undo_over")
    reserving.release(_key(told), now)
