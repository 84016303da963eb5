"""From facts to what pages show: mirror, standings, results."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from django.db import OperationalError, connection, transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from people import arrival, line, order, refund, who
from regulars.actions.customers import claim_order, merge, undo_merge
from regulars.actions.measuring import SHOWN, compute_wanted, refresh
from regulars.actions.record import record
from regulars.actions.refunds import tie_refunds
from regulars.actions.renewing import FACTS_A_MINUTE, renew_measures
from regulars.actions.results import PATIENCE, Wish, want_result, want_results
from regulars.db import disk
from regulars.db.mirror import MIRRORING, Mirror
from regulars.db.models import Business, Customer, MeasureResult, Standing
from server import address

pytestmark = [pytest.mark.django_db]


@pytest.fixture
def business(now: datetime) -> Business:
    return Business.objects.create(name="Corner Coffee", zone="Europe/Berlin", created_at=now)


def visits(person: str, count: int, now: datetime, *, price: str = "5") -> None:
    batch = [
        arrival(
            order(f"{person}-{n}", line("latte", price), at=now - timedelta(days=4 * n)),
            who(person),
        )
        for n in range(count)
    ]
    record(batch, now=now)


def test_standings_follow_facts_links_and_refunds(
    business: Business, now: datetime, tmp_path: Path
) -> None:
    visits("1", 10, now)
    visits("2", 1, now)
    record([arrival(order("g", line("tea", "7")))], now=now)
    refresh(tmp_path, now=now)
    one, two = Customer.objects.order_by("id")
    assert Standing.objects.get(customer_id=one.id).orders == 10
    assert Standing.objects.get(customer_id=one.id).revenue_minor == 5000
    assert Standing.objects.get(customer_id=one.id).is_regular

    record([arrival(refund("r", line("latte", "5"), at=now, of="shop:2-0"), who("2"))], now=now)
    refresh(tmp_path, now=now)
    assert not Standing.objects.filter(customer_id=two.id).exists(), "its only order came back"

    link = merge(two.public_id, one.public_id, reason="", now=now)
    claim_order("shop:g", one.public_id, reason="", now=now)
    refresh(tmp_path, now=now)
    assert Standing.objects.get(customer_id=one.id).orders == 11
    assert Standing.objects.get(customer_id=one.id).revenue_minor == 5700
    undo_merge(link, reason="", now=now)
    refresh(tmp_path, now=now)
    counts = MeasureResult.objects.get(kind="counts").result
    assert (counts["customers"], counts["regulars"], counts["prospects"]) == (2, 1, 0)


def test_what_is_left_of_a_full_disk_belongs_to_the_database(
    business: Business, now: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    visits("1", 2, now)
    refresh(tmp_path, now=now)
    files = {file: file.stat().st_mtime_ns for file in (tmp_path / "mirror").rglob("*.parquet")}
    visits("2", 1, now)
    with monkeypatch.context() as full:
        full.setattr(disk.ROOM, "is_over", lambda: True)
        with pytest.raises(disk.NoRoom, match="48 MB of the disk are free"):
            refresh(tmp_path, now=now)
    told = {file: file.stat().st_mtime_ns for file in (tmp_path / "mirror").rglob("*.parquet")}
    assert told == files
    refresh(tmp_path, now=now)
    assert Standing.objects.count() == 2


def test_two_never_write_the_mirror_at_once(
    business: Business, now: datetime, tmp_path: Path
) -> None:
    mirror = Mirror(tmp_path, zone=business.zone)
    with psycopg.connect(address()) as other, connection.cursor() as cursor:
        other.execute("SELECT pg_advisory_lock(%s)", [MIRRORING])
        cursor.execute("SET LOCAL lock_timeout = '100ms'")
        with pytest.raises(OperationalError, match="lock timeout"), transaction.atomic():
            mirror.advance(now=now)
    assert not mirror.sales.exists()
    mirror.advance(now=now)
    assert mirror.sales.exists()


def test_a_restated_order_counts_once(business: Business, now: datetime, tmp_path: Path) -> None:
    from regulars.actions.record import Source

    record([arrival(order("1", line("tea", "2")), who("17"))], now=now)
    refresh(tmp_path, now=now)
    changed = [arrival(order("1", line("tea", "3")), who("17"))]
    record(changed, now=now, source=Source(restate=True))
    refresh(tmp_path, now=now)
    assert Standing.objects.get().revenue_minor == 300


def test_a_refund_that_names_no_order_is_tied_where_it_can_be_told(
    business: Business, now: datetime, tmp_path: Path
) -> None:
    import uuid

    from regulars.actions.record import Source

    run = uuid.uuid4()
    batch = [
        arrival(order("1", line("pot", "20"), at=now - timedelta(days=9)), who("17")),
        arrival(order("2", line("cup", "5"), at=now - timedelta(days=8)), who("17")),
        arrival(refund("C3", line("pot", "20"), at=now), who("17")),
    ]
    record(batch, now=now, source=Source(import_id=run))
    assert tie_refunds(run) == 1
    refresh(tmp_path, now=now)
    standing = Standing.objects.get()
    assert (standing.orders, standing.revenue_minor) == (1, 500)


def test_a_refund_that_came_before_its_order_is_tied_when_the_order_comes(
    business: Business, now: datetime, tmp_path: Path
) -> None:
    import uuid

    from regulars.actions.record import Source

    first, second = uuid.uuid4(), uuid.uuid4()
    back = arrival(refund("C3", line("pot", "20"), at=now), who("17"))
    record([back], now=now, source=Source(import_id=first))
    tie_refunds(first)
    sold = arrival(order("1", line("pot", "20"), at=now - timedelta(days=9)), who("17"))
    record([sold], now=now, source=Source(import_id=second))
    assert tie_refunds(second) == 1
    assert tie_refunds(second) == 0, "what is tied is not looked at again"
    refresh(tmp_path, now=now)
    assert not Standing.objects.exists(), "the only order came back whole"


def test_every_shown_result_is_there_and_another_is_computed_when_asked(
    business: Business, now: datetime, tmp_path: Path
) -> None:
    visits("1", 3, now)
    refresh(tmp_path, now=now)
    assert MeasureResult.objects.filter(computed_at=now).count() == 2 + len(SHOWN), (
        "and counts, and owed"
    )
    wanted = want_result("revenue", {"period": "month", "as_of": "2026-11-15"}, now=now)
    assert wanted.result is None
    compute_wanted(tmp_path, wanted.key, now=now)
    result = MeasureResult.objects.get(key=wanted.key).result
    assert result["as_of"] == "2026-11-15"


def test_an_empty_business_has_results_that_say_so(
    business: Business, now: datetime, tmp_path: Path
) -> None:
    refresh(tmp_path, now=now)
    assert "not_enough_data" in MeasureResult.objects.get(kind="repeat").result


def test_rows_that_go_by_time_keep_the_last_and_an_export_has_all(
    business: Business, now: datetime, tmp_path: Path
) -> None:
    visits("1", 140, now)
    refresh(tmp_path, now=now)
    [table] = MeasureResult.objects.get(key="revenue&period=day").result["tables"]
    assert (len(table["rows"]), table["cut"], table["rows"][-1][0]) == (500, 557, "2026-11-21")
    whole = want_result("revenue", {"period": "day", "rows": "all"}, now=now)
    compute_wanted(tmp_path, whole.key, now=now)
    [table] = MeasureResult.objects.get(key=whole.key).result["tables"]
    assert (len(table["rows"]), "cut" in table) == (557, False)


def test_a_wish_that_cannot_be_computed_says_so(
    business: Business, now: datetime, tmp_path: Path
) -> None:
    visits("1", 3, now)
    wish = want_result("revenue", {"currency": "PLN"}, now=now)
    compute_wanted(tmp_path, wish.key, now=now)
    result = MeasureResult.objects.get(key=wish.key).result
    assert result["problem"] == "No order is in PLN; there are EUR."


def test_a_wish_whose_job_was_lost_is_queued_again(business: Business, now: datetime) -> None:
    from procrastinate.contrib.django.models import ProcrastinateJob

    wish = Wish(kind="repeat", params={"counts": "gross"})
    assert want_results([wish], now=now)[wish.key].told is None
    want_results([wish], now=now + timedelta(seconds=1))
    assert ProcrastinateJob.objects.filter(task_name="measure").count() == 1
    want_results([wish], now=now + PATIENCE)
    assert ProcrastinateJob.objects.filter(task_name="measure").count() == 1, "it still waits"
    assert MeasureResult.objects.get(key=wish.key).wanted_at == now + PATIENCE


def test_what_was_booked_is_counted_soon_and_once(
    business: Business, now: datetime, tmp_path: Path
) -> None:
    waiting = ProcrastinateJob.objects.filter(task_name="refresh")
    visits("1", 1, now)
    assert renew_measures(now)
    assert renew_measures(now)
    assert waiting.count() == 1
    refresh(tmp_path, now=now)
    assert not renew_measures(now), "nothing happened since"
    visits("2", 1, now)
    assert renew_measures(now)


def test_many_facts_are_not_counted_all_the_time(
    business: Business, now: datetime, tmp_path: Path
) -> None:
    refresh(tmp_path, now=now)
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval('regulars_fact_seq', %s)", [10 * FACTS_A_MINUTE])
    assert not renew_measures(now + timedelta(minutes=9))
    assert renew_measures(now + timedelta(minutes=10))
