"""What is booked is told: which messages come of what, in the transaction that books."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from django.db import connection, transaction

from people import NOW, line, order, who
from regulars.actions import imports, webhooks
from regulars.actions.announcing import TYPES
from regulars.actions.business import known_business
from regulars.actions.members import join
from regulars.actions.passing import pass_time
from regulars.actions.publishing import publish
from regulars.actions.record import record
from regulars.actions.redeeming import Asked, redeem
from regulars.db import outbox, people
from regulars.db.models import Customer, Delivery, HolderState, OutMessage, VoucherRow
from regulars.engine.arrivals import Arrival
from regulars.engine.facts import Refund
from regulars.engine.happenings import Redemption, VoucherUse
from regulars.sources.files.inspection import inspect
from regulars.sources.files.shapes import Hints

pytestmark = pytest.mark.django_db
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
ADDRESS = "https://receiver.example/hooks"
CAFE = """
format: 1
programme: cafe
edition: cafe
name: Corner Club
zone: UTC
currency: EUR
assets:
  - {id: points, name: point, decimals: 1, expire: {kind: after, life: P12M}}
metrics: [{id: spend, kind: spent}]
earn: [{kind: per_amount, step: 1.00 EUR, points: 1}]
standing: {kind: rolling, metric: spend, months: 12}
tiers:
  - {id: guest, name: Guest, from: 0}
  - {id: regular, name: Regular, from: 30}
rewards: [{id: coffee, kind: price, name: coffee, price: 10}]
"""
VOUCHERS = """
format: 1
programme: stamp_card
edition: stamp_card
name: Stamp card
zone: UTC
currency: EUR
assets:
  - {id: stamps, name: stamp}
