"""Parameters of a sentence as words: numbers, money, lengths of time, names, conditions."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from msgspec import Struct

from regulars.engine.conditions import Condition
from regulars.engine.rules import Rule, Sentence
from regulars.engine.texts import (
    DAY_PATTERN,
    DURATION_PATTERN,
    INSTANT_PATTERN,
    MONEY_PATTERN,
    NUMBER_PATTERN,
    compiled,
)
from regulars.words import formats
from regulars.words.programme import phrases
from regulars.words.programme.life import ACTS, BY_TIER
from regulars.words.programme.parts import fields, often, worth
from regulars.words.programme.rewards import STEP
from regulars.words.programme.sentences import TERMS, fitting
from regulars.words.programme.voice import Voice

GAP: Final = re.compile(r"%\((\w+)\)s( %\(asset\)s)?")
SPANS: Final = {
    "months": "P{}M",
    "kept": "P{}M",
    "extra_months": "P{}M",
    "days": "P{}D",
    "weeks": "P{}W",
    "hours": "PT{}H",
    "years": "P{}Y",
}
RATE = _("%(factor)s %(in_campaign)s")
YEAR_DAY: Final = re.compile(r"[0-9]{2}-[0-9]{2}")
OWN_WORDS: Final = "own_words"
MOMENTS: Final = frozenset({"at", "until", "since", "expires", "begins", "ends", "retry_at"})
FACTORS: Final = {"2": _("double"), "3": _("triple"), "10": _("ten times as much")}

Params = Mapping[str, Any]


class Ready(Struct, frozen=True):
    """A parameter that is in the reader's words already."""

    text: str


def params_of(rule: Rule | None) -> dict[str, Any]:
    """Everything that a file says of a rule, by the names of its fields, and what its own sentence
    adds."""
    if rule is None:
        return {}
    told = {**fields(rule), "kind": rule.kind}
    said = rule.sentence()
    return told | (said.params if said else {})


def message_for(code: str) -> str:
    """The sentence of a code. A kind of another package, which the catalogue does not know, says
    `own_words` and brings its sentence as `text`; any other unknown code stands for itself."""
    return "%(text)s" if code == OWN_WORDS else TERMS.get(code, code)


def named(message: str) -> set[str]:
    """The parameters that a message asks for."""
    return set(re.findall(r"%\((\w+)\)s", message))


def filled(message: str, params: Params, voice: Voice) -> str:
    """`message` in the active language with its gaps filled; begins with a capital letter."""
    text = in_the_middle(message, params, voice)
    return text[:1].upper() + text[1:]


def in_the_middle(message: str, params: Params, voice: Voice) -> str:
    """The same as it stands in the middle of a sentence."""

    def gap(found: re.Match[str]) -> str:
        name, counted = found[1], found[2]
        value = params.get(name)
        if counted and isinstance(value, int | str) and not isinstance(value, bool):
            return voice.counted(_units(name, value, params, voice), params.get("asset"))
        told = spoken(name, params, voice)
        return f"{told} {spoken('asset', params, voice)}" if counted else told

    text = GAP.sub(gap, gettext(message)).replace("%%", "%")
    return re.sub(r" +(?=[ .,:;])", "", text).strip()


def _units(name: str, value: int | str, params: Params, voice: Voice) -> str:
    if isinstance(value, str):
        return value
    scaled = name in params.get("in_units", ())
    return voice.units(value, params.get("asset")) if scaled else str(value)


def spoken(name: str, params: Params, voice: Voice) -> str:
    """One parameter in words, by its name and its value. A name with an ending asks for a form:
    `_within`, `_span`, `_th`, `_word`, `_one`."""
    if name in MADE:
        return MADE[name](params, voice)
    base, _line, ending = name.rpartition("_")
    if ending in FORMS and base in params:
        return FORMS[ending](base, params[base], voice)
    return value_in_words(name, params.get(name), (params, voice))


