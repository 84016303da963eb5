"""At one instant: the same tap twice, the same points at two tills, an undo from two hands."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connections
from till_kit import CLUB, NOW, Counter, open_counter, paired

from regulars.actions import scan_codes, scan_rules, scanning
from regulars.actions.refused import Refused
from regulars.actions.till_sales import Use, key_of, sell
from regulars.actions.till_undoing import undo
from regulars.db.models import FactRow, Role, Scan, TillDeed
from regulars.db.queries.till import Worker
from staff import employ

pytestmark = pytest.mark.usefixtures("own_database")
BEANS = Use(CLUB, "beans")


@pytest.fixture
def counter(own_database: None) -> Counter:
    return open_counter()


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """What each call says, or how it was refused; all begin together."""
    gate, told = threading.Barrier(len(calls)), [None] * len(calls)

    def run(place: int, call: Callable[[], Any]) -> None:
        gate.wait()
        try:
            told[place] = call()
        except Refused as refused:
            told[place] = refused.code  # type: ignore[call-overload]
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return told


def test_one_sale_however_often_it_is_sent(counter: Counter) -> None:
    sale = counter.sale(uses=(Use(CLUB, "coffee"),))
    told = at_once(*[lambda: sell(counter.worker, sale, NOW)] * 6)
    assert sorted(one.known for one in told) == [False] + [True] * 5
    assert len({one.key for one in told}) == 1
    assert counter.points() == 460 - 50 + 8
    assert (TillDeed.objects.count(), FactRow.objects.filter(type="order").count()) == (1, 1)


def test_points_are_spent_once_at_two_tills(counter: Counter) -> None:
    device, _token = paired("market", "till 2")
    other = Worker(device=device, cashier=counter.mia)
    sales = [
        (worker, counter.sale(key, uses=(BEANS, BEANS)))
        for worker, key in ((counter.worker, "a"), (other, "b"), (other, "c"))
    ]
    told = at_once(*[lambda w=worker, s=sale: sell(w, s, NOW) for worker, sale in sales])
    refused = [one for one in told if isinstance(one, str)]
    assert refused == ["insufficient_points"] * 2
    assert counter.points() == 460 - 440 + 8
    assert TillDeed.objects.count() == 1


def test_an_undo_counts_once_from_two_hands(counter: Counter) -> None:
    sold = sell(counter.worker, counter.sale(uses=(Use(CLUB, "coffee"),)), NOW)
    told = at_once(*[lambda: undo(counter.worker, sold.key, NOW)] * 4)
    assert sorted(one.known for one in told) == [False, True, True, True]
    assert counter.points() == 460
    assert FactRow.objects.filter(type="refund").count() == 1


def openings(many: int) -> list[str]:
    """A printed code of Market Street, opened so many times."""
    olga = employ("Olaf", Role.OWNER)
    wanted = scan_rules.Wanted(place="market", programme=CLUB, asset="stamps", a_day=2)
    scan_rules.set_rule(olga, wanted, NOW)
    text = scan_rules.make_paper(olga, "market", "window", NOW).token
    return [scan_codes.kept(scan_codes.opened(text, NOW)) for _ in range(many)]


def test_a_burst_of_scans_gets_no_more_than_the_limit(counter: Counter) -> None:
    tokens = openings(6)
    told = at_once(*[lambda t=one: scanning.collect(counter.ana, t, NOW) for one in tokens])
    refused = [one for one in told if isinstance(one, str)]
    assert refused == ["scan_day_limit"] * 4
    assert counter.points("stamps") == 2
    assert sorted(Scan.objects.values_list("number", flat=True)) == [1, 2]


def test_saboteur_scans_that_do_not_wait_for_each_other(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the lock both count the same row; the table itself lets one of them in."""
    tokens, gate = openings(2), threading.Barrier(2)
    monkeypatch.setattr(scanning, "lock_key", lambda key: None)
    monkeypatch.setattr(scanning, "stay_out", lambda *given: gate.wait())

    def collect(token: str) -> Any:
        try:
            return scanning.collect(counter.ana, token, NOW)
        except IntegrityError as error:
            return "scan_counts_once" if "scan_counts_once" in str(error) else str(error)

    told = at_once(*[lambda t=one: collect(t) for one in tokens])
    assert [one for one in told if isinstance(one, str)] == ["scan_counts_once"]
    assert counter.points("stamps") == 1


def test_saboteur_keys_that_are_made_anew(counter: Counter) -> None:
    """A page that made a key for each tap would book each: the key is what makes it one."""
    sales = [counter.sale(f"tap{number}") for number in range(2)]
    at_once(*[lambda s=sale: sell(counter.worker, s, NOW) for sale in sales])
    assert counter.points() != 460 + 8
    assert key_of(counter.worker, "x") == key_of(counter.worker, "x")
