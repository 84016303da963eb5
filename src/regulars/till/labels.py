"""What is told of a scene: names, amounts and reasons as the cashier reads them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from msgspec import Struct, structs

from regulars.actions.looking import Look, OpenVoucher
from regulars.actions.quoting import Offer
from regulars.actions.refused import Refused
from regulars.actions.till_looking import Place, Scene, TapOffer, spending
from regulars.db.queries import rewards
from regulars.db.queries.till import Brief
from regulars.engine.edition import Edition
from regulars.engine.run import Why
from regulars.engine.texts import in_language, parse_money
from regulars.till.asking import Wanted
from regulars.words import formats
from regulars.words import programme as programme_words
from regulars.words.amounts import capital, language
from regulars.words.birthdays import days_of
from regulars.words.programme.voice import Voice
from regulars.words.reasons import REASONS, sentence

MOST_REASONS = 4


class Row(Struct, frozen=True, kw_only=True):
    """Something that may be used: its `name` (of a button) and `value`, what it is and costs."""

    field: str
    value: str
    title: str
    note: str
    icon: str = "gift"
    cost: str = ""
    on: bool = False
    picture: str = ""


class Stepper(Struct, frozen=True, kw_only=True):
    """Points that pay a part: how much now, and by how much a tap changes it."""

    title: str
    note: str
    worth: str
    points: str
    block: int


def voice(edition: Edition) -> Voice:
    """What an edition's names are in the active language."""
    return Voice(edition, language())


def amount(minor: int, edition: Edition, asset: str) -> str:
    """So much of an asset, with its name: "8 points"."""
    speaks = voice(edition)
    return speaks.counted(speaks.units(minor, asset), asset)


def bare(minor: int, edition: Edition, asset: str) -> str:
    """So much of an asset, without its name."""
    speaks = voice(edition)
    return (
        speaks.counted(speaks.units(minor, asset), asset, with_name=False)
        if speaks.asset(asset).currency
        else speaks.number(speaks.units(minor, asset))
    )


def details(member: Brief) -> str:
    """How a person is told apart: at most three digits of each number."""
    parts = []
    if member.phone:
        parts.append(gettext("phone ··%(digits)s") % {"digits": member.phone})
    if member.card:
        parts.append(gettext("card ··%(digits)s") % {"digits": member.card})
    return " · ".join(parts)


def name_of(member: Brief) -> str:
    """What somebody is called; some only gave a number."""
    return member.name or gettext("A member without a name")


def short_name(member: Brief) -> str:
    """First name and a letter: whoever stands beside them, or finds the tablet, need not read
    more."""
    first, _, last = name_of(member).partition(" ")
    if not member.name:
        return details(member) or name_of(member)
    return f"{first} {last[:1]}." if last else first


def tier_of(place: Place) -> str:
    """What a tier is called."""
    return tier_named(place.edition, place.look.tier)


def tier_named(edition: Edition, tier: str) -> str:
    known = {one.id: one for one in edition.tiers}
    return in_language(known[tier].name, language()) if tier in known else ""


def holdings(places: Iterable[Place]) -> list[dict[str, str]]:
    """What somebody has of each asset, and how far the next tier is."""
    rows = []
    for place in places:
        speaks = voice(place.edition)
        for asset, balance in place.look.balances.items():
            rows.append(
                {
                    "label": capital(speaks.many(asset)),
                    "value": bare(balance.available, place.edition, asset),
                    "programme": place.programme,
                    "asset": asset,
                }
            )
        if place.next_tier:
            label = gettext("To %(tier)s") % {"tier": tier_named(place.edition, place.next_tier)}
            rows.append({"label": label, "value": gap(place)})
    return rows


def gap(place: Place) -> str:
    """How far it is, in what the ladder counts: money where that is what was spent."""
    metric = getattr(place.edition.standing, "metric", "")
    kinds = {one.name_in_state: str(one.__struct_config__.tag) for one in place.edition.metrics}
    if kinds.get(metric) == "spent":
        return voice(place.edition).money_number(str(place.gap))
    return formats.number(place.gap.normalize() if place.gap else Decimal(0), language())


