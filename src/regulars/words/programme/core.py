"""What the core itself answers to a fact, and every refusal."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

WHYS_CORE: dict[str, str] = {
    "granted": _("%(amount)s %(asset)s given by hand or from elsewhere"),
    "taken_back": _("%(amount)s %(asset)s for what was given back"),
}
"""What the core says to a fact."""

REFUSALS: dict[str, str] = {
    "advocate_banned": _("Whoever sent this recommendation no longer takes part."),
    "advocate_gone": _("Whoever sent this recommendation is no longer a member."),
    "advocate_is_party": _("Nobody can recommend somebody to a sale that they are part of."),
    "already_chosen": _("This has been chosen already. It cannot be changed for now."),
    "already_claimed": _("This has been claimed already."),
    "already_used": _("This has been used already."),
    "bad_time": _(
        "A time here has no offset or lies outside the years 1900 to 2199. Write it as "
        "2026-01-31T09:30:00+01:00."
    ),
    "below_minimum": _("This is less than the least that counts. Take a little more."),
    "capped": _("The most that one member can get for friends is reached."),
    "code_unknown": _("There is no such code. Check the letters and digits."),
    "cooldown": _("This was used a short while ago. Try again later."),
    "duplicate_email": _("This e-mail address belongs to somebody who is known already."),
    "exceeds_order": _("This is more than is left of the order. Take at most what is left."),
    "existing_customer": _("The offer is for new customers, and this one is known already."),
    "expired": _("The time for this is over."),
    "former_customer": _("The offer is for new customers, and this one was here before."),
    "gift_cap": _("All gifts of this advocate have been given."),
    "insufficient_points": _("There are too few points for this."),
    "ip_limit": _("Too many recommendations came from one connection. Somebody will look at it."),
    "limit_per_order": _("Only one reward goes with each order. Use the other one next time."),
    "maximum_equipped": _("No more of these can be held at once. Use one first."),
    "maximum_per_code": _("This is more than one code can hold. Take several codes."),
    "member_gone": _("This person is no longer a member."),
    "membership_lapsed": _("The membership has run out. Renew it first."),
    "minimum_balance": _("Points can be used from a larger balance on. Collect some more."),
    "minimum_basket": _("The basket is too small for this. Add something to it."),
    "must_cover_total": _("Points have to pay for all of it, and there are too few."),
    "not_for_member": _("This is not for this member."),
    "not_redeemed": _("There is no such redemption to take back."),
    "not_subscribed": _("This is for subscribers only."),
    "not_yet_open_for_tier": _("This is not open yet for this standing. Try again later."),
    "once_per_12_months": _("This goes once in 12 months."),
    "order_unknown": _("There is no such order. Check its number."),
    "outside_window": _("This goes only within its time."),
    "programme_closed": _("The programme has ended."),
    "reading_below_last": _("This reading is below the last one. Check the figure."),
    "refunded": _("The order has been given back."),
    "rejected_by_person": _("Somebody has looked at this recommendation and turned it down."),
    "return_window_closed": _("The time for returning this is over."),
    "price_unknown": _("There is no reward at this price. Choose one of the prices on the list."),
    "reward_unknown": _("There is no such reward. Choose one from the list."),
    "same_device": _("Advocate and friend use the same device."),
    "same_household": _("Members of one household cannot recommend each other."),
    "self_referral": _("Nobody can recommend themselves."),
    "shared_card": _("Advocate and friend pay with the same card."),
    "sold_out": _("There is none left."),
    "step": _("Points are used in fixed steps. Take a multiple of the step."),
    "tier_too_low": _("This needs a higher standing."),
    "voucher_unknown": _("There is no such voucher. Check its code."),
    "wrong_currency": _(
        "This is in another currency than the order. Use the currency of the order."
    ),
}
"""Every refusal, without figures."""

REFUSALS_WITH: dict[str, str] = {
    "insufficient_points": _("You need %(needs)s %(asset)s and have %(has)s."),
}
"""Refusals with their figures, where the refusal gives all of them."""
