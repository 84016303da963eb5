"""The fold: of many holders against the reference of the baselines; of a late fact; of the newest.

All with the code path of every programme, on the café of `fold_cafe.yaml` in two editions. What
is compared is measured in turns in one process, by the processor's time; garbage is collected
between the turns, never within. The reference is the file of the baselines, unmodified.
"""

from __future__ import annotations

import gc
import hashlib
import importlib.util
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

from bench import fold_workload
from regulars.engine.booking import Book
from regulars.engine.compiled import Compiled
from regulars.engine.facts import Line, Order
from regulars.engine.fold import fold
from regulars.engine.happenings import FoldFact
from regulars.programmes.loading import load
from shared import shared_path

ORDERS, CUSTOMERS = 1_000_000, 100_000
ROUNDS = 3
OTHERS, LATE_ROUNDS = 1000, 30
LONG, SHORT, NEWEST = 10_000, 100, 300
FOLD_AIM = 0.6
LATE_MOST, NEWEST_MOST = 1.5, 1.2
CAFE = Path(__file__).with_name("fold_cafe.yaml")


def run(place: Path) -> list[dict[str, Any]]:
    """Three rows; in the last two less is better, so their ratios are turned round."""
    made = programme()
    return [_many(made), _late(made), _newest(made)]


def programme() -> Compiled:
    """The café in its two editions."""
    loaded = load(CAFE.read_bytes(), CAFE.name)
    if loaded.edition is None:
        raise ValueError(loaded.problems)
    return fold_workload.programme(loaded.edition)


def _many(made: Compiled) -> dict[str, Any]:
    folder = shared_path("baselines/rules")
    reference = _module(folder / "engine.py")
    columns = _module(folder / "gen.py").gen(n=ORDERS, nc=CUSTOMERS)
    holders = fold_workload.holders(columns)
    gc.collect()
    gc.freeze()
    ours, theirs = [], []
    for _ in range(ROUNDS):
        ours.append(_seconds(lambda: [fold(made, one.facts, holder=one.name) for one in holders]))
        numbers = [column.tolist() for column in columns]
        events = [reference.MS(*row) for row in zip(range(ORDERS), *numbers, strict=True)]
        theirs.append(_seconds(lambda: reference.run_obj(events, reference.LMS, True)))  # noqa: B023
    gc.unfreeze()
    facts = sum(len(one.facts) for one in holders)
    return {
        "name": "fold-orders",
        "value": round(ORDERS / min(ours)),
        "unit": "orders/s",
        "reference": f"engine.py ms redeem, {_hash(folder / 'engine.py')}",
        "reference_value": round(ORDERS / min(theirs)),
        "ratio": round(min(theirs) / min(ours), 3),
        "aim": FOLD_AIM,
        "facts": facts,
        "collection": "off in both while they run",
        "rounds": [
            [round(one, 3), round(other, 3)] for one, other in zip(ours, theirs, strict=True)
        ],
    }


def _late(made: Compiled) -> dict[str, Any]:
    """One order before a thousand facts: refold, difference and bookings, against their fold."""
    others = history(OTHERS)
    late = _order(-1)
    folds, lates = [], []
    for _ in range(LATE_ROUNDS):
        book = _booked(made, others)
        folds.append(_seconds(lambda: fold(made, others, holder="h")))
        lates.append(_seconds(lambda: book.take(late)))  # noqa: B023
    return _less("fold-late-fact", f"fold of {OTHERS:,}", (min(lates), min(folds)), LATE_MOST)


def _newest(made: Compiled) -> dict[str, Any]:
    """One more order after a long history and after a short one."""
    times = [
        min(_newest_after(made, count) for _ in range(ROUNDS)) / NEWEST for count in (LONG, SHORT)
    ]
    long, short = times
    reference = f"after {SHORT} facts, not {LONG:,}"
    return _less("decide-newest-fact", reference, (long, short), NEWEST_MOST)


def _newest_after(made: Compiled, count: int) -> float:
    book = _booked(made, history(count))
    newest = [_order(number) for number in range(count, count + NEWEST)]
    return _seconds(lambda: [book.take(fact) for fact in newest])


def _less(name: str, reference: str, times: tuple[float, float], most: float) -> dict[str, Any]:
    value, against = times
    return {
        "name": name,
        "value": round(value * 1e6, 1),
        "unit": "µs",
        "reference": reference,
        "reference_value": round(against * 1e6, 1),
        "ratio": round(against / value, 3),
        "aim": round(1 / most, 3),
    }


def history(count: int) -> list[FoldFact]:
    """Orders of one holder, several a week."""
    return [_order(number) for number in range(count)]


def _order(number: int) -> Order:
    """The order with a number; they follow each other by ten hours."""
    at = datetime(2014, 1, 2, 9, tzinfo=UTC) + timedelta(hours=10 * number)
    category = fold_workload.CATEGORIES[number % len(fold_workload.CATEGORIES)]
    minor = 300 + number * 37 % 2000
    line = Line(category=category, amount_minor=minor)
    return Order(key=f"n{number}", at=at, currency="EUR", amount_minor=minor, lines=(line,))


def _booked(made: Compiled, facts: list[FoldFact]) -> Book:
    """A book that has taken these facts; what is given by itself is decided in it."""
    book = Book.opened(made, "h", lambda question: None)  # type: ignore[arg-type,return-value]
    for fact in facts:
        book.take(fact)
    return book


def _seconds(work: Callable[[], Any]) -> float:
    """The processor's time that a piece of work takes; what it made is kept until it is over."""
    with _no_collection():
        started = time.process_time()
        made = work()
        taken = time.process_time() - started
    del made
    return taken


@contextmanager
def _no_collection() -> Iterator[None]:
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _module(path: Path) -> ModuleType:
    """A file of the baselines, run from where it is."""
    sys.path.insert(0, str(path.parent))
    try:
        spec = importlib.util.spec_from_file_location(f"baseline_{path.stem}", path)
        if spec is None or spec.loader is None:
            raise ImportError(str(path))
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module
    finally:
        sys.path.remove(str(path.parent))


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]
