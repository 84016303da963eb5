"""Tie refunds that name no order to theirs, where it can be told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from uuid import UUID

from django.db import connection, transaction

from regulars.db.models import RefundTie
from regulars.engine.arrivals import decode
from regulars.engine.facts import Order, Refund
from regulars.engine.refunds import match_refunds

OPEN = """
    SELECT DISTINCT r.customer_id FROM regulars_fact r
    WHERE r.type = 'refund' AND NOT r.guest AND coalesce(r.body->>'order', '') = ''
    AND NOT EXISTS (SELECT 1 FROM regulars_refundtie t
        WHERE t.customer_id = r.customer_id AND t.refund_key = r.key)
    AND EXISTS (SELECT 1 FROM regulars_fact f
        WHERE f.customer_id = r.customer_id AND f.import_id = %s)
"""
AT_ONCE = 500
"""Customers whose histories are in memory together."""


def tie_refunds(import_id: UUID) -> int:
    """Tie what can be told now that an import is in; how many customers were looked at.

    Looked at is everybody of the import who has a refund without an order, whichever came first.
    Re-running is harmless.
    """
    customers = _customers_with_open_refunds(import_id)
    for numbers in _batches(customers):
        _tie(numbers)
    return len(customers)


def _batches(numbers: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(numbers), AT_ONCE):
        yield numbers[start : start + AT_ONCE]


def _customers_with_open_refunds(import_id: UUID) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(OPEN, [import_id])
        return [number for (number,) in cursor.fetchall()]


@transaction.atomic
def _tie(numbers: Iterable[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT ON (customer_id, key) customer_id, body::text FROM regulars_fact"
            " WHERE customer_id = ANY(%s) AND type IN ('order', 'refund')"
            " ORDER BY customer_id, key, version DESC",
            [list(numbers)],
        )
        rows = cursor.fetchall()
    ties: list[RefundTie] = []
    for number, bodies in groupby(rows, itemgetter(0)):
        facts = [decode(body) for _number, body in bodies]
        matched = match_refunds(
            [f for f in facts if isinstance(f, Order)], [f for f in facts if isinstance(f, Refund)]
        )
        ties += [
            RefundTie(customer_id=number, refund_key=refund, order_key=order)
            for refund, order in matched.items()
        ]
    RefundTie.objects.bulk_create(
        ties,
        update_conflicts=True,
        unique_fields=["customer_id", "refund_key"],
        update_fields=["order_key"],
    )
