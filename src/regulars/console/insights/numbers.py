"""The strip of numbers that matter, each with its comparison and the list that it leads to."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.console.insights import links
from regulars.console.insights.scene import Scene, whole_percent

Kpi = dict[str, Any]


def came_back(scene: Scene) -> Kpi:
    """Who bought again within 30 days, against a month ago."""
    head = scene.of("repeat").headline
    now, before = head.get("came_back_share"), head.get("came_back_share_before")
    kpi: Kpi = {
        "label": _("Came back within 30 days"),
        "value": scene.share(now),
        "url": links.address("insights", scene.asked.query) + "#came-back",
        "note": _("no month to compare with yet"),
    }
    if now is None:
        return {**kpi, "note": _("too early to say")}
    if before is None:
        return kpi
    move = _move(whole_percent(now), whole_percent(before))
    change = _("from %(share)s") if move else _("as")
    return {
        **kpi,
        **_arrow(move, good=move > 0),
        "change": change % {"share": scene.share(before)},
        "note": _("a month ago"),
    }


def _people(scene: Scene, group: str) -> str:
    """The list of a group; lists know only today, net of refunds."""
    return links.customers(group) if scene.asked.usual else ""


def _move(now: int, before: int) -> int:
    return (now > before) - (now < before)


def _arrow(move: int, *, good: bool) -> Kpi:
    if not move:
        return {"tone": "same"}
    return {"tone": "up" if good else "down", "arrow": "up" if move > 0 else "down"}


def regulars(scene: Scene) -> Kpi:
    """How many regulars there are, against the end of last month."""
    rows = scene.of("regulars").rows("days")
    now = rows[-1]["regulars"] if rows else None
    kpi: Kpi = {
        "label": _("Regulars"),
        "value": "–" if now is None else scene.number(now),
        "url": _people(scene, "regulars"),
    }
    if len(rows) < 2:
        return {**kpi, "note": _("no month to compare with yet")}
    return {**kpi, **_difference(scene, now - rows[-2]["regulars"], _("the end of last month"))}


def _difference(scene: Scene, gap: int, than: str, *, good: bool = True) -> Kpi:
    """A change of a count, in words."""
    move = _move(gap, 0)
    note = (
        _("as many as at %(than)s"),
        _("more than at %(than)s"),
        _("fewer than at %(than)s"),
    )[move] % {"than": than}
    arrow = _arrow(move, good=(move > 0) == good)
    return {**arrow, "change": scene.number(abs(gap)) if gap else "", "note": note}


def drifting(scene: Scene) -> Kpi:
    """Who drifts away, and what is at stake."""
    answer = scene.of("drifting")
    count = answer.headline.get("customers")
    note = ""
    if count:
        stake = scene.money(answer, answer.headline["stake_a_month"])
        note = _("who spent %(money)s a month") % {"money": stake}
    return {
        "label": _("Drifting away"),
        "value": "–" if count is None else scene.number(count),
        "url": _people(scene, "drifting"),
        "note": note or (_("nobody just now") if count == 0 else _("too early to say")),
    }


def new(scene: Scene) -> Kpi:
    """New customers of the last 30 days, against the 30 before."""
    rows = scene.of("revenue", period="day").rows("periods")
    count = sum(row["new_customers"] for row in rows[-30:])
    kpi: Kpi = {
        "label": _("New customers in 30 days"),
        "value": scene.number(count) if rows else "–",
        "url": _people(scene, "new"),
    }
    if len(rows) < 60:
        return {**kpi, "note": _("no month to compare with yet")}
    gap = count - sum(row["new_customers"] for row in rows[-60:-30])
    move = _move(gap, 0)
    note = (
        _("as many as in the 30 days before"),
        _("more than in the 30 days before"),
        _("fewer than in the 30 days before"),
    )[move]
    change = scene.number(abs(gap)) if gap else ""
    return {**kpi, **_arrow(move, good=move > 0), "change": change, "note": note}


def second_visit(scene: Scene) -> Kpi:
    """How long the second order day takes."""
    days = scene.of("gaps").headline.get("days_to_second")
    unit = ngettext("day", "days", int(days)) if days is not None else ""
    return {
        "label": _("To the second visit"),
        "value": "–" if days is None else scene.number(int(days)),
        "unit": unit,
        "url": links.address("insights_rhythm", scene.asked.query),
        "note": _("for half of those who came again")
        if days is not None
        else _("too early to say"),
    }


def from_regulars(scene: Scene) -> Kpi:
    """What share of the money regulars bring, against a year ago."""
    rows = scene.of("regulars").rows("days")
    now: Decimal | None = rows[-1]["share_of_revenue"] if rows else None
    kpi: Kpi = {
        "label": _("Sales from regulars"),
        "value": scene.share(now),
        "url": links.address("insights_sales", scene.asked.query) + "#regulars",
        "note": _("in the last 60 days") if now is not None else _("too early to say"),
    }
    before = rows[-13]["share_of_revenue"] if len(rows) > 12 else None
    if now is None or before is None:
        return kpi
    move = _move(whole_percent(now), whole_percent(before))
    change = _("from %(share)s") if move else _("as")
    arrow = _arrow(move, good=move > 0)
    return {
        **kpi,
        **arrow,
        "change": change % {"share": scene.share(before)},
        "note": _("a year ago"),
    }


def meanings(scene: Scene) -> list[tuple[str, str]]:
    """What the numbers of the strip count."""
    everywhere = _("Net of refunds; %(zone)s time")
    if scene.asked.counts == "gross":
        everywhere = _("As rung up, refunds not taken off; %(zone)s time")
    return [
        (
            _("Came back"),
            _("Of 100 who bought in 30 days, how many bought again within 30 days"),
        ),
        (_("Regulars"), _("Three orders or more in 60 days")),
        (
            _("Drifting away"),
            _("Five orders or more in 12 months, now silent for more than twice their usual gap"),
        ),
        (_("New"), _("First order ever in the last 30 days")),
        (_("Everywhere"), everywhere % {"zone": scene.zone.split("/")[-1].replace("_", " ")}),
    ]
