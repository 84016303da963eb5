"""What people are told about webhooks: sentences for codes, and the letter to the owner."""

from __future__ import annotations

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from msgspec import Struct

WEBHOOK_REASONS = {
    "webhook_unknown": _("There is no such webhook. List them to see which there are."),
    "webhook_disabled": _("This webhook is disabled. Enable it first."),
    "webhook_message_unknown": _("There is no such message any more. They are kept for 30 days."),
    "webhook_too_many": _("There are %(most)s webhooks already. Remove one that is not needed."),
    "webhook_type_unknown": _("There is no message type “%(type)s”. There are: %(known)s."),
    "webhook_url_unreadable": _(
        "This is not a plain web address. Write it as in https://example.com/hooks, without a name "
        "or a password in it."
    ),
    "webhook_url_not_web": _("A webhook goes to a web address, which begins with https://."),
    "webhook_url_not_https": _("A webhook goes to an address that begins with https://."),
    "webhook_url_private": _(
        "This address is not a public one. To send into a network of your own, allow it by "
        "REGULARS_WEBHOOK_NETWORKS."
    ),
    "hook_unknown": _("There is no such shop. List them to see which there are."),
    "hook_kind_unknown": _("There is no shop system “%(kind)s”. There are: %(known)s."),
    "hook_secret_short": _("A secret has at least %(least)s letters. Copy it from the shop."),
    "hook_source_taken": _("Another shop is called “%(source)s” already. Choose another name."),
    "hook_source_bad": _("A name has letters, digits, “-” and “_”, at most %(most)s of them."),
}

SHUT = {
    "gone": _("It answered that it no longer exists (410 Gone)."),
    "dead": _("It has taken no message for three days."),
}


class Letter(Struct, frozen=True):
    """A plain text mail."""

    subject: str
    body: str


def shut_letter(url: str, reason: str) -> Letter:
    """What the owner is told when an endpoint was disabled, in the active language."""
    why = gettext(SHUT[reason]) if reason in SHUT else ""
    body = gettext(
        "Regulars no longer sends messages to this address:\n\n%(url)s\n\n%(why)s\n\nWhen it works "
        "again, run `regulars webhook enable` and then `regulars webhook replay`: messages are "
        "kept for 30 days."
    )
    return Letter(
        subject=gettext("A webhook was disabled"), body=body % {"url": url, "why": why} + "\n"
    )
