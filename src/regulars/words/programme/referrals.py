"""What referral rules tell members, and what happened to a referral."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

TERMS_REFERRALS: dict[str, str] = {
    "referral_advocate": _("Who brings a friend gets %(gifts)s once %(after)s. %(wait)s %(caps)s"),
    "referral_after_order": _("the friend has ordered %(on_goods)s %(circumstances)s"),
    "referral_after_sign_up": _("the friend has signed up"),
    "referral_after_steps": _("the friend has done this: %(steps)s"),
    "referral_at_most_day": _("At most %(most)s a day."),
    "referral_at_most_ever": _("At most %(most)s in all."),
    "referral_at_most_month": _("At most %(most)s a month."),
    "referral_at_most_quarter": _("At most %(most)s a quarter."),
    "referral_at_most_week": _("At most %(most)s a week."),
    "referral_at_most_year": _("At most %(most)s a year."),
    "referral_both": _(
        "Who brings a friend gets %(gifts)s, and the friend %(friend)s, once %(after)s. "
        "%(wait)s %(caps)s"
    ),
    "referral_friend": _("A friend whom you bring gets %(offer)s. %(wait)s"),
    "referral_friend_after": _("A friend whom you bring gets %(friend)s once %(after)s. %(wait)s"),
    "referral_noted": _("Who brings a friend is noted."),
    "referral_two_sided": _(
        "Who brings a friend gets %(gifts)s; the friend gets %(offer)s. %(wait)s %(caps)s"
    ),
    "referral_wait": _("It counts when the order is %(wait)s old."),
}
"""What each kind says of itself."""

WHYS_REFERRALS: dict[str, str] = {
    "offer_applied": _("The friend's offer was taken off"),
    "referral_held": _("What a friend brings waits for its time, or for somebody to look"),
    "referral_not_counted": _("Does not count for whoever brought this friend. %(reason)s"),
    "referral_paid": _("For a friend who was brought"),
    "referral_qualified": _("A friend counts"),
    "referral_rejected": _("Nothing is given for this friend. %(reason)s"),
    "referral_reversed": _("What was given for this friend was taken back. %(reason)s"),
    "referral_rewarded": _("A friend who was brought has paid off"),
    "referral_signed_up": _("A friend was brought"),
    "referral_taken_back": _("The friend's order was given back"),
}
"""What referral rules say to a fact."""
