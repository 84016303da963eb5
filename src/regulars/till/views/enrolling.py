"""Somebody joins at the counter, in ten seconds."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_POST

from regulars.actions import birthdays, till_joining, tills
from regulars.actions.refused import Refused
from regulars.actions.till_joining import Heard, Newcomer
from regulars.actions.till_sales import key_of
from regulars.db.queries.members import number_of
from regulars.db.queries.till import Brief
from regulars.till import labels
from regulars.till.aloud import read_aloud
from regulars.till.asking import minor_of, told_key
from regulars.till.doors import TillRequest, working
from regulars.till.views.desk import frame, to_done
from regulars.words.reasons import sentence

NOBODY = "nobody"


@working
@require_http_methods(["GET", "HEAD", "POST"])
def enrol(request: TillRequest) -> HttpResponse:
    """Phone or e-mail address, a name and a birthday if they like, their language, who sent them,
    and their yes."""
    told = request.POST
    values: dict[str, Any] = {
        "amount": (told.get("a") or request.GET.get("a", ""))[:20],
        "currency": request.business.currency,
        "contact": told.get("contact", "")[:254],
        "name": told.get("name", "")[:200],
        "birthday": told.get("birthday", "")[:20],
        "treats": birthdays.asked(),
        "sent": told.get("sent", "")[:100],
        "advocate": told.get("advocate", ""),
        "agreed": told.get("agreed") == "yes",
        "news": told.get("news") == "yes",
        "texts": read_aloud(),
        "key": told_key(told.get("key", "")),
        "languages": _languages(told.get("language") or get_language() or "en"),
    }
    values["sum"] = minor_of(values["amount"], request.business.currency)
    if request.method != "POST":
        return render(request, "till/enrol.html", {**frame(request), **values})
    values["senders"] = _senders(request, values["sent"])
    if request.headers.get("HX-Trigger-Name") == "sent":
        return render(request, "till/parts/senders.html", values)
    if values["senders"] and not values["advocate"]:
        values["ask"] = True
        return render(request, "till/enrol.html", {**frame(request), **values})
    try:
        tills.count_find(request.device, timezone.now())  # it tells who joined before
        till_joining.enrol(request.worker, _newcomer(request, values), timezone.now())
    except Refused as refused:
        values["bad_birthday"] = refused.code == "till_birthday"
        values["refused"] = sentence(refused.code, refused.params)
        return render(request, "till/enrol.html", {**frame(request), **values}, status=409)
    return to_done(key_of(request.worker, values["key"]), values["amount"])


def _newcomer(request: TillRequest, values: dict[str, Any]) -> Newcomer:
    advocate = values["advocate"]
    chosen = next((one for one in values["languages"] if one["on"]), None)
    return Newcomer(
        key=key_of(request.worker, values["key"]),
        contact=values["contact"],
        name=values["name"],
        language=chosen["code"] if chosen else "",
        region=request.business.region,
        agreed=values["agreed"],
        birthday=_birthday(values["birthday"]),
        news=values["news"],
        texts=values["texts"],
        spoken=get_language() or "en",
        advocate=number_of(advocate) if advocate not in ("", NOBODY) else None,
    )


def _birthday(text: str) -> date | None:
    try:
        return birthdays.read(text, timezone.localdate())
    except Refused as refused:
        raise Refused("till_birthday") from refused


def _senders(request: TillRequest, text: str) -> list[dict[str, Any]]:
    if not text.strip():
        return []
    try:
        tills.count_find(request.device, timezone.now())
    except Refused:
        return []
    people: list[Brief] = till_joining.senders(text, request.business.region)
    return [
        {"id": str(one.public_id), "name": labels.short_name(one), "details": labels.details(one)}
        for one in people
    ]


def _languages(chosen: str) -> list[dict[str, Any]]:
    codes = [code for code, _ in settings.LANGUAGES]
    chosen = chosen if chosen in codes else "en"
    return [{"code": code, "on": code == chosen} for code in codes]


@working
@require_POST
def join(request: TillRequest) -> HttpResponse:
    """Somebody who is known already joins, after they said yes."""
    number = number_of(request.POST.get("m", ""))
    if number is None:
        raise Http404
    key = key_of(request.worker, told_key(request.POST.get("key", "")))
    try:
        heard = Heard(request.worker, read_aloud(), get_language() or "en")
        till_joining.join_known(heard, number, key, timezone.now())
    except Refused as refused:
        values = {**frame(request), "refused": sentence(refused.code, refused.params)}
        return render(request, "till/find.html", values, status=409)
    return to_done(key, request.POST.get("a", "")[:20])
