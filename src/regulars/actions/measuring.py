"""Compute what pages show: the mirror, everybody's standing, the measures. For the job worker:
this module loads the analytics libraries, which the web process must not."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from regulars.actions.owing import points_owed
from regulars.actions.renewing import last_transfer
from regulars.actions.results import result_key
from regulars.actions.standings import counts_of, write_standings
from regulars.db.mirror import Mirror
from regulars.db.models import Business, MeasureResult
from regulars.insight import InsightError, Outcome, Sales, measure, open_sales, owed

SHOWN: list[tuple[str, dict[str, str]]] = [
    ("revenue", {"period": "day"}),
    ("revenue", {"period": "week"}),
    ("revenue", {"period": "month"}),
    ("gaps", {}),
    ("repeat", {}),
    ("regulars", {}),
    ("next-order", {}),
    ("segments", {}),
    ("cohorts", {}),
    ("drifting", {}),
    ("products", {}),
    ("usual-days", {}),
    ("given-back", {}),
]
"""The measures that pages show by themselves, computed at every refresh."""

MEMORY = "2GB"
"""The most that a computation holds in memory; beyond, it goes on in files."""

ROWS_KEPT = 500
"""Rows of a stored result's tables; whole tables are computed anew for an export."""

WHOLE = "rows"
"""With this parameter a result is stored with all rows, for an export."""

FRESH = timedelta(days=31)
"""With a last order not older than this, figures are as of today; else as of that order's day."""

REFRESHING = 5_210_003
"""Advisory lock: one refresh at a time."""


def refresh(folder: Path, *, now: datetime) -> int:
    """Bring mirror, standings and the shown measures up to date; the arrival number reached."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [REFRESHING])
    try:
        return _refresh(folder, now)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [REFRESHING])


def _refresh(folder: Path, now: datetime) -> int:
    business = Business.objects.first()
    if business is None:
        return 0
    mirror = Mirror(folder, zone=business.zone)
    seq = mirror.advance(now=now)
    with open_sales(mirror.sales, memory_limit=MEMORY) as sales:
        as_of = default_as_of(sales, now, business.zone)
        write_standings(sales, as_of=as_of, zone=business.zone, currency=business.currency)
        keep_result("counts", {}, counts_of(as_of, business.zone), seq=seq, now=now)
        for kind, params in SHOWN:
            outcome = _computed(sales, kind, params, as_of, business)
            keep_result(kind, params, _shortened(outcome), seq=seq, now=now)
    refresh_owed(folder, now=now)
    kept: list[tuple[str, dict[str, str]]] = [("counts", {}), (owed.kind, {})]
    shown = [result_key(kind, params) for kind, params in [*SHOWN, *kept]]
    MeasureResult.objects.exclude(key__in=shown).filter(wanted_at__lt=now).delete()
    return seq


def refresh_owed(folder: Path, *, now: datetime) -> None:
    """Bring what is owed up to date. It is kept with the last transfer that may be in it."""
    last = last_transfer()
    told = _shortened(points_owed(folder, {}, now=now))
    keep_result(owed.kind, {}, told, seq=last, now=now)


def compute_wanted(folder: Path, key: str, *, now: datetime) -> None:
    """Compute one result that a page asked for; one that is no longer wanted is left alone."""
    row = MeasureResult.objects.filter(key=key, computed_at=None).first()
    if row is None:
        return
    business = Business.objects.get()
    mirror = Mirror(folder, zone=business.zone)
    seq = mirror.advance(now=now)
    whole = row.params.get(WHOLE) == "all"
    params = {name: value for name, value in row.params.items() if name != WHOLE}
    try:
        if row.kind == owed.kind:
            outcome = points_owed(folder, params, now=now)
        else:
            with open_sales(mirror.sales, memory_limit=MEMORY) as sales:
                as_of = default_as_of(sales, now, business.zone)
                outcome = _computed(sales, row.kind, params, as_of, business)
        told = outcome.to_dict() if whole else _shortened(outcome)
    except InsightError as error:
        told = {"measure": row.kind, "problem": str(error)}
    keep_result(row.kind, row.params, told, seq=seq, now=now)


def default_as_of(sales: Sales, now: datetime, zone: str) -> date:
    """Today in the business's zone; the last order's day where nothing was sold for a month."""
    today = now.astimezone(ZoneInfo(zone)).date()
    last = sales.last_date
    return today if last is None or today - last <= FRESH else last


def _computed(
    sales: Sales, kind: str, params: Mapping[str, str], as_of: date, business: Business
) -> Outcome:
    wanted = {"as_of": as_of.isoformat(), **params}
    if business.currency in sales.currencies:
        wanted.setdefault("currency", business.currency)
    chosen = measure(kind)
    outcome: Outcome = chosen.compute(sales, chosen.params(wanted))
    return outcome


def _shortened(outcome: Outcome) -> dict[str, object]:
    """The outcome as JSON, long tables cut (`cut` then holds how many rows there were).

    Of rows that go by time the last are kept, of ranked ones the first.
    """
    told = outcome.to_dict()
    for table in told.get("tables", []):
        rows = table["rows"]
        if len(rows) > ROWS_KEPT:
            by_time = table["columns"][0]["kind"] == "date"
            table["cut"] = len(rows)
            table["rows"] = rows[-ROWS_KEPT:] if by_time else rows[:ROWS_KEPT]
    return told


@transaction.atomic
def keep_result(
    kind: str, params: Mapping[str, str], result: object, *, seq: int, now: datetime
) -> None:
    """Store a result for pages, with the time and the last fact that went into it."""
    MeasureResult.objects.update_or_create(
        key=result_key(kind, params),
        defaults={
            "kind": kind,
            "params": dict(params),
            "computed_at": now,
            "seq": seq,
            "result": json.loads(json.dumps(result)),
        },
        create_defaults={
            "kind": kind,
            "params": dict(params),
            "wanted_at": now,
            "computed_at": now,
            "seq": seq,
            "result": json.loads(json.dumps(result)),
        },
    )
