"""The lines of a member's balances, as entries of a timeline: what happened, how much, and why."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _
from msgspec import Struct, structs

from regulars.actions.portal_pages import Past, grouped
from regulars.db.queries.programmes import editions_of
from regulars.engine.arrivals import AnyFact
from regulars.engine.calendar import datetime_of
from regulars.engine.edition import Asset
from regulars.engine.explaining import Line
from regulars.engine.facts import Order, Refund
from regulars.engine.happenings import Activity, Grant, Opening, SignUp
from regulars.engine.run import CLAW, EXPIRE, FORFEIT, PRICE, RESTORE
from regulars.words import formats
from regulars.words.amounts import (
    asset_of,
    capital,
    language,
    much,
    named,
    reward_name,
    units,
)
from regulars.words.programme import why_told


class Reason(Struct, frozen=True, kw_only=True):
    """What one rule answered, and the amount that came of it (empty: nothing)."""

    text: str
    amount: str


class Entry(Struct, frozen=True, kw_only=True):
    """A movement of one balance: `amount` with its sign, `balance` after it; `fact` and `units`
    say which, `edition` is the number of the one whose rules were asked, `back` is where it can be
    taken back."""

    at: datetime
    icon: str
    title: str
    amount: str
    balance: str
    reasons: list[Reason]
    meta: str = ""
    fact: str = ""
    asset: str = ""
    units: str = ""
    edition: int = 0
    redeemed: bool = False
    back: str = ""


def entries(past: Past) -> list[Entry]:
    """Every movement of every balance, the newest first."""
    found: list[Entry] = []
    known = editions_of(past.edition.programme_id, timezone.now())
    numbers = {one.edition: one.number for one in known}
    for explained in past.explained:
        asset = asset_of(past.edition, explained.asset)
        balance = 0
        for group in grouped(explained.lines):
            amount = sum(line.amount for line in group)
            balance += amount
            if amount:
                entry = _entry(past, asset, group, balance)
                number = numbers.get(past.edition_at(group[0].at).edition, 0)
                found.append(structs.replace(entry, edition=number))
    return sorted(found, key=lambda one: one.at, reverse=True)


def _entry(past: Past, asset: Asset, group: list[Line], balance: int) -> Entry:
    first, fact = group[0], past.facts.get(group[0].fact)
    amount = sum(line.amount for line in group)
    main = asset.id == past.edition.assets[0].id
    icon, title = _title(past, first, fact, asset)
    place = getattr(fact, "place", "")
    told = [past.places.get(place, place), past.cashiers.get(first.fact, "")]
    return Entry(
        at=datetime_of(first.at),
        icon=icon,
        title=title,
        amount=units(amount, asset, sign=True) if main else much(amount, asset, sign=True),
        balance=units(balance, asset),
        reasons=_reasons(past, asset, group),
        meta=" · ".join(filter(None, told)),
        fact=first.fact,
        asset=asset.id,
        units=f"{Decimal(amount).scaleb(-asset.decimals):f}",
        redeemed=first.step == PRICE,
    )


def _title(past: Past, line: Line, fact: AnyFact | None, asset: Asset) -> tuple[str, str]:
    """The picture and the heading of an entry."""
    if line.step == EXPIRE:
        return "clock", _("%(asset)s ran out") % {"asset": capital(named(asset))}
    if line.step == FORFEIT:
        return "door", _("Left the programme")
    if line.step == PRICE:
        return "gift", reward_name(past.edition, past.redeemed.get(line.fact) or line.rule)
    if isinstance(fact, Order | Refund):
        money = formats.money(fact.amount_minor, fact.currency, language())
        if isinstance(fact, Refund):
            return "back", _("Refund of %(money)s") % {"money": money}
        return "bag", _("Order of %(money)s") % {"money": money}
    if isinstance(fact, Grant):
        if line.amount < 0:
            return "minus", _("Taken by hand")
        return "plus", _("Given by hand")
    if isinstance(fact, Opening):
        return "save", _("Brought over from before")
    if isinstance(fact, SignUp):
        return "user", _("Joined")
    if isinstance(fact, Activity):
        return "star", capital(fact.kind.replace("_", " "))
    if line.rule in {rule.name_in_state for rule in past.edition.referrals}:
        return "branch", _("A friend came")
    return "star", reward_name(past.edition, line.rule)


def _reasons(past: Past, asset: Asset, group: list[Line]) -> list[Reason]:
    """What the rules said to the fact, those that gave nothing as well."""
    first = group[0]
    fixed = {
        EXPIRE: _("It was not used in time."),
        PRICE: _("It was asked for; what would have run out first was used."),
        RESTORE: _("It was taken back, so it is there again."),
        CLAW: _("What it had earned goes back with the money."),
        FORFEIT: _("Whoever leaves keeps nothing."),
    }
    if first.step in fixed:
        return [Reason(text=fixed[first.step], amount="")]
    found: dict[Reason, None] = {}
    for one in first.whys:
        if (one.asset or asset.id) == asset.id:
            text = capital(why_told(one, past.edition_at(one.at), language()))
            amount = much(one.amount, asset, sign=True) if one.amount else ""
            found[Reason(text=text, amount=amount)] = None
    return list(found)
