"""Sentences that several rules share: rewards of a kind, tiers, a stamp card, what never earns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from msgspec import Struct

from regulars.engine.edition import Hurdle, Tier
from regulars.engine.rules import Earn, Ladder, Metric, Rule
from regulars.words.programme.filling import Ready, filled, in_the_middle, params_of
from regulars.words.programme.standing import AFTER_STANDING, EXTRA
from regulars.words.programme.voice import Voice


class Joint(Struct, frozen=True):
    """How a sentence goes on with a further rule of its kind that differs in `apart` alone.
    `small`: what follows goes on in the middle of the sentence."""

    next: str
    apart: frozenset[str]
    small: bool = True


TOGETHER: Final[dict[str, Joint]] = {
    "reward_price": Joint(_("%(name)s %(price)s"), frozenset({"id", "name", "price"})),
}
"""By the code of the first rule's sentence."""

NOTHING = _("%(except)s earn nothing.")
NOTHING_ONE = _("There is nothing for %(except)s.")
EXCEPT = _("Not counted for %(asset)s: %(except)s.")
NEVER_LOWERS = _("Using %(asset)s never lowers it.")
RIGHTS = _("%(tier)s also have: %(rights)s.")
OR = _("For %(tier)s %(reached)s is enough too.")
NEEDS = _("For %(tier)s %(reached)s is needed as well.")
BELOW = _("%(tier)s is only for those who stay below this: %(reached)s.")
LEVEL_RIGHTS = _("%(tier)s brings: %(rights)s.")


def excluded(earning: list[Earn], voice: Voice) -> tuple[str, tuple[str, ...]]:
    """What no rule lets earn; where rules differ, what each leaves out."""
    left_out = {code for one in earning for code in getattr(one, "except_", ())}
    found = [(one, tuple(getattr(one, "except_", ()))) for one in earning if _meets(one, left_out)]
    named = [(rule, codes) for rule, codes in found if codes]
    rules = tuple(rule.name_in_state for rule, _codes in named)
    if len({codes for _rule, codes in found}) == 1 and named:
        codes = named[0][1]
        message = NOTHING if len(codes) > 1 else NOTHING_ONE
        return filled(message, {"except": codes}, voice), rules
    told = [filled(EXCEPT, params_of(rule), voice) for rule, _codes in named]
    return " ".join(dict.fromkeys(told)), rules


def _meets(rule: Earn, goods: set[str]) -> bool:
    """Whether a rule could earn from some of these goods, were they not left out: one that pays for
    acts could not, nor one that is for other goods alone."""
    if not rule.of_goods:
        return False
    own = getattr(getattr(rule, "when", None), "category", ())
    return bool(getattr(rule, "except_", ())) or not own or bool(set(own) & goods)


MAKES, MAKES_NEXT = _("make %(tier)s"), _("%(n)s %(tier)s")
LEADS, LEADS_NEXT = _("lead to %(tier)s"), _("%(n)s to %(tier)s")


def ladder(message: str, rule: Ladder, metrics: Mapping[str, str], voice: Voice) -> str:
    """What makes a Regular, and what each further tier."""
    first, *further = [one for one in voice.edition.tiers[1:] if one.from_ is not None]
    metric = next(
        (m for m in voice.edition.metrics if m.name_in_state == getattr(rule, "metric", "")), None
    )
    persons = all(tier.many for tier in (first, *further))
    params = params_of(rule) | {
        "reached": Ready(_reached(metric, first, metrics, voice)),
        "makes": Ready(_makes(first, voice, persons)),
    }
    head = filled(message, params, voice).removesuffix(".")
    text = ", ".join([head, *(_next(one, voice, persons) for one in further)]) + "."
    text = " ".join([text, *_hurdles((first, *further), metrics, voice)])
    if metric is not None and metric.kind == "earned":
        text += " " + filled(NEVER_LOWERS, params_of(metric), voice)
    return text


