"""What earning rules tell members, and why they gave something or nothing."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

TERMS_EARN: dict[str, str] = {
    "earn_per_amount": _(
        "Every %(step_word)s spent %(on_goods)s earns %(points)s %(asset)s %(circumstances)s."
    ),
    "earn_per_amount_full": _(
        "Every full %(step_word)s spent %(on_goods)s earns %(points)s %(asset)s %(circumstances)s."
    ),
    "earn_per_item": _("For %(goods)s you get %(points)s %(asset)s each %(circumstances)s."),
    "earn_per_item_all": _(
        "For everything you buy you get %(points)s %(asset)s each %(circumstances)s."
    ),
    "earn_per_count": _(
        "For every %(step)s %(of)s %(on_goods)s you get %(points)s %(asset)s %(circumstances)s."
    ),
    "earn_per_count_full": _(
        "For every full %(step)s %(of)s %(on_goods)s you get %(points)s %(asset)s "
        "%(circumstances)s."
    ),
    "earn_per_count_one": _(
        "For %(of)s %(on_goods)s you get %(points)s %(asset)s each %(circumstances)s."
    ),
    "earn_per_order": _("Every order %(on_goods)s earns %(points)s %(asset)s %(circumstances)s."),
    "earn_per_order_minimum": _(
        "Every order %(on_goods)s from %(minimum)s on earns %(points)s %(asset)s %(circumstances)s."
    ),
    "earn_per_activity": _("For %(activity)s you get %(points)s %(asset)s %(circumstances)s."),
    "earn_per_activity_amount": _(
        "For %(activity)s you get %(points)s %(asset)s for every %(step_word)s %(circumstances)s."
    ),
    "earn_per_activity_count": _(
        "For %(activity)s you get %(points)s %(asset)s for every %(each)s %(of)s %(circumstances)s."
    ),
    "earn_per_reading": _(
        "For every %(each)s %(of)s by your readings you get %(points)s %(asset)s %(circumstances)s."
    ),
    "earn_by_steps": _("What an order earns depends on its size: %(steps)s %(circumstances)s."),
    "earn_by_steps_activity": _(
        "What %(activity)s earns depends on its size: %(steps)s %(circumstances)s."
    ),
    "earn_step": _("from %(from)s on %(points)s %(asset)s"),
    "earn_step_count": _("from %(count)s %(of)s on %(points)s %(asset)s"),
    "earn_on_sign_up": _("Who joins gets %(points)s %(asset)s %(circumstances)s."),
}
"""What each kind says of itself."""

WHYS_EARN: dict[str, str] = {
    "earned": _("Given by this rule"),
    "earned_per_amount": _("%(eligible_minor)s counts"),
    "earned_per_amount_full": _("%(eligible_minor)s is %(steps)s times a full %(step)s"),
    "earned_per_amount_units": _("%(eligible_minor)s is %(steps)s full %(units)s"),
    "not_for_this": _("The rule is not for this"),
    "other_currency": _("This was paid in %(currency)s; only %(own)s counts here"),
    "taken_back": _("Taken back for what was given back"),
    "welcomed": _("A welcome to a new member"),
}
"""What each kind says to a fact."""
