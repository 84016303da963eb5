"""Points owed, from the books. It loads analytics libraries: for jobs and the command line."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from regulars.db import programmes
from regulars.db.models import Business
from regulars.db.points_table import write_points
from regulars.db.worths import worth_by_asset
from regulars.engine.calendar import instant_of
from regulars.engine.compiled import Compiled
from regulars.insight import Outcome, owed
from regulars.insight.owing.moves import opened

NOT_ASKED = ("counts",)
"""What pages ask of measures of sales and means nothing here."""


def points_owed(folder: Path, params: Mapping[str, Any], *, now: datetime) -> Outcome:
    """What members hold and what of it will be used, today where no day is asked for; worth what
    the rewards in force make of it."""
    business = Business.objects.get()
    with transaction.atomic(), connection.cursor() as cursor:
        running: list[Compiled] = list(programmes.running(cursor).values())
    path = write_points(folder / "mirror", running, zone=business.zone)
    asked = {name: value for name, value in params.items() if name not in NOT_ASKED}
    asked.setdefault("as_of", now.astimezone(ZoneInfo(business.zone)).date().isoformat())
    editions = [one.edition_at(instant_of(now)).edition for one in running]
    worth = worth_by_asset(editions, business.currency)
    asked.setdefault("worth", {asset: str(one) for asset, one in worth.items()})
    asked["currency"] = business.currency
    return owed.compute(opened(path), owed.params(asked))
