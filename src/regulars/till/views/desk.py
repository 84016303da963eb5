"""The sale: who it is, what is used on it, what is to pay; booked by one button, and undone."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe
from msgspec import convert, structs

from regulars.actions import till_looking, till_sales, till_taps, till_undoing
from regulars.actions.refused import Refused
from regulars.actions.till_looking import Done, Scene, categories_of, in_force, ready
from regulars.actions.till_sales import key_of
from regulars.actions.till_taps import Tap
from regulars.db.models import TillDeed
from regulars.db.queries.members import number_of
from regulars.db.queries.portal import address_of
from regulars.db.queries.till import last_deed
from regulars.engine.run import Why
from regulars.till import labels
from regulars.till.aloud import names_of, read_aloud
from regulars.till.asking import Counter, Wanted, minor_of, plain, sale, slipped, told_key, wanted
from regulars.till.doors import TillRequest, working
from regulars.words.addresses import whole

UNDO = TillDeed.What.UNDO


@working
@require_safe
def desk(request: TillRequest) -> HttpResponse:
    """The sale as it stands: amount before member or member before amount."""
    state = wanted(request.GET, request.business.currency)
    return shown(request, state)


def shown(request: TillRequest, state: Wanted, refused: Refused | None = None) -> HttpResponse:
    """The page of a sale; where something was refused, with the reason."""
    now = timezone.now()
    at = Counter(request.worker, now, request.business.currency)
    number = number_of(state.member) if state.member else None
    scene = None
    if number is not None:
        scene = till_looking.scene(at.worker, sale(state, number, at), now)
    values = {
        **frame(request),
        "state": state,
        "key": uuid.uuid4().hex,
        "bad_amount": state.amount_minor is None,
        "used": bool(state.uses or state.vouchers or state.spend),
        **_meant(state, at.currency),
        "currency": at.currency,
        "goods": goods(state.category),
        **(_told(scene, state, refused) if scene else {}),
    }
    if refused is not None and scene is None:
        values["refused"] = labels.refusal(refused, {})
    return render(request, "till/desk.html", values, status=409 if refused else 200)


def _meant(state: Wanted, currency: str) -> dict[str, Any]:
    """Another reading of what was typed, to be chosen by one tap."""
    text = slipped(state.amount, currency)
    minor = minor_of(text, currency)
    return {"meant": text, "meant_minor": minor} if minor else {}


def frame(request: TillRequest) -> dict[str, Any]:
    """What stands on every page of a cashier."""
    now = timezone.now()
    last = last_deed(request.worker.device, now)
    return {
        "device": request.worker.device,
        "cashier": request.worker.cashier,
        "last": last,
        "last_at": labels.clock(last.booked_at) if last else "",
    }


def goods(chosen: str = "") -> list[dict[str, Any]]:
    """The kinds of goods that the rules tell apart, each once; the first programme names them."""
    found: dict[str, dict[str, Any]] = {}
    for edition in map(in_force, ready().values()):
        for one in labels.categories(categories_of(edition), edition, chosen):
            found.setdefault(one["code"], one)
    return list(found.values())


def _told(scene: Scene, state: Wanted, refused: Refused | None) -> dict[str, Any]:
    editions = {one.programme: one.edition for one in scene.places}
    refused = refused or scene.refused
    sold, unusable = scene.sold, labels.unusable(scene, state)
    return {
        "member": scene.member,
        "name": labels.name_of(scene.member),
        "short": labels.short_name(scene.member),
        "details": labels.details(scene.member),
        "tier": " · ".join(filter(None, map(labels.tier_of, scene.places))),
        "joined": bool(scene.places),
        "texts": read_aloud(),
        "left_until": max(scene.left.values(), default=None),
        "may_return": any(until > timezone.now() for until in scene.left.values()),
        "left": names_of(scene.left),
        "holdings": labels.holdings(scene.places),
        "uses": labels.usable(scene, state),
        "steppers": labels.steppers(scene, state),
        "unusable": unusable[: labels.MOST_REASONS],
        "more_unusable": unusable[labels.MOST_REASONS :],
        "taps": labels.taps(scene.taps, editions),
        "refused": labels.refusal(refused, editions) if refused else "",
        "sold": sold,
        "taken_off": sold and (state.amount_minor or 0) - sold.pays_minor,
        "whys": labels.whys(labels.touched(sold.whys), editions) if sold else [],
        "gave": labels.gave(sold.gave, editions) if sold else [],
    }


@working
@require_POST
def book(request: TillRequest) -> HttpResponse:
    """Book what the green button says, once."""
    state = wanted(request.POST, request.business.currency)
    at = Counter(request.worker, timezone.now(), request.business.currency)
    number = _member(state)
    expects = request.POST.get("expects", "")
    try:
        if state.amount_minor is None:
            raise Refused("till_amount")
        told = sale(state, number, at, told_key(request.POST.get("key", "")))
        if expects.isascii() and expects.isdigit():
            told = structs.replace(told, expects=int(expects[:12]))
        sold = till_sales.sell(request.worker, told, at.now)
    except Refused as refused:
        return shown(request, state, refused)
    return to_done(sold.key)


@working
@require_POST
def tap(request: TillRequest) -> HttpResponse:
    """A visit or a stamp, by one tap."""
    state = wanted(request.POST, request.business.currency)
    number, now = _member(state), timezone.now()
    programme, activity, asset = [*request.POST.get("tap", "").split("."), "", ""][:3]
    try:
        known = [one for one in _taps(programme) if (one.activity, one.asset) == (activity, asset)]
        if not known:
            raise Refused("asset_unknown", asset=asset[:60])
        done = Tap(
            key=key_of(request.worker, told_key(request.POST.get("key", ""))),
            customer=number,
            at=now,
            programme=programme,
            activity=activity,
            asset=asset,
            amount=known[0].amount,
        )
        sold = till_taps.tap(request.worker, done, now)
    except Refused as refused:
        return shown(request, state, refused)
    return to_done(sold.key)


def _taps(programme: str) -> list[till_looking.TapOffer]:
    running = ready().get(programme)
    return till_looking.taps_of(in_force(running)) if running else []


def _member(state: Wanted) -> int:
    number = number_of(state.member)
    if number is None:
        raise Http404
    return number


def to_done(key: str, amount: str = "") -> HttpResponse:
    """On to what was done under a key; the amount is of a sale that goes on after it."""
    address = reverse("till:done", args=[key.rpartition("till:")[2]])
    return HttpResponseRedirect(f"{address}?{urlencode({'a': amount})}" if amount else address)


@working
@require_safe
def done(request: TillRequest, key: str) -> HttpResponse:
    """What was booked, what it came to, and the way back."""
    found = till_looking.done(request.worker, f"till:{key}", timezone.now())
    if found is None:
        raise Http404
    running = ready()
    editions = {one.programme: in_force(running[one.programme]) for one in found.places}
    deed = found.deed
    whys = [(name, convert(why, Why)) for name, why in deed.details.get("whys", [])]
    told = labels.whys(labels.touched(whys), editions)
    values = {
        **frame(request),
        **(_joined(request, found) if deed.what == TillDeed.What.ENROL else {}),
        "state": Wanted(),
        "found": found,
        "deed": deed,
        "currency": deed.currency or request.business.currency,
        "name": labels.name_of(found.member),
        "details": labels.details(found.member),
        "gave": labels.gave(deed.details.get("gave", {}), editions),
        "whys": told,
        "rest": [one["text"].rstrip(".") for one in told if not one["amount"]],
        "uses": labels.used(deed.details.get("uses", []), editions),
        "now": labels.standing(found.places, editions),
        "undoable": labels.clock(found.undoable) if found.undoable else "",
        "anew": plain(deed.amount_minor, deed.currency) if deed.what == UNDO else "",
    }
    return render(request, "till/done.html", values)


def _joined(request: TillRequest, found: Done) -> dict[str, Any]:
    """What whoever joined may take along: the code of their card, and where it stands."""
    pages = whole(request, reverse("portal:card")).partition("://")[2]
    state = wanted(request.GET, request.business.currency)
    return {
        "joined": True,
        "again": bool(found.deed.details.get("back")),
        "code": str(found.member.public_id),
        "pages": pages if address_of(found.deed.customer_id) else "",
        "amount": state.amount,
        "sum": state.amount_minor,
    }


@working
@require_POST
def undo(request: TillRequest) -> HttpResponse:
    """Take back what was booked, once, within a quarter of an hour."""
    try:
        sold = till_undoing.undo(request.worker, request.POST.get("undo", "")[:200], timezone.now())
    except Refused as refused:
        return shown(request, Wanted(), refused)
    return to_done(sold.key)
