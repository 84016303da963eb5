"""Today: who needs somebody, what is worth doing, the few numbers, what changed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import translation
from insights_kit import (
    SILENT,
    TODAY,
    colleague,
    open_business,
    percent,
    remember,
    the_time_is,
    told,
)

from people import NOW, arrival, line, order, who
from regulars.actions.measuring import refresh
from regulars.actions.record import record
from regulars.console.views.today import days, news, people
from regulars.console.views.today.page import greeting
from regulars.db.models import Customer, ImportRun, MeasureResult, Role
from server import Server, fresh_database


@pytest.fixture(scope="module")
def data(
    django_db_setup: None,
    cluster: Server,
    django_db_blocker: Any,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("measured")
    name = f"t_{os.urandom(6).hex()}"
    with django_db_blocker.unblock(), fresh_database(cluster, name), the_time_is(NOW):
        remember(folder, NOW)
        yield folder


@pytest.fixture
def owner(data: Path) -> Client:
    return colleague(Role.OWNER)


def result(key: str) -> dict[str, Any]:
    return MeasureResult.objects.get(key=key).result


def test_the_most_urgent_people_come_first_each_with_a_reason(owner: Client) -> None:
    html = told(owner, TODAY)
    assert "Good morning, Lena" in html
    assert "Saturday, 21 November." in html
    assert "4 people need a word from you" in html.replace("<strong>", "")
    refunded = html.index("€40.00 went back on Thursday, 19 November.")
    silent = html.index("Comes every 4 days as a rule. Not seen for 30 days. Spent €")
    first = html.index("Ordered for the first time on Thursday, 19 November, for €5.00.")
    assert refunded < silent < first
    assert html.count('class="btn primary"') == 1
    for name in SILENT:
        person = Customer.objects.get(name=name)
        assert f'<a href="/console/customers/{person.public_id}/">{name}</a>' in html


def test_who_stands_there_for_two_reasons_keeps_the_first_place() -> None:
    told = [("ana", "refund"), ("ben", "drifts"), ("eva", "drifts"), ("ana", "first order")]
    listed = [{"key": key, "reason": reason} for key, reason in told]
    found = [(one["key"], one["reason"]) for one in people.different(listed)]
    assert found == [("ana", "refund"), ("ben", "drifts"), ("eva", "drifts")]


def test_numbers_are_those_of_the_measures_and_lead_to_their_lists(owner: Client) -> None:
    html = told(owner, TODAY)
    assert percent(result("repeat")["headline"]["came_back_share"]) in html
    regulars = result("regulars")["headline"]["regulars"]
    assert f'<dd class="v">{regulars}</dd>' in html
    assert '<dd class="v">2</dd><dd class="d">who spent €' in html
    rows = result("revenue&period=day")["tables"][0]["rows"]
    new = sum(row[4] for row in rows[-30:])
    assert f'<dd class="v">{new}</dd>' in html
    for group in ("regulars", "drifting", "new"):
        assert f'href="/console/customers/?filter={group}"' in html


def test_what_counts_the_picture_and_the_news_are_there(owner: Client) -> None:
    html = told(owner, TODAY)
    assert "What these numbers count" in html
    assert 'id="days"' in html
    assert "The last whole week brought €" in html
    assert "people came back," in html
    assert "Regulars bring" in html


def test_days_of_the_picture_are_whole_and_equal_the_measure(owner: Client) -> None:
    html = told(owner, TODAY)
    rows = result("usual-days")["tables"][0]["rows"]
    shown = [row for row in rows if row[0] < "2026-11-21"]
    assert len(shown) == 13
    for _day, orders, low, _median, high, _unusual in shown:
        assert f'<td class="n">{orders}</td>' in html
        assert low is not None
        assert high is not None


def test_worth_doing_next_leads_to_its_pages(owner: Client) -> None:
    run = ImportRun.objects.create(
        file_name="till.csv",
        state=ImportRun.State.DONE,
        created_at=NOW,
        finished_at=NOW,
        summary={"recorded": 1204, "counts": {"rows_rejected": 12}},
    )
    html = told(owner, TODAY)
    assert 'href="/console/customers/imports/">Look at 12 rows</a>' in html, "no page of its own"
    ImportRun.objects.filter(id=run.id).update(proposal={})
    html = told(owner, TODAY)
    assert f'href="/console/customers/imports/{run.id}/">Look at 12 rows</a>' in html
    assert "12 rows of till.csv could not go in." in html
    assert "1,204 orders and refunds came in with till.csv." in html
    assert "Protect your account" in html
    assert "2 people used to come often and have stopped." in html
    assert "Finish the import" not in told(colleague(Role.VIEWER), TODAY)
    run.delete()


def test_who_looks_after_a_place_sees_its_people_and_no_sums(data: Path) -> None:
    html = told(colleague(Role.STAFF, "cafe", name="Sam Serve"), TODAY)
    assert "You see the people of Café." in html
    assert all(name in html for name in SILENT)
    assert "€40.00 went back" in html
    assert 'class="kpi"' not in html
    assert "The last whole week" not in html
    other = told(colleague(Role.STAFF, "shop", name="Sam Serve"), TODAY)
    assert not any(name in other for name in SILENT)
    assert "€40.00 went back" not in other
    assert "Ordered for the first time" in other


def test_a_stranger_signs_in_first(data: Path) -> None:
    assert Client().get(TODAY).status_code == 302


def test_a_page_takes_few_queries(owner: Client, django_assert_max_num_queries: Any) -> None:
    told(owner, TODAY)
    with django_assert_max_num_queries(18):
        told(owner, TODAY)


@pytest.mark.django_db
def test_an_empty_business_is_told_what_to_do_first() -> None:
    open_business()
    html = told(colleague(Role.OWNER), TODAY)
    assert "Bring in your orders first" in html
    assert html.count('class="btn primary"') == 1
    assert 'href="/console/customers/imports/new/">Bring in orders</a>' in html
    viewer = told(colleague(Role.VIEWER), TODAY)
    assert "the owner or a manager" in viewer
    assert "imports/new" not in viewer
    assert "Bring in your orders first" in told(colleague(Role.OWNER), "/console/insights/")


@pytest.mark.django_db
def test_before_the_first_refresh_the_page_waits() -> None:
    open_business()
    record([arrival(order("1", line("tea", "2"), at=NOW), who("1", "Ann"))], now=NOW)
    html = told(colleague(Role.OWNER), TODAY)
    assert 'hx-get="/console/"' in html
    assert "still being computed" in html


@pytest.mark.django_db
def test_one_order_is_too_early_for_most_and_nothing_breaks(tmp_path: Path) -> None:
    open_business()
    record([arrival(order("1", line("tea", "2"), at=NOW), who("1", "Ann"))], now=NOW)
    refresh(tmp_path, now=NOW)
    owner = colleague(Role.OWNER)
    with the_time_is(NOW):
        html = told(owner, TODAY)
        assert "Two whole weeks must pass before they can be compared." in html
        assert "too early to say" in html
        assert "Ann" in html
        for tab in ("", "sales/", "rhythm/", "standing/", "products/"):
            page = told(owner, "/console/insights/" + tab)
            assert "still being computed" not in page
        rhythm = told(owner, "/console/insights/rhythm/")
    assert "Nobody has ordered on two days yet." in rhythm


@pytest.mark.django_db
def test_old_orders_are_said_to_be_old(tmp_path: Path) -> None:
    open_business()
    long_ago = NOW - timedelta(days=4000)
    batch = [
        arrival(order(str(n), line("tea", "2"), at=long_ago - timedelta(days=n)), who("1", "Ann"))
        for n in range(60)
    ]
    record(batch, now=NOW)
    refresh(tmp_path, now=NOW)
    with the_time_is(NOW):
        html = told(colleague(Role.OWNER), TODAY)
    assert (
        "Your last order is of Wednesday, 9 December 2015. All figures are up to that day." in html
    )
    assert "in the week of 30 Nov 2015" in html


@pytest.mark.parametrize(
    ("hour", "words"),
    [(3, "Good evening"), (4, "Good morning"), (11, "Good afternoon"), (18, "Good evening")],
)
def test_the_greeting_follows_the_clock_of_the_business(hour: int, words: str) -> None:
    assert greeting("Lena Brandt", time(hour)) == f"{words}, Lena"
    assert greeting("", time(hour)) == words


@pytest.mark.parametrize(
    ("before", "now", "move"), [(100, 103, 0), (100, 104, 1), (100, 96, -1), (0, 1, 1), (0, 0, 0)]
)
def test_about_as_many_is_neither_more_nor_fewer(before: int, now: int, move: int) -> None:
    assert news.moved(before, now) == move


def scene(language: str, today: date) -> Any:
    from regulars.console.insights.asking import Asked
    from regulars.console.insights.scene import Scene

    return Scene(asked=Asked(), answers={}, language=language, zone="Europe/Berlin", today=today)


def judged(day: date, orders: int, unusual: str) -> dict[str, Any]:
    return {"day": day, "orders": orders, "low": 160, "high": 186, "unusual": unusual}


def test_the_finding_about_days() -> None:
    monday = date(2026, 11, 16)
    sunday, friday = monday - timedelta(days=1), monday - timedelta(days=3)
    usual = [judged(monday - timedelta(days=n), 170, "") for n in range(5, 10)]
    told_ = scene("en", monday)
    assert days._finding(told_, usual)[0] == "Every day was as usual"
    quiet = judged(sunday, 142, "low")
    title, caption = days._finding(told_, [*usual, quiet])
    assert title == "Sunday was quieter than usual"
    assert caption == "142 orders instead of 160 to 186. Every other day was as usual."
    busy = judged(friday, 200, "high")
    assert days._finding(told_, [*usual, busy, quiet])[0] == "Busier than usual: 1, quieter: 1"
    early = [{**judged(sunday, 3, ""), "low": None, "high": None}]
    assert "after eight weeks" in days._finding(told_, early)[1]
    with translation.override("de"):
        german = days._finding(scene("de", monday), [quiet])
    assert german[0].startswith(("Sonntag", "Der Sonntag"))
