"""A progress bar with rate and rest; silent where nobody watches."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tqdm import tqdm

if TYPE_CHECKING:
    from regulars.actions.imports import Step

PARTS = 1000
FORMAT = "{desc:<10} {percentage:3.0f} % |{bar}| {postfix} {remaining} left"


@contextmanager
def bar() -> Iterator[Callable[[Step], None]]:
    """Gives what an import reports to."""
    started = time.monotonic()
    with tqdm(
        total=PARTS, disable=not sys.stderr.isatty(), leave=False, bar_format=FORMAT
    ) as drawn:

        def report(step: Step) -> None:
            rate = step.rows / max(time.monotonic() - started, 0.001)
            drawn.set_description_str(step.stage.capitalize(), refresh=False)
            drawn.set_postfix_str(f"{step.rows:,} rows, {rate:,.0f} a second", refresh=False)
            drawn.update(round(step.part * PARTS) - drawn.n)

        yield report
