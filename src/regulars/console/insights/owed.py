"""Points owed: what members hold, what of it will be used, what it is worth, and how we know."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.console.charts.figures import Note
from regulars.console.insights import links
from regulars.console.insights.answers import Row
from regulars.console.insights.owed_books import holders, journals
from regulars.console.insights.owed_figures import ends, months, steps
from regulars.console.insights.owed_held import (
    Held,
    amount,
    cost,
    held_of,
    of_hundred,
    rounded,
    span,
    told,
)
from regulars.console.insights.scene import Scene, csv_url
from regulars.db.worths import Worth
from regulars.words import formats
from regulars.words.amounts import capital, named, said

Built = dict[str, Any]

MOVES = ("begin", "earned", "used", "taken_back", "ended", "now")

SOON = timedelta(days=45)


def owed(scene: Scene) -> Built:
    """Everything that the page shows."""
    answer = scene.of("owed")
    held = list(held_of(scene))
    main = held[0] if held else None
    return {
        "lead": _lead(scene, held),
        "held": [_held_row(scene, one) for one in held],
        "steps": steps(scene),
        "meaning": list(_meaning(scene, held)),
        "months": months(scene, main),
        "ends": ends(scene, main),
        "moved": _moved(scene, main),
        "moved_since": answer.as_of.replace(day=1) if answer.as_of else None,
        "holders": holders(scene, main),
        "journals": journals(scene, held),
        "journal_url": csv_url(scene, answer.wish, "journal") if held else "",
        "ways": [_way(scene, one, way) for one in held for way in one.ways],
        "unknown": [named(one.asset) for one in held if not one.ways],
        "curve": _curve(scene, main),
        "assumptions": assumptions(),
        "rewards_url": links.address("rewards"),
        "early": main is not None and main.row["likely"] is None,
    }


def _lead(scene: Scene, held: list[Held]) -> dict[str, str]:
    """The answer in one or two sentences."""
    head = scene.of("owed").headline
    if not held:
        return {}
    points = formats.joined([amount(scene, one, one.row["owed"]) for one in held], scene.language)
    if head["worth"] is None:
        return {"text": _("Members hold %(points)s.") % {"points": points}}
    strong = _("You owe members %(money)s.") % {"money": told(scene, head["worth"])}
    if head["likely_worth"] is None:
        text = _("They hold %(points)s. How much will be used is too early to say: at most all.")
        return {"strong": strong, "text": text % {"points": points}}
    values = {
        "points": points,
        "likely": told(scene, head["likely_worth"]),
        "low": told(scene, head["low_worth"]),
        "high": told(scene, head["high_worth"]),
    }
    text = _(
        "They hold %(points)s. About %(likely)s of that will be used, 9 times in 10 between "
        "%(low)s and %(high)s."
    )
    return {"strong": strong, "text": text % values}


def _held_row(scene: Scene, one: Held) -> Row:
    row = one.row
    likely = row["likely"]
    return {
        "name": capital(named(one.asset)),
        "programme": said(one.edition.name),
        "held": amount(scene, one, row["owed"]),
        "holders": row["holders"],
        "likely": amount(scene, one, likely) if likely is not None else _("too early to say"),
        "range": span(scene, one, row["low"], row["high"]),
        "of_hundred": of_hundred(scene, one.best.of_one, one.edition.currency) if one.best else "",
        "worth": told(scene, row["worth"]),
    }


def _meaning(scene: Scene, held: list[Held]) -> Iterator[dict[str, str]]:
    """What follows from the numbers, in sentences."""
    head = scene.of("owed").headline
    paid = cost(scene)
    if paid is not None:
        text = _("The goods cost you about %(cost)s.") % {"cost": told(scene, paid)}
        yield {"icon": "bag", "text": text}
    if head.get("likely_worth") and head.get("worth"):
        part = scene.hundred(head["likely_worth"] / head["worth"])
        text = _("About %(n)s of 100 are used in the end; the others run out, or are forgotten.")
        yield {"icon": "chart", "text": text % {"n": part}}
    for one in held:
        yield from _ending(scene, one)
    if held and held[0].row["likely"] is None:
        text = _(
            "Count with all of it until there are three months of points, and members who use them."
        )
        yield {"icon": "info", "text": text}
    if not any(one.ways for one in held) and held:
        text = _("Nobody has said what a reward is worth.")
        yield {"icon": "gift", "text": text, "url": links.address("rewards")}


def _ending(scene: Scene, one: Held) -> Iterator[dict[str, str]]:
    """What ends soon, if anything does."""
    as_of = scene.of("owed").as_of
    for row in scene.of("owed").rows("ends"):
        month = row["month"]
        if row["asset"] != one.key or month is None or as_of is None:
            continue
        if month <= as_of + SOON:
            values = {
                "points": amount(scene, one, row["amount"]),
                "month": formats.month_year(month, scene.language, long=True),
            }
            text = _("%(points)s end in %(month)s if nobody uses them.")
            yield {"icon": "clock", "text": text % values}
        return


def _moved(scene: Scene, main: Held | None) -> list[Row]:
    """What moved since the first of the month."""
    names = {
        "begin": _("On the first of the month"),
        "earned": _("Earned"),
        "used": _("Used"),
        "taken_back": _("Taken back by refunds"),
        "ended": _("Ended unused"),
        "now": _("Now"),
    }
    found = {
        row["what"]: row["amount"]
        for row in scene.of("owed").rows("moved")
        if main and row["asset"] == main.key
    }
    best = main.best if main else None
    currency = scene.of("owed").currency
    rows = []
    for what in MOVES if found else ():
        moved = int(Decimal(found[what]).quantize(Decimal(1), rounding=ROUND_HALF_UP))
        bare = what in ("begin", "now")
        minor = rounded(moved * best.of_one, currency) if best else None
        shown = formats.money(abs(minor), currency, scene.language) if minor is not None else ""
        sign = "" if bare or not minor else "+" if minor > 0 else "−"
        rows.append(
            {
                "name": names[what],
                "amount": scene.number(moved) if bare else formats.signed(moved, scene.language),
                "money": f"{sign}{shown}",
                "sum": what == "now",
            }
        )
    return rows


def _way(scene: Scene, one: Held, way: Worth) -> Row:
    """How the worth of one is derived."""
    currency = one.edition.currency
    return {
        "name": capital(said(way.name)) if way.name else capital(named(one.asset)),
        "asset": capital(named(one.asset)),
        "price": amount(scene, one, way.price),
        "worth": _money(way.worth, currency, scene),
        "cost": "–" if way.cost is None else _money(way.cost, currency, scene),
        "of_hundred": of_hundred(scene, way.of_one, currency),
        "counts": way is one.best,
    }


def _money(value: Decimal, currency: str, scene: Scene) -> str:
    return formats.money(rounded(value, currency), currency, scene.language)


def _curve(scene: Scene, main: Held | None) -> list[Row]:
    """How points of each age were used, which is what the likely part stands on."""
    rows = [row for row in scene.of("owed").rows("curve") if main and row["asset"] == main.key]
    return [
        {
            "month": ngettext("%(n)s month", "%(n)s months", row["month"])
            % {"n": scene.number(row["month"])},
            "members": row["members"],
            "rate": formats.number(row["rate"] * 100, scene.language, 1),
            "by_then": scene.hundred(row["used_by_then"]),
        }
        for row in rows
    ]


def assumptions() -> tuple[Note, ...]:
    """What is taken for granted, said with the numbers."""
    return (
        Note(
            term=_("Worth"),
            text=_("One is worth what the dearest reward makes of it; store credit what it says."),
        ),
        Note(
            term=_("Likely"),
            text=_(
                "Of points of each age, so many were used in the following month; chained until "
                "they end, that gives the part that is used. Points are used oldest first, and "
                "people go on as they did."
            ),
        ),
        Note(
            term=_("Range"),
            text=_(
                "Members are drawn anew many times, and each uses all or nothing with their "
                "chance; 9 times in 10 the part used lies between the two ends. Beyond the ages "
                "that were seen, the lower end counts nothing and the upper end everything."
            ),
        ),
    )
