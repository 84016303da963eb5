"""Do the checker and the JSON Schema say the same of a document?"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

from hypothesis import assume
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, ValidationError, validators
from msgspec import Struct

from regulars.engine.texts import compiled
from regulars.programmes.checking import structure
from regulars.programmes.documents import Data, DecimalText, Document
from regulars.programmes.kinds import Families
from regulars.programmes.schema import schema


def _pattern(_: Any, pattern: str, instance: Any, __: Any) -> Iterator[ValidationError]:
    if isinstance(instance, str) and not compiled(pattern).search(instance):
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


Validator = validators.extend(Draft202012Validator, {"pattern": _pattern})
"""Patterns as editors read them: `$` is the very end, digits are ASCII."""


def as_editors_see(data: Data) -> Any:
    """The data with its decimal texts as numbers, which is what they are in the file."""
    if isinstance(data, DecimalText):
        return float(data)
    if isinstance(data, list):
        return [as_editors_see(one) for one in data]
    if isinstance(data, dict):
        return {key: as_editors_see(one) for key, one in data.items()}
    return data


def validator(root: type[Struct], families: Families) -> Any:
    made = schema(root, families)
    Draft202012Validator.check_schema(made)
    return Validator(made)


def agree(
    root: type[Struct], families: Families, document: Document, validating: Any = None
) -> bool:
    """Whether schema and structural checker both accept `document`, or both refuse it.

    `validating` saves the making of the validator where many documents are asked about.
    """
    value, problems = structure(document, root, families)
    assert (value is None) == bool(problems)
    says = (validating or validator(root, families)).is_valid(as_editors_see(document.data))
    return bool(says) == (not problems)


ODD: st.SearchStrategy[Any] = st.one_of(
    st.sampled_from([None, True, "", "a", "a\n", "A", [], {}, 0, 1, -1, 2, 7, 10**6]),
    st.sampled_from(["1", "1.0", "-0.0", "007", "1e3", "2023-02-29", "5.001 EUR", "1.5 JPY"]),
    st.sampled_from([DecimalText("0.0"), DecimalText("5.0"), DecimalText("-1.5")]),
    st.sampled_from([{"kind": "not"}, {"kind": "per_ammount"}, {"life": "fixed"}, ["a", "a"]]),
    st.sampled_from([["a", ["a"]], {"en": "x", "fr": "y"}, {"kind": ["not"]}, [1, True]]),
)


NUMERIC = st.sampled_from([-5, 0, 1, 2, 5, 100, 1001, True, DecimalText("1.5"), "5"])


def boxes(data: Any) -> list[Any]:
    """Every map and list inside `data` that is not empty."""
    inside = list(data.values()) if isinstance(data, dict) else data
    if not isinstance(data, dict | list) or not data:
        return []
    return [data, *(box for one in inside for box in boxes(one))]


def drop(box: Any, key: Any, odd: Any) -> None:
    del box[key]


def put(box: Any, key: Any, odd: Any) -> None:
    box[key] = odd


def rename(box: Any, key: Any, odd: Any) -> None:
    assume(isinstance(box, dict))
    box[str(key) + "_"] = box.pop(key)


def add(box: Any, key: Any, odd: Any) -> None:
    assume(isinstance(box, dict))
    box["qqq"] = odd


def repeat(box: Any, key: Any, odd: Any) -> None:
    assume(isinstance(box, list))
    box.append(copy.deepcopy(box[key]))


CHANGES: list[Callable[[Any, Any, Any], None]] = [drop, put, put, rename, add, repeat]


@st.composite
def spoilt(draw: st.DrawFn, good: st.SearchStrategy[Any]) -> Document:
    """A document of `good` data with one to three changes: a field dropped, renamed, added,
    another value in its place, an entry repeated."""
    data = copy.deepcopy(draw(good))
    for _ in range(draw(st.sampled_from([1, 1, 1, 2, 3]))):
        able = boxes(data)
        assume(able)
        box = draw(st.sampled_from(able))
        key = draw(st.sampled_from(sorted(box) if isinstance(box, dict) else range(len(box))))
        odd = draw(NUMERIC if isinstance(box[key], int) else ODD)
        draw(st.sampled_from(CHANGES))(box, key, copy.deepcopy(odd))
    return Document("spoilt.yaml", data)
