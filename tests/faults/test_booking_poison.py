"""One that cannot be booked among many: it is told, and the rest goes on, or nothing does
(R13)."""

from __future__ import annotations

from collections import Counter
from contextlib import nullcontext
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from booking_kit import FULL, NOW, bought, digest, members, open_club, points, wrong

from regulars.actions import anew, batches
from regulars.actions.batches import record_batch
from regulars.actions.record import Source, record
from regulars.db import ledger
from regulars.engine import moments
from regulars.engine.arrivals import Arrival

pytestmark = [
    pytest.mark.slow,
    pytest.mark.usefixtures("own_database"),
    pytest.mark.timeout(7200 if FULL else 900),
]
MANY, PLACE = (1000, 776) if FULL else (250, 176)
LONG_AGO = datetime(1850, 1, 1, tzinfo=UTC)


def batch(bad: Arrival) -> list[Arrival]:
    """So many orders, of which one is another."""
    found = [bought(f"p{one}", 100, f"c{one % 50}") for one in range(MANY)]
    found[PLACE] = bad
    return found


def club() -> list[int]:
    """Fifty members."""
    open_club()
    return members(f"c{one}" for one in range(50))


def with_a_bad_one() -> Counter[str]:
    """What a batch hears of which one is dated before there were shops like these."""
    told = record(batch(bought("bad", 100, "c0", at=LONG_AGO)), now=NOW)
    if told[PLACE].code:
        assert (told[PLACE].key, told[PLACE].code) == ("bad", "bad_time")
    return Counter(one.state for one in told)


def test_one_bad_fact_of_a_thousand_is_told_and_the_rest_goes_on() -> None:
    found = club()
    assert with_a_bad_one() == {"recorded": MANY - 1, "refused": 1}
    record([bought("bad", 100, "c0")], now=NOW)
    assert sum(map(points, found)) == MANY
    assert wrong() == []


def test_a_bad_fact_that_nobody_looks_at_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    club()
    monkeypatch.setattr(moments, "in_order", lambda fact: True)
    assert with_a_bad_one() == {"recorded": MANY}


@pytest.fixture
def poison(monkeypatch: pytest.MonkeyPatch) -> Arrival:
    """An order that makes whoever books it fall over."""
    write = ledger.book

    def poisoned(cursor: Any, booked: Any, now: Any) -> None:
        if any(row.key == "poison" for one in booked for row in one.rows):
            raise ValueError("poison")
        write(cursor, booked, now)

    monkeypatch.setattr(ledger, "book", poisoned)
    return bought("poison", 100, "c0")


def all_but_the_poison(poison: Arrival) -> Counter[str]:
    """What a batch hears that goes in as far as it can."""
    told = record_batch(batch(poison), now=NOW, source=Source())
    return Counter(one.code or one.state for one in told)


def test_what_breaks_its_rule_stands_alone_and_is_taken_when_it_is_mended(
    poison: Arrival, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = club()
    assert all_but_the_poison(poison) == {"recorded": MANY - 1, "broken": 1}
    assert sum(map(points, found)) == MANY - 1
    monkeypatch.undo()
    (again,) = record_batch([poison], now=NOW, source=Source())
    assert again.state == "recorded"
    assert sum(map(points, found)) == MANY
    assert wrong() == []


def test_a_batch_that_is_not_taken_apart_is_seen(
    poison: Arrival, monkeypatch: pytest.MonkeyPatch
) -> None:
    club()
    monkeypatch.setattr(batches, "_apart", lambda facts, now, source: record(facts, now=now))
    with pytest.raises(ValueError, match="poison"):
        all_but_the_poison(poison)


def nothing_of(poison: Arrival) -> bool:
    """Whether nothing of a batch is there that goes in as a whole or not at all."""
    before = digest()
    with pytest.raises(ValueError, match="poison"):
        record(batch(poison), now=NOW)
    return digest() == before


def test_a_fact_that_breaks_its_rule_changes_nothing(poison: Arrival) -> None:
    club()
    assert nothing_of(poison)
    before = digest()
    with pytest.raises(ValueError, match="poison"):
        record_batch(batch(poison), now=NOW, source=Source(), strict=True)
    bad = bought("bad", 100, "c0", at=LONG_AGO)
    told = record_batch(batch(bad), now=NOW, source=Source(), strict=True)
    assert Counter(one.code for one in told) == {"bad_time": 1, "batch_stopped": MANY - 1}
    assert digest() == before


def test_a_batch_in_no_transaction_is_seen(
    poison: Arrival, monkeypatch: pytest.MonkeyPatch
) -> None:
    club()
    monkeypatch.setattr(anew, "transaction", SimpleNamespace(atomic=nullcontext))
    assert not nothing_of(poison)
