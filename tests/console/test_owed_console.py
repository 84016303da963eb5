"""Points owed in the console: the answer, when it is too early, what was booked since."""

from __future__ import annotations

from csv import reader
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from shelf_kit import Shop, signed_in

from people import NOON, arrival, line, order, who
from regulars.actions.measuring import refresh_owed
from regulars.actions.record import record
from regulars.actions.renewing import AT_MOST, renew_owed
from regulars.actions.shelves import Goods, Told, change_shelf
from regulars.db.models import MeasureResult
from staff import open_cafe

pytestmark = pytest.mark.django_db
PAGE = "/console/insights/owed/"


@pytest.fixture
def shop() -> Shop:
    return Shop()


def waiting_jobs() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT task_name FROM procrastinate_jobs WHERE status = 'todo'")
        return [name for (name,) in cursor.fetchall()]


def bought(shop: Shop) -> None:
    record([arrival(order("o1", line("tea", "2.00"), at=NOON), who("ben", "Ben"))], now=shop.now)


def test_a_young_programme_is_told_so_and_all_of_it_is_the_upper_end(
    shop: Shop, tmp_path: Path
) -> None:
    bought(shop)
    goods = Goods(programme="corner_club", reward="coffee")
    change_shelf(shop.staff, goods, Told(offered=True, worth_minor=300, cost_minor=90), shop.now)
    refresh_owed(tmp_path, now=shop.now)
    page = shop.owner.get(PAGE).content.decode()
    assert "You owe members €60." in page
    assert "too early to say" in page
    assert "1,000 points" in page.replace("\xa0", " ")
    assert "0–1,000 points" in page.replace("\xa0", " ")
    assert "€6.00" in page, "what a hundred are worth"
    assert 'style="' not in page


def test_without_worth_points_are_told_and_where_to_say_it(shop: Shop, tmp_path: Path) -> None:
    bought(shop)
    refresh_owed(tmp_path, now=shop.now)
    page = shop.owner.get(PAGE).content.decode()
    assert "Members hold 1,000\xa0points." in page
    assert "Nobody has said what a reward is worth." in page
    assert "/console/rewards/" in page


def test_nobody_holds_anything_yet() -> None:
    page = signed_in(open_cafe()).get(PAGE)
    assert page.status_code == 200


def test_another_day_is_asked_for_and_computed_by_a_job(shop: Shop) -> None:
    bought(shop)
    day = (shop.now - timedelta(days=3)).date().isoformat()
    page = shop.owner.get(PAGE, {"as_of": day})
    assert page.status_code == 200
    assert MeasureResult.objects.filter(key=f"owed&as_of={day}").exists()
    assert "measure" in waiting_jobs()
    assert shop.owner.get(PAGE, {"as_of": "2026-02-30"}).status_code == 400


def test_what_was_booked_since_is_computed_when_somebody_looks(shop: Shop, tmp_path: Path) -> None:
    refresh_owed(tmp_path, now=shop.now)
    later = shop.now + AT_MOST + timedelta(seconds=1)
    assert not renew_owed(later), "nothing was booked since"
    shop.voucher()
    assert not renew_owed(shop.now + timedelta(seconds=1)), "not all the time"
    assert renew_owed(later)
    assert renew_owed(later)
    assert waiting_jobs().count("refresh_owed") == 1


def test_a_download_holds_every_table(shop: Shop, tmp_path: Path) -> None:
    refresh_owed(tmp_path, now=shop.now)
    for table in ("assets", "ends", "months", "journal", "holders", "moved", "curve"):
        answer = shop.owner.get(f"/console/insights/owed/{table}.csv")
        assert answer.status_code == 200
        assert b"asset" in b"".join(answer.streaming_content)  # type: ignore[attr-defined]


def test_months_carry_over_and_say_who_holds(shop: Shop, tmp_path: Path) -> None:
    bought(shop)
    refresh_owed(tmp_path, now=shop.now)
    page = shop.owner.get(PAGE).content.decode().replace("\xa0", " ")
    assert "Month by month, for the accountant" in page
    assert "/console/insights/owed/journal.csv" in page
    assert "+1,000" in page, "earned"
    assert "Half of it is held by one of 1 people." in page
    assert "The ten largest balances hold 1,000 points." in page
    file = shop.owner.get("/console/insights/owed/journal.csv")
    lines = b"".join(file.streaming_content).decode().splitlines()  # type: ignore[attr-defined]
    heads = "month,until,opening,earned,taken_back,used,ended,closing,overdrawn,worth"
    assert heads in lines[0].replace('"', "")
    months = [dict(zip(heads.split(","), row[1:], strict=True)) for row in reader(lines[1:])]
    earned = [float(one["earned"]) for one in months]
    assert earned == [1000.0, *[0.0] * (len(months) - 1)], "ten days ago, in this month or before"
    assert {float(one["closing"]) for one in months} == {1000.0}