def value_in_words(name: str, value: Any, said: tuple[Params, Voice]) -> str:
    """A value by what it is; nothing is nothing."""
    params, voice = said
    if value is None or value in ("", ()):
        return ""
    if isinstance(value, Ready):
        return value.text
    if isinstance(value, bool):
        return ""
    if isinstance(value, int):
        return _whole(name, value, said)
    if isinstance(value, dict):
        return voice.text(value) if set(value) <= LANGUAGES_KNOWN else _pairs(value, voice)
    if isinstance(value, Condition):
        return phrases.circumstances(value, voice)
    if isinstance(value, Sentence):
        return inner(value, params, voice)
    if isinstance(value, Struct):
        return _part(value, params, voice)
    if isinstance(value, str):
        return _string(name, value, voice)
    if isinstance(value, Sequence):
        return _several(name, value, said)
    return str(value)


LANGUAGES_KNOWN: Final = frozenset({"en", "de", "pl", "ro"})


def inner(said: Sentence, params: Params, voice: Voice) -> str:
    """A sentence inside another: it knows what is told around it."""
    given = {**params, **said.params}
    message = message_for(fitting(said.code, given))
    whole = filled if message.endswith(".") else in_the_middle
    return whole(message, given, voice)


def _part(part: Struct, params: Params, voice: Voice) -> str:
    said = fields(part)
    if "at" in said:
        return _step({**said, "at": Ready(_count(said["at"], params.get("of"), voice))}, voice)
    if "times" in said:
        return in_the_middle(RATE, {**said, "factor": said["times"]}, voice)
    return worth(part, voice)


def _count(number: str, of: Any, voice: Voice) -> str:
    """So many of an asset or of what a metric counts."""
    if of in {one.id for one in voice.edition.assets}:
        return voice.counted(number, of)
    return f"{voice.number(number)} {voice.code(str(of or ''))}".strip()


def _step(said: dict[str, Any], voice: Voice) -> str:
    brings = next((name for name in STEP if said.get(name)), "")
    return in_the_middle(STEP[brings], said, voice)


def _pairs(value: Mapping[str, Any], voice: Voice) -> str:
    return voice.listed([f"{voice.code(name)} {one}" for name, one in value.items()])


def _whole(name: str, value: int, said: tuple[Params, Voice]) -> str:
    params, voice = said
    if name.endswith("_minor"):
        return voice.money(value, str(params.get("currency", "")))
    if name in MOMENTS or name.endswith("_at"):
        return voice.day(value)
    if name in params.get("in_units", ()) and voice.asset(params.get("asset")).currency:
        return voice.counted(_units(name, value, params, voice), params.get("asset"), False)
    return voice.number(_units(name, value, params, voice))


def _string(name: str, value: str, voice: Voice) -> str:
    if name == "asset":
        return voice.many(value)
    if name == "tier":
        return voice.tiers([value], several=False)
    if name == "factor":
        return times(value, voice)
    if YEAR_DAY.fullmatch(value):
        return formats.year_day(value, voice.language)
    if name == "by" and value in ACTS:
        return gettext(ACTS[value])
    for pattern, told in PATTERNS:
        if compiled(pattern).search(value):
            return told(voice, value)
    if value not in voice.edition.names and value in {
        one.name_in_state for one in voice.edition.rewards
    }:
        return reward_name(value, voice)
    return voice.code(value)


PATTERNS: Final[tuple[tuple[str, Callable[[Voice, str], str]], ...]] = (
    (MONEY_PATTERN, Voice.money_text),
    (DURATION_PATTERN, Voice.span),
    (NUMBER_PATTERN, Voice.number),
    (DAY_PATTERN, phrases.day_of_file),
    (INSTANT_PATTERN, phrases.day_of_file),
)


def reward_name(name: str, voice: Voice) -> str:
    """What the file calls a reward."""
    for one in voice.edition.rewards:
        if one.name_in_state == name:
            return voice.text(getattr(one, "name", None) or name.replace("_", " "))
    return name


def _several(name: str, value: Sequence[Any], said: tuple[Params, Voice]) -> str:
    params, voice = said
    if name == "tiers" and value and isinstance(value[0], tuple):
        return _by_tier(value, params, voice)
    if name in ("tier", "tiers"):
        return voice.tiers(value)
    if name in ("by", "levels"):
        return voice.either([value_in_words(name, one, said) for one in value])
    if all(isinstance(one, str) and compiled(DURATION_PATTERN).search(one) for one in value):
        return voice.spans(list(value))
    return voice.listed([value_in_words(name, one, said) for one in value])


