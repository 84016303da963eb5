"""What members and invited friends are told when something does not go."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

PORTAL_REASONS = {
    "sign_in_too_many": _(
        "We have sent several mails already. Look into the folder for spam, or try again in an "
        "hour."
    ),
    "sign_in_wrong": _(
        "That is not the code of the newest mail. Type it again; you can try %(left)s more times."
    ),
    "sign_in_over": _("This code no longer works. Ask for a new one."),
    "member_link_spent": _("This link has been used or has ended. Ask for a new mail."),
    "consent_unknown": _("There is nothing to choose there. Load the page again."),
    "birthday_unreadable": _("This day does not exist. Write it like 24.11."),
    "member_name_empty": _("Tell us a name: the counter calls you by it."),
    "leaving_over": _(
        "The time to come back is over, and what you had has ended. You can take part anew: you "
        "begin with nothing."
    ),
    "address_changed": _(
        "How to sign in here was changed. Until %(until)s points become vouchers only at the "
        "counter."
    ),
    "reward_not_here": _("This is had at the counter. Show your card there."),
    "member_code_taken": _("Somebody has this code already. Take another one."),
    "member_codes_too_many": _(
        "You have %(most)s codes already, which is as many as there can be."
    ),
    "member_email_missing": _("Type your e-mail address."),
    "origin_unreadable": _(
        "“%(value)s” is no address of a shop. Write it like https://shop.example."
    ),
    "colour_unreadable": _("A colour is written like #1f6f54."),
    "picture_unreadable": _("This is no PNG picture. Save it as PNG and choose it again."),
    "picture_too_large": _(
        "The picture is too large. It may have %(most)s kB and %(pixels)s by %(pixels)s pixels."
    ),
    "undo_over": _("This can no longer be undone here. Ask at the counter."),
}
"""Codes with their sentences in English."""
