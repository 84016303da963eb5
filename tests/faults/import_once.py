"""One import in a process of its own, which may be told to die at a statement.

Arguments: file, work folder, statement to die before (0: never), "sabotage" or nothing. Prints the
number of statements it made. The database is the one that the environment names.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any


class Fate:
    """Counts statements and kills the process before one of them."""

    def __init__(self, dies_at: int) -> None:
        self.dies_at, self.made = dies_at, 0

    def __call__(self, execute: Callable[..., Any], *arguments: Any) -> Any:
        self.made += 1
        if self.made == self.dies_at:
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(*arguments)


def main() -> None:
    import django

    django.setup()
    from django.db import connection

    from regulars.actions import imports
    from regulars.actions.business import known_business
    from regulars.db import factstore
    from regulars.sources.files.inspection import inspect
    from regulars.sources.files.shapes import Hints

    if sys.argv[4:] == ["sabotage"]:
        factstore.known_keys = lambda *_: {}  # type: ignore[assignment]
    imports.BATCH = 40
    imports.SAVED_EVERY = -1.0  # each time, so that no statement hangs on the clock
    path, fate = Path(sys.argv[1]), Fate(int(sys.argv[3]))
    now = datetime.now(UTC)
    with connection.execute_wrapper(fate):
        known_business(now)
        mapping = inspect(path, Hints(currency="EUR")).mapping
        run = imports.begin(path, mapping, name=path.name, by="", now=now)
        imports.run_import(run, Path(sys.argv[2]), report=lambda _step: None)
    print(fate.made)


if __name__ == "__main__":
    main()
