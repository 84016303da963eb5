"""A28: what one request may cause is bounded, whatever it says: vouchers, states, names."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from api_shop import standing

from api_kit import CLUB, Caller, ago, cafe, member, order  # isort: skip - found by api_shop

from people import arrival, line, who
from people import order as sale
from regulars.actions import desks, record
from regulars.actions.passing import pass_time
from regulars.actions.verifying import verify
from regulars.db.models import Customer, FactRow, VoucherRow
from regulars.engine import booking

pytestmark = pytest.mark.usefixtures("own_database")


@pytest.fixture
def caller(own_database: None) -> Caller:
    return cafe()


def flood(name: str, quantity: str = "999999999999", **more: Any) -> dict[str, Any]:
    """One line that says that somebody drank so many coffees."""
    line = {"category": "coffee", "quantity": quantity, "amount": "1.00"}
    return {**order(name), "lines": [line], **more}


def opened() -> int:
    return VoucherRow.objects.filter(state="open").count()


def later(minutes: int) -> datetime:
    return datetime.now(UTC) + timedelta(minutes=minutes)


def test_a28_one_line_makes_no_more_vouchers_than_a_moment_may(caller: Caller) -> None:
    """What is left of it comes later, and never more than somebody may hold at once."""
    assert (booking.MOST_WANTS, booking.MOST_OPEN) == (500, 1000)
    whose = member(caller)
    big = flood("big")
    told = caller.post("/facts", big)
    assert (told.status, told.said["state"]) == (200, "recorded")
    assert opened() == 500
    assert caller.post("/facts", big).headers["Idempotent-Replay"] == "true"
    assert [pass_time(later(minute)) for minute in (1, 2)] == [1, 0]
    assert opened() == 1000
    assert caller.post("/facts", order("small", "1.00")).status == 200
    assert opened() == 1000
    assert verify().finding is None
    held = caller.get(f"/members/{CLUB}/{whose}").said
    assert len(held["vouchers"]) == 1000
    use = {"key": "use", "code": held["vouchers"][0]["code"]}
    assert caller.post("/vouchers/use", use).said["accepted"]
    assert caller.post("/facts", order("next", "1.00")).status == 200
    assert opened() == 1000
    assert verify().finding is None


def test_a28_a_batch_makes_no_more_than_one_transaction_may(
    caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(booking, "MOST_WANTS", 5)
    monkeypatch.setattr(desks, "MOST_TOGETHER", 12)
    people = [f"p{number}@example.com" for number in range(4)]
    for email in people:
        member(caller, email)
    facts = [flood(f"f{email}", "81", customer={"email": email}) for email in people]
    told = caller.post("/facts/batch", {"facts": facts}).said
    assert {one["state"] for one in told["facts"]} == {"recorded"}
    seen = [opened()]
    for minute in range(1, 5):
        pass_time(later(minute))
        seen.append(opened())
    assert seen[0] == 12
    assert all(new - old <= 12 for old, new in pairwise(seen))
    assert seen[-1] == 4 * 9
    assert pass_time(later(9)) == 0
    assert verify().finding is None


def test_a28_nothing_is_told_of_anybody_without_end(caller: Caller) -> None:
    """Whatever each booking carries, and whatever is kept of a customer, has an end."""
    whose = member(caller)
    told = [
        {"type": "attribute", "key": f"a{n}", "at": ago(2), "name": f"n{n}", "value": "x"}
        for n in range(102)
    ]
    mia = {"email": "mia@example.com"}
    said = caller.post("/facts/batch", {"facts": [{**one, "customer": mia} for one in told]}).said
    made = [one["programmes"][0] for one in said["facts"]]
    assert [one["status"] for one in made] == ["accepted"] * 100 + ["refused"] * 2
    assert made[-1]["code"] == "attributes_too_many"
    assert "100" in made[-1]["message"]
    for batch in range(3):
        details = {f"d{batch}-{n}": "x" * 500 for n in range(50)}
        sent = order(f"o{batch}", "1.00", customer={**mia, "attributes": details})
        assert caller.post("/facts", sent).status == 200
    assert len(Customer.objects.get(public_id=whose).attributes) == 50
    assert verify().finding is None


def back(name: str, of: str = "unknown") -> dict[str, Any]:
    told = {"type": "refund", "key": name, "at": ago(0.5), "order": of, "currency": "EUR"}
    return {**told, "full": True, "customer": {"email": "mia@example.com"}}


@pytest.mark.parametrize("at_once", [True, False])
def test_a28_no_more_wait_for_one_than_can_be_booked_with_it(
    caller: Caller, monkeypatch: pytest.MonkeyPatch, at_once: bool
) -> None:
    monkeypatch.setattr(record, "MOST_WAITING", 5)
    member(caller)
    refunds = [back(f"r{number}") for number in range(8)]
    batches = [refunds] if at_once else [[one] for one in refunds]
    said = [
        one
        for facts in batches
        for one in caller.post("/facts/batch", {"facts": facts}).said["facts"]
    ]
    assert [one["state"] for one in said] == ["waiting"] * 5 + ["refused"] * 3
    assert {one["error"]["code"] for one in said[5:]} == {"waits_too_many"}
    before = standing()
    single = caller.post("/facts", back("r9"))
    assert standing() == before
    assert (single.status, single.said["code"]) == (409, "waits_too_many")
    assert FactRow.objects.filter(type="refund").count() == 5
    assert caller.post("/facts", order("unknown", "9.00")).status == 200
    later = [caller.post("/facts", back(f"l{number}", "unknown")).status for number in range(3)]
    assert later == [200] * 3
    assert caller.post("/facts", refunds[6]).said["state"] == "recorded"
    assert verify().finding is None


def test_a28_refunds_that_come_with_their_order_need_no_room(
    caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record, "MOST_WAITING", 2)
    member(caller)
    facts = [order("unknown", "9.00"), *(back(f"r{number}") for number in range(5))]
    told = caller.post("/facts/batch", {"facts": facts}).said
    assert {one["state"] for one in told["facts"]} == {"recorded"}


def test_a28_saboteur_no_bound(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(booking, "MOST_WANTS", 700)
    member(caller)
    caller.post("/facts", flood("big"))
    assert opened() == 700


def test_a38_no_file_lets_a_time_pass_that_has_not_come(caller: Caller) -> None:
    """A date that was mistyped by thirty years would let all points of a member run out."""
    whose, now = member(caller), datetime.now(UTC)
    caller.post("/facts", order("o1", "60.00", at=ago(48)))
    before = standing()
    mia = who("nr-1", "Mia", email="mia@example.com")
    for days in (2, 365 * 30):
        wrong = sale(f"o-{days}", line("beans", "9.00"), at=now + timedelta(days=days))
        (told,) = record.record([arrival(wrong, mia)], now=now)
        assert (told.state, told.code) == ("refused", "time_ahead")
    assert standing() == before
    points = caller.get(f"/members/{CLUB}/{whose}").said["balances"]["points"]
    assert points["available"] == "60"


def test_a38_saboteur_a_fact_of_a_year_to_come(
    caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record, "AHEAD", timedelta(days=20_000))
    whose, now = member(caller), datetime.now(UTC)
    caller.post("/facts", order("o1", "60.00", at=ago(48)))
    wrong = sale("o2", line("beans", "9.00"), at=now + timedelta(days=10_000))
    record.record([arrival(wrong, who("nr-1", "Mia", email="mia@example.com"))], now=now)
    points = caller.get(f"/members/{CLUB}/{whose}").said["balances"]["points"]
    assert points["available"] == "9"
