"""What members read: figures and rules as sentences, by the words of the programme."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext, ngettext
from msgspec import Struct, structs

from regulars.actions.looking import OpenVoucher
from regulars.actions.portal_pages import Club
from regulars.actions.portal_rewards import HERE
from regulars.actions.quoting import Offer
from regulars.db.models import VoucherRow
from regulars.db.queries import rewards
from regulars.engine.edition import Edition
from regulars.engine.kinds.referrals.payout import Gift
from regulars.engine.kinds.referrals.two_sided import TwoSided
from regulars.engine.texts import parse_money
from regulars.words import formats
from regulars.words.amounts import asset_of, capital, language, much, of_metric, said, units
from regulars.words.birthdays import days_of

SHORT = "insufficient_points"


class Thing(Struct, frozen=True, kw_only=True):
    """A reward as it is offered: what it costs, whether it can be had, and how far it is."""

    id: str
    name: str
    inside: str
    price: str
    may: bool
    here: bool
    percent: int = 0
    missing: str = ""
    why: str = ""
    needs: int = 0
    picture: str = ""
    left: int | None = None


def things(club: Club) -> list[Thing]:
    """Rewards that are asked for: what can be had first, then the nearest."""
    rules = {rule.name_in_state: rule for rule in club.edition.rewards}
    found = [_thing(one, rules.get(one.reward), club) for one in club.offers]
    return sorted(found, key=lambda one: (not one.may, one.needs))


def pictured(club: Club, found: list[Thing]) -> list[Thing]:
    """The same with their pictures, and how many are left where that is counted."""
    goods = rewards.goods(club.edition.programme_id, rewards.stocks_of(club.edition))
    shown = []
    for one in found:
        good = goods.get(one.id, rewards.Goods())
        picture = reverse("portal:picture", args=[good.picture]) if good.picture else ""
        shown.append(structs.replace(one, picture=picture, left=good.left))
    return shown


def _thing(offer: Offer, rule: Any, club: Club) -> Thing:
    asset = asset_of(club.edition, offer.asset or str(getattr(rule, "asset", "") or ""))
    inside = said(getattr(rule, "name", offer.reward))
    needs, has = _int(offer.params.get("needs")), _int(offer.params.get("has"))
    short = not offer.may and offer.code == SHORT and needs > 0
    price = offer.price or needs
    open_price = bool(getattr(rule, "levels", ()) or getattr(rule, "any_price", False))
    free = "" if open_price else gettext("free")
    return Thing(
        id=offer.reward,
        name=capital(inside),
        inside=inside,
        price=much(price, asset) if price else free,
        may=offer.may,
        here=isinstance(rule, HERE),
        percent=min(100 * has // needs, 100) if short else 0,
        missing=much(needs - has, asset) if short else "",
        why="" if offer.may or short else _why_not(offer, club.edition),
        needs=price or (0 if offer.may else 1 << 60),
    )


def _int(value: Any) -> int:
    return value if isinstance(value, int) else 0


def _why_not(offer: Offer, edition: Edition) -> str:
    from regulars.words.programme import refusal  # noqa: PLC0415 - heavy words, only when needed

    told = days_of(offer.reward, offer.code, edition)
    return told or refusal(offer.code, offer.params, edition, language())


def voucher_name(edition: Edition, voucher: VoucherRow | OpenVoucher) -> str:
    """What a voucher is good for."""
    names = {one.name_in_state: getattr(one, "name", "") for one in edition.rewards}
    if names.get(voucher.rule):
        return capital(said(names[voucher.rule]))
    if voucher.value_minor and voucher.currency:
        return formats.money(voucher.value_minor, voucher.currency, language())
    return capital((voucher.item or voucher.kind).replace("_", " "))


class Mark(Struct, frozen=True, kw_only=True):
    """A point on a track; `at` in percent of its width."""

    at: str
    name: str
    figure: str
    reached: bool
    last: bool


class Track(Struct, frozen=True, kw_only=True):
    """A road with its milestones: how far it is done, in percent of its width."""

    done: str
    marks: list[Mark]
    label: str


WIDTH = Decimal("96.5")
"""Where the last milestone stands, in percent: its dot must not be cut off."""
LETTER = Decimal("2.4")
"""How wide a letter is below a track on a phone, in percent of the track."""


def track(has: Decimal, points: Iterable[tuple[Decimal, str, str]], label: str) -> Track | None:
    """Milestones by what each needs, its name and its figure; at most four, the last one next."""
    listed = sorted(points)
    ahead = next((n for n, one in enumerate(listed) if one[0] > has), len(listed) - 1)
    chosen = listed[max(0, ahead - 2) : ahead + 1]
    if not chosen or chosen[-1][0] <= 0:
        return None
    whole = chosen[-1][0]
    places = [_place(need, whole) for need, _name, _figure in chosen]
    marks = [
        Mark(at=str(at), name=name, figure=figure, reached=need <= has, last=n == len(chosen) - 1)
        for n, (at, (need, name, figure)) in enumerate(zip(places, chosen, strict=True))
        if n == len(chosen) - 1 or at < 75
    ]
    return Track(done=str(_place(min(has, whole), whole)), marks=_named(marks), label=label)


def _named(marks: list[Mark]) -> list[Mark]:
    """The same without the words of those that would run into the next one's on a phone."""
    kept: list[Mark] = []
    free = Decimal(100)
    for mark in reversed(marks):
        width = max(len(mark.name), len(mark.figure)) * LETTER
        right = free if mark.last else Decimal(mark.at) + width / 2
        fits = right <= free and right - width >= 0
        free = right - width - LETTER if fits else free
        kept.insert(0, mark if fits or mark.last else structs.replace(mark, name="", figure=""))
    return kept


