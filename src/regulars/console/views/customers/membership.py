"""Where a member stands: balance, tier, what comes next, what runs out, rewards, friends."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from msgspec import Struct

from regulars.actions import portal_pages
from regulars.actions.portal_pages import Brought, Club, Sharing
from regulars.actions.portal_rewards import HERE
from regulars.actions.quoting import Offer
from regulars.console.templatetags.look import short_day
from regulars.console.views.customers.points import Entry, entries
from regulars.words import formats
from regulars.words.amounts import (
    asset_of,
    capital,
    language,
    much,
    named,
    of_metric,
    reward_name,
    said,
)
from regulars.words.birthdays import days_of
from regulars.words.programme import refusal

AT_ONCE = 8


class Membership(Struct, frozen=True, kw_only=True):
    """A member in one programme. `history` is None for readers who may not see all of it."""

    id: str
    name: str
    balance: str
    note: str
    tier: str
    step: dict[str, Any] | None
    facts: list[tuple[str, str]]
    rewards: list[dict[str, Any]]
    vouchers: list[dict[str, Any]]
    code: str
    friends: list[dict[str, Any]]
    history: list[Entry] | None
    entries: int


def membership(
    customer_id: int,
    programme: str,
    now: datetime,
    *,
    whole: bool,
    most: int | None = AT_ONCE,
    until: datetime | None = None,
) -> Membership:
    """Where somebody stands, and with `whole` the newest `most` lines of why (None: all), of what
    was before `until`."""
    club = portal_pages.club(customer_id, programme, now)
    sharing = portal_pages.sharing(customer_id, programme, now)
    listed = entries(portal_pages.past(customer_id, programme, now)) if whole else []
    listed = [one for one in listed if until is None or one.at < until]
    main = club.edition.assets[0]
    has = club.look.balances[main.id]
    waiting = _("and %(amount)s waiting") % {"amount": much(has.pending, main)}
    return Membership(
        id=programme,
        name=said(club.edition.name),
        balance=much(has.available, main),
        note=waiting if has.pending else _("to use now"),
        tier=_tier(club),
        step=_step(club),
        facts=_facts(club),
        rewards=[_reward(one, club) for one in club.offers],
        vouchers=_vouchers(club),
        code=sharing.code if sharing else "",
        friends=[_friend(one, sharing) for one in sharing.friends] if sharing else [],
        history=listed[:most] if whole else None,
        entries=len(listed),
    )


def _tier(club: Club) -> str:
    tier = next((one for one in club.edition.tiers if one.id == club.look.tier), None)
    if tier is None:
        return ""
    if club.look.tier_until is None:
        return said(tier.name)
    day = short_day(club.look.tier_until - timedelta(microseconds=1))
    return _("%(tier)s until %(day)s") % {"tier": said(tier.name), "day": day}


def _step(club: Club) -> dict[str, Any] | None:
    """How far it is to the next tier."""
    has = club.has
    ahead = sorted((one for one in club.rungs if has is not None and one.needs > has), key=_needs)
    if has is None or not ahead:
        return None
    told = {"has": _figure(has, club), "needs": _figure(ahead[0].needs, club)}
    told["tier"] = said(ahead[0].tier.name)
    text = _("%(has)s of %(needs)s to %(tier)s") % told
    return {"text": text, "has": int(has), "needs": int(ahead[0].needs)}


def _needs(rung: portal_pages.Rung) -> Decimal:
    return rung.needs


def _figure(value: Decimal, club: Club) -> str:
    return of_metric(value, club.metric, club.edition, bare=True)


def _facts(club: Club) -> list[tuple[str, str]]:
    """Other balances, stamp cards, what runs out next."""
    main, *others = club.edition.assets
    found, on_cards = [], set()
    assets = {one.name_in_state: str(getattr(one, "asset", "")) for one in club.edition.rewards}
    for rule, told in club.look.progress.items():
        has, _slash, needs = told.partition("/")
        if has.isdigit() and needs.isdigit():
            text = _("%(has)s of %(needs)s") % {"has": has, "needs": needs}
            found.append((reward_name(club.edition, rule), text))
            on_cards.add(assets.get(rule, ""))
    found += [
        (capital(named(one)), much(club.look.balances[one.id].available, one))
        for one in others
        if one.id not in on_cards
    ]
    for one in [each for each in club.look.expiring if each.asset == main.id][:2]:
        day = short_day(one.at - timedelta(microseconds=1))
        found.append((_("Can be used until %(day)s") % {"day": day}, much(one.amount, main)))
    return found


def _reward(offer: Offer, club: Club) -> dict[str, Any]:
    asset = asset_of(club.edition, offer.asset)
    note = much(offer.price, asset) if offer.price else _("free")
    if not offer.may:
        days = days_of(offer.reward, offer.code, club.edition)
        note = days or refusal(offer.code, offer.params, club.edition, language())
    name = reward_name(club.edition, offer.reward)
    rules = {one.name_in_state: one for one in club.edition.rewards}
    here = offer.may and isinstance(rules.get(offer.reward), HERE)
    return {"name": name, "may": offer.may, "note": note, "reward": offer.reward, "here": here}


def _vouchers(club: Club) -> list[dict[str, Any]]:
    found = []
    for one in club.look.vouchers:
        name = reward_name(club.edition, one.rule)
        if name == one.rule and one.value_minor:
            name = formats.money(one.value_minor, one.currency, language())
        ends = one.expires_at and one.expires_at - timedelta(microseconds=1)
        found.append({"id": one.id, "name": name, "code": one.code, "ends": ends})
    return found


def _friend(one: Brought, found: Sharing) -> dict[str, Any]:
    states = {
        "signed_up": _("has joined"),
        "held": _("has ordered, counts later"),
        "qualified": _("counts"),
        "rewarded": _("counts"),
        "rejected": _("not counted"),
        "reversed": _("taken back"),
    }
    given = [much(amount, asset_of(found.edition, asset)) for asset, amount in one.given.items()]
    return {
        "name": one.name or _("A friend"),
        "since": one.since,
        "state": states.get(one.state, one.state),
        "given": formats.joined(given, language()),
    }
