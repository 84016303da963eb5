"""Places and products: made when a fact first names them, named when a source says how."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db.backends.utils import CursorWrapper
from msgspec import Struct

from regulars.db import hot
from regulars.db.arrays import TEXTS, texts


class ProductNews(Struct, frozen=True):
    """What a source says about a product."""

    name: str = ""
    category: str = ""


def note_products(cursor: CursorWrapper, products: Mapping[str, ProductNews]) -> None:
    """Add unknown products; fill in names and categories that were blank."""
    if not products:
        return
    codes = sorted(products)
    cursor.execute(
        "INSERT INTO regulars_product AS p (code, name, category)"
        " SELECT * FROM unnest(%s::text[], %s::text[], %s::text[])"
        " ON CONFLICT (code) DO UPDATE SET"
        " name = CASE WHEN p.name = '' THEN excluded.name ELSE p.name END,"
        " category = CASE WHEN p.category = '' THEN excluded.category ELSE p.category END"
        " WHERE (p.name = '' AND excluded.name <> '')"
        " OR (p.category = '' AND excluded.category <> '')",
        [
            codes,
            [products[c].name[:300] for c in codes],
            [products[c].category[:200] for c in codes],
        ],
    )


def note_places(cursor: CursorWrapper, codes: Iterable[str]) -> None:
    """Add unknown places, named by their code until staff name them."""
    named = sorted({code for code in codes if code})
    if named:
        hot.run(cursor, PLACES, [texts(named)])


PLACES = f"""
    INSERT INTO regulars_place (code, name) SELECT c, c FROM unnest({TEXTS}) AS c
    ON CONFLICT DO NOTHING
"""  # noqa: S608 - own texts