def _hurdles(tiers: Sequence[Tier], metrics: Mapping[str, str], voice: Voice) -> Iterator[str]:
    """What is enough for a tier by itself, and what it needs besides."""
    known = {one.name_in_state: one for one in voice.edition.metrics}
    for tier in tiers:
        for message, hurdles in ((OR, tier.or_), (NEEDS, tier.needs)):
            for one in hurdles:
                reached = Ready(_figure(known.get(one.metric), one, metrics, voice))
                told = {"tier": Ready(_called(tier, voice, bool(tier.many))), "reached": reached}
                yield filled(message if one.from_ else BELOW, told, voice)


def _figure(metric: Metric | None, hurdle: Hurdle, metrics: Mapping[str, str], voice: Voice) -> str:
    """So much of what a hurdle's metric counts."""
    said = metric.sentence() if metric is not None else None
    code = said.code if said is not None else "metric_earned"
    number = str(hurdle.from_ or hurdle.below or 0)
    rate = metric is not None and metric.kind == "return_rate"
    params = params_of(metric) | {"n": Ready(f"{number} %") if rate else number}
    return in_the_middle(metrics.get(code, code), params, voice)


def after_ladder(code: str, params: Mapping[str, Any], voice: Voice) -> Iterator[str]:
    """For how long a tier is kept."""
    rest = f"{code}_rest"
    code = rest if rest in AFTER_STANDING and not params.get("more") else code
    if code in AFTER_STANDING:
        yield filled(AFTER_STANDING[code], params, voice)
    if params.get("extra_months"):
        yield filled(EXTRA, params, voice)


def _reached(metric: Metric | None, tier: Tier, metrics: Mapping[str, str], voice: Voice) -> str:
    said = metric.sentence() if metric is not None else None
    code = said.code if said is not None else "metric_earned"
    params = params_of(metric) | {"n": tier.from_}
    return in_the_middle(metrics.get(code, code), params, voice)


def _called(tier: Tier, voice: Voice, persons: bool) -> str:
    name = voice.text(tier.name)
    return voice.one(name) if persons else name


def _makes(tier: Tier, voice: Voice, persons: bool) -> str:
    return gettext(MAKES if persons else LEADS) % {"tier": _called(tier, voice, persons)}


def _next(tier: Tier, voice: Voice, persons: bool) -> str:
    told = {"n": voice.number(tier.from_ or "0"), "tier": _called(tier, voice, persons)}
    return gettext(MAKES_NEXT if persons else LEADS_NEXT) % told


def rights(voice: Voice) -> Iterator[str]:
    """What belongs to a tier beside points."""
    for tier in voice.edition.tiers:
        if tier.rights:
            listed = voice.listed([voice.text(one) for one in tier.rights])
            message = RIGHTS if tier.many else LEVEL_RIGHTS
            named = voice.text(tier.many or tier.name)
            yield gettext(message) % {"tier": named, "rights": listed}


class Card(Struct, frozen=True):
    """A stamp card: the code of its sentence, the earning rule that it tells too."""

    code: str
    earn: str
    params: dict[str, Any]


def card_of(rule: Rule, voice: Voice) -> Card | None:
    """How a reward for every so many stamps is told where one rule alone gives the stamps."""
    said = rule.sentence()
    if said is None or said.code != "reward_every":
        return None
    asset = voice.asset(getattr(rule, "asset", None)).id
    earning = voice.edition.earn
    feeding = [one for one in earning if voice.asset(getattr(one, "asset", None)).id == asset]
    item = str(getattr(rule, "item", None) or "")
    if len(feeding) != 1 or item not in voice.edition.names or not _one_each(feeding[0]):
        return None
    nth = Ready(voice.ordinal(getattr(rule, "each", 0) + 1))
    return Card("reward_every_card", feeding[0].name_in_state, {"nth": nth})


def _one_each(rule: Earn) -> bool:
    return getattr(rule, "points", "1") == "1" and rule.kind in ("per_item", "per_count")


def cards(voice: Voice) -> set[str]:
    """Earning rules that a stamp card's sentence tells."""
    told = (card_of(rule, voice) for rule in voice.edition.rewards)
    return {card.earn for card in told if card is not None}
