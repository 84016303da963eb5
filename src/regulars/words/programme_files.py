"""What can be wrong with a programme file or a case file, in one sentence with place and remedy.

The codes are those of `regulars.programmes`: reading, checking, and what parts say of themselves.
`%(place)s` is the path in the file. A code whose parameter `nearest` is filled in has a second
sentence, which asks whether that was meant.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from regulars.programmes.documents import Problem

KINDS: dict[str, str] = {
    "text": _("text"),
    "whole_number": _("a whole number"),
    "number": _("a number"),
    "truth": _("true or false"),
    "list": _("a list"),
    "map": _("fields with values"),
    "nothing": _("nothing"),
}
"""What can stand at a place of a file."""

FORMS: dict[str, str] = {
    "id": _("small letters, digits and _, beginning with a letter, such as gift_card"),
    "money": _("an amount with its currency, such as 5.00 EUR"),
    "number": _("a number, such as 12 or 1.5"),
    "not_negative": _("a number that is 0 or more, such as 12 or 1.5"),
    "positive": _("a number above 0, such as 12 or 1.5"),
    "duration": _("a length of time: P1Y, P12M, P2W, P14D or PT2H"),
    "day": _("a day, such as 2026-01-31"),
    "instant": _("a moment with its offset, such as 2026-01-31T09:30:00+01:00"),
    "zone": _("a time zone, such as Europe/Berlin"),
    "window": _("a stretch of time: day, week, month, quarter, year, 12m or ever"),
    "year_day": _("a day of the year as month and day, such as 12-31"),
    "clock": _("a span of the day, such as 07:00-11:00 or 18:00-24:00"),
    "currency": _("a currency in three capital letters, such as EUR"),
}
"""How each form of text is written."""

SENTENCES: dict[str, str] = {
    "empty": _("the file is empty: write the programme or the cases into it"),
    "too_long_file": _("the file is longer than %(most)s signs: divide it"),
    "too_big": _("the file holds more than %(most)s values, its aliases written out: divide it"),
    "too_deep": _("more than %(most)s lists and fields stand inside each other: flatten them"),
    "bad_encoding": _("the file is not UTF-8: save it as UTF-8"),
    "bad_sign": _("a sign stands here that no text may hold: remove it"),
    "bad_key": _("a list or fields stand where the name of a field belongs: write one word"),
    "bad_number": _(
        "%(place)s: %(value)s is no plain number: write it as 12 or 12.50, at most 15 digits, "
        "or in quotes if it is no number"
    ),
    "duplicate_key": _("%(place)s stands twice, first in line %(first)s: keep one of them"),
    "merge_key": _("<< is not part of YAML 1.2: write the fields out"),
    "several_documents": _("a second document begins here: put it into a file of its own"),
    "yaml_version": _("only YAML 1.2 is read: leave the %%YAML line out"),
    "unknown_alias": _("nothing before this line is called &%(name)s: write the value out"),
    "tag": _("%(tag)s is not read: write the value without it"),
    "tab": _("a tab stands here: use spaces"),
    "unclosed": _("what is opened here never ends: close the quotes or the bracket"),
    "needs_quotes": _("a text cannot begin with %(sign)s: put it in quotes"),
    "stray_colon": _("a second colon stands here: put the text in quotes, or begin a new line"),
    "indentation": _("this line stands too far left or right: align it with its neighbours"),
    "syntax": _("this cannot be read as YAML or JSON: check quotes, commas and brackets"),
    "unknown_field": _("%(place)s is not known: known here are %(known)s"),
    "missing_field": _("%(place)s is missing: add it"),
    "missing_kind": _("%(place)s is missing: choose one of %(known)s"),
    "unknown_kind": _("unknown %(field)s '%(value)s': known are %(known)s"),
    "unknown_value": _("%(place)s cannot be '%(value)s': choose one of %(known)s"),
    "unknown_name": _("%(place)s names '%(value)s', which the file does not have: %(known)s"),
    "unknown_zone": _("%(place)s: there is no time zone '%(value)s': write one as Europe/Berlin"),
    "wrong_type": _("%(place)s must be %(expected)s; got %(got)s"),
    "wants_kind": _(
        "%(place)s must be fields with a kind, such as {kind: %(first)s}: known are %(known)s; "
        "got %(got)s"
    ),
    "bad_form": _("%(place)s must be %(form)s; got '%(value)s'"),
    "bad_pattern": _("%(place)s must match %(pattern)s; got '%(value)s'"),
    "too_small": _("%(place)s must be %(limit)s or more; got %(got)s"),
    "too_large": _("%(place)s must be %(limit)s or less; got %(got)s"),
    "not_above": _("%(place)s must be above %(limit)s; got %(got)s"),
    "not_below": _("%(place)s must be below %(limit)s; got %(got)s"),
    "not_multiple": _("%(place)s must be a multiple of %(limit)s; got %(got)s"),
    "finer_than_asset": _(
        "%(place)s must be a multiple of %(limit)s, the smallest part of %(asset)s: write it so, "
        "or give %(asset)s more decimals; got %(got)s"
    ),
    "too_short": _("%(place)s must have at least %(limit)s letters; got %(got)s"),
    "too_long": _("%(place)s may have at most %(limit)s letters; got %(got)s"),
    "too_few": _("%(place)s must have at least %(limit)s entries; got %(got)s"),
    "too_many": _("%(place)s may have at most %(limit)s entries; got %(got)s"),
    "duplicate_item": _("%(place)s says the same as %(first)s: keep one of them"),
    "tier_not_above": _("%(place)s must be above the tier before it (%(limit)s); got %(got)s"),
    "standing_without_tiers": _("%(place)s are missing: a standing needs tiers to stand on"),
    "tiers_without_standing": _(
        "%(place)s is missing: say by what members reach the tiers, such as "
        "{kind: calendar_year, metric: spend}"
    ),
    "id_needed": _("%(place)s is a second %(kind)s beside %(first)s: give both an id"),
    "condition_too_deep": _("%(place)s: all, any and not stand more than %(most)s deep: flatten"),
    "condition_mixed": _(
        "%(place)s asks for goods and for the sale at once: keep to one of them under any and not"
    ),
    "condition_tender": _("%(place)s: a tender cannot stand under any or not: take it out"),
    "deadline_without_waits_for": _(
        "%(place)s: nothing is waited for: name an act in waits_for, or use after"
    ),
    "lapses_without_deadline": _("%(place)s: say by a deadline when it lapses"),
    "step_zero": _("%(place)s must be above 0"),
    "step_of_nothing": _("%(place)s: there is nothing to measure: name a count in of"),
    "step_not_above": _("%(place)s must begin above the step before it"),
    "step_money_or_count": _("%(place)s must say either from (money) or count"),
    "step_needs": _("%(place)s: say %(field)s here, as the rule says what it looks at"),
    "amount_and_count": _("%(place)s: a rule measures money or a count: keep step or of"),
    "goods_of_amount": _("%(place)s: %(of)s has no goods: take it out, or leave out of"),
    "no_goods_here": _("%(place)s: nothing is bought here: take out what it says of goods"),
    "no_order_here": _("%(place)s: there is no order to wait for here: use after"),
    "defer_without_period": _(
        "%(place)s: %(kind)s has no next period to put anything off to: truncate, drop or refuse"
    ),
    "campaign_not_told": _("%(place)s: say which campaign, or from and until"),
    "first_tier_not_for_all": _(
        "%(place)s: everybody stands on the first tier: put one before it, such as "
        "{id: guest, name: Guest, from: 0}"
    ),
    "money_decimals": _("%(place)s must be %(limit)s, or parts of one %(currency)s would be lost"),
    "missing": _("%(place)s is missing: add it"),
    "above_most": _("%(place)s may be at most %(most)s"),
    "outside_range": _("%(place)s must be from %(least)s to %(most)s"),
    "no_such_day": _("%(place)s: no year has the day %(value)s: write one as 12-31"),
    "gift_one_of": _("%(place)s: a gift is one of amount, percent and voucher: say just one"),
    "cap_rewards_or_amount": _("%(place)s: say either rewards (how many) or amount (how much)"),
    "offer_percent_or_amount": _("%(place)s: say either percent or amount, and only one of them"),
    "steps_after_steps": _("%(place)s: steps belong to after: steps: say both, or leave both out"),
    "life_not_by_tier": _(
        "%(place)s: %(kind)s cannot stand here: choose one that looks at each lot alone"
    ),
    "standing_too_long": _(
        "%(place)s: a standing is kept for at most %(most)s periods more: make it shorter"
    ),
    "prices_contradict": _(
        "%(place)s: a reward has a price, levels or any_price, and multiples only of a price: "
        "keep one of them"
    ),
    "said_twice": _(
        "%(place)s says all of the terms: take item and valid out, and write them inside it"
    ),
    "repeated": _("%(place)s is '%(value)s' like %(first)s: give each its own"),
}
"""What is wrong, by code."""

NEAREST: dict[str, str] = {
    "unknown_field": _("%(place)s is not known: did you mean '%(nearest)s'?"),
    "unknown_kind": _("unknown %(field)s '%(value)s': did you mean '%(nearest)s'?"),
    "unknown_value": _("%(place)s cannot be '%(value)s': did you mean '%(nearest)s'?"),
    "unknown_name": _(
        "%(place)s names '%(value)s', which the file does not have: did you mean '%(nearest)s'?"
    ),
    "unknown_zone": _("%(place)s: there is no time zone '%(value)s': did you mean '%(nearest)s'?"),
}
"""What is wrong, where a known word is near."""


class _Params(dict[str, object]):
    def __missing__(self, name: str) -> str:
        return "…"


def sentence(problem: Problem) -> str:
    """The problem in the reader's language: "line 12: unknown kind 'per_ammount': …"."""
    params = _spoken(problem)
    near = NEAREST.get(problem.code) if params.get("nearest") else None
    message = near or SENTENCES.get(problem.code, "%(place)s: " + problem.code)
    return at_line(problem.line, gettext(message) % params)


