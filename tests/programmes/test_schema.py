"""The JSON Schema: what it says, and that it accepts exactly what the checker accepts."""

from __future__ import annotations

import copy
import os
from collections.abc import Callable
from typing import Any

import pytest
from agreement import Validator, agree, spoilt, validator
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st
from toys import FAMILIES, Shop

from regulars.programmes import places
from regulars.programmes.checking import structure
from regulars.programmes.documents import DecimalText, Document
from regulars.programmes.schema import DIALECT, schema

MANY = 20_000 if os.environ.get("REGULARS_TORTURE") else 400
MADE = schema(Shop, FAMILIES)
VALIDATING = validator(Shop, FAMILIES)


def test_the_root_is_named_and_described() -> None:
    assert MADE["$schema"] == DIALECT
    assert MADE["$ref"] == "#/$defs/Shop"
    shop = MADE["$defs"]["Shop"]
    assert (shop["title"], shop["description"]) == ("Shop", "A toy programme.")
    assert shop["required"] == ["format", "name", "earn"]
    assert shop["additionalProperties"] is False


def test_a_family_is_one_choice_by_kind() -> None:
    assert MADE["$defs"]["earn"] == {
        "type": "object",
        "required": ["kind"],
        "properties": {"kind": {"enum": ["moon_phase", "per_amount", "per_visit"]}},
        "oneOf": [
            {"$ref": "#/$defs/earn.moon_phase"},
            {"$ref": "#/$defs/earn.per_amount"},
            {"$ref": "#/$defs/earn.per_visit"},
        ],
    }
    assert MADE["$defs"]["earn.moon_phase"] == {
        "title": "moon_phase",
        "description": "A kind from elsewhere.",
        "type": "object",
        "properties": {"kind": {"const": "moon_phase"}, "phase": {"enum": ["full", "new"]}},
        "required": ["kind", "phase"],
        "additionalProperties": False,
    }


def test_fields_stand_under_their_names_in_files_with_their_words() -> None:
    amount = MADE["$defs"]["earn.per_amount"]["properties"]
    assert list(amount) == ["kind", "step", "points", "except", "when"]
    assert amount["step"] == {"$ref": "#/$defs/money", "description": "For every full step."}
    assert MADE["$defs"]["money"]["description"].startswith("An amount")
    assert amount["points"] == {"type": "integer", "minimum": 1, "maximum": 1000, "default": 1}
    assert amount["except"]["anyOf"] == [
        {"$ref": "#/$defs/id"},
        {"type": "array", "items": {"$ref": "#/$defs/id"}},
    ]
    assert amount["when"] == {"anyOf": [{"$ref": "#/$defs/when"}, {"type": "null"}]}
    assert MADE["$defs"]["Shop"]["properties"]["zone"]["default"] == "UTC"


def test_a_family_without_kinds_takes_nothing() -> None:
    document = Document("x", {"format": 1, "name": "x", "earn": [{"kind": "per_visit"}]})
    assert agree(Shop, {**FAMILIES, "earn": ()}, document)
    assert structure(document, Shop, {})[0] is None


