"""What is written down of who did something, as people read it."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from regulars.actions.audit import BROWSER, COMMAND_LINE
from regulars.db.queries.programmes import STAFF, names_of
from regulars.db.queries.till import cashier_names

KEY = "key "
"""Before a key, where it is written down who did something."""


def called(doers: Iterable[str]) -> dict[str, str]:
    """By what was written down of them: people by name, keys by what they are for."""
    told = set(doers)
    names = names_of(told) | cashier_names(told)
    return {one: names.get(one) or _otherwise(one) for one in told}


def _otherwise(doer: str) -> str:
    if doer.startswith(STAFF):
        return _("somebody who worked here")
    if doer.startswith(KEY):
        return _("the key %(name)s") % {"name": doer.removeprefix(KEY)}
    if doer == BROWSER:
        return _("its browser")
    return _("the command line") if doer in ("", COMMAND_LINE) else doer
