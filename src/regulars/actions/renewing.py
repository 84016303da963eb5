"""What is owed is brought up to date when somebody looks and something was booked since."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection, transaction

from regulars.actions.later import later
from regulars.db.models import MeasureResult

OWED = "owed"
AT_MOST = timedelta(seconds=20)
"""It is computed no more often than that."""
LAST = "SELECT last_value FROM regulars_transfer_seq WHERE is_called"


def last_transfer() -> int:
    """The number of the transfer that was booked last; 0 before the first."""
    with connection.cursor() as cursor:
        cursor.execute(LAST)
        found = cursor.fetchone()
    return int(found[0]) if found else 0


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
