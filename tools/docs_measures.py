"""The reference of measures: their words, their parameters, the tables that they answer with."""

from __future__ import annotations

import re
import tempfile
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pyarrow
from docs_text import DOCS, MADE, Cells, annotation, table, type_name

from regulars.insight import EVERY, MEASURES, Measure, Owed, Result, owed


def measures() -> str:
    """Every measure: what it is, what it can be asked, what its tables hold."""
    parts = ["# Measures", MADE, MEASURES_BEGIN]
    results = _example_results()
    for one in EVERY:
        parts += [f"## {one.kind}", one.definition, _three(one)]
        parts.append(table(("parameter", "meaning", "values", "default"), _parameters(one)))
        parts += _result_parts(results[one.kind])
    return "\n\n".join(parts) + "\n"


MEASURES_BEGIN = """\
What each measure means is worked out by hand in [Measures](../concepts/measures.md), what it
counts in [What counts](../concepts/what-counts.md). In Python a parameter is a keyword
(`rfm(orders, as_of="2026-03-15")`), on the command line `--as-of`, `--counts` or
`--set NAME=VALUE`. A dash in a measure's name is an underscore in Python. The first table is the
main one, which an export prints. `owed` takes a table of what moved, as
[Points owed](../concepts/owed.md) says; all others take orders."""

MOVES = {"member": ["anna"], "at": ["2026-03-01 12:00:00"], "kind": ["earned"], "amount": [100]}
"""What moved, enough for `owed` to answer."""

SMALLEST = {"products": {"least": 1}}
"""Parameters with which the example is enough for an answer."""


def _three(one: Measure[Any] | Owed) -> str:
    return f"**Who:** {one.who}\n**When:** {one.when}\n**What counts:** {one.what}".replace(
        "\n", "  \n"
    )


def _parameters(one: Measure[Any] | Owed) -> Iterator[Cells]:
    hints = typing.get_type_hints(one.params_type, include_extras=True)
    for field in msgspec.structs.fields(one.params_type):
        kind, meta = annotation(hints[field.name])
        default = "–" if field.default in (None, "") else f"`{field.default}`"
        yield f"`{field.name}`", meta.description if meta else "", type_name(kind, meta), default


def example() -> str:
    """The fourteen rows of orders from which the page on measures works everything out."""
    page = (DOCS / "concepts" / "measures.md").read_text(encoding="utf-8")
    found = re.search(r"```csv\n(.*?)```", page, flags=re.DOTALL)
    if not found:
        raise SystemExit("concepts/measures.md has lost its example")
    return found[1]


def _example_results() -> dict[str, Result]:
    from regulars.insight import open_sales  # noqa: PLC0415 - beside the computation

    with tempfile.TemporaryDirectory(prefix="regulars-docs-") as folder:
        path = Path(folder) / "orders.csv"
        path.write_text(example(), encoding="utf-8")
        with open_sales(path) as sales:
            found = {one.kind: one(sales, **SMALLEST.get(one.kind, {})) for one in MEASURES}
    return found | {owed.kind: owed(pyarrow.table(MOVES))}


def _result_parts(result: Result) -> Iterator[str]:
    if not isinstance(result, Result):
        raise SystemExit(f"{result.measure} has no answer for the example: {result.reason}")
    rows = [
        (f"`{table.name}`", ", ".join(f"`{c.name}` ({c.kind})" for c in table.columns))
        for table in result.tables
    ]
    yield table(("table", "columns"), rows)
    yield "Headline: " + ", ".join(f"`{name}`" for name in result.headline) + "."
