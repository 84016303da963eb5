"""What `regulars verify` finds, and what to do about it."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

PROVING_REASONS = {
    "seal_missing": _(
        "Block %(number)s of the sealed %(kind)ss is missing. Restore a backup that has it."
    ),
    "seal_broken": _(
        "The %(kind)s with number %(seq)s was changed, removed or put in after it was sealed. "
        "Compare it with a backup."
    ),
    "seal_forged": _(
        "The seal of block %(number)s of the %(kind)ss does not follow from the block before. "
        "Compare it with a backup."
    ),
    "fact_keyless": _("Fact %(seq)s has the key %(key)s, which was claimed by no one or another."),
    "key_factless": _("The fact with the key %(key)s is missing. Restore it from a backup."),
    "fact_changed": _("Fact %(seq)s (%(key)s) does not say what came under its key."),
    "transfer_nobodys": _("Transfer %(seq)s belongs to somebody who takes no part."),
    "left_behind": _("%(customer)s has left %(programme)s, and yet something is booked for them."),
    "figures_differ": _(
        "%(customer)s in %(programme)s: the balance of %(asset)s is not the sum of its transfers. "
        "Run `regulars rebuild`."
    ),
    "transfers_differ": _(
        "%(customer)s in %(programme)s: what is booked for %(fact)s by %(rule)s (%(step)s, "
        "%(asset)s) is not what the facts come to. Run `regulars rebuild --preview`."
    ),
    "state_differs": _(
        "%(customer)s in %(programme)s: the stored state (%(part)s) is not what the facts come to. "
        "Run `regulars rebuild`."
    ),
    "promise_differs": _(
        "%(customer)s in %(programme)s: promise %(ordinal)s of %(rule)s stands in the facts or in "
        "the list of promises, but not in both."
    ),
}
"""Codes of what disagrees, with their sentences in English."""
