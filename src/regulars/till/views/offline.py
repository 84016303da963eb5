"""Without a connection: the page that the device keeps, and the sales that waited on it."""

from __future__ import annotations

from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from regulars.actions import till_queue
from regulars.actions.refused import Refused
from regulars.actions.till_queue import MOST_PIECES
from regulars.till.doors import TillRequest, paired, working
from regulars.till.views.desk import goods
from regulars.words.reasons import sentence

MOST_BYTES = 200_000


@paired
@require_safe
def offline(request: TillRequest) -> HttpResponse:
    """What is shown without a connection: names nobody, keeps sales."""
    values = {
        "device": request.device,
        "currency": request.business.currency,
        "goods": goods(),
        "most_pieces": MOST_PIECES,
        "kept_page": True,
    }
    return render(request, "till/offline.html", values)


@working
@require_POST
def queue(request: TillRequest) -> HttpResponse:
    """Book what waited on the device, each once; what became of each."""
    try:
        waiting = till_queue.read(request.read(MOST_BYTES), request.business)
    except Refused as refused:
        return JsonResponse({"message": sentence(refused.code)}, status=400)
    told = till_queue.book(request.worker, waiting, timezone.now())
    results = [
        {
            "key": one.key,
            "booked": not one.code,
            "message": sentence(one.code, one.params) if one.code else "",
        }
        for one in told
    ]
    return JsonResponse({"results": results})


@working
@require_safe
def state(request: TillRequest) -> HttpResponse:
    """Whether there is a connection, and the token that what waited is sent with."""
    return JsonResponse({"csrf": get_token(request), "cashier": str(request.worker.cashier.pk)})


@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """What makes the till an app of the device."""
    business = getattr(request, "business", None)
    name = business.name if business else "Regulars"
    icon = {"src": static("regulars/favicon.svg"), "sizes": "any", "type": "image/svg+xml"}
    told = {
        "name": gettext("%(name)s, till") % {"name": name},
        "short_name": gettext("Till"),
        "start_url": reverse("till:desk"),
        "scope": "/till/",
        "display": "standalone",
        "background_color": "#f3f1ec",
        "theme_color": "#f3f1ec",
        "icons": [icon],
    }
    return JsonResponse(told, content_type="application/manifest+json")


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The script that keeps the page for times without a connection; it has to come from here."""
    path = finders.find("regulars/till-worker.js")
    with open(str(path), encoding="utf-8") as file:
        return HttpResponse(file.read(), content_type="text/javascript")
