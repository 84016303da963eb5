"""The server is stopped as an operator stops it, and its workers are changed one after another,
while clients send orders: whoever was let in is answered, and whatever was booked is told (R43)."""

from __future__ import annotations

import random
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from booking_kit import FULL
from killed_shop import (
    PATIENCE,
    Sales,
    Shop,
    all_told,
    await_,
    await_more,
    await_stuck,
    disagreeing,
    held,
    running,
    selling,
)

from furnished import furnished
from regulars.run.folder import PASSABLE

pytestmark = [pytest.mark.slow, pytest.mark.timeout(7200 if FULL else 900)]
SEED = 20_261_125
STOPS = 100 if FULL else 1
CHANGES = 20 if FULL else 1
PATIENT = f"""
from regulars.run import crowd, serve, server, web
crowd.FACT_SECONDS = crowd.API_SECONDS = server.DRAIN_SECONDS = {PATIENCE / 2}
web.STOP_SECONDS = serve.STOP_SECONDS = {PATIENCE:.0f}
"""
"""How long a request and a stop may take says something of the machine; what is looked at here is
whether anybody is forgotten, however long it takes."""


@pytest.fixture(scope="module")
def shop(django_db_setup: None, django_db_blocker: Any) -> Iterator[Shop]:
    root = Path(tempfile.mkdtemp(prefix="regulars-stopped-"))
    root.chmod(PASSABLE)
    folder = furnished(root / "data")
    try:
        made = Shop(folder, ["--workers", "2"])
        made.break_on_purpose(PATIENT)
        with django_db_blocker.unblock(), running(folder, made):
            yield made
    finally:
        shutil.rmtree(root, ignore_errors=True)


def stopped_in_the_midst(
    shop: Shop, sales: Sales, end: Callable[[Callable[[], None]], None]
) -> int:
    """End the server while every client waits for an answer; how many went without."""
    with selling(shop, sales) as clients:
        await_more(sales, 8)
        with held(shop) as let_go:
            await_stuck(shop, sales, clients)
            sales.waiting.clear()
            sales.cut.clear()
            end(let_go)
        await_(lambda: all(client.waits_for is None for client in clients))
        lost = len(sales.cut)
        # What was booked without an answer is asked for again.
        shop.start()
        all_told(sales)
    return lost


def test_who_waits_at_the_stop_is_answered(shop: Shop) -> None:
    sales = Sales(SEED)

    def stop(let_go: Callable[[], None]) -> None:
        shop.ask_to_stop()
        await_(lambda: shop.ask("/livez")[0] == 0)
        let_go()
        assert shop.stop() == 0

    assert stopped_in_the_midst(shop, sales, stop) == 0
    assert disagreeing(sales) == []
    assert not sales.refused


def test_saboteur_a_stop_that_waits_for_nobody(shop: Shop) -> None:
    sales = Sales(SEED + 1)

    def kill(let_go: Callable[[], None]) -> None:
        shop.kill()
        let_go()

    assert stopped_in_the_midst(shop, sales, kill) > 0
    assert disagreeing(sales) == []


def test_stops_under_load_lose_nothing_and_refuse_nobody(shop: Shop) -> None:
    sales, chance = Sales(SEED + 2), random.Random(SEED)
    with selling(shop, sales, 8):
        for _number in range(STOPS):
            await_more(sales, chance.randrange(8, 40))
            assert shop.stop() == 0
            all_told(sales)
            shop.start()
    assert disagreeing(sales) == [], f"seed {SEED}"
    assert not sales.refused


def test_workers_are_changed_one_after_another(shop: Shop) -> None:
    sales, chance = Sales(SEED + 3), random.Random(SEED)
    with selling(shop, sales, 8):
        for _number in range(CHANGES):
            await_more(sales, chance.randrange(8, 40))
            # A worker is called one when it has begun, which the old one does not wait for.
            await_(lambda: len(workers(shop)) == 2)
            before = workers(shop)
            shop.change_workers()
            await_(lambda: not before & workers(shop))  # noqa: B023 - called at once
            await_(lambda: len(workers(shop)) == 2)
    assert disagreeing(sales) == [], f"seed {SEED}"
    assert not sales.refused


def workers(shop: Shop) -> set[int]:
    """The processes that answer."""
    return {pid for pid in shop.pids() if b"worker-" in name(pid)}


def name(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""
