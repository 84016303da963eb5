"""The server, and then its database, are killed while clients send orders: what was acknowledged
is booked once, and nothing else is (R08, R30)."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from booking_kit import FULL
from django.db import connection
from killed_shop import HELD_BACK, PATIENCE, Sales, Shop, Struck, await_, disagreeing, running, sell

from furnished import furnished
from regulars.run import cluster, embedded
from regulars.run.folder import PASSABLE

pytestmark = [pytest.mark.slow, pytest.mark.timeout(7200 if FULL else 900)]
SEED = 20_261_122
READY_SECONDS = float(os.environ.get("READY_SECONDS", "5" if FULL else "inf"))
"""A short run shares its machine with other tests: it only has to become ready."""
SERVER = Struck(orders=20_000, kills=200) if FULL else Struck(orders=150, kills=2)
DATABASE = Struck(orders=4_000, kills=50) if FULL else Struck(orders=150, kills=2)


@pytest.fixture(scope="module")
def shop(django_db_setup: None, django_db_blocker: Any) -> Iterator[Shop]:
    root = Path(tempfile.mkdtemp(prefix="regulars-killed-"))
    root.chmod(PASSABLE)
    try:
        folder = furnished(root / "data", waits_for_disk=FULL)
        with django_db_blocker.unblock(), running(folder) as made:
            yield made
    finally:
        shutil.rmtree(root, ignore_errors=True)


def restarting(shop: Shop) -> Callable[[], float]:
    def strike() -> float:
        shop.kill()
        return shop.start()

    return strike


def reviving(shop: Shop, sales: Sales) -> Callable[[], float]:
    """Kill the database, and wait until orders are acknowledged that were sent since."""

    def strike() -> float:
        connection.close()
        killed, began = database(shop), time.monotonic()
        shop.kill_database()
        # It ends when it hears of it, and may acknowledge more until then.
        await_(lambda: database(shop) not in (0, killed))
        began_anew = time.monotonic()
        sales.allowed += 2 * HELD_BACK
        while sales.last < began_anew or not shop.is_ready():
            assert time.monotonic() < began + PATIENCE
            time.sleep(0.01)
        return time.monotonic() - began

    return strike


def database(shop: Shop) -> int:
    """The process of the shop's database; 0 where there is none."""
    found = cluster.process(shop.folder)
    return found.pid if found else 0


def told(sales: Sales, seconds: list[float]) -> None:
    print(
        f"seed {sales.seed}: {len(sales.acknowledged)} orders, {len(seconds)} kills, "
        f"{sales.retries} retries, ready again after {max(seconds):.1f} s at most, "
        f"{sum(seconds) / len(seconds):.1f} s on average"
    )


def test_what_was_acknowledged_outlives_the_server(shop: Shop) -> None:
    sales = Sales(SEED)
    seconds = sell(shop, sales, SERVER, restarting(shop))
    told(sales, seconds)
    assert disagreeing(sales) == [], f"seed {SEED}"
    assert max(seconds) < READY_SECONDS


def test_what_was_acknowledged_outlives_the_database(shop: Shop) -> None:
    sales = Sales(SEED + 1)
    seconds = sell(shop, sales, DATABASE, reviving(shop, sales))
    told(sales, seconds)
    assert disagreeing(sales) == [], f"seed {SEED + 1}"
    assert max(seconds) < READY_SECONDS


def test_clients_who_change_their_keys_are_seen(shop: Shop) -> None:
    sales = Sales(SEED + 2)
    struck = Struck(orders=150, kills=2)

    def another(number: int, attempt: int) -> str:
        return f"{number}.{attempt}"

    def strike() -> float:
        """Nobody starts it again before somebody was turned away."""
        shop.kill()
        sales.allowed += 2 * HELD_BACK
        await_(lambda: sales.retries > 0)
        return shop.start()

    sales.named = another
    sell(shop, sales, struck, strike)
    assert disagreeing(sales) != []


def test_a_database_that_promises_too_early_is_seen(shop: Shop) -> None:
    with psycopg.connect(embedded.superuser_address(shop.folder), autocommit=True) as link:
        link.execute("ALTER ROLE regulars_app SET synchronous_commit = off")
        link.execute("ALTER SYSTEM SET wal_writer_delay = '10s'")
        link.execute("SELECT pg_reload_conf()")
    shop.kill()
    shop.start()
    sales = Sales(SEED + 3)
    sell(shop, sales, Struck(orders=150, kills=2), reviving(shop, sales))
    assert disagreeing(sales) != []