def _place(need: Decimal, whole: Decimal) -> Decimal:
    return (max(need, Decimal(0)) / whole * WIDTH).quantize(Decimal("0.1"))


class Road(Struct, frozen=True, kw_only=True):
    """The way to something: a heading, a sentence, a track."""

    title: str
    text: str
    track: Track | None = None
    rights: list[str] = []
    more: str = ""


def to_reward(club: Club) -> Road | None:
    """How far it is to the next reward, and what can be had already."""
    all_ = [one for one in things(club) if one.needs < 1 << 60]
    main = club.edition.assets[0]
    ahead = [one for one in all_ if one.missing]
    ready = [one.inside for one in all_ if one.may]
    has = club.look.balances[main.id].available
    points = [
        (Decimal(one.needs), under_dot(one.name), units(one.needs, main))
        for one in all_
        if one.needs and (one.may or one.missing)
    ]
    if not ahead:
        if not ready:
            return None
        title = gettext("Everything is in reach")
    else:
        title = gettext("%(name)s in %(missing)s") % {
            "name": ahead[0].name,
            "missing": ahead[0].missing,
        }
    text = ""
    if ready:
        text = gettext("Yours today, if you like: %(names)s.") % {
            "names": formats.joined(ready, language())
        }
    label = gettext("%(has)s of %(needs)s") % {
        "has": units(has, main),
        "needs": much(max((one.needs for one in all_), default=0), main),
    }
    return Road(title=title, text=text, track=track(Decimal(has), points, label))


ARTICLES = ("A ", "An ", "One ", "Ein ", "Eine ", "Einen ", "Jeden ", "Jedna ", "O ", "Un ")
THING_FIRST = ("pl", "ro")
"""Languages that say first what a thing is, and then of which kind: "kubek wielorazowy"."""


def under_dot(name: str) -> str:
    """A name without its article and what follows, so that it fits under a dot."""
    for article in ARTICLES:
        if name.startswith(article):
            name = capital(name[len(article) :])
    if len(name) < 10:
        return name
    first = language().split("-")[0] in THING_FIRST
    return name.split()[0 if first else -1].capitalize()


def to_tier(club: Club) -> Road | None:
    """How far it is to the next tier."""
    if club.has is None or len(club.rungs) < 2:
        return None
    rungs = sorted(club.rungs, key=lambda one: one.needs)
    ahead = next((one for one in rungs if one.needs > club.has), None)
    mine = next((one for one in club.edition.tiers if one.id == club.look.tier), None)
    points = [(one.needs, said(one.tier.name), _figure(one.needs, club)) for one in rungs]
    values = {"tier": said(mine.name) if mine else "", "has": _figure(club.has, club)}
    if ahead is None:
        return Road(title=gettext("You are %(tier)s") % values, text=_until(club), track=None)
    values |= {
        "next": said(ahead.tier.name),
        "needs": _figure(ahead.needs, club),
        "missing": _figure(ahead.needs - club.has, club),
    }
    return Road(
        title=gettext("%(missing)s to %(next)s") % values,
        text=" ".join(filter(None, [_counted(club, values), _until(club)])),
        track=track(club.has, [one for one in points if one[0] > 0], _label(values)),
        rights=[said(one) for one in ahead.tier.rights],
        more=gettext("What %(next)s adds") % values,
    )


