"""What customers are called outside: numbers that the database gives them never leave it."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

AT_ONCE = 50_000


def public_names(numbers: Sequence[str]) -> dict[str, str]:
    """By customer number (as text): the external id where there is one, else the public id."""
    names: dict[str, str] = {}
    for start in range(0, len(numbers), AT_ONCE):
        part = [int(number) for number in numbers[start : start + AT_ONCE]]
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT c.id, coalesce((SELECT min(i.value) FROM regulars_identifier i"
                " WHERE i.customer_id = c.id AND i.kind = 'external'), c.public_id::text)"
                " FROM regulars_customer c WHERE c.id = ANY(%s)",
                [part],
            )
            names.update((str(number), name) for number, name in cursor.fetchall())
    return names
