"""A browser becomes a till, and somebody signs in at it."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from regulars.actions import tills
from regulars.actions.refused import Refused
from regulars.db.queries.till import cashiers_at, device_of
from regulars.till.doors import DEVICE, LONG, SESSION, TillRequest, drop, paired, wear
from regulars.words.reasons import sentence


@require_http_methods(["GET", "HEAD", "POST"])
def pair(request: HttpRequest, code: str = "") -> HttpResponse:
    """The code that an owner or manager made, typed or in the link: opening it changes nothing."""
    values: dict[str, object] = {"code": code, "device": device_of(request.COOKIES.get(DEVICE, ""))}
    if request.method != "POST":
        return render(request, "till/pair.html", values)
    now = timezone.now()
    told = request.POST.get("code", code)[:60]
    try:
        tills.count_pairing(now)
        made = tills.pair(told, now)
    except Refused as refused:
        values["refused"] = sentence(refused.code, refused.params)
        return render(request, "till/pair.html", values, status=409)
    answer = HttpResponseRedirect(reverse("till:enter"))
    wear(answer, DEVICE, made.token, LONG)
    drop(answer, SESSION)
    return answer


@paired
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: TillRequest) -> HttpResponse:
    """Choose a name, type the PIN."""
    values: dict[str, object] = {
        "device": request.device,
        "cashiers": cashiers_at(request.device.place_id),
        "chosen": request.POST.get("cashier", ""),
        "unbooked": "unbooked" in request.GET,
    }
    if request.method != "POST":
        return render(request, "till/enter.html", values)
    try:
        told = request.POST.get("pin", "")[:20]
        session = tills.sign_in(
            request.device, _id(request.POST.get("cashier", "")), told, timezone.now()
        )
    except Refused as refused:
        values["refused"] = sentence(refused.code, refused.params)
        return render(request, "till/enter.html", values, status=409)
    answer = HttpResponseRedirect(reverse("till:desk"))
    wear(answer, SESSION, session)
    wear(answer, DEVICE, request.COOKIES[DEVICE], LONG)
    return answer


def _id(told: str) -> UUID | None:
    try:
        return UUID(told)
    except ValueError:
        return None


@paired
@require_POST
def leave(request: TillRequest) -> HttpResponse:
    """Change the cashier: the session ends here and on the server."""
    tills.sign_out(request.device)
    answer = HttpResponseRedirect(reverse("till:enter"))
    drop(answer, SESSION)
    return answer
