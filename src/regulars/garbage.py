"""Work through very many objects without the collector of reference cycles."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager

OFTEN_ENOUGH = 50


@contextmanager
def uncollected() -> Iterator[Callable[[], None]]:
    """Facts, rows and books make hardly any cycles, and the collector would look through all of
    them again and again, a third of the time. Gives what is to be called after each batch: once
    in a while it collects what there is."""
    collecting, batches = gc.isenabled(), 0

    def worked() -> None:
        nonlocal batches
        batches += 1
        if batches % OFTEN_ENOUGH == 0:
            gc.collect()

    gc.disable()
    try:
        yield worked
    finally:
        if collecting:
            gc.enable()
