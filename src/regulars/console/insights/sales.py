"""What came in, from whom: revenue, orders, new customers against returning ones, regulars."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.console.charts.figures import Bar, BarChart, LineChart, Series
from regulars.console.insights.answers import Answer, Row
from regulars.console.insights.scene import Scene, furnished, whole_percent
from regulars.words import formats
from regulars.words.amounts import capital

SHOWN = {"month": 13, "week": 26, "day": 28}
PARTS = ("returning_revenue", "new_revenue", "guest_revenue")


def periods(scene: Scene) -> list[Row]:
    """The last whole periods."""
    rows = scene.of("revenue", period=scene.asked.period).rows("periods")
    return whole(scene, rows, scene.asked.period)[-SHOWN[scene.asked.period] :]


def whole(scene: Scene, rows: list[Row], period: str) -> list[Row]:
    """The periods that are over; one that ends today is not, whatever day figures are as of."""
    return [row for row in rows if row["complete"] and _next(row["period"], period) <= scene.today]


def _next(start: date, period: str) -> date:
    if period == "month":
        return date(start.year + start.month // 12, start.month % 12 + 1, 1)
    return start + timedelta(days=7 if period == "week" else 1)


def revenue(scene: Scene) -> BarChart:
    """Money by period, what returning customers, new ones and guests brought."""
    answer = scene.of("revenue", period=scene.asked.period)
    rows = periods(scene)
    furniture = _furniture(scene, answer, rows)
    parts = (_("Returning customers"), _("New customers"), _("Guests"))
    split = all(row[part] >= 0 for row in rows for part in PARTS)
    kept = 3 if any(row["guest_revenue"] for row in rows) else 2
    return BarChart(
        key="revenue",
        title=_revenue_title(scene, answer, rows),
        caption=_period_words(
            scene.asked.period,
            (_("Sales by month."), _("Sales by week, from Monday."), _("Sales by day.")),
        ),
        unit="money",
        currency=answer.currency,
        span=True,
        series=_("Sales"),
        axis=_axis(scene),
        parts=parts[:kept] if split else (),
        bars=tuple(_bar(scene, answer, row, kept if split else 0) for row in rows),
        **furniture,
    )


def _furniture(scene: Scene, answer: Answer, rows: list[Row]) -> dict[str, Any]:
    furniture = furnished(scene, answer, "periods")
    if answer.ready and not rows:
        furniture["empty"] = _("No whole period has passed yet. Look at days or weeks.")
    return furniture


def _bar(scene: Scene, answer: Answer, row: Row, parts: int) -> Bar:
    values = tuple(answer.minor(row[part]) for part in PARTS[:parts])
    return Bar(
        label=short(scene, row["period"]),
        long_label=name(scene, row["period"]),
        value=answer.minor(total(row)),
        parts=values,
    )


def total(row: Row) -> Decimal:
    """All money of a period, of guests too."""
    return Decimal(row["revenue"]) + Decimal(row["guest_revenue"])


def _period_words(period: str, words: tuple[str, str, str]) -> str:
    return words[("month", "week", "day").index(period)]


def _axis(scene: Scene) -> str:
    return _period_words(scene.asked.period, (_("Month"), _("Week"), _("Day")))


def short(scene: Scene, start: date) -> str:
    """A period under a chart."""
    if scene.asked.period == "month":
        return formats.month(start, scene.language)
    return formats.short_day(start, scene.language, start.year)


def name(scene: Scene, start: date) -> str:
    """A period in a sentence."""
    if scene.asked.period == "month":
        return formats.month_year(start, scene.language, long=True)
    if scene.asked.period == "day":
        return formats.weekday_day(start, scene.language, scene.today.year)
    day = formats.short_day(start, scene.language, scene.today.year)
    return _("week of %(day)s") % {"day": day}


def _revenue_title(scene: Scene, answer: Answer, rows: list[Row]) -> str:
    if not rows:
        return _("Sales")
    now = total(rows[-1])
    values = {"name": capital(name(scene, rows[-1]["period"])), "money": scene.money(answer, now)}
    before = total(rows[-2]) if len(rows) > 1 else Decimal(0)
    if before <= 0:
        return _("%(name)s: %(money)s") % values
    part = now / before - 1
    values |= {"before": name(scene, rows[-2]["period"]), "share": scene.share(abs(part))}
    if not whole_percent(abs(part)):
        return _("%(name)s: %(money)s, as much as %(before)s") % values
    if part > 0:
        return _("%(name)s: %(money)s, %(share)s more than %(before)s") % values
    return _("%(name)s: %(money)s, %(share)s less than %(before)s") % values


def _labels(scene: Scene, rows: list[Row]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return (
        tuple(short(scene, row["period"]) for row in rows),
        tuple(name(scene, row["period"]) for row in rows),
    )


def orders(scene: Scene) -> LineChart:
    """Orders by period, of known customers and of guests."""
    answer = scene.of("revenue", period=scene.asked.period)
    rows = periods(scene)
    labels, long_labels = _labels(scene, rows)
    series = [
        Series(
            name=_("Known customers"), end=_("Known"), values=tuple(row["orders"] for row in rows)
        )
    ]
    if any(row["guest_orders"] for row in rows):
        guests = tuple(row["guest_orders"] for row in rows)
        series.append(Series(name=_("Guests"), values=guests, colour=6, dash="dash"))
    return LineChart(
        key="orders",
        title=_orders_title(scene, rows),
        caption=_("Orders of known customers and of guests."),
        span=True,
        axis=_axis(scene),
        labels=labels,
        long_labels=long_labels,
        series=tuple(series),
        **_furniture(scene, answer, rows),
    )


def _orders_title(scene: Scene, rows: list[Row]) -> str:
    if not rows:
        return _("Orders")
    last = rows[-1]
    count = last["orders"] + last["guest_orders"]
    text = ngettext("%(name)s: one order", "%(name)s: %(n)s orders", count)
    if last["guest_orders"]:
        text = ngettext(
            "%(name)s: one order, %(guests)s by guests",
            "%(name)s: %(n)s orders, %(guests)s of them by guests",
            count,
        )
    values = {"name": capital(name(scene, last["period"])), "n": scene.number(count)}
    return text % {**values, "guests": scene.number(last["guest_orders"])}


def buyers(scene: Scene) -> LineChart:
    """New customers against returning ones."""
    answer = scene.of("revenue", period=scene.asked.period)
    rows = periods(scene)
    labels, long_labels = _labels(scene, rows)
    returning = tuple(row["returning_customers"] for row in rows)
    new = tuple(row["new_customers"] for row in rows)
    return LineChart(
        key="buyers",
        title=_buyers_title(scene, rows),
        caption=_("New in a period is who made the first order in it."),
        span=True,
        axis=_axis(scene),
        labels=labels,
        long_labels=long_labels,
        series=(
            Series(name=_("Returning customers"), end=_("Returning"), values=returning),
            Series(name=_("New customers"), end=_("New"), values=new, colour=2, dash="dash"),
        ),
        **_furniture(scene, answer, rows),
    )


def _buyers_title(scene: Scene, rows: list[Row]) -> str:
    if not rows or not rows[-1]["customers"]:
        return _("New and returning customers")
    last = rows[-1]
    share = Decimal(last["returning_customers"]) / last["customers"]
    values = {"name": capital(name(scene, last["period"])), "n": scene.hundred(share)}
    return _("%(name)s: %(n)s of 100 buyers had bought before") % values


def regulars(scene: Scene) -> LineChart:
    """What share of buyers and of money the regulars are."""
    answer = scene.of("regulars")
    rows = answer.rows("days")
    head = answer.headline
    title = _("What the regulars bring")
    if head.get("share_of_revenue") is not None:
        title = _("Regulars: %(people)s of 100 buyers, %(money)s of the money") % {
            "people": scene.hundred(head["share_of_customers"]),
            "money": scene.share(head["share_of_revenue"]),
        }
    people = tuple(row["share_of_customers"] for row in rows)
    money = tuple(row["share_of_revenue"] for row in rows)
    return LineChart(
        key="regulars",
        title=title,
        caption=_("Of the 60 days before each day: the share of buyers and of sales."),
        span=True,
        unit="share",
        axis=_("60 days up to"),
        labels=tuple(_month_end(scene, row["day"]) for row in rows),
        long_labels=tuple(
            formats.short_day(row["day"], scene.language, scene.today.year) for row in rows
        ),
        series=(
            Series(name=_("Share of sales"), end=_("Sales"), values=money),
            Series(
                name=_("Share of buyers"), end=_("Buyers"), values=people, colour=3, dash="dash"
            ),
        ),
        **furnished(scene, answer, "days"),
    )


def _month_end(scene: Scene, day: date) -> str:
    ends = (day + timedelta(days=1)).month != day.month
    words = formats.month(day, scene.language)
    return words if ends else formats.short_day(day, scene.language, day.year)
