"""The screen beside the counter: a code that changes, for members to scan themselves."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from regulars.actions import scan_codes, scanning
from regulars.actions.refused import Refused
from regulars.actions.till_looking import in_force, ready
from regulars.db.models import ScanRule
from regulars.db.queries.scans import screen_rule
from regulars.till.doors import TillRequest, paired
from regulars.words.addresses import whole
from regulars.words.amounts import tapped


@paired
@require_safe
def screen(request: TillRequest) -> HttpResponse:
    """Today's code of this till, and in how many seconds the next one comes."""
    now = timezone.now()
    rule = screen_rule(request.device.place_id)
    gives = _gives(rule) if rule else ""
    values: dict[str, object] = {"device": request.device, "gives": gives}
    if rule and gives:
        shown = scan_codes.shown(request.device, now)
        values |= {
            "address": whole(request, reverse("portal:scan", args=[shown.code])),
            "seconds": max(int((shown.until - now).total_seconds()), 0) + 1,
            "a_day": rule.a_day,
        }
    response = render(request, "till/screen.html", values)
    response.headers["Cache-Control"] = "no-store"
    return response


def _gives(rule: ScanRule) -> str:
    """What a scan is good for, in words; empty where the programme has it no more."""
    try:
        offer = scanning.offer_of(rule)
    except Refused:
        return ""
    return tapped(in_force(ready()[rule.programme]), offer.activity, offer.asset, offer.amount)