def usable(scene: Scene, state: Wanted) -> list[Row]:
    """What may be used on this sale, what is on it first."""
    rows = [
        *(row for place in scene.places for row in _rewards(place, state)),
        *(_voucher(one, place, state) for place in scene.places for one in place.look.vouchers),
    ]
    return sorted(rows, key=lambda row: not row.on)


def _rewards(place: Place, state: Wanted) -> Iterator[Row]:
    """The rewards of a programme that may be used, with pictures, and how many are left."""
    offers = [one for one in place.offers if _may(one, place, state)]
    goods = rewards.goods(place.programme, rewards.stocks_of(place.edition)) if offers else {}
    for one in offers:
        row, good = _reward(one, place, state), goods.get(one.reward, rewards.Goods())
        left = "" if good.left is None else gettext("%(n)s left") % {"n": good.left}
        picture = reverse("portal:picture", args=[good.picture]) if good.picture else ""
        note = " · ".join(filter(None, [row.note, left]))
        yield structs.replace(row, note=note, picture=picture)


def _may(offer: Offer, place: Place, state: Wanted) -> bool:
    return offer.may or _is_on(offer, place, state)


def _is_on(offer: Offer, place: Place, state: Wanted) -> bool:
    return any(
        use.programme == place.programme and use.reward == offer.reward for use in state.uses
    )


def _reward(offer: Offer, place: Place, state: Wanted) -> Row:
    on = _is_on(offer, place, state)
    price = amount(offer.price, place.edition, offer.asset) if offer.price else gettext("free")
    return Row(
        field="off" if on else "on",
        value=f"{place.programme}.{offer.reward}",
        title=capital(reward_name(place.edition, offer.reward)),
        note=gettext("%(price)s · on this sale") % {"price": price} if on else price,
        cost=f"−{price}" if offer.price else price,
        on=on,
    )


def reward_name(edition: Edition, reward: str) -> str:
    """What a reward is called."""
    for rule in edition.rewards:
        if rule.name_in_state == reward and (named := getattr(rule, "name", None)):
            return in_language(named, language())
    return reward


def _voucher(voucher: OpenVoucher, place: Place, state: Wanted) -> Row:
    on = voucher.id in state.vouchers
    until = ""
    if voucher.expires_at:
        zone = timezone.get_current_timezone()
        day = formats.last_usable_day(voucher.expires_at, language(), zone)
        until = gettext("until %(day)s") % {"day": day}
    parts = [gettext("voucher"), until, gettext("on this sale") if on else ""]
    return Row(
        field="voff" if on else "von",
        value=voucher.id,
        title=capital(_worth(voucher, place.edition)),
        note=" · ".join(part for part in parts if part),
        icon="ticket",
        cost=gettext("voucher"),
        on=on,
    )


def _worth(voucher: OpenVoucher, edition: Edition) -> str:
    if voucher.value_minor:
        return voice(edition).money(voucher.value_minor, voucher.currency)
    if voucher.item:
        named = edition.names.get(voucher.item)
        return in_language(named, language()) if named else reward_name(edition, voucher.item)
    return reward_name(edition, voucher.rule)


