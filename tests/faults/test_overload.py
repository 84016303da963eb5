"""Far more orders come than can be booked: those that are let in are booked, the others are told to
come again, and nobody is kept waiting or booked twice (R42)."""

from __future__ import annotations

import resource
import shutil
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from booking_kit import FULL, wrong
from crowd_of_clients import Crowd, Told
from killed_shop import Sales, Shop, await_, held, running, stored

from furnished import furnished
from regulars.run.folder import PASSABLE

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600 if FULL else 900)]
SEED = 20_261_128
CLIENTS = 400
SECONDS = 120.0
CALM_SECONDS = 10.0
TURNS, TURN_SECONDS = 64, 20.0
NAMES = tuple(f"passer-{one}" for one in range(100_000 if FULL else 400))
APART = timedelta(milliseconds=10)
DEADLINE = "from regulars.run import crowd\ncrowd.FACT_SECONDS = {seconds}\n"


@pytest.fixture(scope="module")
def shop(django_db_setup: None, django_db_blocker: Any) -> Iterator[Shop]:
    root = Path(tempfile.mkdtemp(prefix="regulars-overload-"))
    root.chmod(PASSABLE)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 20_000), hard))
    folder = furnished(root / "data")
    made = Shop(folder)
    made.names = NAMES
    if not FULL:
        made.break_on_purpose(DEADLINE.format(seconds=1.0))
    try:
        with django_db_blocker.unblock(), running(folder, made):
            yield made
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        shutil.rmtree(root, ignore_errors=True)


def booked_once(sales: Sales, told: Told) -> list[str]:
    """What of the orders that were acknowledged is not there once."""
    keys = stored(sales)
    lost = {sales.key(one, 0) for one in told.booked} - set(keys)
    twice = ["booked twice"] if len(keys) != len(set(keys)) else []
    return [*twice, *sorted(lost)[:5], *told.wrong[:5], *wrong()]


def sales_of(seed: int) -> Sales:
    return Sales(seed, names=NAMES, apart=APART)


def at_once(shop: Shop, sales: Sales, told: Told, patience: float = 60) -> bool:
    """Everybody at once; whether each was answered."""
    crowd = Crowd(shop, sales)
    try:
        return crowd.send_all(range(CLIENTS), told, patience)
    finally:
        crowd.close()


def test_who_cannot_be_booked_in_time_is_told_and_comes_again(shop: Shop) -> None:
    """Nothing at all can be booked for a while: the worst there is."""
    sales, before, after = sales_of(SEED), Told(), Told()
    with held(shop):
        assert at_once(shop, sales, before)
    assert before.statuses == {503: CLIENTS}
    assert before.wrong == []
    await_(lambda: at_once(shop, sales, after) and len(after.booked) == CLIENTS)
    assert after.statuses.keys() <= {200, 429, 503}
    assert booked_once(sales, after) == [], f"seed {SEED}"
    assert len(stored(sales)) == CLIENTS


def test_saboteur_everybody_waits_for_ever(shop: Shop) -> None:
    """Without a deadline those who were let in are told nothing while nothing can be booked."""
    sales, told = sales_of(SEED + 1), Told()
    shop.stop()
    shop.break_on_purpose(DEADLINE.format(seconds=3600.0))
    shop.start()
    with held(shop):
        assert not at_once(shop, sales, told, patience=3)
    assert told.statuses.total() < CLIENTS
    assert not told.booked
    shop.stop()
    shop.more.clear()
    shop.start()


def five_times_the_capacity_is_outlived(shop: Shop) -> None:
    """At a steady five times of what clients get done who wait for their answers."""
    sales = sales_of(SEED + 2)
    peak, flood, after, calm = Told(), Told(), Told(), Told()
    _flooded(shop, sales, (peak, flood, after, calm))
    rates = [
        len(told.booked) / seconds
        for told, seconds in ((peak, TURN_SECONDS), (flood, SECONDS), (calm, CALM_SECONDS))
    ]
    for told in (peak, flood, calm):
        p99 = f"p99 {told.p99() * 1000:.0f} ms, {told.stayed_away} stayed away"
        print(dict(told.statuses), p99, told.wrong[:3])
    print("booked a second: peak {:.0f}, under the flood {:.0f}, after it {:.0f}".format(*rates))
    assert [*peak.wrong, *flood.wrong, *after.wrong, *calm.wrong] == []
    assert flood.statuses.keys() <= {200, 429, 503}
    assert flood.statuses[503] > 0
    assert rates[1] >= 0.7 * rates[0]
    assert rates[2] >= 0.9 * rates[0]
    assert flood.p99() <= 3 * peak.p99()
    everything = Told(booked=peak.booked | flood.booked | after.booked | calm.booked)
    assert booked_once(sales, everything) == [], f"seed {sales.seed}"


def _flooded(shop: Shop, sales: Sales, told: tuple[Told, Told, Told, Told]) -> None:
    crowd = Crowd(shop, sales)
    try:
        number = crowd.send_in_turn(0, TURNS, TURN_SECONDS, told[0])
        rate = 5 * len(told[0].booked) / TURN_SECONDS
        number = crowd.send_steadily(number, rate, SECONDS, told[1])
        # It has to be itself again within ten seconds.
        number = crowd.send_in_turn(number, TURNS, CALM_SECONDS, told[2])
        crowd.send_in_turn(number, TURNS, CALM_SECONDS, told[3])
    finally:
        crowd.close()


if FULL:
    # Ratios are measured where nothing else runs.
    test_five_times_the_capacity_is_outlived = five_times_the_capacity_is_outlived
