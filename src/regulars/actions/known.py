"""Somebody becomes known by what they say of themselves, without a fact about them."""

from __future__ import annotations

from datetime import datetime

from django.db.backends.utils import CursorWrapper

from regulars.actions.anew import whole
from regulars.db import holders, people
from regulars.db.people import Crowd
from regulars.engine.facts import Who


def known_customer(who: Who, now: datetime) -> int:
    """The number of a customer, made where nobody is known by any of their identifiers; of whom
    they were merged into, if they were."""
    return whole(lambda cursor, _also: _number(cursor, who, now))


def _number(cursor: CursorWrapper, who: Who, now: datetime) -> int:
    (number,) = people.find_or_make(cursor, [who], now=now, crowd=Crowd())
    return holders.end_of(cursor, number)