def without_line(problem: Problem, place: str) -> str:
    """The problem where the place is seen: "Price must be a number above 0 …"."""
    params = {**_spoken(problem), "place": place}
    near = NEAREST.get(problem.code) if params.get("nearest") else None
    message = near or SENTENCES.get(problem.code, "%(place)s: " + problem.code)
    return gettext(message) % _Params(params)


def at_line(line: int, what: str) -> str:
    """What is said of a line of a file: "line 12: …"."""
    return gettext("line %(line)s: %(what)s") % {"line": line, "what": what}


def _spoken(problem: Problem) -> Mapping[str, object]:
    said = _Params(problem.params)
    said["place"] = problem.path or gettext("the file")
    if problem.code in ("wrong_type", "wants_kind"):
        said["got"] = _got(str(said["got"]), str(said.get("value", "")))
    if problem.code == "wrong_type":
        form = str(said.get("form", ""))
        said["expected"] = gettext(FORMS[form]) if form in FORMS else _expected(said["expected"])
    if problem.code == "bad_form":
        form = str(said["form"])
        said["form"] = gettext(FORMS[form]) if form in FORMS else form
    known = said.get("known")
    if isinstance(known, tuple):
        said["known"] = ", ".join(map(str, known)) or "–"
    return said


def _got(kind: str, value: str) -> str:
    if kind == "text":
        return gettext("the text '%(value)s'") % {"value": value}
    return value or gettext(KINDS.get(kind, kind))


def _expected(kinds: object) -> str:
    """What may stand there: a number may also be a text in quotes, which goes without saying."""
    told = list(kinds) if isinstance(kinds, tuple) else [str(kinds)]
    if "number" in told:
        told = [one for one in told if one not in ("whole_number", "text")]
    if len(told) > 1:
        told = [one for one in told if one != "nothing"]
    return gettext(" or ").join(gettext(KINDS.get(one, one)) for one in told)
