"""What an edit changes, in words: for a member, and what gets dearer or shorter."""

from __future__ import annotations

import re

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from regulars.console.views.programme.telling import places_of
from regulars.engine.edition import Edition
from regulars.engine.texts import DURATION_PATTERN, MONEY_PATTERN, compiled
from regulars.programmes.harsher import Harsher
from regulars.words.amounts import asset_of, capital, much, named, said
from regulars.words.programme.asking import label, rule_name, wish
from regulars.words.programme.voice import Voice

NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?")


def told_difference(amounts: dict[str, int], tiers: tuple[str, str], edition: Edition) -> str:
    """ "24 points more, and Regular instead of Guest"."""
    told = []
    for name, amount in amounts.items():
        figure = {"amount": much(abs(amount), asset_of(edition, name))}
        message = _("%(amount)s more") if amount > 0 else _("%(amount)s less")
        told.append(message % figure)
    names = {one.id: said(one.name) for one in edition.tiers}
    was, now = tiers
    if was != now:
        both = {"now": names.get(now, now) or "–", "was": names.get(was, was) or "–"}
        told.append(_("%(now)s instead of %(was)s") % both)
    return ", ".join(told)


def told_worse(one: Harsher, editions: tuple[Edition, Edition]) -> dict[str, str]:
    """Something that is worse for members: what it is called, what it was and is, and whose form
    changes it (nothing where it is gone)."""
    before, after = editions
    section, _dot, rest = one.place.partition(".")
    name, _dot, field = rest.partition(".")
    voice = Voice(after, get_language() or "en")
    what = _called(section, name, after) or _called(section, name, before) or capital(section)
    steps = [step for step in field.split(".") if step and not step.isdecimal()]
    if steps:
        what = f"{what}: {label(_kind(section, name, after), steps[-1])}"
    told = (_value(one.was, voice), _value(one.now, voice))
    if not steps and not one.now:
        told = ("", _("gone"))
    elif not steps and not one.was:
        told = ("", _("new"))
    at = _form_of(section, name, after)
    return {"place": what, "was": told[0], "now": told[1], "at": at}


def _form_of(section: str, name: str, edition: Edition) -> str:
    if section in ("standing", "tiers"):
        return "standing" if edition.standing is not None else ""
    if section == "assets":
        several = enumerate(edition.assets)
        return next((f"assets[{n}]" for n, one in several if one.id == name), "")
    return places_of(edition).get(name, "")


def _called(section: str, name: str, edition: Edition) -> str:
    if section == "standing":
        return _("Standing")
    if section == "tiers":
        return next((said(one.name) for one in edition.tiers if one.id == name), "")
    if section == "assets":
        several = (one for one in edition.assets if one.id == name)
        return next((capital(named(one)) for one in several), "")
    if section == "referrals":
        return wish(section, "two_sided")
    return rule_name(edition, name)


def _kind(section: str, name: str, edition: Edition) -> str:
    several = getattr(edition, section, None)
    rules = several if isinstance(several, list) else []
    found = (one for one in rules if getattr(one, "name_in_state", getattr(one, "id", "")) == name)
    return next((str(getattr(one, "kind", type(one).__name__)) for one in found), "")


def _value(text: str, voice: Voice) -> str:
    """A value of the file as it is read; nothing where it is a part with fields of its own."""
    if compiled(DURATION_PATTERN).search(text):
        return voice.span(text)
    if compiled(MONEY_PATTERN).search(text):
        return voice.money_text(text)
    if NUMBER.fullmatch(text):
        return voice.number(text)
    return "" if text[:1] in "[{" or "_" in text else text
