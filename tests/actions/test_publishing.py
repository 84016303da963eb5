"""Editions go live in good time, are looked at beforehand, and taken back before they begin."""

from __future__ import annotations

import random
import sys
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connections

sys.path.insert(0, str(Path(__file__).parents[1] / "engine"))
sys.path.insert(0, str(Path(__file__).parent))
from crowd import CROWD, FIRST, HOLDERS, START
from live import Live

from people import line, order, who
from regulars.actions import publishing
from regulars.actions.looking import look
from regulars.actions.passing import pass_time
from regulars.actions.publishing import preview, publish, withdraw
from regulars.actions.record import record
from regulars.actions.refused import Refused
from regulars.actions.verifying import verify
from regulars.db import proof
from regulars.db.models import EditionRow, HolderState, TransferRow
from regulars.engine.arrivals import Arrival

pytestmark = pytest.mark.usefixtures("own_database")
DAY = timedelta(days=1)
BETTER = FIRST.replace("crowd_1", "crowd_2").replace(
    "step: 1.00 EUR, points: 1", "step: 1.00 EUR, points: 3"
)
WORSE = FIRST.replace("crowd_1", "crowd_3").replace("price: 30,", "price: 40,")


def begun() -> Live:
    return Live(CROWD, [FIRST], START)


def buy(key: str, whose: str, price: str, day: int = 0) -> None:
    at = START + day * DAY
    record([Arrival(fact=order(key, line("a", price), at=at), who=who(whose))], now=at)


def points(live: Live, whose: str, day: int = 0) -> int:
    found = look(live.numbers[whose], "crowd", START + day * DAY)
    return found.balances["points"].available


def test_what_gets_dearer_begins_after_a_time_of_notice() -> None:
    begun()
    with pytest.raises(Refused, match="notice_needed") as refused:
        publish(WORSE, now=START)
    assert "rewards.gift.price" in str(refused.value.params["what"])
    assert EditionRow.objects.count() == 1
    with pytest.raises(Refused, match="notice_needed"):
        publish(WORSE, now=START, begins=START + 29 * DAY)
    publish(WORSE, now=START, begins=START + 30 * DAY)
    publish(BETTER, now=START, begins=START + 31 * DAY)


def test_an_owner_may_do_without_notice_for_a_reason() -> None:
    begun()
    publish(WORSE, now=START, reason="a mistake of ten times the price")
    assert EditionRow.objects.get(edition="crowd_3").reason


def test_an_edition_begins_in_the_future_and_after_the_one_before() -> None:
    begun()
    with pytest.raises(Refused, match="edition_past"):
        publish(BETTER, now=START, begins=START - DAY)
    publish(BETTER, now=START, begins=START + 40 * DAY)
    with pytest.raises(Refused, match="edition_past"):
        publish(WORSE, now=START, begins=START + 35 * DAY)
    with pytest.raises(Refused, match="edition_known"):
        publish(BETTER, now=START, begins=START + 50 * DAY)
    with pytest.raises(Refused, match="edition_unreadable"):
        publish("nothing", now=START)


def test_an_edition_is_withdrawn_before_it_begins_and_not_after() -> None:
    live = begun()
    publish(BETTER, now=START, begins=START + 10 * DAY)
    buy("o1", "anna", "10.00", 1)
    withdraw("crowd", "crowd_2", now=START + 5 * DAY)
    buy("o2", "anna", "10.00", 11)
    assert points(live, "anna", 12) == 20
    assert verify().finding is None
    with pytest.raises(Refused, match="edition_unknown"):
        withdraw("crowd", "crowd_2", now=START + 5 * DAY)
    with pytest.raises(Refused, match="edition_begun"):
        withdraw("crowd", "crowd_1", now=START)
    with pytest.raises(Refused, match="edition_known"):
        publish(BETTER, now=START + 12 * DAY)


def test_other_rules_under_a_known_name_are_read_anew() -> None:
    """As after a restore: the same programme, edition, and time, and another file."""
    live = begun()
    buy("o1", "anna", "10.00")
    EditionRow.objects.update(body=FIRST.replace("1.00 EUR, points: 1", "1.00 EUR, points: 3"))
    buy("o2", "anna", "10.00", 1)
    assert points(live, "anna", 2) == 10 + 30


