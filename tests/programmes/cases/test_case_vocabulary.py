"""The vocabulary is whole: its data fit together, and its words have meanings and sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

from regulars.engine.facts import Line
from regulars.engine.happenings import Attempt, FoldFact
from regulars.programmes import cases
from regulars.programmes.cases.names import Names
from regulars.programmes.cases.values import SCALARS
from regulars.programmes.cases.vocabulary import Takes, Word, listing, reserved, takes, vocabulary
from regulars.words.cases import CASE_REASONS, NAME_KINDS, SUBJECTS, UNNAMED

FOLDER = Path(cases.__file__).parent


def all_words() -> Iterator[tuple[str, Word]]:
    words = vocabulary()
    groups = [words.given, *words.events.values(), *words.activities.values()]
    groups += words.shapes.values()
    yield from words.case.items()
    yield from words.expect.subjects.items()
    yield from words.expect.keys.items()
    for group in groups:
        yield from group.keys.items()


def parts(shape: Takes) -> Iterator[Takes]:
    yield shape
    for part in shape.parts:
        yield from parts(part)


def test_each_shape_that_a_word_takes_is_known() -> None:
    words = vocabulary()
    known = {
        "name": set(words.names),
        "one": set(words.codes),
        "shape": {*words.shapes, "given"},
        "id": {"member", "account", "order", "event", "voucher", "subscription"},
    }
    for name, word in all_words():
        for part in parts(word.shape):
            if part.of:
                assert part.of in known[part.kind], name
            else:
                assert part.kind in {*SCALARS, "list", "map", "pair", "triple", "any"}, name


@pytest.mark.parametrize("written", ["list(", "list(text))", "text|", "Map(text)", "a b"])
def test_a_shape_that_is_written_wrongly_is_refused(written: str) -> None:
    with pytest.raises((ValueError, IndexError)):
        takes(written)


def test_what_assertions_refer_to_exists() -> None:
    words = vocabulary()
    kinds = {*words.expect.subjects, "event", "programme"}
    events = {*words.events, *words.activities, ""}
    for name, word in words.expect.keys.items():
        assert word.of, name
        assert set(word.of) <= kinds, name
        assert set(word.with_) <= set(words.expect.keys), name
    for name, word in words.expect.subjects.items():
        assert word.event in events, name
        assert set(word.beside) <= set(words.expect.subjects), name
        assert {word.implies, word.same_as} <= {*words.expect.keys, *kinds, ""}, name
    assert set(words.expect.amounts_of) <= kinds


def test_codes_and_settings_refer_to_what_exists() -> None:
    words = vocabulary()
    for codes in words.codes.values():
        assert set(codes.includes) <= set(words.codes)
        assert codes.open_to in {*words.names, ""}
    values = [value for one in words.settings.values() for value in one.values]
    assert len(values) == len(set(values))
    for group in (*words.events.values(), *words.shapes.values()):
        assert set(group.bases) <= set(group.keys)
        assert group.like in {*words.events, ""}


def test_the_product_names_only_words_of_the_vocabulary() -> None:
    words = vocabulary()
    keys = {key for group in words.events.values() for key in group.keys}
    keys |= {key for group in words.shapes.values() for key in group.keys}
    assert set(words.product.events) <= set(words.events)
    assert set(words.product.keys) <= keys


def test_names_are_of_the_kinds_that_the_data_lists() -> None:
    assert Names.__struct_fields__ == tuple(vocabulary().names)


def test_every_word_is_listed_with_a_meaning() -> None:
    listed = list(listing())
    assert len(listed) > 400
    assert [one for one in listed if not one.means.strip() and not one.takes] == []
    assert [one for one in listed if re.search(r"[.!]$", one.means)] == []
    assert len({(one.section, one.word) for one in listed}) == len(listed)


def test_words_of_the_language_cannot_be_names() -> None:
    assert {"tier", "score", "value", "at", "eligible"} <= reserved()
    assert {"points", "xp", "stamps"} & reserved() == set()


def test_every_code_has_a_sentence() -> None:
    used: set[str] = set()
    for path in FOLDER.glob("*.py"):
        used |= set(re.findall(r'"(case_[a-z_]+)"', path.read_text()))
    nearest = {code for code in used if code.startswith("case_unknown_")}
    either = {f"{code}_alone" for code in nearest}
    at_end = {f"case_{one}_at_end" for one in ("other_amount", "other_value", "sides_differ")}
    assert used | either | at_end == set(CASE_REASONS)


def test_every_subject_has_words() -> None:
    subjects = vocabulary().expect.subjects
    named = {one for one, word in subjects.items() if not word.only_beside and not word.same_as}
    assert named - {"property"} | {"event"} == set(SUBJECTS)
    assert set(UNNAMED) <= {*subjects, "programme"}
    assert set(NAME_KINDS) <= set(vocabulary().names)


def test_the_product_names_facts_and_their_fields() -> None:
    """The table from the words of cases to those of stored facts is true of the facts."""
    kinds = [*get_args(FoldFact), *get_args(Attempt)]
    product = vocabulary().product
    assert set(product.events.values()) <= {kind.__struct_config__.tag for kind in kinds}
    fields = {field for kind in (*kinds, Line) for field in kind.__struct_fields__}
    assert {key.partition(":")[0] for key in product.keys.values()} - fields == {"received_at"}


def test_each_place_of_a_key_holds_keys_of_events() -> None:
    words = vocabulary()
    groups = [*words.events.values(), *words.activities.values(), *words.shapes.values()]
    keys = {key for group in (*groups, words.given) for key in group.keys}
    for place, several in words.product.places.items():
        assert set(several) <= keys, place
    assert set(words.product.categories) <= set(words.product.places["lines"])


def test_each_setting_is_one_of_the_policy_or_of_rules() -> None:
    for name, setting in vocabulary().settings.items():
        assert setting.policy, name
        assert setting.overrides, name
