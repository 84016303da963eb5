"""Results of measures that pages want: asked for here, computed by a job (`actions.measuring`)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from regulars.actions.later import later
from regulars.db.models import MeasureResult

Params = Mapping[str, str]


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
    if made:
        later("measure", once=f"measure:{row.key}"[:200], key=row.key)
    return row
