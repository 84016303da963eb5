"""A programme's next edition is written: kept between visits, changed by one at a time, published.

A draft is a file that can be read, always: what cannot be read is refused, and nothing is kept.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from msgspec import Struct

from regulars.actions import publishing
from regulars.actions.fitting import in_currency
from regulars.actions.publishing import Wish
from regulars.actions.refused import Refused
from regulars.blueprints import CASES, PROGRAMME, blueprints
from regulars.db.models import CaseRow, DraftRow, EditionRow, ProgrammeRow
from regulars.engine.edition import Edition
from regulars.programmes.cases.reading import read_cases
from regulars.programmes.documents import Data, read
from regulars.programmes.editing.changing import edited

MOST_CASES = 200
MOST_LETTERS = 200_000
NAME = re.compile(r"^edition:[ \t]*([A-Za-z0-9_]+)[ \t]*(#.*)?$", re.MULTILINE)


class Step(Struct, frozen=True, kw_only=True):
    """A change of a draft: the new file, the revision that was looked at (0: none yet), by whom."""

    body: str
    revision: int
    by: str
    base: str = ""
    ready: str = ""


class Begin(Struct, frozen=True, kw_only=True):
    """How a ready programme begins here: what it is called, its zone, its currency."""

    ready: str
    name: str
    zone: str
    currency: str


def keep(step: Step, now: datetime) -> DraftRow:
    """Keep a change. Refused: edition_unreadable, draft_changed (by whom and when)."""
    if len(step.body) > MOST_LETTERS:
        raise Refused("edition_unreadable")
    edition = publishing.readable(step.body)
    programme = edition.programme_id
    with transaction.atomic():
        row = DraftRow.objects.select_for_update().filter(programme=programme).first()
        if row is not None and row.revision != step.revision:
            raise Refused("draft_changed", who=row.by_name, at=row.changed_at)
        if row is None:
            row = DraftRow(programme=programme, revision=0, base=step.base, ready=step.ready)
        row.body, row.by_name, row.changed_at = step.body, step.by, now
        row.revision += 1
        try:
            row.save(force_insert=row.revision == 1)
        except IntegrityError:
            raise Refused("draft_changed", who="", at=now) from None
        return row


def begin(wish: Begin, *, by: str, now: datetime) -> DraftRow:
    """Begin a draft from a ready programme, under a name, in a zone and with a currency of one's
    own; its worked cases stay with it: they are examples of what it was. A draft that is there is
    kept: Refused draft_changed."""
    step = Step(body=_fitted(wish, own_edition=True), revision=0, by=by, ready=wish.ready)
    return keep(step, now)


def fitted(ready: str, zone: str, currency: str) -> str:
    """The file of a ready programme as it holds here: its days are those of the zone, its amounts
    keep their figures in the currency."""
    return _fitted(Begin(ready=ready, name="", zone=zone, currency=currency), own_edition=False)


def _fitted(wish: Begin, *, own_edition: bool) -> str:
    text = blueprints()[wish.ready].joinpath(PROGRAMME).read_text(encoding="utf-8")
    data: Any = read(text, wish.ready).data
    own = data.get("currency", "EUR")
    wanted = in_currency(data, own, wish.currency) if own != wish.currency else dict(data)
    if wish.name and wish.name not in _names(data["name"]):
        wanted["name"] = wish.name
    wanted |= {"zone": wish.zone, "currency": wish.currency}
    if own_edition:
        wanted["edition"] = free_edition(str(data["edition"]))
        wanted.setdefault("programme", data["edition"])
    return edited(text, wanted)


def _names(name: Any) -> Sequence[str]:
    """What a programme is called in the languages that its file has."""
    return list(name.values()) if isinstance(name, dict) else [str(name)]


def free_edition(edition: str) -> str:
    """The name, or the next one with a number: an edition has a name of its own."""
    known = set(EditionRow.objects.values_list("edition", flat=True))
    if edition not in known:
        return edition
    stem, _sign, number = edition.rpartition("_")
    stem, count = (stem, int(number)) if stem and number.isdigit() else (edition, 1)
    while f"{stem}_{count}" in known:
        count += 1
    return f"{stem}_{count}"


@transaction.atomic
def give_up(programme: str) -> None:
    """Throw a draft away; cases that were kept stay where the programme runs."""
    DraftRow.objects.filter(programme=programme).delete()
    if not ProgrammeRow.objects.filter(id=programme).exists():
        CaseRow.objects.filter(programme=programme).delete()


def publish(programme: str, revision: int, wish: Wish, now: datetime) -> Edition:
    """Publish a draft as it was looked at. Refused: draft_gone, draft_changed, and what publishing
    refuses."""
    row = DraftRow.objects.filter(programme=programme).first()
    if row is None:
        raise Refused("draft_gone")
    if row.revision != revision:
        raise Refused("draft_changed", who=row.by_name, at=row.changed_at)
    edition = publishing.readable(row.body).edition
    if not EditionRow.objects.filter(edition=edition).exists():
        return publish_file(row.body, wish, now)
    made = publish_file(renamed(row.body, edition), wish, now)
    DraftRow.objects.filter(programme=programme, revision=revision).delete()
    return made


def renamed(body: str, edition: str) -> str:
    """The file as another edition: the next name that is free."""
    return NAME.sub(f"edition: {free_edition(edition)}", body, count=1)


def publish_file(body: str, wish: Wish, now: datetime) -> Edition:
    """Publish a file; a draft that says the same has done its work. Refused: as publishing."""
    edition = publishing.publish(body, now=now, by=wish.by, begins=wish.begins, reason=wish.reason)
    DraftRow.objects.filter(programme=edition.programme_id, body=body).delete()
    return edition


@transaction.atomic
def keep_case(programme: str, case: Mapping[str, Data], *, by: str, now: datetime) -> None:
    """Keep a worked case with a programme. Refused: cases_full."""
    if CaseRow.objects.filter(programme=programme).count() >= MOST_CASES:
        raise Refused("cases_full", most=MOST_CASES)
    CaseRow.objects.create(programme=programme, body=dict(case), kept_at=now, by_name=by)


def drop_cases(programme: str, numbers: Sequence[int]) -> None:
    """Keep these cases no longer."""
    CaseRow.objects.filter(programme=programme, id__in=numbers).delete()


def cases_of_ready(ready: str) -> list[dict[str, Any]]:
    """The worked cases of a ready programme, without their edition."""
    folder = blueprints().get(ready)
    if folder is None or not folder.joinpath(CASES).is_file():
        return []
    found = read_cases(folder.joinpath(CASES).read_text(encoding="utf-8"), CASES).cases
    data = [one.data for one in found if isinstance(one.data, dict)]
    return [{name: each for name, each in one.items() if name != "edition"} for one in data]
