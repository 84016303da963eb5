"""Places: made before an order names them, called otherwise, closed and opened again. A place is
never removed: what happened there names it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from regulars.actions import audit, tills
from regulars.actions.refused import Refused
from regulars.db.models import Place

MOST_LETTERS = 100


@transaction.atomic
def add(name: str, now: datetime, by: str = audit.COMMAND_LINE) -> bool:
    """Make a place, whose code is its name, as orders will name it; False where it is there.

    Refused: name_empty, name_too_long, place_name_taken.
    """
    plain = _plain(name)
    _check_free(plain, plain)
    made = Place.objects.get_or_create(code=plain, defaults={"name": plain})[1]
    if made:
        audit.note("place.added", plain, by, now)
    return made


@transaction.atomic
def rename(code: str, name: str, now: datetime, by: str = audit.COMMAND_LINE) -> None:
    """Call a place otherwise; orders go on naming it by its code. Refused: place_unknown,
    place_name_taken, name_empty, name_too_long."""
    row, plain = _locked(code), _plain(name)
    _check_free(plain, code)
    if plain == row.name:
        return
    before, row.name = row.name, plain
    row.save(update_fields=["name"])
    audit.note("place.renamed", code, by, now, {"from": before, "to": plain})


@transaction.atomic
def close(code: str, now: datetime, by: str = audit.COMMAND_LINE) -> int:
    """Take no new tills and people at a place, and shut out its tills; how many. Orders that name
    it still count. Refused: place_unknown."""
    row = _locked(code)
    if row.closed_at is not None:
        return 0
    row.closed_at = now
    row.save(update_fields=["closed_at"])
    audit.note("place.closed", code, by, now)
    return tills.revoke_all(code, by, now)


@transaction.atomic
def reopen(code: str, now: datetime, by: str = audit.COMMAND_LINE) -> None:
    """Use a place again; its tills are set up anew. Refused: place_unknown."""
    row = _locked(code)
    if row.closed_at is None:
        return
    row.closed_at = None
    row.save(update_fields=["closed_at"])
    audit.note("place.opened", code, by, now)


def _locked(code: str) -> Place:
    row = Place.objects.select_for_update().filter(code=code).first()
    if row is None:
        raise Refused("place_unknown")
    return row


def _check_free(name: str, code: str) -> None:
    if Place.objects.filter(name__iexact=name).exclude(code=code).exists():
        raise Refused("place_name_taken", name=name)


def _plain(name: str) -> str:
    plain = " ".join(name.replace("\x00", "").split())
    if not plain:
        raise Refused("name_empty")
    if len(plain) > MOST_LETTERS:
        raise Refused("name_too_long", most=MOST_LETTERS)
    return plain
