"""What customers, products and places are called: the database's own numbers never leave it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import connection

from regulars.db.models import Place, Product

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


def product_names(codes: Iterable[str]) -> dict[str, str]:
    """What products are called, by code; one without a name by its code."""
    found = Product.objects.filter(code__in=set(codes))
    return {product.code: str(product) for product in found}


def place_names(codes: Iterable[str] | None = None) -> dict[str, str]:
    """What places are called, by code: these, or all."""
    rows = Place.objects.all() if codes is None else Place.objects.filter(code__in=set(codes))
    return dict(rows.values_list("code", "name"))
