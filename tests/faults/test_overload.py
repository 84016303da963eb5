"""Far more orders come than can be booked: those that are let in are booked, the others are told to
come again, and nobody is kept waiting or booked twice (R42)."""

from __future__ import annotations

import resource
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any

import pytest
from booking_kit import FULL, wrong
from crowd_of_clients import Crowd, Told
from killed_shop import PATIENCE, Sales, Shop, await_, held, running, stored
from msgspec import Struct, field

from furnished import furnished
from regulars.run.folder import PASSABLE

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600 if FULL else 900)]
SEED = 20_261_128
CLIENTS = 400
SECONDS = 120.0
TURNS, SPELL_SECONDS = 64, 10.0
BEFORE, AFTER = 12, 3
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


def at_once(shop: Shop, sales: Sales, told: Told, patience: float = PATIENCE) -> bool:
    """Everybody at once who is not booked; whether each was answered."""
    crowd = Crowd(shop, sales)
    try:
        return crowd.send_all(
            [one for one in range(CLIENTS) if one not in told.booked], told, patience
        )
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


class Ordinary(Struct):
    """What clients get done who wait for their answers, in spells of a few seconds each: the
    machine and the database, which tidies up and grows meanwhile, make some slower than others."""

    crowd: Crowd
    number: int = 0
    told: list[Told] = field(default_factory=list)

    def go_on(self, spells: int) -> list[Told]:
        for _ in range(spells):
            told = Told()
            self.number = self.crowd.send_in_turn(self.number, TURNS, SPELL_SECONDS, told)
            self.told.append(told)
        return self.told[-spells:]


def rates(spells: list[Told]) -> list[float]:
    return [len(told.booked) / SPELL_SECONDS for told in spells]


def five_times_the_capacity_is_outlived(shop: Shop) -> None:
    """At a steady five times of what clients get done who wait for their answers, and who did so
    for as long as the flood takes: an ordinary busy time has slow spells, too."""
    sales, flood = sales_of(SEED + 2), Told()
    with closing(Crowd(shop, sales)) as crowd:
        ordinary = Ordinary(crowd)
        before = ordinary.go_on(BEFORE)
        usual = rates(before)
        sent = ordinary.number
        ordinary.number = crowd.send_steadily(sent, 5 * median(usual), SECONDS, flood)
        sent = ordinary.number - sent
        ordinary.go_on(1)  # It has to be itself again within ten seconds.
        after = rates(ordinary.go_on(AFTER))
    p99 = median(told.p99() for told in before)
    under = len(flood.booked) / SECONDS
    print(f"{sent} orders; under the flood {dict(flood.statuses)}, {flood.stayed_away} stayed away")
    print("a second, by spells:", *usual, "- flood -", *after)
    print(f"under the flood {under:.0f}; p99 {flood.p99():.3f} s, else {p99:.3f} s")
    assert [wrong for told in (flood, *ordinary.told) for wrong in told.wrong] == []
    assert flood.statuses.keys() <= {200, 429, 503}
    assert flood.statuses[503] > 0
    assert under >= 0.7 * median(usual)
    assert median(after) >= 0.9 * min(usual)
    assert flood.p99() <= 3 * p99
    everything = Told(booked=flood.booked.union(*(told.booked for told in ordinary.told)))
    assert booked_once(sales, everything) == [], f"seed {sales.seed}"


if FULL:
    # Ratios are measured where nothing else runs.
    test_five_times_the_capacity_is_outlived = five_times_the_capacity_is_outlived
