"""Products that regulars buy, and first products whose buyers came back."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from regulars.console.insights.answers import Answer, Row
from regulars.console.insights.scene import Scene, furnished

SHOWN = 25


def codes(answer: Answer) -> list[str]:
    """The products that a page names."""
    return [row["product"] for row in answer.rows("products")[:SHOWN]]


def regulars_buy(scene: Scene) -> dict[str, Any]:
    """The products whose buyers are regulars most often."""
    answer = scene.of("products")
    rows = answer.rows("products")
    return {
        "key": "products",
        "title": _title(scene, rows),
        "caption": _("Of the buyers of a product, how many are regulars; the most telling first."),
        "rows": [_row(scene, row) for row in rows[:SHOWN]],
        "count": answer.tables["products"].cut or len(rows) if rows else 0,
        "usual": answer.headline.get("regular_share"),
        **furnished(scene, answer, "products"),
    }


def _title(scene: Scene, rows: list[Row]) -> str:
    if not rows or not rows[0]["lift"]:
        return _("What regulars buy")
    values = {
        "product": _name(scene, rows[0]["product"]),
        "times": scene.number(Decimal(rows[0]["lift"]).quantize(Decimal("0.1"))),
    }
    return (
        _("%(product)s: its buyers are regulars %(times)s times as often as all customers") % values
    )


def _name(scene: Scene, code: str) -> str:
    return scene.products.get(code, code)


def _row(scene: Scene, row: Row) -> dict[str, Any]:
    label = _("%(share)s of the buyers are regulars") % {"share": scene.share(row["regular_share"])}
    return {
        **row,
        "name": _name(scene, row["product"]),
        "others": row["customers"] - row["regulars"],
        "label": label,
    }
