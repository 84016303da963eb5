"""Was a day quieter or busier than usual: the picture and its finding."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils.translation import gettext as _

from regulars.console.charts.figures import Bar, BarChart
from regulars.console.insights.answers import Row
from regulars.console.insights.scene import Scene, furnished
from regulars.words import formats

SHOWN = 13
NEAR = 7
"""Days so near are called by their weekday alone."""


def usual(scene: Scene) -> BarChart:
    """Orders of the last 13 whole days before the usual range of each weekday."""
    answer = scene.of("usual-days")
    rows = [row for row in answer.rows("days") if row["day"] < scene.today][-SHOWN:]
    title, caption = _finding(scene, rows)
    return BarChart(
        key="days",
        title=title,
        caption=caption,
        name=_("Orders a day"),
        description=caption,
        axis=_("Day"),
        series=_("Orders"),
        usual=_("Usual range") if any(row["low"] is not None for row in rows) else "",
        tones={"low": _("Quieter"), "high": _("Busier")},
        narrow=7,
        bars=tuple(_bar(scene, row) for row in rows),
        **furnished(scene, answer, "days"),
    )


def _bar(scene: Scene, row: Row) -> Bar:
    return Bar(
        label=formats.weekday(row["day"], scene.language),
        long_label=formats.weekday_day(row["day"], scene.language, scene.today.year),
        value=row["orders"],
        low=_whole(row["low"]),
        high=_whole(row["high"]),
        tone=row["unusual"],
        marked=bool(row["unusual"]),
    )


def _whole(value: Decimal | None) -> int | None:
    return None if value is None else int(Decimal(value).quantize(Decimal(1), ROUND_HALF_UP))


def _finding(scene: Scene, rows: list[Row]) -> tuple[str, str]:
    odd = [row for row in rows if row["unusual"]]
    if not any(row["low"] is not None for row in rows):
        title = _("Orders a day")
        return title, _("What is usual for a weekday can be told after eight weeks.")
    if not odd:
        return _("Every day was as usual"), _("Orders a day, against the usual of that weekday.")
    last = odd[-1]
    values = _values(scene, last)
    if len(odd) > 1:
        return _several(odd), _last_words(last) % values
    title = _("%(day)s was quieter than usual")
    if last["unusual"] == "high":
        title = _("%(day)s was busier than usual")
    caption = _("%(n)s orders instead of %(low)s to %(high)s. Every other day was as usual.")
    return title % values, caption % values


def _values(scene: Scene, row: Row) -> dict[str, Any]:
    return {
        "day": _named(scene, row["day"]),
        "n": scene.number(row["orders"]),
        "low": scene.number(_whole(row["low"]) or 0),
        "high": scene.number(_whole(row["high"]) or 0),
    }


def _named(scene: Scene, day: date) -> str:
    words = formats.day(day, scene.language, scene.today.year)
    # "Sunday, 15 November": all languages put the weekday before a comma.
    return words.partition(",")[0] if (scene.today - day).days < NEAR else words


def _several(odd: list[Row]) -> str:
    busy = sum(row["unusual"] == "high" for row in odd)
    values = {"busy": busy, "quiet": len(odd) - busy}
    if not busy:
        return _("%(quiet)s days were quieter than usual") % values
    if not values["quiet"]:
        return _("%(busy)s days were busier than usual") % values
    return _("Busier than usual: %(busy)s, quieter: %(quiet)s") % values


def _last_words(row: Row) -> str:
    if row["unusual"] == "high":
        return _("The last was %(day)s: %(n)s orders instead of %(low)s to %(high)s.")
    return _("The last was %(day)s, with %(n)s orders instead of %(low)s to %(high)s.")
