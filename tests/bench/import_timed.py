"""Import a file into a data folder, in a process of its own; prints the seconds it took."""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from regulars.cli.installation import installation


def main(orders: Path, folder: str) -> None:
    with installation(folder) as data:
        from regulars.actions import imports
        from regulars.actions.business import known_business
        from regulars.sources.files.inspection import inspect
        from regulars.sources.files.shapes import Hints

        now = datetime.now(UTC)
        known_business(now)
        started = time.perf_counter()
        mapping = inspect(orders, Hints(currency="EUR", zone="Europe/Berlin")).mapping
        run = imports.begin(orders, mapping, name=orders.name, by="", now=now)
        imports.run_import(run, data.imports / "bench", report=lambda _step: None)
        print(time.perf_counter() - started)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
