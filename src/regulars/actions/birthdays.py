"""Birthdays of members become known to the programmes that ask for them, from the profile."""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection
from datetime import date, datetime

from django.db import connection, transaction

from regulars.actions.record import Source, record
from regulars.actions.refused import Refused
from regulars.db import birthdays
from regulars.db.birthdays import Untold
from regulars.engine.arrivals import Arrival
from regulars.engine.happenings import Attribute

NO_YEAR = 1904
"""The year of a birthday whose year nobody said: a leap year that no member was born in."""
OLDEST = 1900
BETWEEN = re.compile(r"[\s.,/-]+")


def read(text: str, today: date) -> date | None:
    """A birthday as people write it: 24.11., 24/11, 2411, 24.11.1990 or 1990-11-24; without a year
    it gets `NO_YEAR`. None where nothing was written. Refused: birthday_unreadable."""
    parts = [one for one in BETWEEN.split(text.strip()) if one]
    if not parts:
        return None
    if len(parts) == 1 and len(parts[0]) == 4:
        parts = [parts[0][:2], parts[0][2:]]
    try:
        if any(len(one) > 4 or not one.isascii() for one in parts):
            raise ValueError(text)
        numbers = [int(one) for one in parts]
        if len(parts[0]) == 4:
            numbers.reverse()
        day, month, year = (*numbers, NO_YEAR) if len(numbers) == 2 else numbers
        found = date(year, month, day)
    except ValueError as error:
        raise Refused("birthday_unreadable") from error
    if not OLDEST <= found.year <= today.year:
        raise Refused("birthday_unreadable")
    return found


def written(day: date | None) -> str:
    """A birthday as people write it: 24.11.1990, or 24.11. where nobody said the year."""
    if day is None:
        return ""
    return f"{day.day}.{day.month}." + (str(day.year) if day.year != NO_YEAR else "")


def asked() -> bool:
    """Whether a programme that runs has something for birthdays."""
    with transaction.atomic(), connection.cursor() as cursor:
        return bool(birthdays.asking(cursor))


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
