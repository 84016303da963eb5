"""What members are told who scan a code at a counter, and staff who make codes."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

SCAN_REASONS = {
    "scan_unknown": _("This is no code of ours. Scan the one at the counter."),
    "scan_ended": _("This code has run out. Scan the one at the counter once more."),
    "scan_paper_ended": _("This code is not used any more. Ask at the counter."),
    "scan_off": _("Nothing can be had by scanning here. Show your card at the counter."),
    "scan_used": _("This code has been used already. Scan the next one."),
    "scan_crowd": _("Too many have scanned this code just now. Scan the next one."),
    "scan_too_many": _("You have tried very often. Try again in an hour, or ask at the counter."),
    "scan_not_member": _("You do not take part yet. Join on your card, then scan once more."),
    "scan_gives_unknown": _("The programme has nothing like that. Choose from the list."),
    "scan_a_day": _("How often a day is a number from 1 to %(most)s."),
    "member_left": _("They have left the programme. Nothing is booked until they come back."),
    "member_left_self": _("You have left the programme. Come back first, on your card."),
}
"""Codes with their sentences in English."""
