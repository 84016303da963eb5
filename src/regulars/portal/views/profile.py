"""The profile: who I am, what you may write, my data, leaving, where I am signed in."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from regulars.actions import birthdays, portal_erasing, portal_profile, signing_in
from regulars.actions.portal_profile import CHANNELS, PURPOSES, About, Said
from regulars.actions.refused import Refused
from regulars.db.queries import portal, portal_data
from regulars.db.queries.consents import in_force
from regulars.db.queries.names import place_names
from regulars.portal.access import (
    LANGUAGES,
    YEAR,
    MemberRequest,
    cookie_name,
    keep,
    member_page,
    render,
    written,
)
from regulars.portal.choosing import chosen
from regulars.words import formats
from regulars.words.amounts import language
from regulars.words.consents import channel_names, purpose_names, wordings
from regulars.words.reasons import sentence


@member_page
@require_safe
def page(request: MemberRequest) -> HttpResponse:
    return _page(request)


def _page(
    request: MemberRequest, errors: dict[str, str] | None = None, status: int = 200
) -> HttpResponse:
    shown, now = chosen(request), timezone.now()
    customer = request.member.customer
    agreed = in_force(customer.id)
    names = channel_names()
    rows = [
        {
            "purpose": purpose,
            "name": name,
            "note": note,
            "boxes": [(one, names[one], agreed.get((purpose, one), False)) for one in CHANNELS],
        }
        for purpose, (name, note) in wordings().items()
    ]
    mine = portal.token_hash(request.COOKIES.get(cookie_name(), ""))
    sessions = portal.sessions_of(customer.id, now)
    values: dict[str, Any] = {
        "tab": "profile",
        "customer": customer,
        "email": portal.address_of(customer.id),
        "phone": _masked(portal.address_of(customer.id, "phone")),
        "name": request.POST.get("name", customer.name),
        "birthday": request.POST.get("birthday", birthdays.written(customer.birth_date)),
        "chosen_language": request.POST.get("language", language()),
        "languages": [(code, LANGUAGES[code]) for code, _name in settings.LANGUAGES],
        "channels": [names[one] for one in CHANNELS],
        "consents": rows,
        "proofs": _proofs(customer.id),
        "sessions": [(one, one.token_hash == mine) for one in sessions],
        "errors": errors or {},
        "saved": request.GET.get("saved", ""),
        **shown.values(),
    }
    return render(request, "profile", values, status)


def _masked(phone: str) -> str:
    """A number of which its owner knows the rest."""
    return f"{phone[:3]} ··· {phone[-3:]}" if len(phone) > 7 else phone


def _proofs(customer_id: int) -> list[tuple[str, str, bool]]:
    """When, and at which counter, somebody said yes or no to what, the newest first."""
    named = purpose_names()
    rows = portal_data.consents(customer_id)
    places = place_names(one.place for one in rows)
    found = []
    for one in rows:
        at = formats.whole_day(timezone.localtime(one.at).date(), language())
        where = places.get(one.place, one.place)
        told = " · ".join(filter(None, [at, where]))
        found.append((named.get(one.purpose, one.purpose), told, one.given))
    return found


@member_page
@require_POST
def about(request: MemberRequest) -> HttpResponse:
    """Take over name, birthday and language."""
    customer, now = request.member.customer, timezone.now()
    wanted = request.POST.get("language", "")
    try:
        birthday = birthdays.read(written(request, "birthday", 20), timezone.localdate())
        told = About(name=written(request, "name", 1000), birthday=birthday)
        portal_profile.change(customer.id, told, now)
    except Refused as refused:
        return _page(request, {refused.code: sentence(refused.code, refused.params)}, 422)
    response = _saved("about")
    if wanted in dict(settings.LANGUAGES):
        portal_profile.choose_language(customer.id, wanted)
        keep(response, settings.LANGUAGE_COOKIE_NAME, wanted, YEAR)
    return response


def _saved(what: str) -> HttpResponse:
    return HttpResponseRedirect(f"{reverse('portal:profile')}?saved={what}#{what}")


def _said(choices: dict[tuple[str, str], bool]) -> Said:
    texts = {name: ": ".join(told) for name, told in wordings().items()}
    return Said(choices=choices, wordings=texts, language=language(), source="portal")


@member_page
@require_POST
def consents(request: MemberRequest) -> HttpResponse:
    """Take over every box, ticked or not."""
    ticked = set(request.POST.getlist("yes"))
    choices = {(one, way): f"{one}:{way}" in ticked for one in PURPOSES for way in CHANNELS}
    portal_profile.consent(request.member.customer.id, _said(choices), timezone.now())
    return _saved("consents")


@member_page
@require_safe
def data(request: MemberRequest) -> HttpResponse:
    """Everything that is known of the reader, as a file."""
    told = portal_data.everything(request.member.customer.id, timezone.now())
    response = HttpResponse(told, content_type="application/json; charset=utf-8")
    day = timezone.localdate().isoformat()
    response.headers["Content-Disposition"] = f'attachment; filename="my-data-{day}.json"'
    return response


@member_page
@require_POST
def leave(request: MemberRequest) -> HttpResponse:
    """Leave the programme; it can be taken back for some days."""
    shown = chosen(request)
    if shown.programme:
        customer = request.member.customer.id
        portal_profile.leave(customer, shown.programme, _said({}), timezone.now())
    return _saved("leave")


@member_page
@require_POST
def come_back(request: MemberRequest) -> HttpResponse:
    """Take the leaving back."""
    shown = chosen(request)
    try:
        portal_profile.come_back(request.member.customer.id, shown.programme, timezone.now())
    except Refused as refused:
        return _page(request, {refused.code: sentence(refused.code, refused.params)}, 422)
    return HttpResponseRedirect(reverse("portal:card"))


@member_page
@require_http_methods(["GET", "HEAD", "POST"])
def erase(request: MemberRequest) -> HttpResponse:
    """Be forgotten: said twice, since it cannot be undone."""
    if request.method != "POST" or request.POST.get("sure") != "yes":
        values = {"tab": "profile", "missing": request.method == "POST", **chosen(request).values()}
        return render(request, "erase", values, 422 if request.method == "POST" else 200)
    portal_erasing.erase(request.member.customer.id, timezone.now())
    del request.member
    response = render(request, "erased", {})
    response.delete_cookie(cookie_name())
    return response


@member_page
@require_POST
def end_session(request: MemberRequest) -> HttpResponse:
    """Sign one browser out, or all others."""
    customer, wanted = request.member.customer.id, request.POST.get("session", "")
    if wanted == "others":
        signing_in.end_others(customer, request.COOKIES.get(cookie_name(), ""))
    else:
        signing_in.end_session(customer, wanted)
    return _saved("sessions")
