"""Addresses whose owners stopped mails: known again by a keyed hash, also after they are forgotten.

Nobody reads an address in the hash, or tries addresses against it without the installation's key.
What was stopped stands in the database, and in the list outside it (`forgotten`), so that an older
backup brings no mails back.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from django.utils.crypto import salted_hmac
from msgspec import Struct

from regulars.db import forgotten
from regulars.identity import IdentityError, normalise

SALT = "regulars.stopped.mail"
INVITATIONS = "invitations"
"""Mails to whoever's address was typed at a friend's link. They need no yes, and can be stopped."""
STOP, AGAIN = "stop", "again"
PARTS = 4


class Line(Struct, frozen=True, kw_only=True):
    """A line of the list: mails of a purpose to an address were stopped, or wanted again."""

    mark: str
    purpose: str
    word: str
    at: datetime


def mark_of(address: str) -> str:
    """What is kept of an address, however it is written: 64 hexadecimal digits."""
    try:
        address = normalise("email", address)
    except IdentityError:
        address = address.strip().lower()
    return salted_hmac(SALT, address, algorithm="sha256").hexdigest()


def note(lines: Sequence[Line]) -> None:
    """Add them to the list, for good before this returns."""
    forgotten.add(f"{one.mark} {one.purpose} {one.word} {one.at.isoformat()}" for one in lines)


def listed(path: Path) -> list[Line]:
    """What stands stopped by a list: of each address and purpose the newest line counts."""
    newest: dict[tuple[str, str], Line] = {}
    for line in filter(None, map(_read, forgotten.lines(path))):
        known = newest.get((line.mark, line.purpose))
        if known is None or known.at <= line.at:
            newest[line.mark, line.purpose] = line
    return [one for one in newest.values() if one.word == STOP]


def _read(text: str) -> Line | None:
    parts = text.split()
    try:
        if len(parts) != PARTS or parts[2] not in (STOP, AGAIN):
            return None
        at = datetime.fromisoformat(parts[3])
    except ValueError:
        return None
    if at.tzinfo is None:  # torn, and a moment all the same
        return None
    return Line(mark=parts[0], purpose=parts[1], word=parts[2], at=at)
