"""Rewards: what is ready to use, what can be had for points, what was used."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import uuid4

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from regulars.actions import portal_pages, portal_rewards
from regulars.actions.portal_pages import Past
from regulars.actions.refused import Refused
from regulars.portal.access import MemberRequest, member_page, render
from regulars.portal.choosing import Chosen, chosen
from regulars.portal.telling import pictured, things, voucher_name
from regulars.words import formats
from regulars.words.amounts import language, much, reward_name
from regulars.words.programme import refusal
from regulars.words.reasons import REASONS, sentence


@member_page
@require_safe
def page(request: MemberRequest) -> HttpResponse:
    shown = chosen(request)
    if not shown.programme:
        return HttpResponseRedirect(reverse("portal:card"))
    return _page(request, shown)


def _page(
    request: MemberRequest, shown: Chosen, refused: Refused | None = None, status: int = 200
) -> HttpResponse:
    number, now = request.member.customer.id, timezone.now()
    club = portal_pages.club(number, shown.programme, now)
    past = portal_pages.past(number, shown.programme, now)
    vouchers = [(one, voucher_name(past.edition, one)) for one in past.vouchers]
    main = club.edition.assets[0]
    done = portal_rewards.undoable(number, request.GET.get("done", ""), now)
    values = {
        "tab": "rewards",
        "balance": much(club.look.balances[main.id].available, main),
        "ready": [pair for pair in vouchers if pair[0].state == "open"],
        "over": [pair for pair in vouchers if pair[0].state != "open"],
        "things": pictured(club, things(club)),
        "key": str(uuid4()),
        "done": done,
        "undoable": [one for one in _undoable(number, past, now) if one[0] != done],
        "refused": _said(refused, shown.programme) if refused else "",
        "refused_code": refused.code if refused else "",
        **shown.values(),
    }
    return render(request, "rewards", values, status)


def _undoable(number: int, past: Past, now: datetime) -> list[tuple[str, str]]:
    """What was redeemed a moment ago and can be undone: its key, its name."""
    taken = {key: past.facts[key].at for key in past.redeemed if key in past.facts}
    keys = portal_rewards.still_undoable(number, taken, now)
    begins = portal_rewards.BEGINS
    return [(one, reward_name(past.edition, past.redeemed[begins + one])) for one in keys]


def _said(refused: Refused, programme: str) -> str:
    """Why not, in a sentence."""
    if refused.code in REASONS:
        return sentence(refused.code, _told(refused.params))
    edition = portal_pages.edition_of(programme, timezone.now())
    return refusal(refused.code, refused.params, edition, language())


def _told(params: Mapping[str, object]) -> dict[str, object]:
    """Moments as members write them."""
    zone = timezone.get_current_timezone()
    return {
        name: formats.moment(value, language(), zone) if isinstance(value, datetime) else value
        for name, value in params.items()
    }


@member_page
@require_POST
def redeem(request: MemberRequest) -> HttpResponse:
    """Turn points into a voucher; the key says which press of the button it was."""
    shown = chosen(request)
    wish = portal_rewards.Wish(
        customer_id=request.member.customer.id,
        programme=shown.programme,
        reward=request.POST.get("reward", "")[:100],
        key=request.POST.get("key", ""),
    )
    try:
        key = portal_rewards.redeem(wish, timezone.now())
    except Refused as refused:
        if not shown.programme:
            return HttpResponseRedirect(reverse("portal:card"))
        return _page(request, shown, refused, 422)
    return HttpResponseRedirect(f"{reverse('portal:rewards')}?in={shown.programme}&done={key}")


@member_page
@require_POST
def undo(request: MemberRequest) -> HttpResponse:
    """Give back what was just redeemed."""
    shown = chosen(request)
    try:
        portal_rewards.undo(request.member.customer.id, request.POST.get("key", ""), timezone.now())
    except Refused as refused:
        if not shown.programme:
            return HttpResponseRedirect(reverse("portal:card"))
        return _page(request, shown, refused, 422)
    return HttpResponseRedirect(f"{reverse('portal:rewards')}?in={shown.programme}")
