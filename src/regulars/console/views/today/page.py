"""The page itself: for the whole business, for some places, or before the first order."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from regulars.actions.results import Wish
from regulars.console.insights import links, numbers
from regulars.console.insights.asking import Asked
from regulars.console.insights.scene import Scene
from regulars.console.permissions import Right, StaffRequest, may, needs, places_of
from regulars.console.views.insights import answers_to, latest_day
from regulars.console.views.members_side import address_for_members
from regulars.console.views.today import days, first, news, people, todo
from regulars.console.views.today.people import Watch
from regulars.db.models import Business
from regulars.db.queries import results, today

WISHES = (
    Wish(kind="revenue", params={"period": "week"}),
    Wish(kind="revenue", params={"period": "day"}),
    *(
        Wish(kind=kind)
        for kind in ("repeat", "regulars", "drifting", "next-order", "usual-days", "given-back")
    ),
)
NOON, EVENING = time(11), time(18)


@needs(Right.SEE_CUSTOMERS)
@require_safe
def page(request: StaffRequest) -> HttpResponse:
    business = Business.objects.filter(pk=1).first()
    local = timezone.localtime()
    frame: dict[str, object] = {
        "greeting": greeting(request.user.name, local.time()),
        "today": local.date(),
        "steps": first.steps_for(request),
        "address_for_members": address_for_members(request),
    }
    if business is None or not results.any_orders():
        begin = {"import_url": _import_url(request), "todo": todo.second_factor(request)}
        return render(request, "console/today/empty.html", {**frame, **begin})
    scene = _scene(business.zone, local.date(), may_export=may(request.user, Right.EXPORT))
    latest = latest_day()
    frame |= {"latest": latest, "stale": latest is not None and latest < local.date()}
    frame["import_url"] = _import_url(request)
    codes = places_of(request.user)
    watch = Watch(
        places=None if codes is None else tuple(sorted(codes)),
        day=_end(latest or local.date(), business.zone),
        currency=business.currency,
    )
    shown = people.to_look_after(scene, watch)
    build = _limited if codes is not None else _whole
    context = {**frame, "people": shown, **build(request, scene, shown)}
    context["enough_people"] = people.enough_people(scene)
    context["places"] = today.names_of_places(watch.places or ())
    name = "limited" if codes is not None else "page"
    return render(request, f"console/today/{name}.html", context)


def greeting(name: str, now: time) -> str:
    """A greeting by the time of day at the business."""
    text = _("Good evening, %(name)s")
    if time(4) <= now < NOON:
        text = _("Good morning, %(name)s")
    elif NOON <= now < EVENING:
        text = _("Good afternoon, %(name)s")
    words = name.split()
    return text % {"name": words[0]} if words else (text % {"name": ""}).rstrip(", ")


def _scene(zone: str, day: date, *, may_export: bool) -> Scene:
    return Scene(
        asked=Asked(),
        answers=answers_to(WISHES, timezone.now()),
        language=get_language() or "en",
        zone=zone,
        today=day,
        may_export=may_export,
    )


def _end(day: date, zone: str) -> datetime:
    """The last instant of a civil day."""
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone)) - timedelta(seconds=1)


def _import_url(request: StaffRequest) -> str:
    return links.address("import") if may(request.user, Right.IMPORT) else ""


def _limited(request: StaffRequest, scene: Scene, shown: list[dict[str, Any]]) -> dict[str, object]:
    return {"todo": todo.second_factor(request), "need": need(scene, len(shown))}


def _whole(request: StaffRequest, scene: Scene, shown: list[dict[str, Any]]) -> dict[str, object]:
    last_import = today.last_import()
    kpis = [
        numbers.came_back(scene),
        numbers.regulars(scene),
        numbers.drifting(scene),
        numbers.new(scene),
    ]
    drifting = scene.of("drifting").headline.get("customers", 0)
    answers = scene.answers.values()
    return {
        "came_back": news.came_back(scene),
        "need": need(scene, len(shown)),
        "todo": todo.next_things(request, scene, last_import),
        "kpis": kpis,
        "meanings": numbers.meanings(scene),
        "days": days.usual(scene),
        "news": news.changed(scene, last_import, may_import=may(request.user, Right.IMPORT)),
        "drifting": drifting,
        "drifting_url": links.customers("drifting"),
        "waiting": any(found.waiting for found in answers),
        "computed_at": min((one.computed_at for one in answers if one.computed_at), default=None),
    }


def need(scene: Scene, count: int) -> str:
    """How many people need a word."""
    if not count:
        return ""
    text = ngettext("one person needs a word from you", "%(n)s people need a word from you", count)
    return text % {"n": scene.number(count)}
