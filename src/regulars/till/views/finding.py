"""Find the member: by a card, a code, a phone number or a name."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import HttpResponseClientRedirect

from regulars.actions import explaining, tills
from regulars.actions.refused import Refused
from regulars.actions.till_looking import in_force, ready
from regulars.db.queries.members import number_of
from regulars.db.queries.till import MOST_FOUND, SHORTEST, Found, brief_of, find
from regulars.engine.calendar import datetime_of
from regulars.engine.edition import Edition
from regulars.till import labels
from regulars.till.asking import Wanted, wanted
from regulars.till.doors import TillRequest, working
from regulars.till.views.desk import frame
from regulars.words.reasons import sentence

MOST_LINES = 20


@working
@require_http_methods(["GET", "HEAD", "POST"])
def look_up(request: TillRequest) -> HttpResponse:
    """Who fits what was typed or scanned; somebody who is meant for sure is chosen at once. What
    was typed is never in an address."""
    state = wanted(request.POST, request.business.currency)
    text = request.POST.get("q", "").strip()
    refused, found = "", Found(people=[])
    if text:
        try:
            tills.count_find(request.device, timezone.now())
            found = find(text, request.business.region)
        except Refused as refusal:
            refused = sentence(refusal.code, refusal.params)
    letters_only = request.headers.get("HX-Trigger-Name") == "q"
    if found.sure and len(found.people) == 1 and not letters_only:
        return _chosen(request, found, state)
    values = {**_people(found), "q": text, "state": state, "refused": refused}
    values["short"] = bool(text) and len(text) < SHORTEST
    if letters_only:
        return render(request, "till/parts/picks.html", values)
    status = 429 if refused else 200
    return render(request, "till/find.html", {**frame(request), **values}, status=status)


def _people(found: Found) -> dict[str, Any]:
    people = [
        {"one": one, "name": labels.name_of(one), "details": labels.details(one)}
        for one in found.people[:MOST_FOUND]
    ]
    return {"people": people, "cut": len(found.people) > MOST_FOUND}


def _chosen(request: TillRequest, found: Found, state: Wanted) -> HttpResponse:
    told = [("m", str(found.people[0].public_id)), ("a", state.amount), ("c", state.category)]
    told += [("n", str(state.quantity))] if state.category else []
    told += [("v", found.voucher)] if found.voucher else []
    address = f"{reverse('till:desk')}?{urlencode([pair for pair in told if pair[1]])}"
    if getattr(request, "htmx", False):
        return HttpResponseClientRedirect(address)
    return HttpResponseRedirect(address)


@working
@require_safe
def why(request: TillRequest) -> HttpResponse:
    """Why somebody has what they have, line by line, the in_force first."""
    member = brief_of(request.GET.get("m", "")[:60])
    programme = ready().get(request.GET.get("p", ""))
    if member is None or programme is None:
        return HttpResponseRedirect(reverse("till:desk"))
    edition, now = in_force(programme), timezone.now()
    asked = explaining.Wanted(asset=request.GET.get("asset", ""), at=now, known_at=now)
    number = number_of(str(member.public_id)) or 0
    try:
        told = explaining.explain(number, programme.id, asked)
    except Refused:
        return HttpResponseRedirect(reverse("till:desk"))
    lines = [_line(one, edition, told.asset) for one in reversed(told.lines[-MOST_LINES:])]
    values = {
        **frame(request),
        "member": member,
        "name": labels.name_of(member),
        "balance": labels.amount(told.balance, edition, told.asset),
        "lines": lines,
        "more": len(told.lines) > MOST_LINES,
        "back": request.GET.get("a", "")[:20],
    }
    return render(request, "till/why.html", values)


def _line(line: Any, edition: Edition, asset: str) -> dict[str, Any]:
    said = [one for one in line.whys if one.rule == line.rule] or list(line.whys)
    texts = [
        one["text"]
        for one in labels.whys(
            [(edition.programme_id, why) for why in said], {edition.programme_id: edition}
        )
    ]
    sign = "+" if line.amount > 0 else "−"
    return {
        "at": datetime_of(line.at),
        "plus": line.amount > 0,
        "amount": f"{sign}{labels.bare(abs(line.amount), edition, asset)}",
        "texts": list(dict.fromkeys(texts))[:3],
    }
