"""Results of measures that pages want: asked for here, computed by a job (`actions.measuring`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from django.db import transaction
from msgspec import Struct

from regulars.actions.later import later
from regulars.db.models import MeasureResult
from regulars.db.queries.results import Stored, stored

Params = Mapping[str, str]

PATIENCE = timedelta(minutes=2)
"""A result that is not there after so long is put into the queue anew: its job may have died."""


class Wish(Struct, frozen=True, kw_only=True):
    """A measure with the parameters that a page wants it with."""

    kind: str
    params: dict[str, str] = {}

    @property
    def key(self) -> str:
        return result_key(self.kind, self.params)


def result_key(kind: str, params: Params) -> str:
    """The name under which a measure's result with these parameters is kept."""
    return "&".join([kind, *(f"{name}={params[name]}" for name in sorted(params))])


@transaction.atomic
def want_result(kind: str, params: Params, *, now: datetime) -> MeasureResult:
    """The last result of a measure; if there is none yet, it is put into the queue."""
    row, made = MeasureResult.objects.get_or_create(
        key=result_key(kind, params),
        defaults={"kind": kind, "params": dict(params), "wanted_at": now},
    )
    lost = row.computed_at is None and row.wanted_at <= now - PATIENCE
    if lost:
        MeasureResult.objects.filter(key=row.key).update(wanted_at=now)
    if made or lost:
        later("measure", once=f"measure:{row.key}"[:200], key=row.key)
    return row


def want_results(wishes: Iterable[Wish], *, now: datetime) -> dict[str, Stored]:
    """The last result of each wish by its key; those that are not there are put into the queue."""
    wanted = {wish.key: wish for wish in wishes}
    found = stored(wanted)
    missing = [
        wish for key, wish in wanted.items() if key not in found or found[key].computed_at is None
    ]
    for wish in missing:
        want_result(wish.kind, wish.params, now=now)
    return {**stored([wish.key for wish in missing]), **found} if missing else found
