"""RFM, cohorts and the next-order table over 10 M orders, against plain DuckDB SQL.

The orders are made by the reference generator, unmodified, and the SQL is that of the reference
bench. Both sides run in this process, in turns; making the file, importing libraries and a first
connection are not counted, opening the table is.
"""

from __future__ import annotations

import ast
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from shared import shared_path

AS_OF = date(2026, 11, 21)
AIM = 0.8


def run(folder: Path, orders: int = 10_000_000, rounds: int = 3) -> dict[str, Any]:
    """One row of the bench: seconds of both, best of the rounds, and reference ÷ ours."""
    if rounds < 2:
        raise ValueError("at least two rounds, or the order of the two sides decides")
    path = folder / f"orders-{orders}.parquet"
    make_orders(path, orders)
    statements = reference_sql()
    ours, theirs = [], []
    for _ in range(rounds):
        theirs.append(_seconds(lambda: _reference(path, statements)))
        ours.append(_seconds(lambda: _insight(path)))
    return {
        "name": "rfm-cohorts-repeat",
        "value": round(min(ours), 3),
        "unit": "s",
        "reference": f"plain DuckDB SQL, {orders:,} orders",
        "reference_value": round(min(theirs), 3),
        "ratio": round(min(theirs) / min(ours), 3),
        "aim": AIM,
    }


def make_orders(path: Path, orders: int) -> None:
    """The table of the reference generator at `path`, made unless it is there."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    generator = shared_path("baselines/analytics/gen.py")
    part = path.with_suffix(".part")
    subprocess.run(
        [sys.executable, generator, str(orders), part], check=True, stdout=subprocess.DEVNULL
    )
    part.rename(path)


def reference_sql() -> list[str]:
    """The three statements of the reference bench, read from its source."""
    source = shared_path("baselines/analytics/bench.py").read_text()
    given = {
        node.targets[0].id: node.value
        for node in ast.parse(source).body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    statements = given["SQLS"]
    assert isinstance(statements, ast.List)
    return [_text(one, ast.literal_eval(given["REF"])) for one in statements.elts]


def _text(node: ast.expr, day: str) -> str:
    """A string of the source; what it fills in is the reference's day."""
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    return "".join(str(part.value) if isinstance(part, ast.Constant) else day for part in parts)


def _reference(path: Path, statements: list[str]) -> None:
    import duckdb

    with duckdb.connect() as connection:
        connection.execute(f"create view t as select * from '{path}'")
        for statement in statements:
            connection.execute(statement).fetchall()


def _insight(path: Path) -> None:
    from regulars.insight import cohorts, next_order, open_sales, rfm

    with open_sales(path, columns={"at": "ts"}) as sales:
        for measure in (rfm, cohorts, next_order):
            if not measure(sales, as_of=AS_OF):
                raise RuntimeError(f"{measure.kind} found no orders")


def _seconds(work: Callable[[], None]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
