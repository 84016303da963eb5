"""How people come: the time between orders, the chance of a next one."""

from __future__ import annotations

from decimal import Decimal
from math import ceil

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.console.charts.figures import Bar, BarChart, Histogram, LineChart, Series
from regulars.console.insights import links
from regulars.console.insights.answers import Row
from regulars.console.insights.scene import Scene, furnished
from regulars.console.insights.standing import span

FEWEST = 8
"""An order number reached by fewer people than this says little and is left out."""


def gaps(scene: Scene) -> Histogram:
    """How the days between two visits are spread."""
    answer = scene.of("gaps")
    rows = answer.rows("bands")
    median = answer.headline.get("median")
    title = _("Time between orders")
    if median is not None:
        days = ceil(median)
        title = ngettext(
            "Half of all next orders come within a day",
            "Half of all next orders come within %(n)s days",
            days,
        ) % {"n": scene.number(days)}
    return Histogram(
        key="gaps",
        title=title,
        caption=_("Days from one order day of a customer to the next."),
        name=_("Days between orders"),
        axis=_("Days"),
        series=_("Times"),
        bars=tuple(
            Bar(label=_short(row), long_label=_days(row), value=row["gaps"]) for row in rows
        ),
        marker=_marker(rows, median),
        marker_label=_("middle"),
        **furnished(scene, answer, "bands"),
    )


def _short(row: Row) -> str:
    low, high = row["days_from"], row["days_to"]
    return f"{low}+" if high is None else span(low, high)


def _days(row: Row) -> str:
    text = ngettext("%(days)s day", "%(days)s days", row["days_to"] or 2)
    return text % {"days": span(row["days_from"], row["days_to"])}


def _marker(rows: list[Row], median: Decimal | None) -> Decimal | None:
    """How many bars from the left the median lies."""
    for n, row in enumerate(rows):
        end = row["days_to"]
        if median is not None and (end is None or median < end + 1):
            width = Decimal(end + 1 - row["days_from"]) if end else Decimal(365)
            part = min((Decimal(median) - row["days_from"]) / width, Decimal(1))
            return n + part if row["days_to"] != row["days_from"] else n + Decimal("0.5")
    return None


def waits(scene: Scene) -> LineChart:
    """How long it takes from one order day to the next, by how many there were."""
    answer = scene.of("gaps")
    rows = [row for row in answer.rows("by_number") if row["gaps"] >= FEWEST]
    title = _("How long the next order takes")
    if rows:
        first = {"n": scene.number(int(rows[0]["median"]))}
        title = _("The second order takes %(n)s days") % first
        if len(rows) > 1:
            title = _("The second order takes %(n)s days, order %(order)s takes %(last)s") % {
                **first,
                "order": scene.number(rows[-1]["order_day"] + 1),
                "last": scene.number(int(rows[-1]["median"])),
            }
    furniture = furnished(scene, answer, "by_number")
    if answer.ready and not rows:
        furniture["empty"] = _("Too few people have come twice to say.")
    return LineChart(
        key="waits",
        title=title,
        caption=_("Days to the next order day in the middle of all who made it, by order."),
        span=True,
        axis=_("Order"),
        band=_("Half of them lie in here"),
        labels=tuple(str(row["order_day"] + 1) for row in rows),
        series=(
            Series(
                name=_("Days"),
                values=tuple(row["median"] for row in rows),
                low=tuple(row["q1"] for row in rows),
                high=tuple(row["q3"] for row in rows),
            ),
        ),
        **furniture,
    )


def chances(scene: Scene) -> BarChart:
    """Of those who reached so many orders, how many made another."""
    answer = scene.of("next-order")
    rows = [row for row in answer.rows("next_orders") if row["reached"] >= FEWEST]
    title = _("The chance of a next order")
    if rows:
        title = _("Of 100 first orders, %(n)s are followed by a second") % {
            "n": scene.hundred(rows[0]["share"])
        }
    furniture = furnished(scene, answer, "next_orders")
    if answer.ready and not rows:
        furniture["empty"] = _("Too few people have bought to say.")
    return BarChart(
        key="chances",
        title=title,
        caption=_("By orders so far: of 100 who reached so many, how many made another."),
        span=True,
        unit="share",
        axis=_("Orders so far"),
        series=_("Made another"),
        usual=_("Where the true value lies, 19 times in 20"),
        bars=tuple(
            Bar(
                label=str(row["orders"]),
                long_label=ngettext("%(n)s order", "%(n)s orders", row["orders"])
                % {"n": row["orders"]},
                value=row["share"],
                low=row["low"],
                high=row["high"],
            )
            for row in rows
        ),
        **furniture,
    )


def asks(scene: Scene) -> list[dict[str, str]]:
    """What the rhythm asks of its reader: when to worry, how far to bring somebody."""
    return [item for item in (_when(scene), _how_far(scene)) if item]


def _when(scene: Scene) -> dict[str, str]:
    rows = scene.of("gaps").rows("by_number")
    if not rows or rows[0]["gaps"] < FEWEST:
        return {}
    days = ceil(rows[0]["q3"])
    text = ngettext(
        "Three in four second orders come within a day.",
        "Three in four second orders come within %(n)s days.",
        days,
    )
    return {
        "icon": "clock",
        "text": text % {"n": scene.number(days)},
        "detail": _("Who has been silent for longer needs a reason to come."),
        "url": links.customers("once") if scene.asked.usual else "",
    }


def _how_far(scene: Scene) -> dict[str, str]:
    """The first number of orders after which nine tenths of the best chance is reached."""
    rows = [row for row in scene.of("next-order").rows("next_orders") if row["reached"] >= FEWEST]
    best = max((row["share"] for row in rows), default=Decimal(0))
    reached = [row for row in rows[1:] if row["share"] >= Decimal("0.9") * best]
    if not reached:
        return {}
    first = reached[0]
    text = ngettext(
        "Of 100 who reach one order, %(share)s make another.",
        "Of 100 who reach %(n)s orders, %(share)s make another.",
        first["orders"],
    )
    return {
        "icon": "heart",
        "text": text % {"n": scene.number(first["orders"]), "share": scene.hundred(first["share"])},
        "detail": _("Up to there, each order that you win makes the next one likelier."),
    }
