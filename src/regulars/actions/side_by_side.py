"""One piece of work in parts, by as many processes as there are processors.

Each process has a connection of its own, and each part is transactions of its own. Whoever is
killed loses the parts that were not done; the processes end with the one that began them.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from typing import TypeVar

from django.db import connections

from regulars.garbage import uncollected

MOST = 4
"""So many processes at most: everybody else wants to be served meanwhile."""

Part = TypeVar("Part")
Result = TypeVar("Result")


def processors() -> int:
    """How many processes may work at once."""
    return min(len(os.sched_getaffinity(0)), MOST)


def side_by_side(act: Callable[[Part], Result], parts: Sequence[Part]) -> Iterator[Result]:
    """What `act` makes of each part, in their order. It and they are told to other processes, where
    there are several parts and processors."""
    workers = min(processors(), len(parts))
    if workers < 2:
        with uncollected() as worked:
            for part in parts:
                yield act(part)
                worked()
        return
    # A connection belongs to the process that made it.
    connections.close_all()
    reading, writing = os.pipe()
    try:
        with ProcessPoolExecutor(
            workers, multiprocessing.get_context("fork"), _begin, (reading, writing)
        ) as pool:
            yield from pool.map(partial(_done, act), parts)
    finally:
        os.close(reading)
        os.close(writing)


def _begin(reading: int, writing: int) -> None:
    """Begin as a process that works for another: only the first one holds the writing end of the
    pipe, so that its end is seen; an interruption is the first one's to answer."""
    os.close(writing)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(reading,), daemon=True).start()
    gc.disable()


def _done(act: Callable[[Part], Result], part: Part) -> Result:
    result = act(part)
    gc.collect(1)
    return result


def _end_with(reading: int) -> None:
    os.read(reading, 1)
    os._exit(1)
