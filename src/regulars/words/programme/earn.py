"""What earning rules tell members, and why they gave something or nothing."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

TERMS_EARN: dict[str, str] = {
    "earn_per_amount": _("Every %(step_word)s spent %(on_goods)s earns %(points)s %(asset)s."),
    "earn_per_amount_full": _(
        "Every full %(step_word)s spent %(on_goods)s earns %(points)s %(asset)s."
    ),
}
"""What each kind says of itself."""

WHYS_EARN: dict[str, str] = {
    "earned_per_amount": _("%(eligible_minor)s counts"),
    "earned_per_amount_full": _("%(eligible_minor)s is %(steps)s times a full %(step)s"),
    "earned_per_amount_units": _("%(eligible_minor)s is %(steps)s full %(units)s"),
    "not_for_this": _("This sale is not one that the rule is for"),
    "taken_back": _("%(amount)s %(asset)s taken back for what was returned"),
}
"""What each kind says to a fact."""
