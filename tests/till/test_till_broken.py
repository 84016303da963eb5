"""A sale with a reward, points that pay and a voucher is broken off at one point after another, in
each of its legs: all of them are booked, or nothing is (R21)."""

from __future__ import annotations

import random
import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, connection
from till_kit import CLUB, NOW, Counter, digest, give, open_counter

from regulars.actions.till_sales import Sale, Use, sell
from regulars.actions.verifying import verify
from regulars.db import factstore
from regulars.db.models import FactRow, TillDeed, VoucherRow

sys.path.insert(0, str(Path(__file__).parents[1] / "faults"))
from booking_kit import FULL
from test_booking_broken import Broken, breaking

pytestmark = pytest.mark.usefixtures("own_database")
SEED = 20_261_122


@pytest.fixture
def counter(own_database: None) -> Counter:
    return open_counter()


def basket(counter: Counter) -> Sale:
    """Coffees for 8.40, one of them for points, another by the voucher of a full card."""
    give(counter.ana, 9, "stamps")
    voucher = VoucherRow.objects.get(customer_id=counter.ana, state="open")
    return counter.sale(uses=(Use(CLUB, "coffee"),), vouchers=(voucher.id,))


def between(counter: Counter, unknown: bool) -> list[int]:
    """The points at which a sale was broken off and left something of itself behind, until one
    goes through."""
    sale, chance, found = basket(counter), random.Random(SEED), []
    before, at = digest(), 0
    while True:
        at += 1 if FULL else chance.randrange(1, 15)
        with breaking(Broken(at, unknown)) as broken:
            try:
                sell(counter.worker, sale, NOW)
            except (DatabaseError, psycopg.Error):
                connection.close()
        if digest() == before:
            assert broken.made >= at, "it was broken off"
            continue
        return found if _is_whole(counter, sale) else [*found, at]


def _is_whole(counter: Counter, sale: Sale) -> bool:
    """Whether every leg of the sale stands once, and it is known to whoever sends it again."""
    legs = (
        VoucherRow.objects.get(customer_id=counter.ana).state,
        FactRow.objects.filter(type="order").count(),
        TillDeed.objects.count(),
    )
    if legs != ("used", 1, 1) or verify().finding is not None:
        return False
    before = digest()
    return sell(counter.worker, sale, NOW).known and digest() == before


@pytest.mark.parametrize("unknown", [False, True], ids=["before", "unknown"])
def test_r21_a_sale_is_booked_with_all_its_legs_or_not_at_all(
    counter: Counter, unknown: bool
) -> None:
    assert between(counter, unknown) == [], f"seed {SEED}"


def test_r21_saboteur_a_leg_in_a_transaction_of_its_own(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    append = factstore.append

    def early(cursor: Any, facts: Any, **more: Any) -> None:
        append(cursor, facts, **more)
        connection.connection.commit()

    monkeypatch.setattr(factstore, "append", early)
    assert between(counter, unknown=False) != []
