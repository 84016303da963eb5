"""Places that no order has named yet: a till needs one before the first sale."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from regulars.actions import audit
from regulars.actions.refused import Refused
from regulars.db.models import Place

MOST_LETTERS = 100


@transaction.atomic
def add(name: str, now: datetime) -> bool:
    """Make a place, whose code is its name, as orders will name it; False where it is there.

    Refused: name_empty, name_too_long.
    """
    plain = " ".join(name.split())
    if not plain:
        raise Refused("name_empty")
    if len(plain) > MOST_LETTERS:
        raise Refused("name_too_long", most=MOST_LETTERS)
    made = Place.objects.get_or_create(code=plain, defaults={"name": plain})[1]
    if made:
        audit.note("place.added", plain, audit.COMMAND_LINE, now)
    return made
