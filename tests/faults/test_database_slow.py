"""The database is slow, silent, gone, or has no room for another connection, while clients send
orders and ask: whoever cannot be served is told so in time, nothing piles up, and it is well again
as soon as the database is (R32)."""

from __future__ import annotations

import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from booking_kit import FULL
from database_line import Line, line
from django.db import connection
from killed_shop import NAMES, Sales, Shop, await_, await_more, disagreeing, running, selling
from msgspec import Struct
from psycopg.conninfo import conninfo_to_dict

from furnished import furnished
from regulars.run import cluster, embedded
from regulars.run.folder import PASSABLE

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600 if FULL else 900)]
SEED = 20_261_126
BAD_SECONDS = 60.0 if FULL else 0.0
BACK_SECONDS = 10.0
DEADLINES = """
from regulars.run import crowd
crowd.FACT_SECONDS = crowd.API_SECONDS = {seconds}
"""
SOON, NEVER = 1.0, 3600.0
FIND = ("/api/v1/customers/find", {"external": NAMES[0]})
MOST_THREADS = 40
TURNED_AWAY = {"503 busy"}


class Place(Struct):
    """A shop whose database is at the other end of a line."""

    shop: Shop
    line: Line

    def superuser(self, *statements: str) -> None:
        with psycopg.connect(embedded.superuser_address(self.shop.folder), autocommit=True) as link:
            for one in statements:
                link.execute(one)


@pytest.fixture(scope="module")
def place(django_db_setup: None, django_db_blocker: Any) -> Iterator[Place]:
    root = Path(tempfile.mkdtemp(prefix="regulars-slow-"))
    root.chmod(PASSABLE)
    folder = furnished(root / "data")
    try:
        with django_db_blocker.unblock(), embedded.running(folder) as addresses:
            told = conninfo_to_dict(addresses.owner)
            with line(Path(str(told["host"])) / cluster.SOCKET_NAME) as found:
                place = Place(Shop(folder), found)
                owner, app = (
                    address.replace("@/", f"@127.0.0.1:{found.port}/").partition("?")[0]
                    for address in (addresses.owner, addresses.app)
                )
                place.shop.more |= {"DATABASE_URL": app, "REGULARS_OWNER_URL": owner}
                place.shop.break_on_purpose(DEADLINES.format(seconds=SOON))
                with running(folder, place.shop):
                    yield place
    finally:
        shutil.rmtree(root, ignore_errors=True)


@contextmanager
def slow(place: Place) -> Iterator[None]:
    place.line.delay = 2.0
    try:
        yield
    finally:
        place.line.mend()


@contextmanager
def silent(place: Place) -> Iterator[None]:
    place.line.silence()
    try:
        yield
    finally:
        place.line.mend()


@contextmanager
def gone(place: Place) -> Iterator[None]:
    place.line.cut()
    try:
        yield
    finally:
        place.line.mend()


@contextmanager
def crowded(place: Place) -> Iterator[None]:
    """No connection is left for the application, and it has none."""
    place.superuser(
        "ALTER ROLE regulars_app CONNECTION LIMIT 0",
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'regulars_app'",
    )
    # Who was let in and is not listed yet has come before, too.
    place.line.hang_up()
    try:
        yield
    finally:
        place.superuser("ALTER ROLE regulars_app CONNECTION LIMIT -1")
        connection.close()


def ask_at_once(shop: Shop, count: int) -> list[int]:
    """What so many get who ask at once."""
    found: list[int] = []
    asking = [
        threading.Thread(target=lambda: found.append(shop.ask(*FIND)[0])) for _ in range(count)
    ]
    for one in asking:
        one.start()
    for one in asking:
        one.join()
    return found


def threads(shop: Shop) -> int:
    """The most that a process of the server has."""
    return max(len(list(Path("/proc").glob(f"{pid}/task/*"))) for pid in shop.pids())


@pytest.mark.parametrize("trouble", [slow, silent, gone, crowded])
def test_trouble_with_the_database_is_told_and_passes(
    place: Place, trouble: Callable[[Place], Any]
) -> None:
    shop, sales = place.shop, Sales(SEED + [slow, silent, gone, crowded].index(trouble))
    with selling(shop, sales, 8):
        await_more(sales, 24)
        with trouble(place):
            connection.close()
            until = time.monotonic() + BAD_SECONDS
            await_(lambda: sales.refused["503 busy"] >= 16)
            while True:
                answers = ask_at_once(shop, 100)
                assert set(answers) <= {200, 503}
                assert threads(shop) < MOST_THREADS
                assert shop.ask("/livez")[0] == 200
                if time.monotonic() >= until:
                    break
            if trouble is not slow:
                assert set(answers) == {503}
                await_(lambda: shop.ask("/readyz")[0] == 503)
        took = await_more(sales, 24)
        await_(shop.is_ready)
        await_(shop.reads)
    connection.close()
    assert disagreeing(sales) == [], f"seed {sales.seed}"
    assert set(sales.refused) == TURNED_AWAY
    if FULL:
        assert took < BACK_SECONDS


def test_saboteur_who_waits_without_end(place: Place) -> None:
    """With no deadline nobody is told anything."""
    shop, sales = place.shop, Sales(SEED + 9)
    shop.stop()
    shop.break_on_purpose(DEADLINES.format(seconds=NEVER))
    shop.start()
    with selling(shop, sales, 2) as clients:
        await_more(sales, 8)
        with silent(place):
            await_(lambda: all(client.waits_for is not None for client in clients))
            held = dict(sales.refused)
            assert shop.ask(*FIND, timeout=2 * SOON) == (0, None)
            assert sales.refused == held == {}
        await_more(sales, 8)
    assert disagreeing(sales) == []
