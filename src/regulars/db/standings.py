"""The standings' table: brought to what was computed, touching only rows that changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.backends.utils import CursorWrapper

from regulars.db.bulk import copy_rows

NEW_DAYS = 30
"""How long somebody is new after the first order."""

COLUMNS = [
    "customer_id",
    "orders",
    "orders_12m",
    "revenue_minor",
    "revenue_12m_minor",
    "first_at",
    "last_at",
    "usual_gap_days",
    "recency_score",
    "frequency_score",
    "monetary_score",
    "segment",
    "is_regular",
    "is_drifting",
    "stake_minor",
    "places",
]
_NAMES = ", ".join(COLUMNS)
_FRESH = ", ".join(f"n.{column}" for column in COLUMNS[1:])
_OLD = ", ".join(f"s.{column}" for column in COLUMNS[1:])
_SET = ", ".join(f"{column} = excluded.{column}" for column in COLUMNS[1:])


def replace(cursor: CursorWrapper, rows: Iterable[Sequence[object]]) -> None:
    """Make the table hold exactly `rows` (values in the order of COLUMNS), in one transaction."""
    cursor.execute("DROP TABLE IF EXISTS new_standing")
    cursor.execute("CREATE TEMPORARY TABLE new_standing (LIKE regulars_standing) ON COMMIT DROP")
    copy_rows(cursor, "new_standing", COLUMNS, rows)
    cursor.execute("ANALYZE new_standing")
    cursor.execute(
        "DELETE FROM regulars_standing s WHERE NOT EXISTS"
        " (SELECT 1 FROM new_standing n WHERE n.customer_id = s.customer_id)"
    )
    cursor.execute(
        f"INSERT INTO regulars_standing AS s ({_NAMES}) SELECT {_NAMES} FROM new_standing n"  # noqa: S608 - own names
        " WHERE NOT EXISTS (SELECT 1 FROM regulars_standing s WHERE s.customer_id = n.customer_id"
        f" AND ROW({_OLD}) IS NOT DISTINCT FROM ROW({_FRESH}))"
        f" ON CONFLICT (customer_id) DO UPDATE SET {_SET}"
    )


def counts(cursor: CursorWrapper, new_since: datetime) -> dict[str, int]:
    """How many customers there are, by the filters of the customers' list."""
    cursor.execute(
        "SELECT count(*) FILTER (WHERE is_regular), count(*) FILTER (WHERE is_drifting),"
        " count(*) FILTER (WHERE first_at >= %s), count(*) FILTER (WHERE orders = 1)"
        " FROM regulars_standing",
        [new_since],
    )
    regulars, drifting, new, once = cursor.fetchone()
    cursor.execute(
        "SELECT count(*), count(*) FILTER (WHERE NOT has_bought) FROM regulars_customer"
        " WHERE NOT merged"
    )
    customers, prospects = cursor.fetchone()
    return {
        "customers": customers,
        "regulars": regulars,
        "drifting": drifting,
        "new": new,
        "once": once,
        "prospects": prospects,
    }