earn: [{id: stamp, kind: per_order, points: 1}]
rewards: [{id: free_cup, kind: every, each: 2, item: cup, valid: P2M, name: a cup}]
"""


@pytest.fixture(autouse=True)
def _asked_anew() -> None:
    outbox.forget_wanted()


@pytest.fixture
def anna() -> int:
    publish(CAFE, now=LONG_AGO)
    with connection.cursor() as cursor:
        (number,) = people.find_or_make(
            cursor, [who("anna", "Anna Kowalska")], now=LONG_AGO, crowd=people.Crowd()
        )
    return number


def told() -> list[tuple[str, dict[str, Any]]]:
    """Every message, oldest first."""
    rows = OutMessage.objects.order_by("at", "type")
    bodies = [msgspec.json.decode(row.body) for row in rows]
    assert [row.type for row in rows] == [body["type"] for body in bodies]
    return [(body["type"], body["data"]) for body in bodies]


def types() -> list[str]:
    return sorted(kind for kind, _data in told())


def bought(number: str, price: str, at: datetime = NOW) -> Arrival:
    return Arrival(fact=order(number, line("beans", price), at=at), who=who("anna"))


def test_nothing_is_written_where_nobody_listens(anna: int) -> None:
    join([anna], "cafe", since=LONG_AGO, now=NOW)
    record([bought("1", "12.00")], now=NOW)
    assert OutMessage.objects.count() == 0


def test_joining_and_earning_are_told(anna: int) -> None:
    webhooks.add(ADDRESS, [], now=NOW)
    join([anna], "cafe", since=LONG_AGO, now=NOW)
    record([bought("1", "12.50")], now=NOW)
    whose = {"customer": str(Customer.objects.get(id=anna).public_id), "programme": "cafe"}
    assert told() == [
        ("member.joined", {**whose, "since": "2020-01-01T00:00:00Z"}),
        (
            "points.changed",
            {**whose, "asset": "points", "change": "12.5", "available": "12.5", "revision": 2},
        ),
        ("points.earned", {**whose, "asset": "points", "amount": "12.5", "fact": "shop:1"}),
    ]
    assert Delivery.objects.filter(state="waiting").count() == 3


def test_only_what_is_wanted_is_written(anna: int) -> None:
    webhooks.add(ADDRESS, ["tier.changed"], now=NOW)
    join([anna], "cafe", since=LONG_AGO, now=NOW)
    record([bought("1", "12.00")], now=NOW)
    assert told() == []
    record([bought("2", "40.00")], now=NOW)
    ((kind, data),) = told()
    assert (kind, data["tier"], data["before"]) == ("tier.changed", "regular", "guest")


@pytest.mark.parametrize("announce", [False, True])
def test_orders_of_a_file_are_told_only_where_that_is_asked_for(
    anna: int, announce: bool, tmp_path: Path
) -> None:
    known_business(NOW)
    webhooks.add(ADDRESS, [], now=NOW)
    join([anna], "cafe", since=LONG_AGO, now=NOW)
    OutMessage.objects.all().delete()
    path = tmp_path / "orders.csv"
    path.write_text(
        "Order number,Ordered at,Customer ID,Product,Quantity,Price\n"
        "7,2026-11-20T10:00:00+00:00,anna,beans,1,12.50\n"
    )
    mapping = inspect(path, Hints(currency="EUR", zone="UTC")).mapping
    run = imports.begin(path, mapping, name=path.name, by="", now=NOW)
    work = tmp_path / "work"
    imports.run_import(run, work, report=lambda step: None, announce=announce)
    assert HolderState.objects.get().figures["points"]["available"] == 125
    assert types() == (["points.changed", "points.earned"] if announce else [])
    record([bought("1", "10.00")], now=NOW)
    assert len(types()) == (4 if announce else 2)


def test_what_is_rolled_back_is_not_told(anna: int) -> None:
    webhooks.add(ADDRESS, [], now=NOW)

    class Broken(Exception):
        pass

    def break_off() -> None:
        with transaction.atomic():
            join([anna], "cafe", since=LONG_AGO, now=NOW)
            raise Broken

    with pytest.raises(Broken):
        break_off()
    assert OutMessage.objects.count() == Delivery.objects.count() == 0


def test_a_refund_and_a_redemption_are_told(anna: int) -> None:
    webhooks.add(ADDRESS, ["points.changed", "redemption.accepted"], now=NOW)
    join([anna], "cafe", since=LONG_AGO, now=NOW)
    record([bought("1", "200.00")], now=NOW)
    asked = Redemption(key="till:1", at=NOW, reward="coffee")
    for _again in range(2):
        answer = redeem(Asked(attempt=asked, customer_id=anna, programme="cafe", now=NOW))
        assert answer.accepted
    back = Refund(key="r:1", at=NOW, order="shop:1", currency="EUR", amount_minor=20000, full=True)
    record([Arrival(fact=back)], now=NOW + timedelta(hours=1))
    accepted = [data for kind, data in told() if kind == "redemption.accepted"]
    (one,) = accepted
    assert (one["redemption"], one["rule"], one["price"]) == ("till:1", "coffee", "10.0")
    changes = [data["change"] for kind, data in told() if kind == "points.changed"]
    assert len(changes) == 3


def test_time_is_told_too(anna: int) -> None:
    webhooks.add(ADDRESS, ["points.changed"], now=NOW)
    join([anna], "cafe", since=LONG_AGO, now=NOW)
    record([bought("1", "100.00")], now=NOW)
    pass_time(NOW + timedelta(days=400))
    changes = [data["change"] for _kind, data in told()]
    assert changes == ["100.0", "-100.0"]


def test_a_message_holds_nothing_personal(anna: int) -> None:
    webhooks.add(ADDRESS, [], now=NOW)
    join([anna], "cafe", since=LONG_AGO, now=NOW)
    record([bought("1", "100.00")], now=NOW)
    whole = " ".join(OutMessage.objects.values_list("body", flat=True))
    assert "Anna" not in whole
    assert "Kowalska" not in whole
    assert f'"{anna}"' not in whole


def test_ids_are_random_and_hold_no_dot() -> None:
    ids = {outbox.new_id() for _one in range(1000)}
    assert len(ids) == 1000
    assert all(one.startswith("msg_") and "." not in one and len(one) == 36 for one in ids)


def test_types_are_a_closed_list() -> None:
    assert len(set(TYPES)) == len(TYPES)
    assert all(one.count(".") == 1 and one == one.lower() for one in TYPES)


@pytest.mark.parametrize("seconds", [0, 1])
def test_a_process_remembers_for_a_moment_that_nobody_listens(
    anna: int, seconds: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [10**18]
    monkeypatch.setattr(outbox.time, "monotonic_ns", lambda: clock[0])
    with connection.cursor() as cursor:
        assert outbox.wanted(cursor) == frozenset()
        webhooks.add(ADDRESS, [], now=NOW)
        outbox._remembered[str(connection.settings_dict["NAME"])] = (
            clock[0] + outbox.REMEMBERED,
            frozenset(),
        )
        clock[0] += outbox.REMEMBERED * seconds
        assert bool(outbox.wanted(cursor)) == bool(seconds)


def test_the_life_of_a_voucher_is_told_without_its_code(anna: int) -> None:
    webhooks.add(ADDRESS, ["voucher.issued", "voucher.used", "voucher.expired"], now=NOW)
    publish(VOUCHERS, now=LONG_AGO)
    join([anna], "stamp_card", since=LONG_AGO, now=NOW)
    record([bought("1", "20.00")], now=NOW)
    record([bought("2", "20.00")], now=NOW)
    ((kind, issued),) = told()
    assert (kind, issued["rule"]) == ("voucher.issued", "free_cup")
    code = VoucherRow.objects.get(state="open").code
    later = NOW + timedelta(hours=1)
    use = VoucherUse(key="till:1", at=later, voucher="cup")
    assert redeem(Asked(attempt=use, customer_id=anna, programme="stamp_card", now=later)).accepted
    after = later + timedelta(hours=1)
    record([bought("3", "20.00", after), bought("4", "20.00", after)], now=after)
    pass_time(NOW + timedelta(days=120))

    assert types() == ["voucher.expired", "voucher.issued", "voucher.issued", "voucher.used"]
    used = next(data for kind, data in told() if kind == "voucher.used")
    assert used["voucher"] == issued["voucher"]
    assert code not in str(told())
