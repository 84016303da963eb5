"""The Sales table: one row per line, as measures read it."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq

from regulars.sources.files.ordering import Ordering

EXACT = "coalesce(q::HUGEINT * p, a::HUGEINT * 1000000)"
ROUNDED = f"(({EXACT} + sign({EXACT})::HUGEINT * 500000) // 1000000)"
MICRO = "DECIMAL(18, 6)"
ROWS = 50_000
UNIT = "0.000001::DECIMAL(7, 6)"
QUERY = f"""
WITH placed AS (
    SELECT l.*, h.sales, h.cancelled, h.customer AS buyer, t.original,
        $source || ':' || l.ref AS key,
        make_timestamp(CASE WHEN l.refund THEN h.refund_civil ELSE h.sale_civil END) AS moment
    FROM lines l JOIN heads h USING (ref) LEFT JOIN ties t USING (ref)
), stated AS (
    SELECT *, refund AS gives_back,
        CASE WHEN NOT refund THEN key WHEN sales > 0 THEN key || ':refund' ELSE key END AS fact
    FROM placed
    UNION ALL
    SELECT *, true AS gives_back, key || ':refund' AS fact
    FROM placed WHERE cancelled AND NOT refund
)
SELECT buyer AS customer_id,
    CASE WHEN NOT gives_back THEN key
        WHEN refund_of IS NOT NULL THEN $source || ':' || refund_of
        WHEN original IS NOT NULL THEN $source || ':' || original
        WHEN sales > 0 THEN key END AS order_id,
    fact AS fact_id, moment AS "at",
    CASE WHEN gives_back THEN 'refund' ELSE 'sale' END AS kind,
    product, category, place,
    ((CASE WHEN gives_back THEN abs(q) ELSE q END)::DECIMAL(25, 0) * {UNIT})::{MICRO}
        AS quantity,
    (coalesce(CASE WHEN gives_back THEN abs(p) ELSE p END, 0)::DECIMAL(25, 0) * {UNIT})::{MICRO}
        AS unit_price,
    ((CASE WHEN gives_back AND refund THEN abs({ROUNDED}) ELSE {ROUNDED} END)::DECIMAL(25, 0)
        * {UNIT})::{MICRO} AS amount,
    currency, fee
FROM stated
"""  # noqa: S608 - made of our own words
"""`placed`: lines with their order. `stated`: each line as the fact that holds it; the lines of
a cancelled order stand there twice, sold and taken back."""


def write(ordering: Ordering, source: str, target: Path) -> Path:
    """Writes the table to `target`; `source` begins the keys of facts."""
    stream = ordering.arrow(QUERY, ROWS, {"source": source})
    with pq.ParquetWriter(target, stream.schema, compression="zstd") as writer:
        for batch in stream:
            writer.write_batch(batch)
    return target
