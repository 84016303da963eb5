"""Families of kinds: which struct classes may stand where a file holds a part with a `kind`.

A family is open. Its base class declares `family: ClassVar[str]` and `tag_field`; a field of that
type takes whatever the registry holds under the family's name: built-in classes and outside ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct, inspect

Families = Mapping[str, Sequence[type[Struct]]]
"""Family name to the classes of its kinds."""


class SameKind(ValueError):
    """Two classes of one family call themselves the same."""


class Choice(Struct, frozen=True):
    """The struct classes that may stand at a place, by the word in their field `tag_field`."""

    tag_field: str
    classes: dict[str, type[Struct]]
    family: str = ""

    @property
    def words(self) -> tuple[str, ...]:
        """The known kinds, sorted."""
        return tuple(sorted(self.classes))


def family_of(cls: type) -> str:
    """The family that `cls` is the base of, or "": kinds inherit the name, not declare it."""
    return str(vars(cls).get("family") or "")


def choice(structs: Sequence[inspect.StructType], families: Families) -> Choice | None:
    """What may stand where `structs` are declared, or None for one struct without a kind.

    Raises SameKind.
    """
    if all(one.tag is None and not family_of(one.cls) for one in structs):
        return None
    family = "".join(family_of(one.cls) for one in structs)
    classes: dict[str, type[Struct]] = {}
    for one in structs:
        own = family_of(one.cls)
        for cls in families.get(own, ()) if own else (one.cls,):
            tag = tag_of(cls)
            if classes.setdefault(tag, cls) is not cls:
                raise SameKind(f"{cls!r} and {classes[tag]!r} are both {tag!r} of {own!r}")
    return Choice(structs[0].tag_field or "kind", classes, family)


def tag_of(cls: type[Struct]) -> str:
    """The kind that a class calls itself in files."""
    return str(cls.__struct_config__.tag)


def fields_of(cls: type[Struct]) -> tuple[inspect.Field, ...]:
    """The fields of a struct class, as msgspec sees them."""
    if cls not in _FIELDS:
        found = inspect.type_info(cls)
        _FIELDS[cls] = found.fields if isinstance(found, inspect.StructType) else ()
    return _FIELDS[cls]


_FIELDS: dict[type[Struct], tuple[inspect.Field, ...]] = {}
