"""Every code that a kind can say has a sentence, and no sentence waits for a code for nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import get_args

import pytest
from django.utils import translation
from programme_codes import Said, said

from regulars.engine.compiling import rules_of, with_ids
from regulars.engine.kinds import BUILT_IN
from regulars.engine.refusing import ReferralCode, RefusalCode
from regulars.engine.texts import without_underscore
from regulars.programmes.loading import ready
from regulars.words.programme.core import REFUSALS, REFUSALS_WITH
from regulars.words.programme.filling import FORMS, MADE, named, params_of
from regulars.words.programme.parts import ONLY, PER, VOUCHER
from regulars.words.programme.sentences import FORMS_OF, TERMS, fitting
from regulars.words.programme.standing import AFTER_STANDING
from regulars.words.programme.tails import SILENT, TAILS
from regulars.words.programme.whys import BETTER, WHYS

ENDINGS = ("_all", "_one", "_mass")
FORMED = {form for forms in FORMS_OF.values() for _wanted, form in forms}
FORMED |= {form for forms in BETTER.values() for form in forms} | {
    "reward_every_card",
    "multiply_given",
}
READY = {"reached", "makes", "nth"}
"""Parameters that the telling itself makes."""

SENTENCES, ANSWERS, REFUSED = said("Sentence", 0), said("say", 1), said("refused", 0)


def untold(places: Iterable[Said], known: Mapping[str, str]) -> set[str]:
    return {
        f"{one.code} ({one.place})" for one in places if not any(one.fits(code) for code in known)
    }


def unused(places: Iterable[Said], known: Mapping[str, str]) -> set[str]:
    exact = [one for one in places if one.code != ".+"]
    return {
        code
        for code in known
        if not any(one.fits(code) for one in exact)
        and code not in FORMED
        and not (code.endswith(ENDINGS) and code.rpartition("_")[0] in known)
    }


def test_the_source_is_read() -> None:
    assert len(SENTENCES) > 30
    assert len(ANSWERS) > 30
    assert {one.code for one in REFUSED} >= {"insufficient_points", "sold_out"}


@pytest.mark.parametrize(
    ("places", "known"),
    [(SENTENCES, TERMS), (ANSWERS, {**WHYS, **REFUSALS}), (REFUSED, REFUSALS)],
    ids=["terms", "whys", "refusals"],
)
def test_every_code_has_a_sentence(places: list[Said], known: dict[str, str]) -> None:
    assert untold(places, known) == set()


@pytest.mark.parametrize(
    ("places", "known"), [(SENTENCES, TERMS), (ANSWERS, WHYS)], ids=["terms", "whys"]
)
def test_no_sentence_is_unused(places: list[Said], known: dict[str, str]) -> None:
    assert unused(places, known) == set()


def test_a_code_without_a_sentence_is_found() -> None:
    """The same questions find a missing and a needless sentence."""
    less = {code: text for code, text in TERMS.items() if code != "reward_price"}
    assert untold(SENTENCES, less) != set()
    assert unused(SENTENCES, {**TERMS, "never_said": ""}) == {"never_said"}


def test_the_closed_list_of_refusals_is_told() -> None:
    closed = set(get_args(RefusalCode)) | set(get_args(ReferralCode))
    assert set(REFUSALS) == closed
    assert set(REFUSALS_WITH) <= closed


def fields_of_kinds() -> set[str]:
    return {without_underscore(name) for kind in BUILT_IN for name in kind.__struct_fields__}


def given(name: str, params: Iterable[str]) -> bool:
    """Whether a gap can be filled from these parameters."""
    base, _line, ending = name.rpartition("_")
    known = set(params) | READY
    return name in MADE or name in known or (ending in FORMS and base in known)


@pytest.mark.parametrize("code", sorted(WHYS))
def test_what_an_answer_names_is_said_beside_it(code: str) -> None:
    base = next((one for one, forms in BETTER.items() if code in forms), code)
    places = [one for one in ANSWERS if one.code != ".+" and one.fits(base)]
    beside = set.intersection(*(set(one.params) for one in places)) if places else set()
    if "**" in beside:
        return
    known = beside | {"amount", "kind"} | fields_of_kinds()
    assert {name for name in named(WHYS[code]) if not given(name, known)} == set()


RULES = [(name, rule) for name, edition in ready().items() for rule in rules_of(with_ids(edition))]


@pytest.mark.parametrize(
    ("name", "rule"), RULES, ids=[f"{name}-{rule.name_in_state}" for name, rule in RULES]
)
def test_what_a_sentence_names_is_said_by_its_rule(name: str, rule: object) -> None:
    told = rule.sentence()  # type: ignore[attr-defined]
    if told is None:
        return
    params = params_of(rule)  # type: ignore[arg-type]
    message = TERMS[fitting(told.code, params)]
    known = {*params, "n"}
    assert {one for one in named(message) if not given(one, known)} == set()


MESSAGES = [TERMS, WHYS, REFUSALS, REFUSALS_WITH, AFTER_STANDING, TAILS, SILENT, ONLY, PER, VOUCHER]


@pytest.mark.parametrize("message", sorted({text for one in MESSAGES for text in one.values()}))
def test_every_sentence_is_there_in_german(message: str) -> None:
    with translation.override("de"):
        told = translation.gettext(message)
    assert told != message or not any(word.isalpha() for word in message.replace("%", "").split())
    assert named(told) <= named(message)
