"""Points owed, as the books say it: month by month for the accountant, and who holds them."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.console.charts.flat import thin_bar
from regulars.console.insights.answers import Row
from regulars.console.insights.owed_held import Held, amount, bare, rounded
from regulars.console.insights.scene import Scene
from regulars.words import formats
from regulars.words.amounts import capital, named, said

SIGNS = {"earned": 1, "taken_back": -1, "used": -1, "ended": -1}
SHADES = ("fline", "f1", "f2", "f3", "f6", "f4")
"""Of the parts of the bar, the smallest balances first."""


def journals(scene: Scene, held: list[Held]) -> list[dict[str, Any]]:
    """For each asset its months, each from its opening to its closing balance, the newest first."""
    return [found for one in held if (found := _journal(scene, one))["rows"]]


def _journal(scene: Scene, one: Held) -> dict[str, Any]:
    found = [row for row in scene.of("owed").rows("journal") if row["asset"] == one.key]
    over = found[-1]["overdrawn"] if found else Decimal(0)
    owe = _("Members owe %(amount)s, which is taken off: they gave back more than they had left.")
    return {
        "name": capital(named(one.asset)),
        "programme": said(one.edition.name),
        "worth": bool(found) and found[-1]["worth"] is not None,
        "rows": [_month(scene, one, row) for row in reversed(found)],
        "overdrawn": owe % {"amount": amount(scene, one, over)} if over else "",
    }


def _month(scene: Scene, one: Held, row: Row) -> Row:
    last = row["until"]
    whole = (last + timedelta(days=1)).day == 1
    told = {name: bare(scene, one, sign * row[name], sign=True) for name, sign in SIGNS.items()}
    worth, currency, language = row["worth"], scene.of("owed").currency, scene.language
    known = worth is not None
    told_worth = formats.money(rounded(worth, currency), currency, language) if known else ""
    until = _("until %(day)s") % {"day": formats.short_day(last, language)}
    return told | {
        "month": formats.month_year(last, language),
        "until": "" if whole else until,
        "opening": bare(scene, one, row["opening"]),
        "closing": bare(scene, one, row["closing"]),
        "worth": told_worth,
    }


def holders(scene: Scene, main: Held | None) -> dict[str, Any]:
    """How the main asset is spread: a sentence, a bar, a line for each band of balances."""
    rows = [row for row in scene.of("owed").rows("holders") if main and row["asset"] == main.key]
    if main is None or not rows:
        return {}
    everybody = main.row["holders"]
    finding = ngettext(
        "Half of it is held by one of %(all)s people.",
        "Half of it is held by %(n)s of %(all)s people.",
        main.row["half_holders"],
    ) % {"n": scene.number(main.row["half_holders"]), "all": scene.number(everybody)}
    ten = _("The ten largest balances hold %(amount)s.")
    return {
        "rows": [
            _band(scene, main, row) | {"shade": shade}
            for row, shade in zip(rows, SHADES, strict=False)
        ],
        "finding": finding,
        "ten": ten % {"amount": amount(scene, main, main.row["ten_largest"])},
        "unit": capital(named(main.asset)),
        "bar": thin_bar(finding, [int(row["amount"]) for row in rows], SHADES[: len(rows)]),
    }


def _band(scene: Scene, one: Held, row: Row) -> Row:
    """A band with its people: "100–199", "500 or more"."""
    low, high = row["at_least"], row["below"]
    if high is None:
        band = _("%(amount)s or more") % {"amount": bare(scene, one, low)}
    elif not low:
        band = _("under %(amount)s") % {"amount": bare(scene, one, high)}
    elif one.asset.currency or one.asset.decimals:
        ends = {"low": bare(scene, one, low), "amount": bare(scene, one, high)}
        band = _("%(low)s to under %(amount)s") % ends
    else:
        band = f"{bare(scene, one, low)}–{bare(scene, one, high - 1)}"
    return {
        "band": band,
        "people": scene.number(row["members"]),
        "amount": bare(scene, one, row["amount"]),
    }
