"""Every sentence that a kind says of itself, by code, and which of its forms fits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from regulars.words.programme.change import TERMS_CHANGE
from regulars.words.programme.earn import TERMS_EARN
from regulars.words.programme.life import TERMS_LIFE
from regulars.words.programme.limit import TERMS_LIMIT
from regulars.words.programme.metrics import TERMS_METRICS
from regulars.words.programme.referrals import TERMS_REFERRALS
from regulars.words.programme.rewards import TERMS_REWARDS
from regulars.words.programme.standing import TERMS_STANDING

TERMS: Final[dict[str, str]] = {
    **TERMS_CHANGE,
    **TERMS_EARN,
    **TERMS_LIFE,
    **TERMS_LIMIT,
    **TERMS_METRICS,
    **TERMS_REFERRALS,
    **TERMS_REWARDS,
    **TERMS_STANDING,
}

FORMS_OF: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "earn_per_count": (("step=1", "earn_per_count_one"),),
    "earn_per_count_full": (("step=1", "earn_per_count_one"),),
    "life_month_by_month": (("months=0", "life_month_by_month_same"),),
    "life_month_end": (("months=0", "life_month_end_same"),),
    "life_yearly": (("at_least", "life_yearly_old"),),
    "reward_birthday_day": (("points", "reward_birthday_points"),),
    "reward_birthday_days": (("points", "reward_birthday_points"),),
    "reward_birthday_month": (("points", "reward_birthday_points"),),
    "reward_birthday_week": (("points", "reward_birthday_points"),),
    "reward_gift_activity": (
        ("again&nth=1", "reward_gift_activity_each"),
        ("nth=1", "reward_gift_activity"),
        ("again", "reward_gift_activity_every"),
        ("nth", "reward_gift_activity_nth"),
    ),
    "reward_gift_joining_day": (
        ("again", "reward_gift_joining_day"),
        ("nth", "reward_gift_joining_day_once"),
    ),
    "reward_gift_order": (
        ("again&nth=1", "reward_gift_order_each"),
        ("again", "reward_gift_order_every"),
    ),
    "reward_partner": (("partners", "reward_partner"), ("rates", "reward_partner_any")),
    "referral_two_sided": (
        ("gifts&offer", "referral_two_sided"),
        ("gifts&friend", "referral_both"),
        ("gifts", "referral_advocate"),
        ("offer", "referral_friend"),
        ("friend", "referral_friend_after"),
        ("pays", "referral_noted"),
    ),
}
"""Other sentences of a code: the first whose parameters are given, or have that value."""


def fitting(code: str, params: Mapping[str, Any]) -> str:
    """The code of the sentence that fits these parameters."""
    for wanted, form in FORMS_OF.get(code, ()):
        if all(_given(one, params) for one in wanted.split("&")):
            return form
    return code


def _given(wanted: str, params: Mapping[str, Any]) -> bool:
    name, equals, value = wanted.partition("=")
    return str(params.get(name)) == value if equals else bool(params.get(name))
