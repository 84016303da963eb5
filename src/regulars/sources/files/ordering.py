"""Second pass: rows become lines of orders, in DuckDB, which sorts on disk what memory cannot hold.

Every rule about which line belongs to which fact stands here, once; facts, counts and the sales
table read the same views.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from regulars.sources.files.shapes import Limits, Mapping

TELLING = "customer product name q p a total shipping currency place refund_of status"
CONTENT = (
    "md5(concat_ws('|', civil, "
    + ", ".join(f"coalesce({name}::VARCHAR, '')" for name in TELLING.split())
    + "))"
)

NUMBERED = "CREATE VIEW numbered AS SELECT *, number AS ref FROM '{folder}/rows.parquet'"
NUMBERLESS = f"""
COPY (
    SELECT *, 'row:' || content || ':' || row_number() OVER (
        PARTITION BY content ORDER BY line) AS ref
    FROM (SELECT *, {CONTENT} AS content FROM '{{folder}}/rows.parquet')
    ORDER BY line
) TO '{{folder}}/numbered.parquet' (COMPRESSION lz4);
CREATE VIEW numbered AS SELECT * FROM '{{folder}}/numbered.parquet'
"""  # noqa: S608 - made of our own words

PRICED = """
CREATE VIEW priced AS SELECT * EXCLUDE (q, p, a, number),
    p AS told_price, a AS told_amount,
    coalesce(q, 1000000) AS q,
    CASE
        WHEN a IS NULL THEN coalesce(p, 0)
        WHEN p IS NOT NULL
            AND abs(coalesce(q, 1000000)::HUGEINT * p - a::HUGEINT * 1000000) <= 5000000000
            THEN p
        WHEN coalesce(q, 1000000) <> 0 AND (a::HUGEINT * 1000000) % coalesce(q, 1000000) = 0
            THEN (a::HUGEINT * 1000000 // coalesce(q, 1000000))::BIGINT
    END AS p
FROM numbered
"""
"""The unit price: as told; where a line's amount is told, the amount counts: its quotient by the
quantity if six decimals hold it exactly, else none, and the amount stands alone."""

SIGNED = """
CREATE VIEW signed AS SELECT * EXCLUDE (told_price, told_amount),
    CASE WHEN p IS NULL THEN told_amount END AS a,
    number_cancels OR status = 1 OR q < 0
        OR coalesce(told_price IS NULL AND told_amount < 0 AND NOT fee, false) AS refund
FROM (
    SELECT *, regexp_full_match(ref, '[Cc][0-9]+')
        AND (SELECT bool_or(NOT ref ILIKE 'c%') FROM priced) AS number_cancels
    FROM priced
)
"""
"""Which lines give money back. A negative price alone does not: that is a correction."""

STATED = """
CREATE VIEW stated AS SELECT * REPLACE (
    CASE WHEN status = 1 AND refunded <> 0 THEN 0 ELSE status END AS status)
FROM numbered
"""
"""Where a column says how much an order gave back, a status that calls the order refunded says no
more than that."""

PLAIN = "CREATE VIEW complete AS SELECT false AS added, * FROM signed"
EXTRAS = """
CREATE VIEW shares AS SELECT ref, min(line) AS first, max(line) AS last, count(*) AS n,
    bool_and(refund) AS refund, bool_or(coalesce(p, 0) <> 0 OR coalesce(a, 0) <> 0) AS priced,
    arg_min(total, line) AS total,
    CASE WHEN min(shipping) = max(shipping) AND count(*) = count(shipping)
        THEN min(shipping) ELSE sum(shipping)::BIGINT END AS shipping
FROM signed GROUP BY ref;
COPY (
    SELECT false AS added, l.* REPLACE (
        CASE WHEN s.n = 1 AND NOT s.priced AND s.total IS NOT NULL THEN NULL ELSE l.p END AS p,
        CASE WHEN s.n = 1 AND NOT s.priced THEN s.total ELSE l.a END AS a)
    FROM signed l JOIN shares s USING (ref)
    UNION ALL BY NAME
    SELECT true AS added, l.* REPLACE (NULL AS product, NULL AS name, 1000000 AS q,
        s.total AS p, NULL AS a)
    FROM signed l JOIN shares s USING (ref)
    WHERE l.line = s.last AND s.n > 1 AND NOT s.priced AND s.total <> 0
    UNION ALL BY NAME
    SELECT true AS added, l.* REPLACE (NULL AS product, NULL AS name, 1000000 AS q,
        abs(s.shipping) AS p,
        NULL AS a, true AS fee, s.refund AS refund)
    FROM signed l JOIN shares s USING (ref)
    WHERE l.line = s.last AND s.shipping <> 0
) TO '{folder}/extra.parquet' (COMPRESSION lz4);
CREATE VIEW complete AS SELECT * FROM '{folder}/extra.parquet'
"""
"""Totals of orders whose lines have no prices, and fees of a column of their own, become lines.
A fee that every row of an order repeats is the order's, else each row has its own."""

RETURNED = """
ALTER VIEW complete RENAME TO sold;
CREATE VIEW by_lines AS SELECT ref,
    (sum(abs(coalesce(q::HUGEINT * p, a::HUGEINT * 1000000))) // 1000000)::BIGINT AS already
FROM sold WHERE refund GROUP BY ref;
CREATE VIEW told_back AS SELECT * REPLACE (sum - coalesce(already, 0) AS sum) FROM (
    SELECT ref, max(line) AS last,
        abs(CASE WHEN min(refunded) = max(refunded) AND count(*) = count(refunded)
            THEN min(refunded) ELSE sum(refunded)::BIGINT END) AS sum,
        min(refund_civil) AS civil, min(refund_utc) AS utc
    FROM signed GROUP BY ref HAVING bool_or(refunded <> 0) AND NOT bool_or(status = 2)
) LEFT JOIN by_lines USING (ref) WHERE sum > coalesce(already, 0);
CREATE VIEW paid AS SELECT ref,
    sum(coalesce(q::HUGEINT * p, a::HUGEINT * 1000000)) AS exact,
    bool_and(coalesce(p, a) >= 0) AS plain
FROM sold WHERE NOT refund GROUP BY ref;
COPY (
    SELECT * FROM sold
    UNION ALL BY NAME
    SELECT s.* REPLACE (true AS added, true AS refund,
        coalesce(t.civil, s.civil) AS civil, coalesce(t.utc, s.utc) AS utc)
    FROM sold s JOIN told_back t USING (ref) JOIN paid USING (ref)
    WHERE NOT s.refund AND paid.plain AND t.already IS NULL
        AND t.sum::HUGEINT * 1000000 >= paid.exact
    UNION ALL BY NAME
    SELECT s.* REPLACE (true AS added, true AS refund, NULL AS product, NULL AS name,
        1000000 AS q, t.sum AS p, NULL AS a, false AS fee,
        coalesce(t.civil, s.civil) AS civil, coalesce(t.utc, s.utc) AS utc)
    FROM sold s JOIN told_back t USING (ref) JOIN paid USING (ref)
    WHERE s.line = t.last AND NOT s.added
        AND NOT (paid.plain AND t.already IS NULL AND t.sum::HUGEINT * 1000000 >= paid.exact)
) TO '{folder}/returned.parquet' (COMPRESSION lz4);
CREATE VIEW complete AS SELECT * FROM '{folder}/returned.parquet'
"""
"""What orders gave back by a column of their own: all lines where it is everything that was paid,
else one line of so much money, less what lines of the order gave back themselves. A sum that every
row of an order repeats is the order's, else each row has its own. Cancelled orders are given back
whole already."""

LINES = "CREATE VIEW lines AS SELECT * FROM complete WHERE {where}"
DROPS = {"duplicates": "", "no_price": "coalesce(p, a) <= 0", "non_products": "fee"}
UNIQUE = "row_number() OVER (PARTITION BY h, fee, added, refund ORDER BY line) = 1"
"""What a dropped kind of line is; of equal rows the first stays."""

HEADS = """
CREATE TABLE heads AS SELECT ref, min(line) AS first_line,
    count(*) FILTER (NOT refund) AS sales,
    count(*) FILTER (refund) AS refunds,
    bool_or(status = 2) AS cancelled,
    min(customer) AS customer,
    min(currency) <> max(currency) AS currencies,
    min(customer) <> max(customer) AS customers,
    min(civil) FILTER (NOT refund) AS sale_civil,
    min(civil) FILTER (refund) AS refund_civil,
    min(civil) FILTER (NOT added) <> max(civil) FILTER (NOT added) AS times
FROM complete GROUP BY ref
"""

REFUSED = """
CREATE TABLE refused AS
SELECT ref, min(code) AS code, min(line) AS line FROM (
    SELECT number AS ref, 'order_has_bad_line' AS code, line FROM '{folder}/bad.parquet'
    WHERE number IS NOT NULL
    UNION ALL SELECT ref, 'mixed_customers', first_line FROM heads WHERE customers
    UNION ALL SELECT ref, 'mixed_currencies', first_line FROM heads WHERE currencies
) WHERE ref IN (SELECT ref FROM heads) GROUP BY ref;
CREATE TABLE handed_back AS
SELECT line, number AS ref, field, code, params, 0 AS cause FROM '{folder}/bad.parquet'
UNION ALL
SELECT n.line, n.ref, '', r.code, '', r.line FROM numbered n JOIN refused r USING (ref);
DELETE FROM heads WHERE ref IN (SELECT ref FROM refused)
"""
"""A wrong line takes its whole order back, so that no half order goes in."""

TIES = """
CREATE TABLE ties AS SELECT c.ref AS ref, o.ref AS original
FROM heads c JOIN heads o ON o.ref = substr(c.ref, 2)
WHERE regexp_full_match(c.ref, '[Cc][0-9]+') AND o.sales > 0
    AND o.customer IS NOT DISTINCT FROM c.customer
"""
"""Cancellations C1234 of an order 1234 of the same customer in the same file."""

STREAM = "ref, line, utc, who, product, q, p, a, currency, place, refund_of, fee, refund, status"


class Ordering:
    """The lines of a spooled file as views and tables of a DuckDB database in its folder.

    `numbered` rows with their order's reference · `lines` those that go in · `heads` one row an
    order · `ties` cancellations and their orders · `handed_back` rows that do not go in.
    """

    def __init__(self, folder: Path, mapping: Mapping, limits: Limits) -> None:
        self._folder = folder
        self.connection = _connection(folder, limits)
        self.numberless = "number" not in mapping.columns.values()
        self._run(NUMBERLESS if self.numberless else NUMBERED)
        given_back = "refunded" in mapping.columns.values()
        if given_back:
            self._run(STATED)
        self._run(PRICED.replace("numbered", "stated") if given_back else PRICED)
        self._run(SIGNED)
        extras = {"total", "fee"} & set(mapping.columns.values())
        self._run(EXTRAS if extras else PLAIN)
        if given_back:
            self._run(RETURNED)
        self._run(HEADS)
        self._run(REFUSED)
        self._run(TIES)
        self._choose(mapping)

    def one(self, query: str) -> tuple[Any, ...]:
        """The only row of a query."""
        (row,) = self.all(query)
        return row

    def all(self, query: str) -> list[tuple[Any, ...]]:
        """All rows of a query that is known to be short."""
        return self.connection.execute(query).fetchall()

    def close(self) -> None:
        self.connection.close()

    def stream(self, *, together: bool, size: int) -> Any:
        """The lines as Arrow batches, orders by their first line; `together` says that the rows
        of each order stand together in the file, so that nothing needs sorting."""
        if together:
            query = f"SELECT {STREAM} FROM lines ORDER BY line"  # noqa: S608 - our own words
        else:
            query = (
                f"SELECT {STREAM} FROM lines "  # noqa: S608 - our own words
                "JOIN heads USING (ref) ORDER BY first_line, line"
            )
        return self.arrow(query, size)

    def arrow(self, query: str, size: int, params: dict[str, str] | None = None) -> Any:
        """A query's rows as Arrow batches, on a connection of its own: it may be left half read."""
        return self.connection.cursor().sql(query, params=params).to_arrow_reader(size)

    def _run(self, script: str) -> None:
        folder = str(self._folder).replace("'", "''")
        self.connection.execute(script.replace("{folder}", folder))

    def _choose(self, mapping: Mapping) -> None:
        """Leaves out what the choices say; orders without a line left are gone."""
        choices = mapping.choices
        dropped = [name for name in DROPS if getattr(choices, name) == "drop"]
        keep = "ref NOT IN (SELECT ref FROM refused)" if self.one(ANY_REFUSED)[0] else "true"
        tests = [keep, *(f"NOT ({DROPS[name]})" for name in dropped if name != "duplicates")]
        unique = f" QUALIFY {UNIQUE}" if "duplicates" in dropped else ""
        where = " AND ".join(tests)
        self._run(LINES.replace("{where}", where + unique))
        if dropped:
            self._run(HEADS.replace("heads", "kept").replace("complete", "lines"))
            self._run("DROP TABLE heads; ALTER TABLE kept RENAME TO heads")


ANY_REFUSED = "SELECT count(*) > 0 FROM refused"


def _connection(folder: Path, limits: Limits) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(str(folder / "orders.duckdb"))
    connection.execute(f"SET memory_limit = '{limits.memory}'")
    connection.execute("SET temp_directory = $1", [str(folder / "spill")])
    connection.execute("SET threads = 2")
    connection.execute("SET enable_progress_bar = false")
    connection.execute("SET autoinstall_known_extensions = false")
    return connection
