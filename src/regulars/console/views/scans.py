"""Settings, Tills, Scanning: what members get who scan a code at a place, and codes for paper."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from regulars.actions import scan_rules, scanning
from regulars.actions.refused import Refused
from regulars.actions.till_looking import in_force, ready
from regulars.console.permissions import Right, StaffRequest, needs, places_of
from regulars.console.saying import do
from regulars.db.models import ScanRule
from regulars.db.queries.scans import ScanPlace, paper, scan_places
from regulars.words.addresses import whole
from regulars.words.amounts import tapped
from regulars.words.qr import drawn
from regulars.words.reasons import sentence

MOST_DIGITS = 4


@needs(Right.MANAGE_STAFF)
@require_safe
def everything(request: StaffRequest) -> HttpResponse:
    """Each place, with what scanning gives there and its papers."""
    editions = {name: in_force(one) for name, one in ready().items()}
    gives = [
        (
            f"{one.programme}.{one.activity}.{one.asset}",
            tapped(editions[one.programme], one.activity, one.asset, one.amount),
        )
        for one in scan_rules.offers()
    ]
    own = places_of(request.user)
    values = {
        "gives": gives,
        "places": [_place(one) for one in scan_places(own)],
        "most": scan_rules.MOST_A_DAY,
    }
    return render(request, "console/settings/scans.html", values)


def _place(one: ScanPlace) -> dict[str, Any]:
    rule = one.rule
    chosen = f"{rule.programme}.{rule.activity}.{rule.asset}" if rule else ""
    return {"place": one.place, "rule": rule, "papers": one.papers, "chosen": chosen}


@needs(Right.MANAGE_STAFF)
@require_POST
def set_rule(request: StaffRequest) -> HttpResponse:
    """Take over what scanning gives at a place."""
    told = request.POST
    programme, activity, asset = [*told.get("gives", "").split("."), "", "", ""][:3]
    wanted = scan_rules.Wanted(
        place=told.get("place", "")[:100],
        programme=programme,
        activity=activity,
        asset=asset,
        a_day=_whole(told.get("a_day", "")),
        on_screen=told.get("on_screen") == "yes",
    )
    now = timezone.now()
    do(request, lambda: scan_rules.set_rule(request.user, wanted, now), _("Saved."))
    return HttpResponseRedirect(reverse("console:scans"))


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS else 0


@needs(Right.MANAGE_STAFF)
@require_POST
def make_paper(request: StaffRequest) -> HttpResponse:
    """A new code for paper; on to the page that is printed."""
    place, name = request.POST.get("place", "")[:100], request.POST.get("name", "")
    try:
        made = scan_rules.make_paper(request.user, place, name[:1000], timezone.now())
    except Refused as refused:
        messages.error(request, sentence(refused.code, refused.params))
        return HttpResponseRedirect(reverse("console:scans"))
    return HttpResponseRedirect(reverse("console:paper", args=[made.pk]))


@needs(Right.MANAGE_STAFF)
@require_safe
def show_paper(request: StaffRequest, paper_id: UUID) -> HttpResponse:
    """The page that is printed, and the address for a tag."""
    row, own = paper(paper_id), places_of(request.user)
    if row is None or (own is not None and row.place_id not in own):
        raise Http404
    address = whole(request, reverse("portal:scan", args=[row.token]))
    rule = ScanRule.objects.filter(place=row.place).first()
    values = {
        "paper": row,
        "address": address,
        "picture": drawn(address, _("Code to scan with your phone")),
        "gives": _gives(rule),
        "a_day": rule.a_day if rule else 0,
    }
    return render(request, "console/settings/paper.html", values)


def _gives(rule: ScanRule | None) -> str:
    if rule is None:
        return ""
    try:
        offer = scanning.offer_of(rule)
    except Refused:
        return ""
    return tapped(in_force(ready()[rule.programme]), offer.activity, offer.asset, offer.amount)


@needs(Right.MANAGE_STAFF)
@require_POST
def end_paper(request: StaffRequest, paper_id: UUID) -> HttpResponse:
    """From now on a paper is good for nothing."""
    done = _("That code is good for nothing any more.")
    do(request, lambda: scan_rules.end_paper(request.user, paper_id, timezone.now()), done)
    return HttpResponseRedirect(reverse("console:scans"))
