"""What a form asks, in words: labels and hints of fields, options, kinds of rules by wish."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from regulars.engine.edition import Edition
from regulars.programmes.documents import Problem
from regulars.programmes.editing.asking import Question
from regulars.words import programme_files
from regulars.words.amounts import capital, language, named, said
from regulars.words.formats import number
from regulars.words.programme.choices import OPTIONS, WISHES, WISHES_HELP
from regulars.words.programme.fields import FIELDS, HINTS
from regulars.words.programme.phrases import CHANNELS
from regulars.words.programme.voice import Voice

BY_ASSET = frozenset(
    {"points", "price", "levels", "least", "balance", "most_held", "amount", "most", "gives"}
)
"""Numbers that count an asset."""
LIMITS = ("points_", "times_", "cooldown")
"""What the kinds of limits are called."""
WRONG: dict[str, str] = {
    "missing_field": _("Fill this in."),
    "missing_kind": _("Choose one."),
    "unknown_name": _("The programme has no “%(value)s”. Choose one that it has."),
    "bad_money": _("Write an amount such as 12.40; “%(value)s” is none."),
    "bad_duration": _("Write a whole number above 0; “%(value)s” is none."),
    "bad_day": _("Write a day as in 2027-01-31; “%(value)s” is none."),
    "bad_clock": _("Write both times, as in 07:00 and 11:00."),
    "bad_year_day": _("Write day and month as numbers, as in 31 and 12."),
    "bad_id": _("Use small letters, digits and _ only, as in gift_card; “%(value)s” has others."),
    "bad_number": _("Write a number such as 12 or 1.5; “%(value)s” is none."),
    "bad_positive": _("Write a number above 0, such as 12 or 1.5; “%(value)s” is none."),
    "bad_whole": _("Write a whole number such as 12; “%(value)s” is none."),
}
"""What is wrong with an answer, where the form asks otherwise than the file does."""


def label(owner: str, name: str) -> str:
    """What a field is called."""
    owner = _own(owner, name)
    found = FIELDS.get(f"{owner}.{name}") or FIELDS.get(name)
    return gettext(found) if found else capital(name.replace("_", " "))


def hint(owner: str, name: str) -> str:
    """What stands below it; empty where the label says enough."""
    own = f"{_own(owner, name)}.{name}"
    if own in HINTS:
        return gettext(HINTS[own])
    return gettext(HINTS[name]) if own not in FIELDS and name in HINTS else ""


def _own(owner: str, name: str) -> str:
    """Every limit names its rules as a modifier does."""
    return "multiply" if name == "of" and owner.startswith(LIMITS) else owner


def wish(family: str, kind: str) -> str:
    """What a kind of rule is for."""
    found = WISHES.get(f"{family}.{kind}")
    return gettext(found) if found else capital(kind.replace("_", " "))


def wish_help(family: str, kind: str) -> str:
    """A sentence more on it, or nothing."""
    found = WISHES_HELP.get(f"{family}.{kind}")
    return gettext(found) if found else ""


def wrong(problem: Problem, question: str, edition: Edition) -> str:
    """What is wrong with an answer, for the reader of the form."""
    code = problem.code
    if code == "finer_than_asset" and str(problem.params["limit"]) == "1":
        return _whole(problem, edition)
    form = str(problem.params.get("form", ""))
    if code in ("bad_form", "wrong_type"):
        got = problem.params.get("expected") == ("whole_number",)
        code = f"bad_{'positive' if form == 'not_negative' else form or ('whole' if got else '')}"
    if code in WRONG:
        return gettext(WRONG[code]) % {"value": problem.params.get("value", "")}
    return programme_files.without_line(problem, question)


def _whole(problem: Problem, edition: Edition) -> str:
    """Of something that has no parts, told with the whole number below what was written."""
    name = str(problem.params["asset"])
    asset = next((named(one) for one in edition.assets if one.id == name), name)
    below = max(1, int(Decimal(str(problem.params["got"]))))
    told = {"asset": asset, "example": number(str(below), language())}
    return gettext("Whole %(asset)s only, such as %(example)s.") % told


def option(question: Question, value: str, edition: Edition, names: dict[str, str]) -> str:
    """What an option is called: a part of the programme by its name, a word by its meaning."""
    about, own = question.leaf.about, f"{question.name}.{value}"
    if about == "kind":
        return wish(question.family, value)
    if about == "unit":
        return gettext(OPTIONS[f"unit.{value}"]) if f"unit.{value}" in OPTIONS else value
    if about in ("option", "window"):
        found = OPTIONS.get(f"{question.owner}.{own}") or OPTIONS.get(own) or OPTIONS.get(value)
        return gettext(found) if found else value
    if value in names:
        return names[value]
    if about == "channel" and value in CHANNELS:
        return gettext(CHANNELS[value])
    return _part(about, value, edition) or Voice(edition, language()).code(value)


def _part(about: str, value: str, edition: Edition) -> str:
    """A part of the programme that goes by an id."""
    if about == "asset":
        return next((named(one) for one in edition.assets if one.id == value), "")
    if about == "tier":
        return next((said(one.many or one.name) for one in edition.tiers if one.id == value), "")
    if about == "metric":
        metrics = edition.metrics
        return next((wish("metrics", m.kind) for m in metrics if m.name_in_state == value), "")
    if about in ("rule", "reward"):
        return rule_name(edition, value)
    return ""


def rule_name(edition: Edition, name: str) -> str:
    """What a rule is called: its name, or what its kind is for."""
    rules: list[Any] = [*edition.earn, *edition.change, *edition.rewards, *edition.limit]
    for rule in rules:
        if rule.name_in_state == name:
            own = getattr(rule, "name", None)
            return capital(said(own)) if own else wish(rule.family, rule.kind)
    return ""


def unit(question: Question, edition: Edition, asset: str) -> str:
    """What stands after an input: the currency, percent, what points are called."""
    control = question.leaf.control if question.leaf.control != "list" else question.leaf.about
    if control == "money":
        return edition.currency
    if control == "percent" or (question.owner, question.name) == ("discount", "percent"):
        return "%"
    if question.name == "factor":
        return "×"
    if control == "number" and question.name in BY_ASSET:
        found = next((one for one in edition.assets if one.id == asset), edition.assets[0])
        return found.currency or named(found)
    return ""
