"""A programme as its members read it: sections of plain sentences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from msgspec import Struct

from regulars.engine.compiling import with_ids
from regulars.engine.edition import Edition
from regulars.engine.rules import Earn, Rule
from regulars.words.programme.filling import Params, conditions_of, filled, named, params_of
from regulars.words.programme.metrics import TERMS_METRICS
from regulars.words.programme.phrases import goods_named
from regulars.words.programme.sentences import TERMS, fitting
from regulars.words.programme.tails import tails
from regulars.words.programme.together import (
    TOGETHER,
    after_ladder,
    card_of,
    cards,
    excluded,
    ladder,
    rights,
)
from regulars.words.programme.voice import Voice


class Told(Struct, frozen=True):
    """One numbered sentence, and the ids of the rules that it tells."""

    text: str
    rules: tuple[str, ...] = ()


class Section(Struct, frozen=True):
    """Sentences under one heading."""

    title: str
    sentences: tuple[Told, ...]


EARNING, STANDING, REWARDS = _("Earning"), _("Standing"), _("Rewards")
FRIENDS, KEEPING = _("Friends"), _("Keeping")


def terms(edition: Edition, language: str) -> list[Section]:
    """The programme in sentences, in the active language, which is `language`."""
    voice = Voice(with_ids(edition), language)
    parts = (
        (EARNING, _earning(voice)),
        (STANDING, _standing(voice)),
        (REWARDS, _rewards(voice)),
        (FRIENDS, map(told_by(voice), voice.edition.referrals)),
        (KEEPING, _keeping(voice)),
    )
    sections = (
        Section(gettext(title), tuple(one for one in sentences if one.text))
        for title, sentences in parts
    )
    return [one for one in sections if one.sentences]


def told_by(voice: Voice) -> Any:
    """A function that tells one rule."""
    return lambda rule: Told(of_rule(rule, voice), (rule.name_in_state,))


def of_rule(rule: Rule, voice: Voice, code: str = "", **more: Any) -> str:
    """What a rule says to members, with a sentence more for what its own leaves out."""
    said = rule.sentence()
    if said is None:
        return ""
    params = params_of(rule) | more
    message = message_of(code or said.code, params, voice)
    return " ".join([filled(message, params, voice), *tails(message, params, voice)])


def message_of(code: str, params: Params, voice: Voice) -> str:
    """The sentence that fits: one that asks for goods has forms for all of them and for one name.
    A kind that is not ours and has no sentence here is told by its own code."""
    code = fitting(code, params)
    if "goods" in named(TERMS.get(code, "")):
        count = goods_named(conditions_of(params))
        form = code + ("_all", "_one")[count] if count < 2 else code
        code = form if form in TERMS else code
        code = "multiply_given" if code == "multiply_all" and params.get("of") else code
    if f"{code}_mass" in TERMS and voice.asset(params.get("asset")).many is None:
        code = f"{code}_mass"
    return TERMS.get(code, code)


def _earning(voice: Voice) -> Iterator[Told]:
    edition, on_cards = voice.edition, cards(voice)
    earning = [one for one in edition.earn if one.name_in_state not in on_cards]
    yield from map(told_by(voice), earning)
    yield from map(told_by(voice), edition.change)
    yield from _excluded(earning, voice)
    yield from map(told_by(voice), edition.limit)


def _excluded(earning: Iterable[Earn], voice: Voice) -> Iterator[Told]:
    text, rules = excluded(list(earning), voice)
    yield Told(text, rules)


def _standing(voice: Voice) -> Iterator[Told]:
    edition = voice.edition
    if edition.standing is None:
        return
    said = edition.standing.sentence()
    if said is not None and any(tier.from_ for tier in edition.tiers[1:]):
        message = TERMS.get(said.code, said.code)
        told = [ladder(message, edition.standing, TERMS_METRICS, voice)]
        params = params_of(edition.standing)
        told += [*after_ladder(said.code, params, voice), *tails(message, params, voice)]
        yield Told(" ".join(told), (edition.standing.name_in_state,))
    yield from (Told(text) for text in rights(voice))


def _rewards(voice: Voice) -> Iterator[Told]:
    """Rewards of one kind that differ in name and price alone share a sentence."""
    waiting: list[Rule] = []
    for rule in voice.edition.rewards:
        if waiting and _alike(waiting[-1], rule):
            waiting.append(rule)
            continue
        yield from _joined(waiting, voice)
        waiting = [rule]
    yield from _joined(waiting, voice)


def _alike(first: Rule, second: Rule) -> bool:
    said, other = first.sentence(), second.sentence()
    if said is None or other is None or said.code != other.code or said.code not in TOGETHER:
        return False
    apart = TOGETHER[said.code].apart
    return _rest(first, apart) == _rest(second, apart)


def _rest(rule: Rule, apart: Iterable[str]) -> dict[str, Any]:
    return {name: one for name, one in params_of(rule).items() if name not in apart}


def _joined(rules: list[Rule], voice: Voice) -> Iterator[Told]:
    if not rules:
        return
    ids = tuple(one.name_in_state for one in rules)
    first = rules[0]
    card = card_of(first, voice)
    if card is not None:
        yield Told(of_rule(first, voice, card.code, **card.params), (*ids, card.earn))
        return
    if len(rules) == 1:
        yield Told(of_rule(first, voice), ids)
        return
    said = first.sentence()
    code = said.code if said else ""
    joint = TOGETHER[code]
    head = filled(TERMS[code], params_of(first), voice).removesuffix(".")
    more = [filled(joint.next, params_of(one), voice) for one in rules[1:]]
    more = [one[:1].lower() + one[1:] if joint.small else one for one in more]
    body = ", ".join([head, *more]) + "."
    yield Told(" ".join([body, *tails(TERMS[code], params_of(first), voice)]), ids)


def _keeping(voice: Voice) -> Iterator[Told]:
    for asset in voice.edition.assets:
        if asset.expire is not None:
            text = of_rule(asset.expire, voice, asset=asset.id)
            yield Told(text, (asset.expire.name_in_state,))
