"""The panel in a shop's page: looked at in a frame, by the origins that the owner named alone.

It only shows and leads on: nothing can be pressed in it that changes anything, so that a page
around it has nothing to trick anybody into. Whoever is signed in is known where shop and portal are
of one site; elsewhere browsers keep the session out of frames, and the panel says what there is for
all.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.views.decorators.http import require_safe

from regulars.actions import portal_pages
from regulars.db.queries.portal import Member, brand
from regulars.portal.access import LANGUAGES, member_of, open_page, render
from regulars.portal.telling import both, short_terms, voucher_name
from regulars.words.amounts import much, said


@open_page
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The panel, in the language of the page around it where we speak that."""
    wanted = request.GET.get("lang", "")[:2]
    language = wanted if wanted in LANGUAGES else translation.get_language() or "en"
    with translation.override(language):
        response = render(request, "panel", _told(member_of(request)))
    look = brand()
    response.framed_by = " ".join(look.origins) if look else ""  # type: ignore[attr-defined]
    return response


def _told(member: Member | None) -> dict[str, Any]:
    now = timezone.now()
    programme = portal_pages.first_programme()
    if not programme:
        return {"club": ""}
    edition = portal_pages.edition_of(programme, now)
    rule = portal_pages.referral_of(edition)
    values = {
        "club": said(edition.name),
        "terms": short_terms(edition),
        "sides": both(rule, edition) if rule else None,
    }
    if member is None or programme not in member.programmes:
        return values
    club = portal_pages.club(member.customer.id, programme, now)
    main = edition.assets[0]
    tier = next((one for one in edition.tiers if one.id == club.look.tier), None)
    return {
        **values,
        "who": member.first_name,
        "tier": said(tier.name) if tier else "",
        "balance": much(club.look.balances[main.id].available, main),
        "vouchers": [(voucher_name(edition, one), one.code) for one in club.look.vouchers[:5]],
    }