WORD = st.sampled_from(["a", "b_2", "gift_card", "beans"])
TEXT = st.sampled_from(["Corner", "ăé"]) | st.dictionaries(
    st.sampled_from(["en", "de", "pl", "ro"]), st.just("x"), min_size=1
)
NUMBER = st.sampled_from([0, 5, DecimalText("1.50"), "0.25", "7"])
WHEN = st.recursive(
    st.fixed_dictionaries(
        {"kind": st.just("category"), "category": WORD | st.lists(WORD, max_size=2)}
    ),
    lambda inside: st.fixed_dictionaries({"kind": st.just("not"), "not": inside}),
    max_leaves=2,
)
EARN = st.one_of(
    st.fixed_dictionaries(
        {"kind": st.just("per_amount"), "step": st.sampled_from(["1.00 EUR", "100 JPY"])},
        optional={
            "points": st.integers(1, 1000) | st.just(DecimalText("5.0")),
            "except": WORD | st.lists(WORD, max_size=2),
            "when": WHEN | st.none(),
        },
    ),
    st.fixed_dictionaries(
        {"kind": st.just("per_visit"), "points": st.sampled_from([5, 95])},
        optional={
            "every": st.sampled_from(["P1D", "PT2H"]),
            "factor": st.sampled_from([1, DecimalText("1.5"), "0.5"]),
        },
    ),
    st.fixed_dictionaries({"kind": st.just("moon_phase"), "phase": st.just("new")}),
)
TIER = st.fixed_dictionaries(
    {"id": WORD, "from": NUMBER}, optional={"name": TEXT | st.none(), "rights": st.lists(TEXT)}
)
SHOP = st.fixed_dictionaries(
    {"format": st.just(1), "name": TEXT, "earn": st.lists(EARN, min_size=1, max_size=3)},
    optional={
        "zone": st.just("Europe/Berlin"),
        "starts": st.sampled_from(["2024-02-29", 2000, None]),
        "opened": st.just("2026-01-31T09:30:00+01:00"),
        "open": st.booleans(),
        "stack": st.sampled_from(["additive", "best_of"]),
        "shift": st.sampled_from([-3, DecimalText("-0.5"), "-1"]),
        "code": st.just("XYZ"),
        "note": st.sampled_from(["ab", None]),
        "tags": st.lists(WORD, unique=True),
        "days": st.lists(st.integers(), min_size=1, max_size=3),
        "words": st.dictionaries(WORD, TEXT),
        "life": st.sampled_from([{"life": "never"}, {"life": "fixed", "after": "P1Y"}, None]),
        "tiers": st.lists(TIER, max_size=2),
    },
)
MANY_TIMES = settings(
    max_examples=MANY,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


@MANY_TIMES
@given(data=SHOP)
def test_what_is_valid_is_accepted_by_both(data: Any) -> None:
    document = Document("shop.yaml", data)
    assert structure(document, Shop, FAMILIES)[1] == ()
    assert agree(Shop, FAMILIES, document, VALIDATING)


@MANY_TIMES
@given(document=spoilt(SHOP))
def test_what_is_spoilt_is_judged_alike(document: Document) -> None:
    assert agree(Shop, FAMILIES, document, VALIDATING)


def found(document_of: st.SearchStrategy[Document], validating: Any) -> Document:
    return find(
        document_of,
        lambda document: not agree(Shop, FAMILIES, document, validating),
        settings=settings(
            MANY_TIMES, max_examples=3000, database=None, derandomize=True, phases=[Phase.generate]
        ),
    )


def more_fields(made: dict[str, Any]) -> None:
    del made["$defs"]["Tier"]["additionalProperties"]


def fewer_needed(made: dict[str, Any]) -> None:
    made["$defs"]["earn.per_amount"]["required"].remove("step")


def wider(made: dict[str, Any]) -> None:
    del made["$defs"]["earn.per_visit"]["properties"]["points"]["exclusiveMinimum"]


def quoted_only(made: dict[str, Any]) -> None:
    number = made["$defs"]["number"]
    number["anyOf"] = number["anyOf"][1:]


def twice_allowed(made: dict[str, Any]) -> None:
    del made["$defs"]["Shop"]["properties"]["tags"]["uniqueItems"]


PER_AMOUNT = {"kind": "per_amount", "step": "1.00 EUR"}
PER_VISIT = {"kind": "per_visit", "points": 5}


def near(**more: Any) -> st.SearchStrategy[Any]:
    """A small file around the part that a saboteur touches: in a large one it is rarely hit."""
    return st.just({"format": 1, "name": "x", "earn": [PER_VISIT], **more})


@pytest.mark.parametrize(
    ("spoil", "good"),
    [
        (more_fields, near(tiers=[{"id": "a", "from": 5}])),
        (fewer_needed, near(earn=[PER_AMOUNT])),
        (wider, near(earn=[PER_VISIT] * 3)),
        (quoted_only, near(shift=-3)),
        (twice_allowed, near(tags=["a", "b_2"])),
    ],
)
def test_a_schema_that_says_something_else_is_caught(
    spoil: Callable[[dict[str, Any]], None], good: st.SearchStrategy[Any]
) -> None:
    made = copy.deepcopy(MADE)
    spoil(made)
    assert found(spoilt(good), Validator(made))


def test_a_checker_that_takes_truth_for_a_number_is_caught(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(places.KIND_OF_DATA, bool, "whole_number")
    assert found(spoilt(near(days=[1, 2, 3])), VALIDATING)
