"""Conditions in words: which goods, which members, when and where."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from babel.dates import get_day_names
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from regulars.engine.conditions import WEEKDAYS, Condition, asks_goods
from regulars.engine.texts import parse_instant
from regulars.words import formats
from regulars.words.programme.voice import Voice

CHANNELS: dict[str, str] = {
    "app": _("in the app"),
    "mobile": _("on the phone"),
    "online": _("online"),
    "shop": _("in the shop"),
    "till": _("at the till"),
}
"""How a sale came about."""
BIRTHDAYS: dict[str, str] = {
    "day": _("on your birthday"),
    "week": _("in the seven days from your birthday on"),
    "month": _("in the month of your birthday"),
}
"""When something holds for one's birthday."""
AFTER_FIRST = Condition(first_order=True)
"""What is not that, comes after it."""


def goods(condition: Condition, voice: Voice) -> str:
    """The goods that a condition asks for: "beans and ground coffee"; empty where it asks none."""
    own = [*condition.category, *condition.product, *condition.brand]
    told = [voice.codes(own)] if own else []
    told += [text for one in condition.all if (text := goods(one, voice))]
    if condition.any and asks_goods(condition.any[0]):
        told.append(voice.either([goods(one, voice) for one in condition.any]))
    if condition.not_ is not None and asks_goods(condition.not_):
        left_out = {"goods": goods(condition.not_, voice)}
        told.append(gettext("everything except %(goods)s") % left_out)
    return voice.listed(told)


def goods_named(condition: Condition) -> int:
    """How many names of goods a condition has; more than one where it joins conditions."""
    own = len([*condition.category, *condition.product, *condition.brand])
    either = 2 * any(map(asks_goods, condition.any))
    without = condition.not_ is not None and asks_goods(condition.not_)
    return own + sum(map(goods_named, condition.all)) + either + without


def circumstances(condition: Condition, voice: Voice) -> str:
    """Everything else that a condition asks for: "for Regulars on Tuesdays"."""
    told = [*_members(condition, voice), *_sale(condition, voice), *_time(condition, voice)]
    told += [text for one in condition.all if (text := circumstances(one, voice))]
    if condition.any and not asks_goods(condition.any[0]):
        told.append(voice.either([circumstances(one, voice) for one in condition.any]))
    if condition.not_ is not None and not asks_goods(condition.not_):
        if condition.not_ == AFTER_FIRST:
            return " ".join([*told, gettext("after the first order")])
        left_out = {"when": circumstances(condition.not_, voice)}
        told.append(gettext("except %(when)s") % left_out)
    return " ".join(told)


def _members(c: Condition, voice: Voice) -> Iterator[str]:
    if c.tier:
        yield gettext("for %(members)s") % {"members": voice.tiers(c.tier)}
    if c.segment:
        yield gettext("for %(members)s") % {"members": voice.codes(c.segment)}
    for name, value in c.attribute.items():
        told = {"what": voice.code(name), "value": voice.code(value)}
        yield gettext("where %(what)s is %(value)s") % told
    if c.first_order:
        yield gettext("for a first order")
    if c.age_from:
        yield gettext("for those of %(years)s and older") % {"years": c.age_from}
    if c.age_below:
        yield gettext("for those under %(years)s") % {"years": c.age_below}
    if c.birthday:
        yield gettext(BIRTHDAYS[c.birthday])


def _sale(c: Condition, voice: Voice) -> Iterator[str]:
    if c.channel:
        yield voice.either([_channel(one, voice) for one in c.channel])
    if c.trade:
        yield gettext("for %(members)s") % {"members": voice.codes(c.trade)}
    if c.place:
        yield gettext("at %(place)s") % {"place": voice.either(list(map(voice.code, c.place)))}
    if c.tender:
        paid = voice.either(list(map(voice.code, c.tender)))
        yield gettext("for what is paid with %(tender)s") % {"tender": paid}
    if c.campaign:
        named = voice.either(list(map(voice.code, c.campaign)))
        yield gettext("during %(campaign)s") % {"campaign": named}
    for name, value in c.labels.items():
        yield gettext("with %(what)s") % {"what": _label(name, value, voice)}
    if c.at_least:
        yield gettext("from %(amount)s on") % {"amount": voice.money_text(c.at_least)}


def _channel(code: str, voice: Voice) -> str:
    if code in voice.edition.names or code not in CHANNELS:
        return gettext("by %(channel)s") % {"channel": voice.code(code)}
    return gettext(CHANNELS[code])


def _label(name: str, value: str, voice: Voice) -> str:
    told = voice.code(name)
    return told if value in ("yes", "true") else f"{told} {voice.code(value)}"


def _time(c: Condition, voice: Voice) -> Iterator[str]:
    if c.from_:
        yield gettext("from %(day)s on") % {"day": day_of_file(voice, c.from_)}
    if c.until:
        yield gettext("until %(day)s") % {"day": day_of_file(voice, c.until)}
    if c.weekday:
        names = get_day_names("wide", locale=formats.locale_of(voice.language))
        days = [names[WEEKDAYS.index(day)] for day in c.weekday]
        yield gettext("on every %(day)s") % {"day": voice.listed(days)}
    if c.hours:
        begin, _dash, end = c.hours.partition("-")
        yield gettext("between %(begin)s and %(end)s") % {"begin": begin, "end": end}
    if c.zone == "member" and (c.hours or c.weekday or c.birthday):
        yield gettext("by your own clock")


def day_of_file(voice: Voice, text: str) -> str:
    """A day or an instant of the file: "13 Jun 2023"."""
    if "T" not in text:
        return formats.short_day(date.fromisoformat(text), voice.language)
    local = voice.local(parse_instant(text))
    day = formats.short_day(local.date(), voice.language)
    return day if local.strftime("%H:%M") == "00:00" else f"{day}, {local:%H:%M}"
