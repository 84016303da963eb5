"""Refusals of the engine: codes from a closed list, with what the asker needs to know."""

from __future__ import annotations

from typing import Any, Literal

from regulars.ledger.refused import Refused

RefusalCode = Literal[
    "already_claimed",
    "already_chosen",
    "already_used",
    "bad_time",
    "below_minimum",
    "cooldown",
    "exceeds_order",
    "expired",
    "limit_per_order",
    "maximum_equipped",
    "maximum_per_code",
    "member_gone",
    "membership_lapsed",
    "minimum_balance",
    "minimum_basket",
    "must_cover_total",
    "not_for_member",
    "not_redeemed",
    "not_subscribed",
    "not_yet_open_for_tier",
    "insufficient_points",
    "once_per_12_months",
    "order_unknown",
    "outside_window",
    "price_unknown",
    "programme_closed",
    "reading_below_last",
    "return_window_closed",
    "reward_unknown",
    "sold_out",
    "step",
    "tier_too_low",
    "voucher_unknown",
    "wrong_currency",
]
"""Why an attempt or a refund is refused."""

ReferralCode = Literal[
    "advocate_banned",
    "advocate_gone",
    "advocate_is_party",
    "already_used",
    "below_minimum",
    "capped",
    "code_unknown",
    "duplicate_email",
    "existing_customer",
    "expired",
    "former_customer",
    "gift_cap",
    "ip_limit",
    "programme_closed",
    "refunded",
    "rejected_by_person",
    "same_device",
    "same_household",
    "self_referral",
    "shared_card",
    "wrong_currency",
]
"""Why a referral is rejected or pays nothing, or a code is refused."""


def refused(code: RefusalCode | ReferralCode, **params: Any) -> Refused:
    """A refusal of the engine, to be raised. Nothing was changed."""
    return Refused(code, params)
