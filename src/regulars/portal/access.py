"""Who reads a page of the portal, in which language, and how it is rendered."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import rotate_token
from django.shortcuts import render as django_render
from django.urls import reverse
from django.utils import timezone, translation

from regulars.actions.refused import Refused
from regulars.actions.signing_in import SESSION, leave_browser, seen
from regulars.db.models import Business
from regulars.db.queries.portal import Member, brand, signed_in
from regulars.identity import IdentityError, networks
from regulars.portal.looks import look_of
from regulars.words.browsers import device
from regulars.words.reasons import sentence

P = ParamSpec("P")
YEAR = 365 * 24 * 3600
LANGUAGES = {"en": "English", "de": "Deutsch", "pl": "Polski", "ro": "Română"}
"""Each in its own words, so that everybody finds theirs."""


class MemberRequest(HttpRequest):
    """A request of somebody who is signed in as a member."""

    member: Member


View = Callable[Concatenate[Any, P], HttpResponse]


def cookie_name() -> str:
    """What the session's cookie is called; the prefix binds it to this host alone."""
    return "__Host-regulars_member" if settings.HTTPS else "regulars_member"


def asking_name() -> str:
    """The same of the cookie by which a browser is known that asked to be let in."""
    return "__Host-regulars_asking" if settings.HTTPS else "regulars_asking"


def claim_name() -> str:
    """The same of the cookie that says which code of a counter was opened here."""
    return "__Host-regulars_scan" if settings.HTTPS else "regulars_scan"


def keep(response: HttpResponse, name: str, value: str, seconds: int) -> None:
    """Leave something with the browser that no script can read and no other host gets."""
    response.set_cookie(
        name,
        value,
        max_age=seconds,
        httponly=True,
        samesite="Lax",
        secure=settings.HTTPS,
    )


def let_in(request: HttpRequest, token: str) -> HttpResponse:
    """On to the card with a new session; the one that this browser had before ends. Whoever scanned
    a code on the way here goes on with it."""
    if before := request.COOKIES.get(cookie_name(), ""):
        leave_browser(before)
    rotate_token(request)
    to = "portal:collect" if claim_name() in request.COOKIES else "portal:card"
    response = HttpResponseRedirect(reverse(to))
    keep(response, cookie_name(), token, int(SESSION.total_seconds()))
    response.delete_cookie(asking_name())
    return response


def member_of(request: HttpRequest) -> Member | None:
    """Who is signed in."""
    token = request.COOKIES.get(cookie_name(), "")
    return signed_in(token, timezone.now()) if token else None


def open_page(view: View[P]) -> View[P]:
    """A page for everybody, in the language that they chose or their browser wants."""

    @wraps(view)
    def opened(request: Any, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        with translation.override(_wanted(request)):
            return view(request, *args, **kwargs)

    return opened


def member_page(view: View[P]) -> View[P]:
    """A page for members; others are led to the door."""

    @wraps(view)
    def guarded(request: Any, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        member = member_of(request)
        if member is None:
            return HttpResponseRedirect(reverse("portal:sign_in"))
        request.member = member
        seen(member.session, timezone.now())
        own = member.customer.language
        with translation.override(own if own in dict(settings.LANGUAGES) else _wanted(request)):
            return view(request, *args, **kwargs)

    return guarded


def _wanted(request: HttpRequest) -> str:
    """The cookie's or the browser's; never that of somebody who works here and is signed in."""
    return translation.get_language_from_request(request)


def render(
    request: HttpRequest, template: str, values: dict[str, Any], status: int = 200
) -> HttpResponse:
    """A page of the portal, by its own templates alone."""
    language = translation.get_language() or "en"
    business = getattr(request, "business", None) or Business.objects.filter(pk=1).first()
    others = [(code, LANGUAGES[code]) for code, _name in settings.LANGUAGES if code != language]
    shell = {
        "language": language,
        "business": business.name if business else "Regulars",
        "brand": look_of(brand()),
        "member": getattr(request, "member", None),
        "other_languages": others,
        "here": request.path,
        "demonstration": settings.DEMONSTRATION,
        "can_mail": settings.MAIL_CONFIGURED or settings.DEMONSTRATION,
    }
    return django_render(
        request, f"portal/{template}.html", {**shell, **values}, status=status, using="portal"
    )


def device_of(request: HttpRequest) -> str:
    """The browser in a word or two, for the list of sessions."""
    return device(request.headers.get("User-Agent", ""))


def network_of(request: HttpRequest) -> str:
    """Where a request comes from, roughly: many addresses of one household count as one."""
    return networks.network_of(str(request.META.get("REMOTE_ADDR", "")))


def written(request: HttpRequest, name: str, most: int) -> str:
    """What somebody wrote into a field, so much of it at most, without what no keyboard writes."""
    told = request.POST.get(name, "")[:most]
    return "".join(one for one in told if one.isprintable() or one.isspace())


OWN_WORDS = {
    "code_taken": "member_code_taken",
    "codes_too_many": "member_codes_too_many",
    "empty": "member_email_missing",
    "link_spent": "member_link_spent",
}
"""Codes whose sentences speak to staff, and those that speak to members."""


def plainly(refused: Refused | IdentityError) -> str:
    """Why not, in a sentence for members."""
    return sentence(OWN_WORDS.get(refused.code, refused.code), refused.params)


NEXT = re.compile(r"/(?:my|r)/[A-Za-z0-9/_-]*")


def back(request: HttpRequest, otherwise: str = "portal:card") -> HttpResponse:
    """Back to the page that a form stood on, if that is one of ours."""
    wanted = request.POST.get("back", "")
    return HttpResponseRedirect(wanted if NEXT.fullmatch(wanted) else reverse(otherwise))
