"""Bring a file of orders into a data folder with an owner, and compute what pages show."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

from regulars.cli.installation import installation


def main(orders: Path, folder: str) -> None:
    with installation(folder) as data:
        from regulars.actions import imports
        from regulars.actions.business import BusinessSettings, Owner, set_up
        from regulars.actions.measuring import refresh
        from regulars.db.models import Business
        from regulars.sources.files.inspection import inspect
        from regulars.sources.files.shapes import Hints

        now = datetime.now(UTC)
        if not Business.objects.exists():
            settings = BusinessSettings(name="A big business")
            set_up(settings, Owner(name="An Owner", email="owner@example.com"), now)
        mapping = inspect(orders, Hints(currency="EUR", zone="UTC")).mapping
        run = imports.begin(orders, mapping, name=orders.name, by="", now=now)
        imports.run_import(run, data.imports / "bench", report=lambda _step: None)
        refresh(data.root, now=now)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
