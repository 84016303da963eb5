"""What a rule decided, and why something was refused, in one plain sentence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext

from regulars.engine.compiling import rules_of, with_ids
from regulars.engine.edition import Edition
from regulars.engine.rules import Rule
from regulars.engine.run import Why
from regulars.words.programme.change import WHYS_CHANGE
from regulars.words.programme.core import REFUSALS, REFUSALS_WITH, WHYS_CORE
from regulars.words.programme.earn import WHYS_EARN
from regulars.words.programme.filling import Params, Ready, filled, named, params_of, spoken
from regulars.words.programme.life import WHYS_LIFE
from regulars.words.programme.limit import WHYS_LIMIT
from regulars.words.programme.metrics import WHYS_METRICS
from regulars.words.programme.referrals import WHYS_REFERRALS
from regulars.words.programme.rewards import WHYS_REWARDS
from regulars.words.programme.standing import WHYS_STANDING
from regulars.words.programme.telling import of_rule
from regulars.words.programme.voice import Voice

WHYS: Final[dict[str, str]] = {
    **WHYS_CHANGE,
    **WHYS_EARN,
    **WHYS_LIFE,
    **WHYS_LIMIT,
    **WHYS_METRICS,
    **WHYS_REFERRALS,
    **WHYS_REWARDS,
    **WHYS_STANDING,
    **WHYS_CORE,
}
"""Every answer of a rule, by code."""

BETTER: Final[dict[str, tuple[str, ...]]] = {
    "earned_per_amount_full": ("earned_per_amount_units",),
    "modified": ("modified_goods",),
    "within_limit": ("within_limit_of",),
}
"""Sentences that say more than a code's own, where everything that they name is there."""


def why(said: Why, edition: Edition, language: str) -> str:
    """What a rule answered, in the active language, which is `language`. A code that only an
    outside kind knows is shown as it is."""
    voice = Voice(with_ids(edition), language)
    params = _params(said, voice.edition)
    for code in BETTER.get(said.code, ()):
        if _told(WHYS[code], params, voice):
            return filled(WHYS[code], params, voice)
    message = WHYS.get(said.code) or REFUSALS.get(said.code) or said.code
    return filled(message, params, voice)


NAMELESS: Final = frozenset({"earned", "modified", "not_for_this", "not_modified"})
"""Answers that do not say which rule they are of."""

UNTOUCHED: Final = frozenset({"not_for_this", "not_modified", "within_limit", "within_times"})
"""Answers of rules that changed nothing."""


def why_told(said: Why, edition: Edition, language: str) -> str:
    """What a rule answered, after what it tells members where the answer alone does not say which
    rule it is of."""
    answer = why(said, edition, language)
    rule = rule_of(said.rule, edition) if said.code in NAMELESS else None
    own = of_rule(rule, Voice(with_ids(edition), language)) if rule else ""
    if not own or said.code == "earned":
        return own or answer
    return f"{own} {answer[:1].upper()}{answer[1:]}"


def touched(said: Why) -> bool:
    """Whether a rule had a part in what came of a fact."""
    return bool(said.amount) or said.code not in UNTOUCHED


def _params(said: Why, edition: Edition) -> dict[str, Any]:
    rule = rule_of(said.rule, edition)
    told = {**params_of(rule), **said.params, "amount": said.amount}
    if told.get("reason") in REFUSALS:
        told["reason"] = Ready(gettext(REFUSALS[told["reason"]]))
    in_units = {name for name in AMOUNTS if isinstance(told.get(name), int)}
    return told | {"asset": said.asset or told.get("asset"), "in_units": in_units}


AMOUNTS: Final = frozenset({"amount", "room", "cut", "wanted", "needs", "has", "total", "least"})
"""Parameters that count an asset in its smallest unit, where they are integers."""


def _told(message: str, params: Params, voice: Voice) -> bool:
    return all(spoken(name, params, voice) for name in named(message))


def rule_of(name: str, edition: Edition) -> Rule | None:
    """The rule of this id."""
    return next((one for one in rules_of(edition) if one.name_in_state == name), None)


def refusal(code: str, params: Mapping[str, Any], edition: Edition, language: str) -> str:
    """Why something was refused, with its figures where they are told."""
    voice = Voice(with_ids(edition), language)
    better = REFUSALS_WITH.get(code)
    if better is not None and named(better) - {"asset"} <= set(params):
        given = {**params, "in_units": AMOUNTS}
        return filled(better, given, voice)
    return gettext(REFUSALS.get(code, code))
