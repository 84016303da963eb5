"""Do the checker and the JSON Schema say the same of a document?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

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
