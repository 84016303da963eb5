"""Mappings of a file's columns, saved by name and used again."""

from __future__ import annotations

from datetime import datetime

import msgspec
from django.db import transaction

from regulars.actions.refused import Refused
from regulars.db.models import SavedMapping
from regulars.db.queries.imports import saved_names
from regulars.sources.files.shapes import Mapping


@transaction.atomic
def save(name: str, mapping: Mapping, *, now: datetime) -> None:
    """Keep a mapping under a name; the one that had the name is replaced.

    Refused: name_empty, name_too_long.
    """
    name = " ".join(name.split())
    if not name:
        raise Refused("name_empty")
    if len(name) > 100:
        raise Refused("name_too_long", most=100)
    SavedMapping.objects.update_or_create(
        name=name, defaults={"mapping": msgspec.to_builtins(mapping), "saved_at": now}
    )


def saved(name: str) -> Mapping:
    """The mapping kept under a name. Refused: mapping_unknown."""
    row = SavedMapping.objects.filter(name=name).first()
    if row is None:
        raise Refused("mapping_unknown", name=name, known=", ".join(saved_names()) or "none")
    return msgspec.convert(row.mapping, Mapping)
