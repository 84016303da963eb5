"""People whom the last computation of standings did not see yet: what is known of them live."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from regulars.db.models import Standing

BOUGHT = """
WITH RECURSIVE same(root, id) AS (
    SELECT n, n FROM unnest(%(ids)s::bigint[]) AS n
    UNION SELECT same.root, l.customer_id FROM regulars_customerlink l
    JOIN same ON l.into_id = same.id WHERE l.undone_at IS NULL
), said AS (
    SELECT same.root, f.type, f.at, f.at >= now() - interval '12 months' AS lately,
        CASE f.type WHEN 'order' THEN 1 ELSE -1 END
            * (f.body->>'amount_minor')::bigint AS amount_minor,
        coalesce(f.body->>'place', '') AS place
    FROM same JOIN regulars_fact f ON f.customer_id = same.id AND f.type IN ('order', 'refund')
        AND f.body->>'currency' = (SELECT currency FROM regulars_business LIMIT 1)
    WHERE NOT EXISTS (
        SELECT 1 FROM regulars_factkey n WHERE n.key = f.key AND n.version > f.version
    )
)
SELECT root, count(*) FILTER (WHERE type = 'order'),
    count(*) FILTER (WHERE type = 'order' AND lately),
    sum(amount_minor), coalesce(sum(amount_minor) FILTER (WHERE lately), 0),
    min(at) FILTER (WHERE type = 'order'), max(at) FILTER (WHERE type = 'order'),
    array_remove(array_agg(DISTINCT place), '')
FROM said GROUP BY root
HAVING bool_or(type = 'order') AND (sum(amount_minor) > 0 OR NOT bool_or(type = 'refund'))
"""


def bought(numbers: Sequence[int]) -> dict[int, Standing]:
    """What these customers bought, by their number, as a standing without scores that is stored
    nowhere; nothing for who bought nothing, or whose orders all came back."""
    if not numbers:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(BOUGHT, {"ids": list(numbers)})
        rows = cursor.fetchall()
    return {row[0]: _standing(*row) for row in rows}


def _standing(number: int, *told: object) -> Standing:
    names = ("orders", "orders_12m", "revenue_minor", "revenue_12m_minor")
    named = (*names, "first_at", "last_at", "places")
    values = dict(zip(named, told, strict=True))
    for name in names:
        values[name] = int(str(values[name]))
    none = {"recency_score": 0, "frequency_score": 0, "monetary_score": 0, "stake_minor": 0}
    return Standing(
        customer_id=number, segment="", is_regular=False, is_drifting=False, **none, **values
    )
