"""Every field and every choice of every kind has its words in a form."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from msgspec import Struct

from regulars.engine.edition import Asset, Policy, Tier
from regulars.engine.kinds import families
from regulars.programmes.editing.asking import HIDDEN
from regulars.programmes.editing.controls import branches, is_family, leaf, owner_of, structs_in
from regulars.programmes.kinds import fields_of, tag_of
from regulars.programmes.places import place
from regulars.words.programme.choices import OPTIONS, WISHES
from regulars.words.programme.fields import FIELDS, HINTS

KINDS = [(family, cls) for family, several in families().items() for cls in several]


def parts(cls: type[Struct], seen: set[type[Struct]]) -> Iterator[type[Struct]]:
    """A kind and every part within it."""
    if cls in seen:
        return
    seen.add(cls)
    yield cls
    for one in fields_of(cls):
        for branch in branches(one.type):
            item = getattr(place(branch).type, "item_type", None)
            for struct in [*structs_in(branch), *(structs_in(item) if item is not None else [])]:
                if not is_family(struct):
                    yield from parts(struct.cls, seen)


def all_parts() -> list[type[Struct]]:
    seen: set[type[Struct]] = set()
    roots = [*(cls for _family, cls in KINDS), Asset, Tier, Policy]
    return [part for root in roots for part in parts(root, seen)]


@pytest.mark.parametrize(("family", "cls"), KINDS, ids=[f"{f}.{tag_of(c)}" for f, c in KINDS])
def test_every_kind_says_what_it_is_for(family: str, cls: type[Struct]) -> None:
    assert f"{family}.{tag_of(cls)}" in WISHES


def test_every_field_has_a_label() -> None:
    missing = {
        f"{owner_of(cls)}.{one.encode_name}"
        for cls in all_parts()
        for one in fields_of(cls)
        if one.encode_name not in HIDDEN
        and one.encode_name not in FIELDS
        and f"{owner_of(cls)}.{one.encode_name}" not in FIELDS
    }
    assert missing == set()
    assert set(HINTS) <= set(FIELDS)


def test_every_choice_has_a_word() -> None:
    missing = set()
    for cls in all_parts():
        for one in fields_of(cls):
            found = leaf(one.type, cls, one.encode_name) if not structs_in(one.type) else None
            if found is None or found.about not in ("option", "window"):
                continue
            for value in found.options:
                own = f"{one.encode_name}.{value}"
                if not {value, own, f"{owner_of(cls)}.{own}"} & set(OPTIONS):
                    missing.add(f"{owner_of(cls)}.{own}")
    assert missing == set()
