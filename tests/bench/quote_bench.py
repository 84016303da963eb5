"""A quote at the till while orders pour in: p50 and p99, among a million members.

First the orders that the machine can take are counted, then half as many come in at a steady rate,
and a till asks what a cart would earn, so many times a second, each time for another member.
"""

from __future__ import annotations

import http.client
import json
import random
import shutil
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from _pytest.outcomes import Skipped

from bench import orders_reference as reference
from bench.orders_bench import ORDERS, SHORT, WORKERS, served
from bench.sizes import SCALE, scaled
from regulars.run.folder import PASSABLE

MEMBERS = 1_000_000
SECONDS, WARM, BEFORE = 8, 3, 2
ASKED, A_SECOND = 1500, 50
MOST_MS = 50
HERE = Path(__file__).parent
CART = {
    "programme": "corner_club",
    "currency": "EUR",
    "place": "berlin-01",
    "lines": [
        {"product": "SKU-1", "category": "coffee", "quantity": "2", "unit_price": "3.20"},
        {"product": "SKU-2", "category": "beans", "quantity": "1", "unit_price": "12.90"},
    ],
}


def run(place: Path) -> list[dict[str, Any]]:
    """One row; less is better, so its ratio is turned round."""
    if shutil.which("wrk") is None:
        raise Skipped("wrk is not installed (on Debian: apt-get install wrk)")
    members = scaled(MEMBERS, 100)
    folder = prepared(place / f"members-{members}", members)
    key, *numbers = (folder.parent / "key").read_text().split()
    with served(folder) as port:
        told = (str(members), key, "1", SHORT)
        reference.wrk(ORDERS, port, WARM, reference.CLIENTS, *told)
        capacity = reference.wrk(ORDERS, port, SECONDS, reference.CLIENTS, *told)
        till = _Till(port, key, numbers)
        till.ask(A_SECOND)
        came, times = _under_load(till, (port, *told), capacity / 2)
    return [_row(times, came, (capacity, members))]


class _Till:
    """A till that asks for one member after the other over one connection."""

    def __init__(self, port: int, key: str, numbers: list[str]) -> None:
        self.link = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        self.numbers, self.dice = numbers, random.Random(3)

    def ask(self, count: int) -> list[float]:
        """The milliseconds that each of so many quotes took, asked at even intervals; whoever has
        to wait for the one before waits longer, and that counts."""
        times, begun = [], time.perf_counter()
        for number in range(count):
            due = begun + number / A_SECOND
            time.sleep(max(0.0, due - time.perf_counter()))
            self._once()
            times.append((time.perf_counter() - due) * 1000)
        return times

    def _once(self) -> None:
        body = json.dumps({**CART, "member": self.dice.choice(self.numbers)})
        self.link.request("POST", "/api/v1/quotes", body, self.headers)
        answer = self.link.getresponse()
        said = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{answer.status} {said[:300]!r}")


def _under_load(till: _Till, orders: tuple[Any, ...], rate: float) -> tuple[float, list[float]]:
    """The orders that came in a second meanwhile, and the milliseconds of each quote."""
    port, *told = orders
    count = scaled(ASKED, 100)
    seconds = count // A_SECOND + 2 * BEFORE
    came: list[float] = []
    told.append(str(rate))
    arguments = (HERE / "paced.lua", port, seconds, reference.CLIENTS, *told)
    pouring = threading.Thread(target=lambda: came.append(reference.wrk(*arguments)))
    pouring.start()
    time.sleep(BEFORE)
    try:
        times = till.ask(count)
    finally:
        pouring.join()
    return came[0], times


def _row(times: list[float], came: float, of: tuple[float, int]) -> dict[str, Any]:
    capacity, members = of
    cuts = statistics.quantiles(times, n=100, method="inclusive")
    p50, p99 = cuts[49], cuts[98]
    return {
        "name": "quote-p99",
        "value": round(p99, 1),
        "unit": "ms",
        "reference": f"bound; p50 {p50:.1f} ms, {came:,.0f} orders/s, {members:,} members",
        "reference_value": MOST_MS,
        "ratio": round(MOST_MS / p99, 3),
        "aim": 1,
        "p50": round(p50, 1),
        "capacity": round(capacity),
        "orders": round(came),
        "quotes": len(times),
        "workers": WORKERS,
        "scale": SCALE,
    }


def prepared(place: Path, members: int) -> Path:
    """The data folder of a café with so many members, made once; its key and the ids of
    some of them stand beside it."""
    folder = place / "data"
    if (place / "key").exists():
        return folder
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    place.chmod(PASSABLE)
    command = [sys.executable, str(HERE / "members_prepared.py"), str(folder), str(members)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    (place / "key").write_text(done.stdout)
    return folder
