"""Programmes as their pages show them: what runs, every edition there is, who published it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import pairwise
from typing import Literal
from uuid import UUID

from django.db import transaction
from django.db.models import F
from msgspec import Struct

from regulars.db import programmes
from regulars.db.models import EditionRow, HolderState, ProgrammeRow, Staff
from regulars.engine.edition import Edition

State = Literal["past", "running", "coming", "withdrawn"]
STAFF = "staff "
"""Before the id of a colleague, where it is written down who did something."""


class Published(Struct, frozen=True, kw_only=True):
    """One edition with its file. In force from `begins` on (None: from the beginning), until the
    next one begins at `ends`. `number` counts the editions of a programme from 1, in the order in
    which they were published, for ever: those that were taken back keep theirs."""

    edition: str
    number: int
    body: str
    state: State
    begins: datetime | None
    ends: datetime | None
    published_at: datetime
    by: str
    reason: str


class Running(Struct, frozen=True, kw_only=True):
    """A programme that runs: the edition in force, read from its file, and all that there are,
    the newest first."""

    id: str
    edition: Edition
    body: str
    editions: list[Published]


@transaction.atomic
def running(now: datetime) -> list[Running]:
    """The programmes that run, in their order."""
    found = []
    for one in ProgrammeRow.objects.filter(ended_at=None).order_by("position"):
        editions = editions_of(one.id, now)
        current = next((each for each in editions if each.state == "running"), None)
        if current is not None:
            found.append(
                Running(
                    id=one.id,
                    edition=programmes.read(current.body, current.edition),
                    body=current.body,
                    editions=editions,
                )
            )
    return found


def editions_of(programme: str, now: datetime) -> list[Published]:
    """Every edition of a programme, the newest first."""
    order = F("begins").asc(nulls_first=True)
    rows = list(EditionRow.objects.filter(programme=programme).order_by(order, "published_at"))
    called = names_of(row.by_name for row in rows)
    published = sorted(rows, key=lambda row: row.published_at)
    numbers = {row.edition: number for number, row in enumerate(published, 1)}
    valid = [row for row in rows if row.withdrawn_at is None]
    ends = {one.edition: after.begins for one, after in pairwise(valid)}
    return [
        Published(
            edition=row.edition,
            number=numbers[row.edition],
            body=row.body,
            state=_state(row, ends.get(row.edition), now),
            begins=row.begins,
            ends=ends.get(row.edition),
            published_at=row.published_at,
            by=called.get(row.by_name, row.by_name),
            reason=row.reason,
        )
        for row in reversed(rows)
    ]


def _state(row: EditionRow, ends: datetime | None, now: datetime) -> State:
    if row.withdrawn_at is not None:
        return "withdrawn"
    if row.begins is not None and row.begins > now:
        return "coming"
    return "past" if ends is not None and ends <= now else "running"


def names_of(doers: Iterable[str]) -> dict[str, str]:
    """What the colleagues among them are called, by what was written down of them."""
    keys = {one: _id(one.removeprefix(STAFF)) for one in doers if one.startswith(STAFF)}
    wanted = [key for key in keys.values() if key is not None]
    names = dict(Staff.objects.filter(pk__in=wanted).values_list("pk", "name"))
    return {one: names[key] for one, key in keys.items() if key is not None and names.get(key)}


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def in_order() -> list[str]:
    """The programmes that run, in their order."""
    rows = ProgrammeRow.objects.filter(ended_at=None).order_by("position")
    return list(rows.values_list("id", flat=True))


def taken_part_in(customer_id: int) -> list[str]:
    """The running programmes of which somebody is a member, in their order."""
    mine = HolderState.objects.filter(customer_id=customer_id, left_at=None)
    rows = ProgrammeRow.objects.filter(ended_at=None, id__in=mine.values("programme"))
    return list(rows.order_by("position").values_list("id", flat=True))
