"""What people agree to be written about, and by which ways: the words that stand on every page and
that are kept with a yes or no."""

from __future__ import annotations

from django.utils.translation import gettext as _


def wordings() -> dict[str, tuple[str, str]]:
    """What we ask for, by purpose: a name, and what it means. These are the texts that are kept
    with a yes or no."""
    return {
        "points": (_("Your points and rewards"), _("what you have, what runs out")),
        "news": (_("News and offers"), _("what is new, what costs less")),
        "events": (_("Events"), _("what takes place at ours")),
        "questions": (_("A question now and then"), _("at most every 90 days")),
    }


def channel_names() -> dict[str, str]:
    """What ways of writing are called."""
    return {"mail": _("Mail")}


def purpose_names() -> dict[str, str]:
    """What purposes are called, those that nobody is asked about beforehand among them."""
    named = {purpose: name for purpose, (name, _note) in wordings().items()}
    return {**named, "joining": _("Taking part"), "invitations": _("Invitations by friends")}
