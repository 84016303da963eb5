"""What rewards tell members, and why they were given."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

TERMS_REWARDS: dict[str, str] = {
    "amount_of": _("%(n)s %(asset)s"),
    "reward_any_price": _("Any number of %(asset)s can be turned into %(name)s."),
    "reward_birthday_day": _("On your birthday, %(name)s is free."),
    "reward_birthday_days": _("From your birthday on, %(name)s is free for %(days_span)s."),
    "reward_birthday_month": _("In the month of your birthday, %(name)s is free."),
    "reward_birthday_week": _("In the week of your birthday, %(name)s is free."),
    "reward_birthday_points": _("For your birthday you get %(points)s %(asset)s."),
    "reward_birthday_voucher": _("For your birthday you get %(name)s: %(voucher)s."),
    "reward_blocks": _("Every %(price)s %(asset)s can be turned into %(name)s."),
    "reward_credit": _("Your next orders use up %(asset)s first."),
    "reward_discount": _("%(name)s: %(percent)s %% off %(on_goods)s %(circumstances)s."),
    "reward_discount_amount": _("%(name)s: %(amount)s off %(on_goods)s %(circumstances)s."),
    "reward_every": _("Every %(each)s %(asset)s bring you %(name)s."),
    "reward_every_card": _("Every %(nth)s %(item)s on the stamp card is free."),
    "reward_every_value": _("Every %(each)s %(asset)s turn into %(name)s by themselves."),
    "reward_free": _("You can have %(name)s free of charge."),
    "reward_gift_absence": _(
        "Who has not come for %(after_span)s gets %(name)s %(circumstances)s."
    ),
    "reward_gift_activity": _("For %(activity)s you get %(name)s once %(circumstances)s."),
    "reward_gift_activity_each": _("For %(activity)s you get %(name)s %(circumstances)s."),
    "reward_gift_activity_nth": _(
        "With %(nth)s × %(activity)s you get %(name)s %(circumstances)s."
    ),
    "reward_gift_activity_every": _(
        "For every %(nth)s × %(activity)s you get %(name)s %(circumstances)s."
    ),
    "reward_gift_joining_day": _("On the day on which you joined, you get %(name)s every year."),
    "reward_gift_joining_day_once": _("A year after you joined, you get %(name)s."),
    "reward_gift_order": _("With your %(nth_th)s order you get %(name)s %(circumstances)s."),
    "reward_gift_order_each": _("With every order you get %(name)s %(circumstances)s."),
    "reward_gift_order_every": _("With every %(nth_th)s order you get %(name)s %(circumstances)s."),
    "reward_gift_sign_up": _("Who joins gets %(name)s %(circumstances)s."),
    "reward_gift_tier": _("Who reaches %(tier)s gets %(name)s."),
    "reward_levels": _("%(name)s can be had for %(levels)s %(asset)s."),
    "reward_milestone": _("%(name)s: %(steps)s."),
    "reward_offered": _("Whoever is offered %(name)s can claim it."),
    "reward_offered_within": _("Whoever is offered %(name)s can claim it for %(within_span)s."),
    "reward_partner": _("%(name)s: a voucher is worth %(rates)s at %(partners)s."),
    "reward_partner_any": _("%(name)s: a voucher is worth %(rates)s there."),
    "reward_period": _("%(name)s: %(length)s from the order on."),
    "reward_period_returns": _("You can return what you bought for %(length)s."),
    "reward_price": _("%(name)s costs %(price)s %(asset)s."),
    "reward_price_and": _("%(name)s costs %(price)s %(asset)s and %(and)s."),
    "reward_right": _("You get %(name)s."),
    "reward_spend": _("Every %(price)s %(asset)s pay %(value)s of an order."),
    "reward_spend_share": _(
        "Every %(price)s %(asset)s pay %(value)s of an order, at most %(share)s %% of it."
    ),
    "reward_statement": _(
        "Every %(step)s %(asset)s become a voucher of %(value)s by themselves, once there are "
        "%(least)s."
    ),
}
"""What each kind says of itself."""

STEP: dict[str, str] = {
    "points": _("with %(at)s you get %(points)s %(asset)s"),
    "up_to": _("with %(at)s a gift of up to %(up_to)s"),
    "voucher": _("with %(at)s %(voucher)s"),
    "choice": _("with %(at)s one of %(choice)s"),
    "": _("with %(at)s %(id)s"),
}
"""What one step of a milestone brings, by what it says."""

WHYS_REWARDS: dict[str, str] = {
    "birthday_given": _("Given for the birthday"),
    "birthday_refused": _("No birthday gift. %(reason)s"),
    "discounted": _("%(worth_minor)s off the price"),
    "claimed": _("An offer was claimed"),
    "converted": _("Turned into a voucher by themselves"),
    "credit_used": _("Paid with credit"),
    "exchanged": _("The voucher was exchanged for %(worth_minor)s"),
    "gift_given": _("A gift"),
    "gift_refused": _("No gift. %(reason)s"),
    "milestone": _("A milestone was reached"),
    "redeemed": _("Redeemed"),
    "right_refused": _("Not granted. %(reason)s"),
    "right_used": _("Granted"),
    "spent": _("Paid %(worth_minor)s of the order"),
    "voucher_refused": _("The voucher was refused. %(reason)s"),
    "voucher_revoked": _("The voucher was taken back, the points are there again"),
    "voucher_used": _("A voucher was used"),
}
"""What rewards say to a fact."""