def steppers(scene: Scene, state: Wanted) -> list[Stepper]:
    """Points as money, where a programme has that."""
    found = []
    for place in scene.places:
        rule = spending(place.edition)
        if rule is None:
            continue
        speaks, asset = voice(place.edition), rule.asset or place.edition.assets[0].id
        block = int(Decimal(str(rule.price)).scaleb(speaks.asset(asset).decimals))
        worth = parse_money(rule.value)
        if place.look.balances[asset].available < block and not state.spend:
            continue
        told = {"points": speaks.counted(str(rule.price), asset), "money": speaks.money(*worth)}
        found.append(
            Stepper(
                title=capital(in_language(rule.name, language())),
                note=gettext("%(points)s are %(money)s") % told,
                worth=speaks.money(state.spend // block * worth.minor, worth.currency),
                points=bare(state.spend, place.edition, asset),
                block=block,
            )
        )
    return found


def unusable(scene: Scene, state: Wanted) -> list[str]:
    """Everything that may not be used, each with its reason, in a few words."""
    told = []
    for place in scene.places:
        for offer in place.offers:
            if not _may(offer, place, state):
                name = reward_name(place.edition, offer.reward)
                told.append(f"{capital(name)}: {why_not(offer, place.edition)}")
    return told


def why_not(offer: Offer, edition: Edition) -> str:
    """Why a reward may not be had, shortly where it is a matter of points."""
    needs, has = offer.params.get("needs"), offer.params.get("has")
    if offer.code == "insufficient_points" and isinstance(needs, int) and isinstance(has, int):
        asset = str(offer.params.get("asset") or edition.assets[0].id)
        return gettext("%(missing)s to go") % {"missing": amount(needs - has, edition, asset)}
    told = days_of(offer.reward, offer.code, edition)
    return told or programme_words.refusal(offer.code, offer.params, edition, language())


def refusal(refused: Refused, editions: dict[str, Edition]) -> str:
    """Why something was refused, by a programme or by us."""
    edition = editions.get(str(refused.params.get("programme", "")))
    if refused.code in REASONS or edition is None:
        return sentence(refused.code, refused.params)
    return programme_words.refusal(refused.code, refused.params, edition, language())


def whys(said: Iterable[tuple[str, Why]], editions: dict[str, Edition]) -> list[dict[str, str]]:
    """What each rule gave and why, one line each, those that gave something first."""
    lines = []
    for programme, why in said:
        edition = editions.get(programme)
        if edition is None:
            continue
        asset = why.asset or edition.assets[0].id
        shown = amount(abs(why.amount), edition, asset) if why.amount else ""
        sign = "+" if why.amount > 0 else "−"
        text = programme_words.why_told(why, edition, language())
        lines.append({"text": text, "amount": f"{sign}{shown}" if shown else ""})
    return sorted(lines, key=lambda line: not line["amount"])


def touched(said: Iterable[tuple[str, Why]]) -> list[tuple[str, Why]]:
    """The answers of rules that had a part in a sale."""
    return [one for one in said if programme_words.touched(one[1])]


def gave(given: dict[str, dict[str, int]], editions: dict[str, Edition]) -> list[str]:
    """What was given and taken: "+8 points"."""
    told = []
    for programme, amounts in given.items():
        for asset, minor in amounts.items():
            if programme in editions and minor:
                sign = "+" if minor > 0 else "−"
                told.append(f"{sign}{amount(abs(minor), editions[programme], asset)}")
    return told


def taps(offers: Iterable[TapOffer], editions: dict[str, Edition]) -> list[dict[str, str]]:
    """The buttons that book by one tap."""
    rows = []
    for one in offers:
        edition = editions[one.programme]
        named = edition.activities.get(one.activity)
        act = in_language(named, language()) if named else one.activity
        text = capital(act) if one.activity else "+ " + amount(one.amount, edition, one.asset)
        rows.append({"text": text, "value": f"{one.programme}.{one.activity}.{one.asset}"})
    return rows


def used(uses: Iterable[dict[str, Any]], editions: dict[str, Edition]) -> list[dict[str, str]]:
    """The rewards of a sale, with what they took."""
    rows = []
    for one in uses:
        edition = editions.get(one["programme"])
        if edition is not None:
            price = int(one.get("price", 0))
            cost = f"−{amount(price, edition, one['asset'])}" if price else gettext("free")
            rows.append({"text": capital(reward_name(edition, one["reward"])), "amount": cost})
    return rows


def standing(looks: Iterable[Look], editions: dict[str, Edition]) -> str:
    """What somebody has now, in one line."""
    parts = [
        amount(balance.available, editions[look.programme], asset)
        for look in looks
        for asset, balance in look.balances.items()
        if look.programme in editions
    ]
    return formats.joined(parts, language())


def categories(names: Iterable[str], edition: Edition, chosen: str) -> list[dict[str, Any]]:
    """The kinds of goods to choose from."""
    return [
        {
            "code": code,
            "name": capital(in_language(edition.names.get(code, code), language())),
            "on": code == chosen,
        }
        for code in names
    ]


def clock(at: datetime) -> str:
    """The time of day in the business's zone."""
    return formats.clock(at, language(), timezone.get_current_timezone())
