"""What is computed is brought up to date where something was booked since: what is owed when
somebody looks, standings and measures within minutes."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection, transaction

from regulars.actions.later import later, refresh_later
from regulars.db.models import MeasureResult

OWED = "owed"
AT_MOST = timedelta(seconds=20)
"""It is computed no more often than that."""
LAST = "SELECT last_value FROM regulars_transfer_seq WHERE is_called"
LAST_FACT = "SELECT last_value FROM regulars_fact_seq WHERE is_called"
FACTS_A_MINUTE = 20_000
"""For each so many facts, measures rest a minute between two computations: small businesses see
what happened at once, large ones do not compute without end."""
LONGEST_REST = timedelta(hours=1)


def last_transfer() -> int:
    """The number of the transfer that was booked last; 0 before the first."""
    return _number(LAST)


def _number(statement: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        found = cursor.fetchone()
    return int(found[0]) if found else 0


@transaction.atomic
def renew_measures(now: datetime) -> bool:
    """Have standings and measures computed anew if facts came since, however they came; whether
    that is under way."""
    last = _number(LAST_FACT)
    row = MeasureResult.objects.filter(key="counts").only("computed_at", "seq").first()
    if row is not None and row.computed_at is not None:
        rest = min(timedelta(minutes=last // FACTS_A_MINUTE), LONGEST_REST)
        if row.seq >= last or now - row.computed_at < rest:
            return False
    elif not last:
        return False
    refresh_later()
    return True


@transaction.atomic
def renew_owed(now: datetime) -> bool:
    """Have it computed anew if something was booked since; whether that is under way."""
    row = MeasureResult.objects.filter(key=OWED).only("computed_at", "seq").first()
    if row is None or row.computed_at is None or row.seq >= last_transfer():
        return False
    if now - row.computed_at < AT_MOST:
        return False
    later("refresh_owed", once="refresh_owed")
    return True
