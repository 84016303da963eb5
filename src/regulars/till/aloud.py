"""What a cashier says aloud to somebody who joins, leaves or comes back."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext

from regulars.actions.till_looking import in_force, ready
from regulars.words import formats
from regulars.words.amounts import language, said


def read_aloud() -> dict[str, str]:
    """What is read to somebody who joins, by what it is for: these are the texts that are kept with
    a yes."""
    return {
        "joining": gettext(
            "“You collect points with every sale. Nothing else comes unless you ask for it.”"
        ),
        "news": gettext(
            "“May we write to you by mail, about news and offers? You can end it at any time.”"
        ),
    }


def names_of(programmes: Iterable[str]) -> str:
    """What programmes are called, in one line."""
    running = ready()
    names = [said(in_force(running[one]).name) for one in programmes if one in running]
    return formats.joined(names, language())
