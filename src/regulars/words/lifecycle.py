"""What is refused when a programme's life goes on: editions, adjustments, balances brought in."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

LIFECYCLE_REASONS = {
    "edition_unreadable": _(
        "This programme file has mistakes. Run `regulars check` on it: it names each line."
    ),
    "edition_known": _(
        "There has been an edition “%(edition)s” already. Give this one a name of its own."
    ),
    "edition_past": _(
        "An edition begins in the future and after the one before: on %(earliest)s at the earliest."
    ),
    "edition_begun": _(
        "“%(edition)s” is in force. To go back, publish the former file under a new name."
    ),
    "notice_needed": _(
        "This makes something dearer or shorter for members (%(what)s). Let it begin on "
        "%(earliest)s or later, or give a reason why not."
    ),
    "adjustment_not_allowed": _("You give and take nothing by hand. Ask a manager or an owner."),
    "adjustment_empty": _("Give an amount above or below zero."),
    "adjustment_reason": _("Give a reason: whoever looks at this later wants to know it."),
    "adjustment_yourself": _("Nobody gives to themselves. Ask a colleague."),
    "adjustment_unknown": _("There is nothing to decide: this was decided, or never asked for."),
    "adjustment_same_person": _(
        "Whoever asked for this cannot approve it. Ask a second person to look at it."
    ),
    "adjustment_above_you": _("This is above your own limit too. Ask an owner to approve it."),
    "opening_columns": _(
        "The file needs the columns customer and amount; asset, expires and tier may be added."
    ),
    "opening_amount": _("“%(value)s” is no amount. Write a number such as 250 or 12.50."),
    "opening_asset": _("The programme has no asset “%(value)s”. It has: %(known)s."),
    "opening_tier": _("The programme has no tier “%(value)s”. It has: %(known)s."),
    "opening_expires": _("“%(value)s” is no day. Write it like 2027-03-31."),
    "opening_customer": _("“%(value)s” is nobody's. Bring in the customers or their orders first."),
}
"""Codes with their sentences in English."""
