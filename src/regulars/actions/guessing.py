"""Passwords of staff that are being guessed, from however many networks at once.

One network is stopped by itself, soon. Many together are stopped by what they have in common, the
account: for a while only networks from which its owner has come in before may try. So nobody can
lock somebody out of where they work, and whoever is elsewhere asks for a link by mail.
"""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import connection
from django.utils.crypto import salted_hmac

from regulars.db import api_keys
from regulars.db.queries.staff import was_at

log = logging.getLogger("regulars.guessing")
WINDOW = 300
"""Seconds in which wrong passwords are counted."""
MOST_WRONG = 30
"""So many of one account, from all networks together."""
MOST_ACCOUNTS = 200
"""So many of all accounts: somebody tries a list."""
ROOMS = 1 << 16


def is_stopped(email: str, network: str, now: datetime) -> bool:
    """Whether an account is being guessed at, and its owner was never at this network."""
    with connection.cursor() as cursor:
        if api_keys.counted(cursor, _name(email), now, WINDOW) < MOST_WRONG:
            return False
    return not was_at(email, network)


def note_wrong(email: str, now: datetime) -> None:
    """Count a wrong password; the first one too many is told in the log, once a window."""
    with connection.cursor() as cursor:
        one = api_keys.count(cursor, _name(email), MOST_WRONG, now, (WINDOW, 1))
        every = api_keys.count(cursor, "console:wrong", MOST_ACCOUNTS, now, (WINDOW, 1))
    if one.left == 0:
        log.warning("the password of one account is being guessed from many networks")
    if every.left == 0:
        log.warning("passwords of many accounts are being guessed: ask for a second step")


def _name(email: str) -> str:
    """Under what is counted: no address, whether anybody's or not."""
    digest = salted_hmac("regulars.console.wrong", email.strip().lower()).hexdigest()
    return f"console:wrong:{int(digest[:8], 16) % ROOMS}"
