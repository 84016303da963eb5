"""The history as members read it: one entry for each thing that happened, with its reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext, ngettext
from msgspec import Struct, structs

from regulars.actions.portal_pages import Past, grouped
from regulars.db.models import VoucherRow
from regulars.engine.arrivals import AnyFact
from regulars.engine.calendar import datetime_of
from regulars.engine.edition import Asset
from regulars.engine.explaining import Line as Booked
from regulars.engine.facts import Line, Order, Refund
from regulars.engine.happenings import Activity, Grant, Opening, SignUp
from regulars.engine.run import CLAW, EXPIRE, FORFEIT, PRICE, RESTORE
from regulars.portal.telling import voucher_name
from regulars.words import formats
from regulars.words.amounts import asset_of, capital, language, much, named, said, tapped, units
from regulars.words.programme import why_told

MOST_GOODS = 3


class Entry(Struct, frozen=True, kw_only=True):
    """One line of the history."""

    at: datetime
    title: str
    amount: str
    gain: bool
    why: str
    where: str
    balance: str
    kind: str
    cause: str = ""
    also: tuple[str, ...] = ()


class Day(Struct, frozen=True, kw_only=True):
    """What happened on one day."""

    day: date
    entries: list[Entry]


def entries(past: Past, show: str = "") -> list[Entry]:
    """The history, the newest first; `show` is the id of an asset, or "vouchers", or all."""
    found: list[Entry] = []
    for explained in past.explained:
        if show in ("", explained.asset):
            asset = asset_of(past.edition, explained.asset)
            found += _of_asset(past, asset, explained.lines)
    if show in ("", "vouchers"):
        found += [_voucher(past, one) for one in past.vouchers]
    newest = reversed(_together(found))  # of one instant, too: each tells what there was after it
    return sorted(newest, key=lambda one: one.at, reverse=True)


def _together(found: list[Entry]) -> list[Entry]:
    """What one fact brought of several assets is one entry: the first asset's, with the others'
    amounts beside it."""
    first: dict[tuple[str, datetime], Entry] = {}
    for one in found:
        place = (one.cause or f"{one.kind}:{one.title}:{one.balance}", one.at)
        known = first.get(place)
        if known is None or known.kind == one.kind:
            first[place if known is None else (f"{id(one)}", one.at)] = one
        else:
            first[place] = structs.replace(known, also=(*known.also, one.amount))
    return list(first.values())


def by_day(listed: Iterable[Entry]) -> list[Day]:
    """Entries under the days on which they happened."""
    days: dict[date, list[Entry]] = {}
    for one in listed:
        days.setdefault(timezone.localtime(one.at).date(), []).append(one)
    return [Day(day=day, entries=mine) for day, mine in days.items()]


def _of_asset(past: Past, asset: Asset, lines: list[Booked]) -> list[Entry]:
    """Lines of one cause and one instant are one entry; each with the balance after it."""
    balance, found = 0, []
    for group in grouped(lines):
        amount = sum(line.amount for line in group)
        balance += amount
        if amount:
            found.append(_entry(past, asset, group, (amount, balance)))
    return found


def _entry(past: Past, asset: Asset, group: list[Booked], figures: tuple[int, int]) -> Entry:
    amount, balance = figures
    first = group[0]
    fact = past.facts.get(first.fact)
    main = asset.id == past.edition.assets[0].id
    shown = units(amount, asset, sign=True)
    return Entry(
        at=datetime_of(first.at),
        title=_title(past, first, fact, asset),
        amount=shown if main or asset.currency else f"{shown}\xa0{named(asset, amount)}",
        gain=amount > 0,
        why=_why(past, asset, group, fact),
        where=_where(past, first, fact),
        balance=much(balance, asset),
        kind=asset.id,
        cause=f"{first.fact}:{first.step}",
    )


def _title(past: Past, line: Booked, fact: AnyFact | None, asset: Asset) -> str:
    if line.step == EXPIRE:
        return gettext("%(asset)s ran out") % {"asset": capital(named(asset))}
    if line.step == FORFEIT:
        return gettext("You left the programme")
    if line.step == PRICE:
        return _reward(past, line) or gettext("Used")
    if isinstance(fact, Refund):
        goods = _returned(past, fact)
        return gettext("Returned: %(goods)s") % {"goods": goods} if goods else gettext("Returned")
    if isinstance(fact, Order):
        return _goods(past, fact)
    if isinstance(fact, Grant) and fact.key in past.scans:
        return gettext("Scanned at the counter")
    if isinstance(fact, Grant):
        return gettext("From us, by hand")
    if isinstance(fact, Opening):
        return gettext("Brought over from before")
    if isinstance(fact, SignUp):
        return gettext("You joined")
    if isinstance(fact, Activity):
        return tapped(past.edition, fact.kind, "", 0)
    if line.rule in {rule.name_in_state for rule in past.edition.referrals}:
        return gettext("A friend came because of you")
    return _reward(past, line) or capital(named(asset))


def _reward(past: Past, line: Booked) -> str:
    wanted = past.redeemed.get(line.fact) or line.rule
    names = {one.name_in_state: getattr(one, "name", "") for one in past.edition.rewards}
    return capital(said(names[wanted])) if names.get(wanted) else ""


def _returned(past: Past, fact: Refund) -> str:
    """What went back: what the return tells, else all of its order."""
    order = past.facts.get(fact.order)
    names = _names(past, fact.lines) or (isinstance(order, Order) and _names(past, order.lines))
    return _listed(names) if names else ""


def _goods(past: Past, fact: Order) -> str:
    names = _names(past, fact.lines)
    if not names and fact.key in past.cashiers:
        return gettext("At the counter")
    if not names:
        number = fact.number or ""
        return gettext("Order %(number)s") % {"number": number} if number else gettext("An order")
    return _listed(names)


def _names(past: Past, lines: Iterable[Line]) -> list[str]:
    told = (_good(past, line) for line in lines if line.kind == "goods")
    return list(dict.fromkeys(filter(None, told)))


def _listed(names: list[str]) -> str:
    if len(names) > MOST_GOODS:
        more = len(names) - MOST_GOODS + 1
        told = ngettext("%(count)s more thing", "%(count)s more things", more) % {"count": more}
        names = [*names[: MOST_GOODS - 1], told]
    return capital(formats.joined(names, language()))


def _good(past: Past, line: Line) -> str:
    """What a line of an order was: its product; else what its kind of goods is called, and how
    many."""
    if line.product:
        return past.products.get(line.product, line.product)
    if not line.category:
        return ""
    known = past.edition.names.get(line.category)
    kind = said(known) if known else line.category.replace("_", " ")
    return f"{kind} ({formats.number(line.quantity, language())})" if line.quantity > 1 else kind


def _why(past: Past, asset: Asset, group: list[Booked], fact: AnyFact | None) -> str:
    first = group[0]
    if first.step == EXPIRE:
        return gettext("They were not used in time.")
    if first.step == PRICE:
        return gettext("You chose this. What would have run out first was used.")
    if first.step == RESTORE:
        return gettext("It was taken back, so you have them again.")
    if first.step == CLAW and isinstance(fact, Refund):
        back = formats.money(fact.amount_minor, fact.currency, language())
        return gettext("You got %(money)s back, so what it had earned went back too.") % {
            "money": back
        }
    if isinstance(fact, Grant) and fact.key in past.scans:
        return gettext("For the code that you scanned there.")
    rules = {line.rule for line in group}
    whys = [one for line in group for one in line.whys if (one.asset or asset.id) == asset.id]
    given = [one for one in whys if one.amount or one.rule in rules]
    told = [
        *_off(past, fact),
        *(why_told(one, past.edition_at(one.at), language()) for one in given),
    ]
    return " ".join(_sentence(one) for one in dict.fromkeys(told))


def _off(past: Past, fact: AnyFact | None) -> Iterator[str]:
    """What an order was less, and so what it earned, because a friend had sent the buyer."""
    off = past.welcomed.get(fact.key) if isinstance(fact, Order) else None
    if isinstance(fact, Order) and off:
        worth = off if isinstance(off, str) else formats.money(off, fact.currency, language())
        yield gettext("%(worth)s off, because a friend sent you.") % {"worth": worth}


def _sentence(text: str) -> str:
    text = capital(text)
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def _where(past: Past, line: Booked, fact: AnyFact | None) -> str:
    at = formats.clock(datetime_of(line.at), language(), timezone.get_current_timezone())
    place = getattr(fact, "place", "") or past.scans.get(line.fact, "")
    who = past.cashiers.get(line.fact, "")
    return " · ".join(filter(None, [at, past.places.get(place, place), who]))


def _voucher(past: Past, row: VoucherRow) -> Entry:
    states = {
        "open": gettext("Ready to use."),
        "used": gettext("It has been used."),
        "expired": gettext("It ran out and was not used."),
        "revoked": gettext("It was taken back."),
    }
    return Entry(
        at=row.issued_at,
        title=gettext("Voucher: %(name)s") % {"name": voucher_name(past.edition, row)},
        amount="+1" if row.state == "open" else "",
        gain=row.state == "open",
        why=states.get(row.state, ""),
        where=formats.clock(row.issued_at, language(), timezone.get_current_timezone()),
        balance="",
        kind="vouchers",
    )