def _by_tier(lives: Sequence[Any], params: Params, voice: Voice) -> str:
    told = []
    for tiers, life in lives:
        given = {"tier": voice.tiers(tiers), "life": inner(life, params, voice)}
        told.append(gettext(BY_TIER) % given)
    return " ".join(told)


def times(factor: str, voice: Voice) -> str:
    """A factor in words: "double", "1.5 times as much"."""
    plain = f"{Decimal(factor).normalize():f}"
    if plain in FACTORS:
        return gettext(FACTORS[plain])
    return gettext("%(factor)s times as much") % {"factor": voice.number(plain)}


def conditions_of(params: Params) -> Condition:
    """All conditions that a rule names, as one."""
    return Condition(all=[one for one in params.values() if isinstance(one, Condition)])


def _goods(params: Params, voice: Voice) -> str:
    return phrases.goods(conditions_of(params), voice)


def _on_goods(params: Params, voice: Voice) -> str:
    told = _goods(params, voice)
    return gettext("on %(goods)s") % {"goods": told} if told else ""


def _circumstances(params: Params, voice: Voice) -> str:
    return phrases.circumstances(conditions_of(params), voice)


def _asset(params: Params, voice: Voice) -> str:
    return voice.many(params.get("asset"))


def _given(params: Params, voice: Voice) -> str:
    """What the rules give that `of` names."""
    rules = (*voice.edition.earn, *voice.edition.change)
    named = [one for one in rules if one.name_in_state in params["of"]]
    assets = dict.fromkeys(voice.asset(getattr(one, "asset", None)).id for one in named)
    return voice.listed([voice.many(one) for one in assets])


def _units_of_step(params: Params, voice: Voice) -> str:
    number, _space, currency = str(params["step"]).partition(" ")
    return voice.currency_word(currency, int(params["steps"])) if Decimal(number) == 1 else ""


def _used(params: Params, voice: Voice) -> str:
    """What of a limit is used up with the fact at work."""
    if "room" not in params or "wanted" not in params or not params.get("most"):
        return ""
    left = Decimal(voice.units(params["room"] - params["wanted"], params.get("asset")))
    return voice.number(f"{Decimal(params['most']) - left:f}")


def _in_period(params: Params, voice: Voice) -> str:
    unit = str(params.get("kind", "")).rpartition("_")[2]
    return gettext(PERIODS[unit]) if unit in PERIODS else ""


def _in_campaign(params: Params, voice: Voice) -> str:
    told = Condition(
        campaign=(params["campaign"],) if params.get("campaign") else (),
        from_=params.get("from"),
        until=params.get("until"),
    )
    return phrases.circumstances(told, voice)


PERIODS: Final = {
    "day": _("that day"),
    "week": _("that week"),
    "month": _("that month"),
    "quarter": _("that quarter"),
    "year": _("that year"),
}

MADE: Final[dict[str, Callable[[Params, Voice], str]]] = {
    "goods": _goods,
    "on_goods": _on_goods,
    "circumstances": _circumstances,
    "asset": _asset,
    "given": _given,
    "units": _units_of_step,
    "used": _used,
    "in_period": _in_period,
    "in_campaign": _in_campaign,
}
"""Words that are made of several parameters."""


def _within(base: str, value: Any, voice: Voice) -> str:
    return voice.span(_duration(base, value), after_word=True)


def _span(base: str, value: Any, voice: Voice) -> str:
    return voice.span(_duration(base, value))


def _duration(base: str, value: Any) -> str:
    return SPANS[base].format(value) if base in SPANS else str(value)


FORMS: Final[dict[str, Callable[[str, Any, Voice], str]]] = {
    "within": _within,
    "span": _span,
    "th": lambda base, value, voice: voice.ordinal(int(value)),
    "years": lambda base, value, voice: voice.span(f"P{value}Y"),
    "quarters": lambda base, value, voice: voice.span(f"P{3 * int(value)}M"),
    "months": lambda base, value, voice: voice.span(f"P{value}M"),
    "times": lambda base, value, voice: often(int(value), voice),
    "money": lambda base, value, voice: voice.money_number(str(value)),
    "word": lambda base, value, voice: voice.money_word(str(value)),
    "one": lambda base, value, voice: voice.one(value_in_words(base, value, ({}, voice))),
}
"""Forms of a parameter, by the ending of its name in a sentence."""
