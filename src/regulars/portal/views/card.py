"""The card: the code for the counter, what there is, what comes next, what runs out when."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe
from msgspec import Struct

from regulars.actions import portal_pages
from regulars.actions.members import join as join_programme
from regulars.actions.portal_pages import Club
from regulars.db.queries.portal import Member, card_number
from regulars.engine.edition import Edition
from regulars.engine.kinds.referrals.offer import Offered
from regulars.portal.access import MemberRequest, member_page, render
from regulars.portal.choosing import chosen
from regulars.portal.telling import to_reward, to_tier
from regulars.words import formats
from regulars.words.amounts import language, much, named, said, units

SHOWN = 3
"""So many days on which something runs out are told one by one; the rest is one line."""


class Lot(Struct, frozen=True, kw_only=True):
    """What can be used until a day; `x` and `width` are its part of the bar, in percent."""

    until: datetime
    amount: str
    x: str
    width: str
    later: bool = False


@member_page
@require_safe
def page(request: MemberRequest) -> HttpResponse:
    member, now = request.member, timezone.now()
    shown = chosen(request)
    code = card_number(member.customer.id) or str(member.customer.public_id)
    values: dict[str, Any] = {"tab": "card", "code": code, **shown.values()}
    if not shown.programme:
        joins = portal_pages.names([portal_pages.first_programme()])
        values["joins"] = said(next(iter(joins.values()), ""))
        return render(request, "card_alone", values)
    club = portal_pages.club(member.customer.id, shown.programme, now)
    if offer := portal_pages.welcome(member.customer.id, shown.programme, now):
        values["welcome"] = _welcome(offer, club.edition)
    return render(request, "card", {**values, **_told(club, member)})


def _told(club: Club, member: Member) -> dict[str, Any]:
    main, *others = club.edition.assets
    cards = _cards(club)
    on_cards = {str(one["asset"]) for one in cards}
    balance = club.look.balances[main.id]
    tier = next((one for one in club.edition.tiers if one.id == club.look.tier), None)
    return {
        "balance": units(balance.available, main),
        "unit": named(main, balance.available, apart=True),
        "pending": units(balance.pending, main, sign=True) if balance.pending else "",
        "tier": said(tier.name) if tier else "",
        "reward": to_reward(club),
        "road": to_tier(club),
        "lots": _lots(club),
        "others": [
            (named(one), units(club.look.balances[one.id].available, one))
            for one in others
            if one.id not in on_cards
        ],
        "cards": cards,
        "vouchers": len(club.look.vouchers),
        "owner": member.customer.name,
    }


def _welcome(offer: Offered, edition: Edition) -> dict[str, str]:
    """What a friend has off the first order, in two parts: how much, of which order."""
    worth = formats.money(offer.amount, edition.currency, language())
    how = gettext("off the first order")
    if offer.least:
        least = formats.money(offer.least, edition.currency, language())
        how = gettext("off the first order from %(least)s") % {"least": least}
    return {"worth": worth if offer.amount else f"{offer.percent}\xa0%", "how": how}


def _cards(club: Club) -> list[dict[str, Any]]:
    """Stamp cards and the like: so many of so many."""
    rewards = {one.name_in_state: one for one in club.edition.rewards}
    found = []
    for rule, told in club.look.progress.items():
        has, _, needs = told.partition("/")
        reward = rewards.get(rule)
        if reward is None or not (has.isdigit() and needs.isdigit()) or int(needs) > 20:
            continue
        name = said(getattr(reward, "name", rule))
        dots = [n < int(has) for n in range(int(needs))]
        asset = getattr(reward, "asset", "") or club.edition.assets[0].id
        card = {"name": name, "has": int(has), "needs": int(needs), "dots": dots, "asset": asset}
        found.append(card)
    return found


def _lots(club: Club) -> list[Lot]:
    main = club.edition.assets[0]
    mine = [one for one in club.look.expiring if one.asset == main.id and one.amount > 0]
    whole = sum(one.amount for one in mine)
    if not mine:
        return []
    first, rest = mine[:SHOWN], mine[SHOWN:]
    parts = [(one.at, one.amount, False) for one in first]
    if rest:
        parts.append((rest[-1].at, sum(one.amount for one in rest), True))
    found, x = [], 0
    for at, amount, later in parts:
        found.append(
            Lot(
                until=at - timedelta(microseconds=1),
                amount=much(amount, main),
                x=f"{100 * x / whole:.1f}",
                width=f"{max(100 * amount / whole - 1, 0.5):.1f}",
                later=later,
            )
        )
        x += amount
    return found


@member_page
@require_POST
def join(request: MemberRequest) -> HttpResponse:
    """Take part in the first programme that runs, or anew in one that was left for good."""
    wanted, now = request.POST.get("in", ""), timezone.now()
    programme = wanted if wanted in request.member.ended else portal_pages.first_programme()
    if programme and programme not in request.member.left:
        join_programme([request.member.customer.id], programme, since=now, now=now)
    return HttpResponseRedirect(reverse("portal:card"))
