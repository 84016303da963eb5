"""Cursors: where a list goes on, signed, so that nobody makes one up."""

from __future__ import annotations

from typing import Any

from django.core import signing
from django.utils.crypto import salted_hmac

from regulars.api.problems import Problem

SALT = "regulars.api.cursor"


def cursor(of: str, *place: Any) -> str:
    """The cursor of a list after a place."""
    return signing.dumps([_mark(of), *place], salt=SALT, compress=True)


def read(of: str, told: str) -> list[Any]:
    """The place that a cursor of this list says. Raises Problem."""
    try:
        found = signing.loads(told, salt=SALT)
    except (signing.BadSignature, ValueError) as error:
        raise Problem("cursor_wrong", "cursor") from error
    if not isinstance(found, list) or not found or found[0] != _mark(of):
        raise Problem("cursor_wrong", "cursor")
    return found[1:]


def _mark(of: str) -> str:
    """What stands for a list: its name may hold a number of ours, and a cursor can be read."""
    return salted_hmac(SALT, of, algorithm="sha256").hexdigest()[:16]
