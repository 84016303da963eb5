"""Reason codes to sentences: what was wrong, where, and what to do about it.

To add one, add a line to `REASONS` and run the translation tool. Parameters are named; a message
that depends on a number is a `Counted` and gets it as `n`.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_noop as _
from msgspec import Struct


class Counted(Struct, frozen=True):
    """A sentence that depends on the number `n`."""

    one: str
    many: str


REASONS: dict[str, str | Counted] = {
    "not_allowed": _("Your role does not allow this. Ask the owner of the business."),
    "not_found": _("We cannot find %(what)s. It may have been removed."),
    "stale": _("Somebody changed this while you were looking. Load the page again."),
}
"""Every code that a person may meet, with its sentence in English."""


def sentence(code: str, params: Mapping[str, object] | None = None) -> str:
    """The sentence of `code` in the active language. An unknown code is shown as it is."""
    message = REASONS.get(code)
    values = params or {}
    if message is None:
        return code
    if isinstance(message, Counted):
        chosen = ngettext(message.one, message.many, int(str(values.get("n", 0))))
    else:
        chosen = gettext(message)
    return chosen % _Known(values) if values else chosen


class _Known(dict[str, object]):
    """A parameter that a caller forgot is shown by its name: a sentence never fails."""

    def __missing__(self, key: str) -> str:
        return f"({key})"
