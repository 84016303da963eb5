"""What referral rules tell members, and what happened to a referral."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

TERMS_REFERRALS: dict[str, str] = {
    "referral_advocate": _("Who brings a friend gets %(gifts)s. %(wait)s"),
    "referral_friend": _("A friend whom you bring gets %(offer)s. %(wait)s"),
    "referral_gift": _("%(amount)s %(asset)s"),
    "referral_offer_amount": _("%(amount)s off a first order %(from_least)s"),
    "referral_offer_percent": _("%(percent)s %% off a first order %(from_least)s"),
    "referral_two_sided": _(
        "Who brings a friend gets %(gifts)s; the friend gets %(offer)s. %(wait)s"
    ),
    "referral_wait": _("It counts when the order is %(wait)s old."),
}
"""What each kind says of itself."""

WHYS_REFERRALS: dict[str, str] = {
    "offer_applied": _("The friend's offer was taken off"),
    "referral_paid": _("For a friend who was brought"),
    "referral_taken_back": _("The friend's order was given back"),
}
"""What referral rules say to a fact."""