def test_the_way_back_is_the_former_file_under_a_new_name() -> None:
    live = begun()
    publish(BETTER, now=START)
    buy("o1", "anna", "10.00", 1)
    publish(FIRST.replace("crowd_1", "crowd_4"), now=START + 2 * DAY, reason="too dear")
    buy("o2", "anna", "10.00", 3)
    assert points(live, "anna", 4) == 30 + 10
    assert verify().finding is None


def test_the_preview_tells_what_real_members_would_have_and_writes_nothing() -> None:
    live = begun()
    buy("o1", "anna", "10.00", 1)
    buy("o2", "ben", "20.00", 2)
    before = list(HolderState.objects.order_by("customer_id").values_list())
    found = preview(BETTER, now=START + 10 * DAY)
    assert (found.holders, found.more, found.less) == (3, 2, 0)
    assert found.sums == {"points": 60}
    assert {one.customer: one.amounts for one in found.largest} == {
        HolderState.objects.get(customer_id=live.numbers["anna"]).number: {"points": 20},
        HolderState.objects.get(customer_id=live.numbers["ben"]).number: {"points": 40},
    }
    assert found.harsher == []
    told = preview(WORSE, now=START + 10 * DAY)
    assert [one.place for one in told.harsher] == ["rewards.gift.price"]
    assert told.earliest == START + 40 * DAY
    assert list(HolderState.objects.order_by("customer_id").values_list()) == before
    assert EditionRow.objects.count() == 1


@pytest.mark.parametrize(("at_once", "looked_at"), [(3, 3), (2, 2)])
def test_the_preview_says_whether_it_looked_at_all(
    monkeypatch: pytest.MonkeyPatch, at_once: int, looked_at: int
) -> None:
    begun()
    monkeypatch.setattr(proof, "AT_ONCE", at_once)
    impatient = preview(BETTER, now=START + 10 * DAY, enough=lambda _seen: True)
    assert (impatient.holders, impatient.whole) == (looked_at, looked_at == 3)
    assert preview(BETTER, now=START + 10 * DAY).holders == 3


def test_who_has_enough_for_a_reward_and_then_no_longer_is_counted() -> None:
    live = begun()
    buy("o1", "anna", "35.00", 1)
    buy("o2", "ben", "20.00", 2)
    assert 30 <= points(live, "anna", 3) < 40
    assert preview(WORSE, now=START + 10 * DAY).beyond == {"gift": 1}
    buy("o3", "anna", "10.00", 11)
    assert preview(WORSE, now=START + 12 * DAY).beyond == {"gift": 0}
    assert preview(BETTER, now=START + 12 * DAY).beyond == {}


def flow(seed: int) -> None:
    """Orders flow in from two sides while an edition is published."""
    begun()
    gate = threading.Barrier(3)

    def sell(side: int) -> None:
        gate.wait()
        chance = random.Random(seed * 2 + side)
        for number in range(12):
            buy(f"o{side}-{number}", chance.choice(HOLDERS), f"{chance.randrange(1, 40)}.00", 1)
        connections.close_all()

    threads = [threading.Thread(target=sell, args=(side,)) for side in (0, 1)]
    for one in threads:
        one.start()
    gate.wait()
    publish(BETTER, now=START + DAY)
    for one in threads:
        one.join()
    pass_time(START + 2 * DAY)


def test_each_fact_is_decided_by_the_edition_of_its_time_while_one_is_published() -> None:
    flow(1)
    assert verify().finding is None
    rows = TransferRow.objects.count()
    buy("o0-0", "anna", f"{random.Random(2).randrange(1, 40)}.00", 1)
    assert TransferRow.objects.count() == rows


def test_saboteur_no_notice(monkeypatch: pytest.MonkeyPatch) -> None:
    begun()
    monkeypatch.setattr(publishing, "harsher", lambda before, after: [])
    publish(WORSE, now=START)


def booked_before() -> object:
    """What verifying finds where something was booked at the first instant of an edition before
    that was published."""
    begun()
    buy("o1", "anna", "10.00", 1)
    publish(BETTER, now=START + DAY)
    return verify().finding


def test_what_was_booked_just_before_is_decided_anew() -> None:
    assert booked_before() is None


def test_saboteur_what_was_booked_just_before_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publishing, "_decide_anew", lambda *told: None)
    assert booked_before() is not None
