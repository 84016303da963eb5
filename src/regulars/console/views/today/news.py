"""What changed: last week against the one before, the regulars, what came in."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.console.insights.answers import Row
from regulars.console.insights.links import address
from regulars.console.insights.sales import total, whole
from regulars.console.insights.scene import Scene, whole_percent
from regulars.db.models import ImportRun
from regulars.words import formats

LATELY = timedelta(days=14)
LAST_WEEK = timedelta(days=13)
"""The Monday of last week lies at most so far back."""
ABOUT = Decimal("0.03")
"""Changes smaller than this are called "about as many"."""

Item = dict[str, str]


def weeks(scene: Scene) -> tuple[Row, Row] | None:
    """The last two whole weeks, the earlier first."""
    rows = scene.of("revenue", period="week").rows("periods")
    over = whole(scene, rows, "week")
    return (over[-2], over[-1]) if len(over) > 1 else None


def moved(before: int | Decimal, now: int | Decimal) -> int:
    """1 for more, -1 for fewer, 0 for about as many."""
    if abs(Decimal(now) - before) <= ABOUT * before:
        return 0
    return 1 if now > before else -1


def came_back(scene: Scene) -> SafeString:
    """Whether more people came back last week (or in the last week of old data) than before."""
    found = weeks(scene)
    if found is None:
        return SafeString()
    move = moved(found[0]["returning_customers"], found[1]["returning_customers"])
    start: date = found[1]["period"]
    day = formats.short_day(start, scene.language, scene.today.year)
    lately = scene.today - start <= LAST_WEEK
    return format_html(_last_week(move) if lately else _earlier_week(move), day=day)


def _last_week(move: int) -> str:
    return (
        _("<strong>About as many people came back</strong> last week as the week before."),
        _("<strong>More people came back</strong> last week than the week before."),
        _("<strong>Fewer people came back</strong> last week than the week before."),
    )[move]


def _earlier_week(move: int) -> str:
    return (
        _("<strong>About as many people came back</strong> in the week of {day} as before."),
        _("<strong>More people came back</strong> in the week of {day} than in the one before."),
        _("<strong>Fewer people came back</strong> in the week of {day} than in the one before."),
    )[move]


def changed(scene: Scene, last_import: ImportRun | None, *, may_import: bool) -> list[Item]:
    """The list of the page, the most telling first. Who may not import is not led there."""
    came_in = _import(scene, last_import)
    if came_in and not may_import:
        came_in["url"] = ""
    items = [_sales(scene), _returning(scene), _regulars(scene), came_in]
    return [item for item in items if item]


def _sales(scene: Scene) -> Item:
    found = weeks(scene)
    if found is None:
        return {}
    answer = scene.of("revenue", period="week")
    before, now = total(found[0]), total(found[1])
    values = {"money": scene.money(answer, now)}
    text = _("The last whole week brought %(money)s.")
    if before > 0:
        gap = now / before - 1
        values["share"] = scene.share(abs(gap))
        text = (
            _("The last whole week brought %(money)s, as much as the one before."),
            _("The last whole week brought %(money)s, %(share)s more than the one before."),
            _("The last whole week brought %(money)s, %(share)s less than the one before."),
        )[0 if not whole_percent(abs(gap)) else 1 if gap > 0 else -1]
    orders = found[1]["orders"] + found[1]["guest_orders"]
    detail = ngettext("One order, %(before)s before.", "%(n)s orders, %(before)s before.", orders)
    earlier = found[0]["orders"] + found[0]["guest_orders"]
    return {
        "icon": "coins",
        "text": text % values,
        "detail": detail % {"n": scene.number(orders), "before": scene.number(earlier)},
        "url": address("insights_sales", {"period": "week"}),
    }


def _returning(scene: Scene) -> Item:
    found = weeks(scene)
    if found is None:
        return {}
    now = found[1]["returning_customers"]
    text = ngettext(
        "One person came back, %(before)s the week before.",
        "%(n)s people came back, %(before)s the week before.",
        now,
    )
    new = found[1]["new_customers"]
    detail = ngettext(
        "One came for the first time; %(before)s the week before.",
        "%(n)s came for the first time; %(before)s the week before.",
        new,
    )
    return {
        "icon": "people",
        "text": text
        % {"n": scene.number(now), "before": scene.number(found[0]["returning_customers"])},
        "detail": detail
        % {"n": scene.number(new), "before": scene.number(found[0]["new_customers"])},
        "url": address("insights"),
    }


def _regulars(scene: Scene) -> Item:
    rows = scene.of("regulars").rows("days")
    if not rows or not rows[-1]["regulars"] or rows[-1]["share_of_revenue"] is None:
        return {}
    text = _("Regulars bring %(share)s of the money.")
    detail = ""
    if len(rows) > 1 and rows[-2]["share_of_revenue"] is not None:
        detail = _("At the end of last month it was %(share)s.") % {
            "share": scene.share(rows[-2]["share_of_revenue"])
        }
    return {
        "icon": "heart",
        "text": text % {"share": scene.share(rows[-1]["share_of_revenue"])},
        "detail": detail,
        "url": address("insights_sales") + "#regulars",
    }


def _import(scene: Scene, run: ImportRun | None) -> Item:
    if run is None or run.finished_at is None or run.state != ImportRun.State.DONE:
        return {}
    if scene.today - run.finished_at.date() > LATELY:
        return {}
    recorded = imported(run)
    text = ngettext(
        "One order or refund came in with %(file)s.",
        "%(n)s orders and refunds came in with %(file)s.",
        recorded,
    )
    return {
        "icon": "file",
        "text": text % {"n": scene.number(recorded), "file": run.file_name},
        "detail": "",
        "url": import_page(run),
    }


def import_page(run: ImportRun) -> str:
    """Where to read about an import; those of the command line stand in the list alone."""
    if run.proposal is None:
        return address("imports")
    return address("import_run", run_id=run.id)


def imported(run: ImportRun) -> int:
    """How many facts an import recorded."""
    summary: dict[str, Any] = run.summary or {}
    return int(summary.get("recorded", 0))


def rejected(run: ImportRun) -> int:
    """How many rows of an import came back."""
    summary: dict[str, Any] = run.summary or {}
    return int(summary.get("counts", {}).get("rows_rejected", 0))
