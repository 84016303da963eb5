"""A member found at the till among a million while orders pour in: p95 of what a cashier waits.

The orders are half of those that the machine can take; four tills type what members say, twice a
second each, and a wait for the answer before counts.
"""

from __future__ import annotations

import random
import shutil
import statistics
import threading
import time
from pathlib import Path
from typing import Any

from _pytest.outcomes import Skipped

from bench import orders_reference as reference
from bench.faces import Counter, served
from bench.orders_bench import ORDERS, SHORT
from bench.quote_bench import MEMBERS, prepared
from bench.sizes import SCALE, scaled

SECONDS, WARM, BEFORE = 8, 3, 2
TILLS, EACH, A_SECOND = 4, 55, 2
MOST_MS = 100
PACED = Path(__file__).with_name("paced.lua")


def run(place: Path) -> list[dict[str, Any]]:
    """One row; less is better, so its ratio is turned round."""
    if shutil.which("wrk") is None:
        raise Skipped("wrk is not installed (on Debian: apt-get install wrk)")
    members = scaled(MEMBERS, 100)
    folder = prepared(place / f"members-{members}", members)
    key = (folder.parent / "key").read_text().split()[0]
    with served(folder, TILLS) as (port, links, _member):
        told = (str(members), key, "1", SHORT)
        counters = [Counter(port, link) for link in links]
        reference.wrk(ORDERS, port, WARM, reference.CLIENTS, *told)
        capacity = reference.wrk(ORDERS, port, SECONDS, reference.CLIENTS, *told)
        came, times = _under_load(counters, (port, *told), capacity / 2, members)
    return [_row(times, came, capacity, members)]


def _under_load(
    counters: list[Counter], orders: tuple[Any, ...], rate: float, members: int
) -> tuple[float, list[float]]:
    """The orders that came in a second meanwhile, and the milliseconds of each find."""
    port, *told = orders
    seconds = EACH // A_SECOND + 2 * BEFORE
    came: list[float] = []
    times: list[float] = []
    pouring = threading.Thread(
        target=lambda: came.append(
            reference.wrk(PACED, port, seconds, reference.CLIENTS, *told, str(rate))
        )
    )
    typing = [
        threading.Thread(target=_type, args=(counter, members, number, times))
        for number, counter in enumerate(counters)
    ]
    pouring.start()
    time.sleep(BEFORE)
    for one in typing:
        one.start()
    for one in (*typing, pouring):
        one.join()
    return came[0], times


def _type(counter: Counter, members: int, number: int, times: list[float]) -> None:
    dice, begun = random.Random(number), time.perf_counter()
    for turn in range(EACH):
        due = begun + (turn + number / TILLS) / A_SECOND
        time.sleep(max(0.0, due - time.perf_counter()))
        wanted = f"c{dice.randint(1, members):07d}"
        assert "<li" in counter.find(wanted), f"{wanted} was not found"
        times.append((time.perf_counter() - due) * 1000)


def _row(times: list[float], came: float, capacity: float, members: int) -> dict[str, Any]:
    p50 = statistics.median(times)
    p95 = statistics.quantiles(times, n=20, method="inclusive")[-1]
    return {
        "name": "till-find-p95",
        "value": round(p95, 1),
        "unit": "ms",
        "reference": f"bound; p50 {p50:.1f} ms, {came:,.0f} orders/s, {members:,} members",
        "reference_value": MOST_MS,
        "ratio": round(MOST_MS / p95, 3),
        "aim": 1,
        "p50": round(p50, 1),
        "capacity": round(capacity),
        "orders": round(came),
        "finds": len(times),
        "scale": SCALE,
    }
