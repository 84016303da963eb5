"""From the mirror's parts to the sales table that measures read."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from django.db.models import Count, Max

from regulars.db.models import CustomerLink, Product, RefundTie

PART = pa.schema(
    [
        ("customer", pa.int64()),
        ("guest", pa.bool_()),
        ("fact_id", pa.string()),
        ("version", pa.int32()),
        ("names_order", pa.string()),
        ("at", pa.timestamp("us")),
        ("kind", pa.string()),
        ("product", pa.string()),
        ("place", pa.string()),
        ("quantity", pa.decimal128(18, 6)),
        ("unit_price", pa.decimal128(18, 6)),
        ("amount", pa.decimal128(18, 6)),
        ("currency", pa.string()),
        ("fee", pa.bool_()),
    ]
)

COMPILE = """
WITH told AS (SELECT * FROM read_parquet(getvariable('parts'))),
newest AS (SELECT fact_id, max(version) AS version FROM told WHERE version > 1 GROUP BY fact_id),
facts AS (
    SELECT told.* FROM told LEFT JOIN newest USING (fact_id)
    WHERE newest.version IS NULL OR newest.version = told.version
)
SELECT
    CASE WHEN facts.guest AND links.into_id IS NULL THEN NULL
        ELSE CAST(coalesce(links.into_id, facts.customer) AS VARCHAR) END AS customer_id,
    CASE WHEN kind = 'sale' THEN fact_id ELSE coalesce(names_order, ties.order_key) END AS order_id,
    fact_id, "at", kind, product, category, place, quantity, unit_price, amount, currency, fee
FROM facts
LEFT JOIN links ON links.customer = facts.customer
LEFT JOIN ties ON ties.refund_key = facts.fact_id
LEFT JOIN products ON products.code = facts.product
"""


def compile_sales(parts: Path, target: Path) -> None:
    """Bring the sales table at `target` to what `parts` and the database say, in one move.

    Nothing is done when neither has changed since the last time.
    """
    paths = sorted(str(path) for path in parts.glob("*.parquet"))
    if not paths:
        pq.write_table(PART.empty_table(), parts / "000000000000000.parquet")
        paths = [str(parts / "000000000000000.parquet")]
    stamp, noted = _stamp(paths), target.with_suffix(".stamp")
    if target.exists() and noted.exists() and noted.read_text() == stamp:
        return
    noted.unlink(missing_ok=True)
    new = target.with_suffix(".new")
    # Nothing is fetched from outside, not even an extension of DuckDB's.
    config = {"memory_limit": "1GB", "autoinstall_known_extensions": "false"}
    with duckdb.connect(config={**config, "temp_directory": str(parts.parent)}) as db:
        db.register("links", _links())
        db.register("ties", _ties())
        db.register("products", _products())
        db.execute("SET VARIABLE parts = ?", [paths])
        db.execute(f"COPY ({COMPILE}) TO '{_quoted(new)}' (FORMAT parquet, COMPRESSION zstd)")
    new.rename(target)
    noted.write_text(stamp)


def _stamp(paths: list[str]) -> str:
    """Changes whenever the table would: its parts, links, ties or categories."""
    links = CustomerLink.objects.aggregate(
        made=Count("*"), last=Max("at"), undone=Max("undone_at"), off=Count("undone_at")
    )
    ties = RefundTie.objects.count()
    products = Product.objects.exclude(category="").count()
    sizes = [Path(path).stat().st_size for path in paths]
    return repr([paths[-1], sizes, sorted(map(str, links.items())), ties, products])


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def _links() -> pa.Table:
    """Every linked customer with the one at the end of its chain."""
    into = dict(CustomerLink.objects.filter(undone_at=None).values_list("customer_id", "into_id"))
    ends = {customer: _end(into, customer) for customer in into}
    return pa.table(
        {"customer": list(ends), "into_id": list(ends.values())},
        schema=pa.schema([("customer", pa.int64()), ("into_id", pa.int64())]),
    )


def _end(into: dict[int, int], customer: int) -> int:
    while customer in into:
        customer = into[customer]
    return customer


def _ties() -> pa.Table:
    rows = list(RefundTie.objects.values_list("refund_key", "order_key"))
    return pa.table(
        {"refund_key": [r for r, _ in rows], "order_key": [o for _, o in rows]},
        schema=pa.schema([("refund_key", pa.string()), ("order_key", pa.string())]),
    )


def _products() -> pa.Table:
    rows = list(Product.objects.exclude(category="").values_list("code", "category"))
    return pa.table(
        {"code": [c for c, _ in rows], "category": [c for _, c in rows]},
        schema=pa.schema([("code", pa.string()), ("category", pa.string())]),
    )
