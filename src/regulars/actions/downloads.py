"""Lists that staff take out of the house: each is written down, and nobody takes many at once."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction

from regulars.actions import audit
from regulars.actions.refused import Refused
from regulars.db import api_keys
from regulars.db.models import Staff

MOST, HOUR = 30, 3600
"""So many an hour for each of the staff."""


@transaction.atomic
def note(what: str, about: str, by: Staff, now: datetime) -> None:
    """Write down that somebody takes a list: `customers`, or `figures` about a table. Refused:
    downloads_too_many."""
    with connection.cursor() as cursor:
        spent = api_keys.count(cursor, f"downloads:{by.pk}", MOST, now, (HOUR, 1))
    if spent.over:
        raise Refused("downloads_too_many")
    audit.note(f"download.{what}", about, audit.staff_name(by), now)
