"""`make bench`: each figure beside its yardstick, measured in the same run.

Prints a table and writes bench.json: rows of name, value, unit, reference, reference_value, ratio
and aim, where ratio >= aim is good (where less is better, both are turned round).
`REGULARS_BENCH_SCALE=0.01` tries quote, rebuild and verify with a hundredth of their rows.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests")]

from _pytest.outcomes import Skipped  # noqa: E402 - after the path to our helpers

from bench import (  # noqa: E402 - the same
    console_bench,
    faces_bench,
    fold_bench,
    history_bench,
    import_bench,
    insight_bench,
    orders_bench,
    quote_bench,
    till_bench,
)

Row = dict[str, Any]
BENCHES: dict[str, Callable[[Path], list[Row]]] = {
    "import-order-lines": lambda place: [import_bench.run(place)],
    "rfm-cohorts-repeat": lambda place: [insight_bench.run(place)],
    "fold": fold_bench.run,
    "console": console_bench.run,
    "orders": orders_bench.run,
    "quote": quote_bench.run,
    "rebuild": history_bench.rebuild,
    "verify": history_bench.verify,
    "faces": faces_bench.run,
    "till": till_bench.run,
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--only", choices=sorted(BENCHES))
    only = parser.parse_args().only
    place = Path(os.environ.get("REGULARS_BENCH", Path(tempfile.gettempdir()) / "regulars-bench"))
    place.mkdir(parents=True, exist_ok=True)
    place.chmod(0o711)
    rows: list[Row] = []
    for name, bench in BENCHES.items():
        if only in (None, name):
            rows += _measured(name, bench, place)
    (ROOT / "bench.json").write_text(json.dumps(rows, indent=1) + "\n")
    print(table(rows))
    return 0


def _measured(name: str, bench: Callable[[Path], list[Row]], place: Path) -> list[Row]:
    try:
        return bench(place)
    except Skipped as reason:
        return [{"name": name, "skipped": str(reason)}]


def table(rows: list[Row]) -> str:
    """The rows for reading."""
    lines = [("name", "value", "reference", "ratio", "aim", "")]
    for row in rows:
        if "skipped" in row:
            lines.append((row["name"], "skipped", row["skipped"], "", "", ""))
            continue
        value = f"{row['value']:,} {row['unit']}"
        reference = f"{row['reference_value']:,} {row['unit']} ({row['reference']})"
        good = "good" if row["ratio"] >= row["aim"] else "below"
        lines.append(
            (row["name"], value, reference, f"{row['ratio']:.2f}", f"{row['aim']:.2f}", good)
        )
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


if __name__ == "__main__":
    sys.exit(main())
