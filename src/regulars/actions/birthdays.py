"""Birthdays of members become known to the programmes that ask for them, from the profile."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import datetime

from django.db import connection, transaction

from regulars.actions.record import Source, record
from regulars.db import birthdays
from regulars.db.birthdays import Untold
from regulars.engine.arrivals import Arrival
from regulars.engine.happenings import Attribute


def fact_of(untold: Untold, now: datetime) -> Attribute:
    """From now on the rules know a birthday, or no longer know it."""
    key = f"birthday:{secrets.token_hex(12)}"
    return Attribute(key=key, at=now, name="birth_date", value=untold.value)


def tell(customers: Collection[int], now: datetime) -> int:
    """Tell the programmes what they do not know yet of these customers' birthdays; how much that
    was. What is told already is not told again."""
    with transaction.atomic(), connection.cursor() as cursor:
        asking = birthdays.asking(cursor)
        found = birthdays.untold(cursor, customers, asking) if asking and customers else []
    for one in found:
        arrival = Arrival(fact=fact_of(one, now), programme=one.programme)
        record([arrival], now=now, source=Source(owner=one.customer_id))
    return len(found)


def tell_everybody(now: datetime) -> int:
    """The same for all members, a batch at a time; begun again, it goes on."""
    done, after = 0, -1
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            asking = birthdays.asking(cursor)
            some = birthdays.members(cursor, after, asking) if asking else []
        if not some:
            return done
        done += tell(some, now)
        after = some[-1]
