"""The invited friend: who invites, what both get, one field; then the button of the mail."""

from __future__ import annotations

import re

from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.views.decorators.http import require_http_methods

from regulars.actions import portal_friends, portal_pages
from regulars.actions.portal_friends import Claim, Coming
from regulars.actions.portal_pages import Inviting
from regulars.actions.refused import Refused
from regulars.identity import IdentityError, normalise
from regulars.portal.access import (
    device_of,
    let_in,
    member_of,
    network_of,
    open_page,
    plainly,
    render,
    written,
)
from regulars.portal.telling import both, rules_of_friends, short_terms
from regulars.words.amounts import said
from regulars.words.reasons import sentence

CODE = re.compile(r"[A-Za-z0-9-]{1,100}")


@open_page
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, code: str) -> HttpResponse:
    """Claim with an address; the answer is the same whoever it belongs to."""
    found = portal_pages.inviting(code.upper(), timezone.now()) if CODE.fullmatch(code) else None
    if found is None:
        return render(request, "friend_nobody", {}, 404)
    if request.method != "POST":
        return _page(request, found)
    told = written(request, "email", 300)
    try:
        wanted = Claim(
            email=normalise("email", told),
            code=found.code,
            network=network_of(request),
            language=translation.get_language() or "en",
        )
        portal_friends.claim(wanted, timezone.now())
    except IdentityError as error:
        return _page(request, found, told, plainly(error))
    except Refused as refused:
        return _page(request, found, told, plainly(refused))
    return render(request, "friend_mailed", {"name": found.name})


def _page(request: HttpRequest, found: Inviting, email: str = "", error: str = "") -> HttpResponse:
    member = member_of(request)
    values = {
        "name": found.name,
        "sides": both(found.rule, found.edition),
        "rules": rules_of_friends(found.edition),
        "club": said(found.edition.name),
        "terms": short_terms(found.edition),
        "email": email,
        "error": error,
        "own": member is not None and member.customer.id == found.advocate,
        "is_member": member is not None,
    }
    return render(request, "friend", values, 422 if error else 200)


@open_page
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Show what the link is for; only the button makes somebody a customer."""
    now = timezone.now()
    found = portal_friends.confirming(token, now)
    if found is None:
        return render(request, "gone", {"error": sentence("member_link_spent")}, 404)
    if request.method != "POST":
        inviting = found.inviting
        sides = both(inviting.rule, inviting.edition)
        return render(request, "confirm", {"name": inviting.name, "sides": sides})
    coming = Coming(name=written(request, "name", 300), device=device_of(request))
    try:
        session = portal_friends.come(token, coming, now)
    except Refused as refused:
        error = plainly(refused)
        return render(request, "gone", {"error": error}, 404)
    return let_in(request, session)
