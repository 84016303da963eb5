"""What staff are told about rewards, their pictures and vouchers when something does not go."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

SHELF_REASONS = {
    "photo_unreadable": _("This is no picture that can be kept. Save it as JPEG or PNG."),
    "stock_not_counted": _(
        "The programme does not count how many of these there are. Write “stock” into its file "
        "first."
    ),
    "reward_missing": _("The programme has no such reward any more. Load the page again."),
    "number_too_large": _("A number here lies between 0 and 1,000,000,000."),
    "vouchers_too_many": _(
        "You have handed out %(most)s vouchers within a day, which is the most. Ask a colleague."
    ),
    "voucher_not_open": _("This voucher is no longer open. Load the page again."),
}
"""Codes with their sentences in English."""
