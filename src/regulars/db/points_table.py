"""What moved of every asset, as Parquet, for `insight.owed`: rows of transfers become movements.

Rows that amend one another are one movement; what only waits or matures is no movement. When
something ends is told where the life of its asset says so from the day on which it was earned.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq
from django.db import connection
from msgspec import Struct

from regulars.engine.compiled import Compiled
from regulars.engine.edition import Asset, Edition
from regulars.engine.kinds.life.after_earning import After, MonthEnd
from regulars.engine.run import CLAW, EARN, EXPIRE, FORFEIT, PEND, PRICE, RESTORE, UNPEND
from regulars.engine.texts import parse_duration

KINDS = {
    EARN: ("earned", "issued"),
    PEND: ("earned", "issued"),
    CLAW: ("taken_back", "available"),
    UNPEND: ("taken_back", "pending"),
    PRICE: ("used", "available"),
    RESTORE: ("given_back", "spent"),
    EXPIRE: ("ended", "available"),
    FORFEIT: ("ended", "available"),
}
"""By step: what kind of movement it is, and from which account it takes; the other way round it
amends."""
COPY = """
    COPY (
        SELECT m.customer_id, m.programme || '/' || m.asset,
            to_char(m.at AT TIME ZONE {zone}, 'YYYY-MM-DD HH24:MI:SS.US'), m.kind,
            m.amount / power(10::numeric, coalesce(l.decimals, 0)),
            CASE WHEN m.kind = 'earned' THEN to_char(CASE l.life
                WHEN 'month' THEN date_trunc('month', m.at AT TIME ZONE l.zone)
                    + make_interval(months => l.months + 1)
                WHEN 'after' THEN (m.at AT TIME ZONE l.zone)
                    + make_interval(months => l.months, days => l.days, hours => l.hours)
                END, 'YYYY-MM-DD HH24:MI:SS.US') END
        FROM (
            SELECT t.customer_id, t.programme, t.asset, t.at, k.kind,
                sum(CASE WHEN t.source = k.source THEN t.amount ELSE -t.amount END) AS amount
            FROM regulars_transfer t
            JOIN (VALUES {kinds}) AS k(step, kind, source) ON k.step = t.step
            GROUP BY t.customer_id, t.programme, t.asset, t.at, t.fact, t.rule, t.step, k.kind
        ) m
        LEFT JOIN (VALUES {lives}) AS l(programme, asset, decimals, life, months, days, hours, zone)
            ON l.programme = m.programme AND l.asset = m.asset
        WHERE m.amount > 0
    ) TO STDOUT (FORMAT csv)
"""
TYPES = {
    "member": pa.string(),
    "asset": pa.string(),
    "at": pa.timestamp("us"),
    "kind": pa.string(),
    "amount": pa.float64(),
    "expires": pa.timestamp("us"),
}


class Life(Struct, frozen=True, kw_only=True):
    """When what is earned of an asset ends, where that can be told: `month` (at the end of the
    month so many months later) or `after` so much time; empty where it cannot."""

    kind: str = ""
    months: int = 0
    days: int = 0
    hours: int = 0


def write_points(folder: Path, running: Iterable[Compiled], *, zone: str) -> Path:
    """Write all movements into the mirror's folder; the file. `zone` is the business's: times are
    civil times there."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    text, made = folder / "points.csv", folder / "points.parquet"
    query = COPY.format(zone=_quoted(zone), kinds=_kinds(), lives=_lives(running))
    with connection.cursor() as cursor, cursor.copy(query) as rows, text.open("wb") as stream:
        for block in rows:
            stream.write(block)
    try:
        _convert(text, made)
    finally:
        text.unlink()
    return made


def _convert(text: Path, made: Path) -> None:
    if text.stat().st_size:
        table = pc.read_csv(
            text,
            read_options=pc.ReadOptions(column_names=list(TYPES)),
            convert_options=pc.ConvertOptions(
                column_types=TYPES,
                strings_can_be_null=True,
                timestamp_parsers=["%Y-%m-%d %H:%M:%S.%f", pc.ISO8601],
            ),
        )
    else:
        table = pa.schema(list(TYPES.items())).empty_table()
    pq.write_table(table, made.with_suffix(".new"))
    made.with_suffix(".new").rename(made)


def _kinds() -> str:
    rows = (f"('{step}', '{kind}', '{source}')" for step, (kind, source) in KINDS.items())
    return ", ".join(rows)


def _lives(running: Iterable[Compiled]) -> str:
    rows = list(_told(running)) or ["(''::text, ''::text, 0, ''::text, 0, 0, 0, 'UTC'::text)"]
    return ", ".join(rows)


def _told(running: Iterable[Compiled]) -> Iterator[str]:
    for compiled in running:
        edition = compiled.editions[-1].edition
        for asset in edition.assets:
            yield _row(compiled.id, edition, asset, life_of(asset))


def _row(programme: str, edition: Edition, asset: Asset, life: Life) -> str:
    names = [_quoted(one) for one in (programme, asset.id)]
    numbers = [str(one) for one in (life.months, life.days, life.hours)]
    told = [*names, str(asset.decimals), _quoted(life.kind), *numbers, _quoted(edition.zone)]
    return f"({', '.join(told)})"


def life_of(asset: Asset) -> Life:
    """When what is earned of an asset ends."""
    if isinstance(asset.expire, MonthEnd):
        return Life(kind="month", months=asset.expire.months)
    if isinstance(asset.expire, After):
        span = parse_duration(asset.expire.life)
        return Life(kind="after", months=span.months, days=span.days, hours=span.hours)
    return Life()


def _quoted(text: str) -> str:
    """A text as a literal: ids, zones and codes of a programme, which hold no quotes by their
    rules; one that does is doubled all the same."""
    return "'" + text.replace("'", "''") + "'"
