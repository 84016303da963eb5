"""A fact that came before is told again what it gave, and where the member stands now."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from django.db import connection
from msgspec import structs

from regulars.actions.booking import Given
from regulars.actions.record import Outcome
from regulars.db.arrays import TEXTS, texts
from regulars.db.holders import Figures

GAVE = f"""
    SELECT k.key, h.programme, h.number, h.figures::text, h.tier, h.revision,
        (SELECT jsonb_object_agg(asset, amount) FROM (
            SELECT t.asset, sum(CASE WHEN t.target = 'available' THEN t.amount
                WHEN t.source = 'available' THEN -t.amount ELSE 0 END) AS amount
            FROM regulars_transfer t WHERE t.customer_id = k.customer_id
                AND t.programme = h.programme AND t.fact = k.key AND t.cause = k.key
            GROUP BY t.asset) AS sums WHERE amount <> 0)::text
    FROM unnest({TEXTS}) AS w(key)
    CROSS JOIN LATERAL (SELECT key, customer_id FROM regulars_factkey
        WHERE key = w.key COLLATE "C" ORDER BY version DESC LIMIT 1) k
    JOIN regulars_holder h ON h.customer_id = k.customer_id AND h.left_at IS NULL
    JOIN regulars_programme p ON p.id = h.programme ORDER BY p.position
"""  # noqa: S608 - own texts


def completed(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """The same outcomes; those that are known say what they gave."""
    known = [one.key for one in outcomes if one.state == "known"]
    if not known:
        return list(outcomes)
    given: dict[str, list[Given]] = {}
    with connection.cursor() as cursor:
        cursor.execute(GAVE, [texts(known)])
        for key, programme, member, figures, tier, revision, gave in cursor.fetchall():
            one = Given(
                programme=programme,
                status="known",
                gave=msgspec.json.decode(gave, type=dict[str, int]) if gave else {},
                member=member,
                figures=msgspec.json.decode(figures, type=Figures),
                tier=tier,
                revision=revision,
            )
            given.setdefault(key, []).append(one)
    return [
        structs.replace(one, given=given.get(one.key, [])) if one.state == "known" else one
        for one in outcomes
    ]