def _figure(value: Decimal, club: Club) -> str:
    return of_metric(value, club.metric, club.edition)


def _label(values: dict[str, str]) -> str:
    return gettext("%(has)s of %(needs)s to %(next)s") % values


def _counted(club: Club, values: dict[str, str]) -> str:
    months = getattr(club.edition.standing, "months", 0)
    if months:
        sentence = ngettext(
            "%(has)s in the last month count; it takes %(needs)s.",
            "%(has)s in the last %(months)s months count; it takes %(needs)s.",
            months,
        )
        return sentence % {**values, "months": months}
    return gettext("%(has)s count so far; it takes %(needs)s.") % values


def _until(club: Club) -> str:
    if club.look.tier_until is None or not club.edition.tiers:
        return ""
    mine = next((one for one in club.edition.tiers if one.id == club.look.tier), None)
    if mine is None or mine is club.edition.tiers[0]:
        return ""
    return gettext("%(tier)s is yours until %(day)s at least.") % {
        "tier": said(mine.name),
        "day": formats.last_usable_day(club.look.tier_until, language(), club.look.at.tzinfo),  # type: ignore[arg-type]
    }


class Both(Struct, frozen=True, kw_only=True):
    """What a friend and an advocate get, in two figures, each with what it takes."""

    friend: str
    friend_how: str
    advocate: str
    advocate_how: str


def both(rule: TwoSided, edition: Edition) -> Both:
    """The two sides of a referral rule in a few words; empty figures where there is nothing."""
    pay = rule.pays[0]
    friend, how = _offer(rule)
    if not friend:
        friend, how = _gifts(pay.friend, edition), gettext("as a welcome")
    least = _money(pay.at_least)
    after = gettext("when your order stays") if pay.after == "order" else gettext("when you join")
    if pay.after == "order" and least:
        after = gettext("for a first order from %(least)s that is kept") % {"least": least}
    return Both(
        friend=friend,
        friend_how=how,
        advocate=_gifts(pay.advocate, edition),
        advocate_how=after,
    )


def _offer(rule: TwoSided) -> tuple[str, str]:
    offer = rule.offer
    if offer is None:
        return "", ""
    worth = _money(offer.amount) if offer.amount else f"{offer.percent}\xa0%"
    least = _money(offer.from_)
    if least:
        return worth, gettext("off the first order from %(least)s") % {"least": least}
    return worth, gettext("off the first order")


def _money(text: str | None) -> str:
    if not text:
        return ""
    found = parse_money(text)
    return formats.money(found.minor, found.currency, language())


def _gifts(gifts: list[Gift], edition: Edition) -> str:
    told = []
    for gift in [one for one in gifts if one.who is None] or gifts[:1]:
        if gift.amount is not None:
            asset = asset_of(edition, str(gift.asset or ""))
            told.append(much(int(Decimal(str(gift.amount)).scaleb(asset.decimals)), asset))
        elif gift.percent is not None:
            told.append(gettext("%(percent)s %% back") % {"percent": gift.percent})
        else:
            told.append(_money(gift.value) or gettext("a voucher"))
    return formats.joined(told, language()).replace("\xa0", " ")


def rules_of_friends(edition: Edition) -> list[str]:
    """The referral rules in sentences."""
    from regulars.words.programme import terms  # noqa: PLC0415 - heavy words, only when needed

    ids = {rule.name_in_state for rule in edition.referrals}
    return [
        sentence.text
        for section in terms(edition, language())
        for sentence in section.sentences
        if ids & set(sentence.rules)
    ]


def short_terms(edition: Edition) -> list[str]:
    """How a programme gives, in its first sentences."""
    from regulars.words.programme import terms  # noqa: PLC0415 - heavy words, only when needed

    sections = terms(edition, language())
    return [sections[0].sentences[0].text] if sections and sections[0].sentences else []
