"""Sharing: the link, ways to send it, the friends so far, the rules."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from regulars.actions import portal_pages
from regulars.actions.advocates import choose_code
from regulars.actions.portal_pages import Brought, Sharing
from regulars.actions.refused import Refused
from regulars.portal.access import MemberRequest, member_page, plainly, render, written
from regulars.portal.choosing import chosen
from regulars.portal.telling import both, rules_of_friends
from regulars.words import formats
from regulars.words.addresses import whole
from regulars.words.amounts import asset_of, language, much


@member_page
@require_safe
def page(request: MemberRequest) -> HttpResponse:
    return _page(request)


def _page(request: MemberRequest, error: str = "", status: int = 200) -> HttpResponse:
    shown = chosen(request)
    if not shown.programme:
        return HttpResponseRedirect(reverse("portal:card"))
    found = portal_pages.sharing(request.member.customer.id, shown.programme, timezone.now())
    values: dict[str, Any] = {"tab": "share", "error": error, **shown.values()}
    if found is None:
        return render(request, "share_none", values)
    sides = both(found.rule, found.edition)
    link = link_of(request, found.code)
    values |= {
        "sides": sides,
        "link": link,
        "link_shown": link.partition("://")[2],
        "code": found.code,
        "ways": _ways(link, sides.friend),
        "friends": [_friend(one, found) for one in found.friends],
        "rules": rules_of_friends(found.edition),
        "first_name": request.member.first_name,
    }
    return render(request, "share", values, status)


def link_of(request: MemberRequest, code: str) -> str:
    """The link that friends get: below the configured address, where there is one."""
    return whole(request, reverse("portal:friend", args=[code.lower()]))


def _ways(link: str, gain: str) -> list[tuple[str, str, str]]:
    """Ways to send a link from one's own phone: no script, and no request of ours."""
    text = _("I like this place. For you there is %(gain)s: %(link)s") % {
        "gain": gain,
        "link": link,
    }
    told = quote(text, safe="")
    return [
        ("chat", "WhatsApp", f"https://wa.me/?text={told}"),
        ("sms", _("Text"), f"sms:?&body={told}"),
        ("mail", _("Mail"), f"mailto:?body={told}"),
    ]


def _friend(one: Brought, found: Sharing) -> dict[str, Any]:
    """A friend in three steps, and what they brought."""
    given = [much(amount, asset_of(found.edition, asset)) for asset, amount in one.given.items()]
    over = {"rejected": _("not counted"), "reversed": _("taken back")}
    return {
        "name": one.name or _("A friend"),
        "since": one.since,
        "state": one.state,
        "given": formats.joined(given, language()),
        "over": over.get(one.state, ""),
        "ordered": one.state in ("held", "qualified", "rewarded"),
        "paid": one.state == "rewarded",
        "due": one.due,
    }


@member_page
@require_POST
def choose(request: MemberRequest) -> HttpResponse:
    """A code of one's own choice, beside those that one has."""
    shown = chosen(request)
    told = written(request, "code", 60)
    try:
        choose_code(request.member.customer.id, shown.programme, told, now=timezone.now())
    except Refused as refused:
        return _page(request, plainly(refused), 422)
    return HttpResponseRedirect(f"{reverse('portal:share')}?in={shown.programme}")
