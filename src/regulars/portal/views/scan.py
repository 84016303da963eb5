"""Scanning oneself: the code of a counter leads here, by way of the door where nobody is signed in;
one button takes what it is good for."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe
from msgspec import convert

from regulars.actions import portal_pages, scan_codes, scanning
from regulars.actions.refused import Refused
from regulars.actions.scan_codes import CLAIM
from regulars.db.models import Scan, ScanRule
from regulars.db.queries.names import place_names
from regulars.engine.core import GRANT
from regulars.engine.edition import Edition
from regulars.engine.run import Why
from regulars.portal.access import (
    MemberRequest,
    claim_name,
    keep,
    member_of,
    member_page,
    open_page,
    render,
)
from regulars.words import formats
from regulars.words.amounts import asset_of, capital, language, much, tapped
from regulars.words.programme import why_told
from regulars.words.reasons import sentence

OWN = {"member_left": "member_left_self", "not_member": "scan_not_member"}
"""Codes whose sentences speak to staff, and those that speak to members."""
STATUS = {"scan_unknown": 404, "scan_ended": 410, "scan_paper_ended": 410, "scan_off": 404}


@open_page
@require_safe
def scan(request: HttpRequest, code: str) -> HttpResponse:
    """A code was opened: the browser keeps that it was, nothing is booked yet."""
    now = timezone.now()
    try:
        claim = scan_codes.opened(code, now)
        rule = scan_codes.open_place(claim)
        gives = _gives(rule)
    except Refused as refused:
        return _no(request, refused)
    if member_of(request) is None:
        response = render(request, "scan_sign_in", {"gives": gives, "place": rule.place.name})
    else:
        response = HttpResponseRedirect(reverse("portal:collect"))
    keep(response, claim_name(), scan_codes.kept(claim), int(CLAIM.total_seconds()))
    response.headers["Cache-Control"] = "no-store"
    return response


def _gives(rule: ScanRule) -> str:
    """What a scan is good for, in words."""
    offer = scanning.offer_of(rule)
    edition = portal_pages.edition_of(rule.programme, timezone.now())
    return tapped(edition, offer.activity, offer.asset, offer.amount)


def _no(request: HttpRequest, refused: Refused) -> HttpResponse:
    told = sentence(OWN.get(refused.code, refused.code), refused.params)
    values = {"error": told, "code": refused.code}
    return render(request, "scan_gone", values, STATUS.get(refused.code, 422))


@member_page
@require_http_methods(["GET", "HEAD", "POST"])
def collect(request: MemberRequest) -> HttpResponse:
    """Show what the opened code is good for; the button takes it, once."""
    token, now = request.COOKIES.get(claim_name(), ""), timezone.now()
    if not token:
        return HttpResponseRedirect(reverse("portal:card"))
    try:
        if request.method == "POST":
            done = scanning.collect(request.member.customer.id, token, now)
            response = _done(done.scan)
        else:
            rule = scan_codes.open_place(scan_codes.claimed(token, now))
            values = {"tab": "card", "gives": _gives(rule), "place": rule.place.name}
            return render(request, "scan_collect", values)
    except Refused as refused:
        response = _no(request, refused)
    response.delete_cookie(claim_name())
    return response


def _done(scan: Scan) -> HttpResponse:
    address = reverse("portal:collected", args=[scan.key.partition(":")[2]])
    return HttpResponseRedirect(address)


@member_page
@require_safe
def collected(request: MemberRequest, nonce: str) -> HttpResponse:
    """What a scan of the reader's gave, and why."""
    found = scanning.collected(request.member.customer.id, f"scan:{nonce}")
    if found is None:
        return _no(request, Refused("scan_unknown"))
    now = timezone.now()
    gave, told = [], []
    for programme, amounts in found.details["gave"].items():
        edition = portal_pages.edition_of(programme, now)
        gave += [
            much(amount, asset_of(edition, asset), sign=True)
            for asset, amount in amounts.items()
            if amount
        ]
    for programme, one in found.details["whys"]:
        told.append(_why(convert(one, Why), portal_pages.edition_of(programme, now)))
    values = {
        "tab": "card",
        "gave": formats.joined(gave, language()),
        "whys": list(dict.fromkeys(told)),
        "place": place_names([found.place]).get(found.place, found.place),
    }
    return render(request, "scan_collected", values)


def _why(one: Why, edition: Edition) -> str:
    if one.rule == GRANT:
        return gettext("For the code that you scanned there.")
    return capital(why_told(one, edition, language()))
