"""The door: ask for a mail, type its code or open its link, leave again; choose a language."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from regulars.actions import signing_in
from regulars.actions.portal_profile import choose_language
from regulars.actions.refused import Refused
from regulars.db.queries.portal import whom_a_link_lets_in
from regulars.identity import IdentityError, normalise
from regulars.portal.access import (
    YEAR,
    asking_name,
    back,
    cookie_name,
    device_of,
    keep,
    let_in,
    member_of,
    network_of,
    open_page,
    plainly,
    render,
    written,
)
from regulars.words.reasons import sentence


@open_page
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for a mail; the answer is the same whoever asks for whom."""
    if request.method != "POST":
        if member_of(request) is not None:
            return HttpResponseRedirect(reverse("portal:card"))
        return render(request, "sign_in", {})
    told = written(request, "email", 300)
    try:
        email = normalise("email", told)
    except IdentityError as error:
        wrong = {"email": told, "error": plainly(error)}
        return render(request, "sign_in", wrong, 422)
    browser = secrets.token_urlsafe(32)
    asking = signing_in.Asking(
        email=email,
        browser=browser,
        network=network_of(request),
        language=translation.get_language() or "en",
    )
    try:
        signing_in.ask(asking, timezone.now())
    except Refused as refused:
        return render(request, "sign_in", {"email": told, "error": plainly(refused)}, 429)
    response = HttpResponseRedirect(reverse("portal:code"))
    keep(response, asking_name(), browser, int(signing_in.LIFE.total_seconds()))
    return response


@open_page
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """Type the code, in the browser that asked."""
    browser = request.COOKIES.get(asking_name(), "")
    if not browser:
        return HttpResponseRedirect(reverse("portal:sign_in"))
    if request.method != "POST":
        return render(request, "code", {})
    told = written(request, "code", 20)
    try:
        token = signing_in.enter_by_code(browser, told, device_of(request), timezone.now())
    except Refused as refused:
        over = refused.code == "sign_in_over"
        return render(request, "code", {"error": plainly(refused), "over": over}, 422)
    return let_in(request, token)


@open_page
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest, token: str) -> HttpResponse:
    """Show whom a link lets in; only the button uses it up, so that a scanner of mails cannot."""
    now = timezone.now()
    try:
        if request.method == "POST":
            session = signing_in.enter_by_link(token, device_of(request), now)
            return let_in(request, session)
    except Refused as refused:
        return render(request, "gone", {"error": plainly(refused)}, 404)
    customer = whom_a_link_lets_in(token, now, now - signing_in.LIFE)
    if customer is None:
        return render(request, "gone", {"error": sentence("member_link_spent")}, 404)
    return render(request, "enter", {"name": customer.name})


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    signing_in.leave_browser(request.COOKIES.get(cookie_name(), ""))
    response = HttpResponseRedirect(reverse("portal:sign_in"))
    response.delete_cookie(cookie_name())
    return response


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Keep the choice: with the browser, and with the member who is signed in."""
    chosen = request.POST.get("language", "")
    response = back(request)
    if chosen in dict(settings.LANGUAGES):
        keep(response, settings.LANGUAGE_COOKIE_NAME, chosen, YEAR)
        member = member_of(request)
        if member is not None:
            choose_language(member.customer.id, chosen)
    return response
