"""Insights: what the numbers say, on any day, with what counts; their tables; their people."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from regulars.actions import downloads
from regulars.actions.refused import Refused
from regulars.actions.renewing import renew_owed
from regulars.actions.results import Wish, want_results
from regulars.console.exports import csv_lines, csv_response
from regulars.console.insights import links, products, repeat, standing, tables_csv
from regulars.console.insights.answers import Answer, answer
from regulars.console.insights.asking import Asked, asked
from regulars.console.insights.scene import Scene, csv_url
from regulars.console.insights.tabs import TABS, Tab
from regulars.console.permissions import Right, StaffRequest, may, needs, places_of
from regulars.db.models import Business
from regulars.db.queries import names, results
from regulars.db.queries.results import MOST_LISTED, Field, FieldPerson
from regulars.insight import EVERY
from regulars.words.reasons import sentence

BAND = re.compile(r"(\d{1,4})-(\d{0,4})|(\d{1,4})")
View = Callable[..., HttpResponseBase]


def whole_business(view: View) -> View:
    """Only for those who look after all places: results are of the whole business."""

    @wraps(view)
    def limited(request: StaffRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if places_of(request.user) is not None:
            return render(request, "console/insights/limited.html", status=403)
        return view(request, *args, **kwargs)

    return limited


def answers_to(wishes: Iterable[Wish], now: datetime) -> dict[str, Answer]:
    """The answers by the key of their wish; what is not there is put into the queue."""
    wanted = {wish.key: wish for wish in wishes}
    stored = want_results(wanted.values(), now=now)
    return {key: answer(wish, stored.get(key)) for key, wish in wanted.items()}


def latest_day() -> date | None:
    """The day that shown results are as of; None before the first refresh."""
    row = results.stored(["counts"]).get("counts")
    return date.fromisoformat(row.told["as_of"]) if row and row.told else None


@needs(Right.SEE_INSIGHTS)
@require_safe
@whole_business
def page(request: StaffRequest, tab: str) -> HttpResponse:
    business = Business.objects.filter(pk=1).first()
    shown = TABS[tab]
    if business is None or not results.any_orders():
        return render(
            request,
            "console/insights/empty.html",
            {"tabs": _tabs(shown, None), "import_url": links.address("import")},
        )
    wanted = asked(request.GET, timezone.localdate(), latest_day())
    answers = answers_to(shown.wishes(wanted), timezone.now())
    scene = _scene(request, wanted, answers, business.zone)
    context = {**_frame(shown, scene), **shown.build(scene)}
    if tab == "owed" and wanted.usual:
        context["waiting"] = renew_owed(timezone.now()) or context["waiting"]
    if tab == "repeat":
        found = results.people(standing.numbers_of(context["drifting"]["rows"]))
        context["people"] = repeat.drifting_people(scene, found)
    status = 400 if wanted.problem else 200
    return render(request, f"console/insights/{tab}.html", context, status=status)


def _scene(request: StaffRequest, wanted: Asked, answers: dict[str, Answer], zone: str) -> Scene:
    told = [found for found in answers.values() if found.wish.kind == "products"]
    return Scene(
        asked=wanted,
        answers=answers,
        language=get_language() or "en",
        zone=zone,
        today=timezone.localdate(),
        places=names.place_names(),
        products=names.product_names(products.codes(told[0])) if told else {},
        may_export=may(request.user, Right.EXPORT),
    )


def _frame(shown: Tab, scene: Scene) -> dict[str, object]:
    """What every tab has: the other tabs, the form, the time of computation."""
    answers = list(scene.answers.values())
    computed = [found.computed_at for found in answers if found.computed_at]
    days = [found.as_of for found in answers if found.as_of]
    return {
        "tab": shown,
        "tabs": _tabs(shown, scene.asked),
        "asked": scene.asked,
        "periods": shown.by_period,
        "scene": scene,
        "day": scene.asked.as_of or (days[0] if days else None),
        "today": scene.today,
        "nets": shown.nets,
        "waiting": any(found.waiting for found in answers),
        "computed_at": min(computed, default=None),
        "rfm_url": csv_url(scene, scene.asked.wish("rfm"), "customers"),
    }


def _tabs(shown: Tab, wanted: Asked | None) -> list[dict[str, object]]:
    query = wanted.query if wanted else {}
    return [
        {"label": tab.label, "url": links.address(tab.url_name, query), "current": tab is shown}
        for tab in TABS.values()
    ]


@needs(Right.SEE_INSIGHTS)
@require_safe
@whole_business
def people(request: StaffRequest) -> HttpResponse:
    """Who stands in one field of a grid."""
    business = Business.objects.filter(pk=1).first()
    latest = latest_day()
    if business is None or latest is None:
        raise Http404
    visits, silence = _band(request, "visits"), _band(request, "days")
    scores = [_band(request, name) for name in ("recency", "frequency")]
    field = Field(
        visits_from=visits[0],
        visits_to=visits[1],
        last_from=_start(latest, silence[1], business.zone),
        last_before=_start(latest, None if silence[0] is None else silence[0] - 1, business.zone),
        recency=scores[0][0],
        frequency=scores[1][0],
    )
    found = results.people_in_field(field)
    context = {
        "count": _counted(request, field) or len(found),
        "cut": len(found) > MOST_LISTED,
        "people": _field_people(found[:MOST_LISTED]),
        "visits": "" if visits[0] is None else standing.span(visits[0], visits[1]),
        "silence": "" if silence[0] is None else standing.silence(silence[0], silence[1]),
        "scores": [band[0] for band in scores],
        "latest": latest,
        "back_url": links.address("insights" if visits[0] is not None else "insights_standing"),
    }
    return render(request, "console/insights/people.html", context)


def _counted(request: StaffRequest, field: Field) -> int:
    """How many the grid counts in this field; 0 for one that it does not have."""
    row = results.stored(["segments"]).get("segments")
    if row is None:
        return 0
    counted = answer(Wish(kind="segments"), row)
    if field.recency is not None or field.frequency is not None:
        wanted = (field.recency, field.frequency)
        cells = [cell for cell in counted.rows("grid") if (cell["r"], cell["f"]) == wanted]
    else:
        wanted_words = (request.GET.get("visits", ""), request.GET.get("days", ""))
        cells = [cell for cell in counted.rows("visits") if standing.bands_of(cell) == wanted_words]
    return sum(cell["customers"] for cell in cells)


def _band(request: StaffRequest, name: str) -> tuple[int | None, int | None]:
    """A band like "8-14", "15-" or "3" from the address; both ends open if there is none."""
    match = BAND.fullmatch(request.GET.get(name, ""))
    if match is None:
        return (None, None)
    low, high, alone = match.groups()
    if alone:
        return (int(alone), int(alone))
    return (int(low), int(high) if high else None)


def _start(latest: date, days: int | None, zone: str) -> datetime | None:
    """When the day so many days before the latest began."""
    if days is None:
        return None
    return datetime.combine(latest - timedelta(days=days), time(), ZoneInfo(zone))


def _field_people(found: list[FieldPerson]) -> list[dict[str, object]]:
    people = results.people(str(row.id) for row in found)
    return [
        {"name": who.name or _("No name"), "url": links.person(who), "row": row}
        for row in found
        if (who := people.get(str(row.id)))
    ]


@needs(Right.EXPORT)
@require_safe
@whole_business
def table(request: StaffRequest, kind: str, table: str) -> HttpResponseBase:
    """A table as CSV, all its rows; while a job computes those that were cut, a page that waits."""
    wanted = asked(request.GET, timezone.localdate(), latest_day())
    if kind not in [known.kind for known in EVERY] or wanted.problem:
        raise Http404
    params = {"period": wanted.period} if kind == "revenue" else {}
    [found] = answers_to([wanted.wish(kind, **params)], timezone.now()).values()
    if found.ready and table in found.tables and found.tables[table].cut:
        whole = wanted.wish(kind, **params, rows="all")
        [found] = answers_to([whole], timezone.now()).values()
    if found.waiting:
        return render(request, "console/insights/download.html", {"kind": kind})
    if table not in found.tables:
        raise Http404
    try:
        downloads.note("figures", f"{kind}/{table}", request.user, timezone.now())
    except Refused as refused:
        messages.error(request, sentence(refused.code))
        return HttpResponseRedirect(reverse("console:insights"))
    pieces = csv_lines(tables_csv.header(found, table), tables_csv.rows(found, table))
    return csv_response(f"{kind}-{table}-{found.as_of}.csv", pieces)


urlpatterns: list[URLPattern] = [
    path("", page, {"tab": "repeat"}, name="insights"),
    path("sales/", page, {"tab": "sales"}, name="insights_sales"),
    path("rhythm/", page, {"tab": "rhythm"}, name="insights_rhythm"),
    path("standing/", page, {"tab": "standing"}, name="insights_standing"),
    path("products/", page, {"tab": "products"}, name="insights_products"),
    path("owed/", page, {"tab": "owed"}, name="insights_owed"),
    path("people/", people, name="insights_people"),
    path("<slug:kind>/<slug:table>.csv", table, name="insights_csv"),
]
"""Below `insights/`."""
