"""What a cashier is told when the till does not do something."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

TILL_REASONS = {
    "place_name_taken": _("Another place is called %(name)s. Give this one a name of its own."),
    "place_closed": _("%(name)s is closed. Open it again first: Settings, Places."),
    "till_pairing_unknown": _(
        "This code has been used or has ended. Ask the owner for a new one: Settings, Tills."
    ),
    "till_pairing_tries": _("Too many codes were tried. Try again in an hour."),
    "till_unknown": _("There is no such till. It may have been removed."),
    "cashier_unknown": _("There is no such cashier at this place. Choose a name from the list."),
    "cashier_name_taken": _("Another cashier has this name. Add a letter to tell them apart."),
    "pin_unreadable": _("A PIN has 4 to 8 digits."),
    "pin_weak": _("This PIN is guessed first. Take one without a row or a repetition."),
    "pin_wrong": _("This PIN is not right. Try again, slowly."),
    "pin_locked": _(
        "Too many wrong PINs: this name is locked here for a quarter of an hour. An owner or "
        "manager can set a new PIN."
    ),
    "till_finds": _("Too many people were looked up at this till. Wait a minute."),
    "till_amount": _("This is no amount. Type it like 8.40."),
    "till_amount_big": _("This amount is too large for one sale. Check it, or split it."),
    "till_empty": _("Nothing is to be booked. Type the amount, or choose what is used."),
    "till_changed": _(
        "Something changed meanwhile, and another sum is to pay. Nothing was booked: look, and "
        "book again."
    ),
    "till_member_often": _(
        "You have served this member %(n)s times today already. Ask a colleague to book it."
    ),
    "till_grant_limit": _(
        "You have given what you may give by hand today (%(most)s). Ask a manager."
    ),
    "till_undo_unknown": _("There is nothing to take back."),
    "till_undo_done": _("This has been taken back already."),
    "till_undo_late": _(
        "This is older than %(minutes)s minutes. Give it back as a return where it was rung up."
    ),
    "till_undo_limit": _(
        "You have taken back %(most)s times today, which is the most. Ask a manager."
    ),
    "till_undo_spent": _(
        "This cannot be taken back: what it gave has been used. Ask a manager to look at it."
    ),
    "till_joined": _("Somebody is known by this already. Choose them instead."),
    "till_contact": _("Give a phone number or an e-mail address: the card is found by it."),
    "till_consent": _("Say it aloud and tick that they agreed; nobody joins without that."),
    "till_news": _("For news by mail they need an e-mail address. Take it, or untick the box."),
    "till_birthday": _("There is no such birthday. Type day and month, like 24.11."),
    "till_no_programme": _("No programme runs yet. The owner publishes one in the console."),
    "till_too_old": _("This sale waited longer than %(days)s days. Enter it as an order."),
    "till_queue_unreadable": _(
        "What this till kept cannot be read. Save a copy and tell the owner."
    ),
    "till_nobody": _("Nobody is known by this. Find them by name, or let them join."),
}
"""Codes with their sentences in English."""
