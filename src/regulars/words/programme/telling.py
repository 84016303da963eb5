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
from regulars.words.programme.filling import (
    Params,
    conditions_of,
    filled,
    message_for,
    named,
    params_of,
)
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
HERE = _("Here this holds: %(limit)s")
FOR, FOR_ALL = _("For %(of)s this holds: %(limit)s"), _("For %(of)s together this holds: %(limit)s")


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
    A kind that is not ours brings its own words, or is told by its code."""
    code = fitting(code, params)
    if "goods" in named(TERMS.get(code, "")):
        count = goods_named(conditions_of(params))
        form = code + ("_all", "_one")[count] if count < 2 else code
        code = form if form in TERMS else code
        code = "multiply_given" if code == "multiply_all" and params.get("of") else code
    if f"{code}_mass" in TERMS and voice.asset(params.get("asset")).many is None:
        code = f"{code}_mass"
    return message_for(code)


def _earning(voice: Voice) -> Iterator[Told]:
    edition, on_cards = voice.edition, cards(voice)
    earning = [one for one in edition.earn if one.name_in_state not in on_cards]
    limits = Limits(voice, {one.name_in_state for one in (*earning, *edition.change)})
    for rule in (*earning, *edition.change):
        own = limits.of_one(rule.name_in_state)
        text = " ".join([of_rule(rule, voice), *(one.text for one in own)])
        yield Told(text, (rule.name_in_state, *(name for one in own for name in one.rules)))
    yield from _excluded(earning, voice)
    yield from limits.of_several()


class Limits:
    """What limits say: one that concerns a single rule is told with that rule, so that nobody takes
    it for a limit on everything."""

    def __init__(self, voice: Voice, told: set[str]) -> None:
        self.voice = voice
        self.told = told

    def of_one(self, rule: str) -> list[Told]:
        """The limits that stand with a rule."""
        return [self.say(one, HERE) for one in self.voice.edition.limit if self.stands(one, rule)]

    def of_several(self) -> Iterator[Told]:
        """The limits on everything, or on several rules together."""
        for limit in self.voice.edition.limit:
            of: tuple[str, ...] = getattr(limit, "of", ())
            if len(of) == 1 and of[0] in self.told:
                continue
            yield self.say(limit, (FOR if len(of) == 1 else FOR_ALL) if of else "")

    def stands(self, limit: Rule, rule: str) -> bool:
        """Whether a limit concerns this rule alone."""
        return tuple(getattr(limit, "of", ())) == (rule,)

    def say(self, limit: Rule, before: str) -> Told:
        """A limit's own sentence, after what says whom it concerns."""
        text = of_rule(limit, self.voice)
        if before:
            named = [self.called(one) for one in getattr(limit, "of", ())]
            text = gettext(before) % {"of": self.voice.listed(named), "limit": text}
        return Told(text, (limit.name_in_state,))

    def called(self, rule: str) -> str:
        """What a rule is called: by the act that it pays for, else by its id."""
        edition = self.voice.edition
        found = [one for one in (*edition.earn, *edition.change) if one.name_in_state == rule]
        acts = getattr(found[0], "activity", ()) if found else ()
        return self.voice.listed([self.voice.code(one) for one in acts or (rule,)])


def _excluded(earning: Iterable[Earn], voice: Voice) -> Iterator[Told]:
    text, rules = excluded(list(earning), voice)
    yield Told(text, rules)


def _standing(voice: Voice) -> Iterator[Told]:
    edition = voice.edition
    if edition.standing is None:
        return
    said = edition.standing.sentence()
    if said is not None and any(tier.from_ for tier in edition.tiers[1:]):
        message = message_for(said.code)
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
