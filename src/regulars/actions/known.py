"""Somebody becomes known by what they say of themselves, without a fact about them."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction

from regulars.actions.record import ATTEMPTS
from regulars.db import holders, people
from regulars.db.people import Crowd, Raced
from regulars.engine.facts import Who


def known_customer(who: Who, now: datetime) -> int:
    """The number of a customer, made where nobody is known by any of their identifiers; of whom
    they were merged into, if they were."""
    for _attempt in range(ATTEMPTS):
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                (number,) = people.find_or_make(cursor, [who], now=now, crowd=Crowd())
                return holders.ends(cursor, [number]).get(number, number)
        except Raced:
            continue
    raise RuntimeError("the same identifiers kept arriving from elsewhere; send again")
