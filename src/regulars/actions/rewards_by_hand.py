"""Staff turn a member's points into a voucher for them, and give back what was redeemed."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from msgspec import Struct

from regulars.actions import audit, redeeming, reserving
from regulars.actions.by_hand import check_other, reason_of
from regulars.actions.portal_pages import edition_of
from regulars.actions.portal_rewards import HERE
from regulars.actions.refused import Refused
from regulars.actions.vouchers_by_hand import deciding_hand
from regulars.db.models import AttemptRow, Staff, VoucherRow
from regulars.engine.happenings import Redemption

BEGINS = "console:"
"""What the keys of redemptions begin with that staff ask for."""


class Wish(Struct, frozen=True, kw_only=True):
    """Which reward, for whom, of which programme; `key` says which press of the button it was."""

    customer_id: int
    programme: str
    reward: str
    key: UUID


@transaction.atomic
def redeem(by: Staff, wish: Wish, now: datetime) -> VoucherRow:
    """Take the price from a member and hand out the voucher; pressed twice, it happens once.

    Refused: programme_unknown, not_member, reward_not_here, key_reused, adjustment_yourself, and
    whatever speaks against it in the programme.
    """
    rewards = edition_of(wish.programme, now).rewards
    rule = next((one for one in rewards if one.name_in_state == wish.reward), None)
    if not isinstance(rule, HERE):
        raise Refused("reward_not_here")
    check_other(by, wish.customer_id)
    key = f"{BEGINS}{wish.key}"
    asked = Redemption(key=key, at=now, reward=wish.reward, as_voucher=True, source="staff")
    answer = redeeming.redeem(
        redeeming.Asked(
            attempt=asked, customer_id=wish.customer_id, programme=wish.programme, now=now
        )
    )
    if not answer.accepted:
        raise Refused(answer.code, **answer.params)
    if not answer.known:
        told = {"reward": wish.reward, "programme": wish.programme}
        audit.note("reward.redeemed", key, audit.staff_name(by), now, told)
    return VoucherRow.objects.get(customer_id=wish.customer_id, programme=wish.programme, id=key)


@transaction.atomic
def give_back(by: Staff, key: str, reason: str, now: datetime) -> None:
    """Give back what somebody redeemed, and take away the voucher that came of it, by a manager
    or owner. Refused: not_allowed, adjustment_reason, reason_too_long, adjustment_yourself,
    redemption_unknown, redemption_over, and whatever speaks against it."""
    staff, why = deciding_hand(by), reason_of(reason)
    row = AttemptRow.objects.filter(key=key).first()
    if row is None:
        raise Refused("redemption_unknown")
    check_other(staff, row.customer_id)
    if not reserving.release(key, now).known:
        told = {"programme": row.programme}
        audit.note("reward.given_back", key, audit.staff_name(staff), now, told)
        audit.give_reason("reward.given_back", key, row.customer_id, why, now)
