"""Insights of a business with half a year behind it."""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from insights_kit import (
    FORMULA,
    INSIGHTS,
    SILENT,
    TABS,
    colleague,
    percent,
    remember,
    the_time_is,
    told,
)

from people import NOW
from regulars.actions import measuring
from regulars.actions.measuring import compute_wanted
from regulars.db.models import Customer, MeasureResult, Role
from server import Server, fresh_database

WAITING = "still being computed"


@pytest.fixture(scope="module")
def data(
    django_db_setup: None,
    cluster: Server,
    django_db_blocker: Any,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Path]:
    """A measured business in a database of its own; the tests only read it."""
    folder = tmp_path_factory.mktemp("measured")
    name = f"t_{os.urandom(6).hex()}"
    with django_db_blocker.unblock(), fresh_database(cluster, name), the_time_is(NOW):
        remember(folder, NOW)
        yield folder


@pytest.fixture
def owner(data: Path) -> Client:
    return colleague(Role.OWNER)


def headline(kind: str) -> dict[str, Any]:
    return MeasureResult.objects.get(key=kind).result["headline"]


def compute_all(folder: Path) -> None:
    for row in MeasureResult.objects.filter(computed_at=None):
        compute_wanted(folder, row.key, now=NOW)


def rows_of(response: Any) -> list[list[str]]:
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.reader(text.splitlines()))


@pytest.mark.parametrize("tab", TABS)
def test_every_tab_shows_its_figures_at_once(owner: Client, tab: str) -> None:
    html = told(owner, INSIGHTS + tab)
    assert WAITING not in html
    assert "What counts" in html
    assert "computed 21 Nov, 10:30" in html
    assert html.count("<h1>") == 1
    assert " style=" not in html
    assert "Download as CSV" in html


def test_numbers_are_those_of_the_measures(owner: Client) -> None:
    html = told(owner, INSIGHTS)
    assert percent(headline("repeat")["came_back_share"]) in html
    assert percent(headline("regulars")["share_of_revenue"]) in html
    assert headline("drifting")["customers"] == 2
    assert "Look after 2 people" in html
    assert f"Where your {headline('segments')['customers']} customers stand" in html
    products = told(owner, INSIGHTS + "products/")
    assert "Caffè latte" in products
    sales = told(owner, INSIGHTS + "sales/", period="week")
    assert f"of {headline('revenue&period=week')['customers']} customers in all" in sales


def test_people_are_named_and_linked_by_their_random_id(owner: Client) -> None:
    html = told(owner, INSIGHTS)
    for name in SILENT:
        person = Customer.objects.get(name=name)
        assert f'<a href="/console/customers/{person.public_id}/">{name}</a>' in html
    for number in Customer.objects.values_list("id", flat=True):
        assert f">{number}<" not in html
        assert f"/{number}/" not in html


def test_a_field_of_the_grid_leads_to_its_people(owner: Client) -> None:
    html = told(owner, INSIGHTS)
    cells = re.findall(r'<a href="(/console/insights/people/[^"]+)">([\d,]+)', html)
    assert cells
    for address, count in cells:
        page = told(owner, address.replace("&amp;", "&"))
        words = "One person" if count == "1" else f"{count} people"
        assert f"<h1>{words}</h1>" in page, address
    [address] = re.findall(
        r'(/console/insights/people/\?recency=5[^"]+)', told(owner, INSIGHTS + "standing/")
    )[:1]
    assert "Score for how lately: 5 of 5." in told(owner, address.replace("&amp;", "&"))
    assert "Nobody stands here" in told(owner, INSIGHTS + "people/", visits="999-")


def test_another_day_is_computed_when_asked_and_the_page_waits(owner: Client, data: Path) -> None:
    query = {"as_of": "2026-09-30", "counts": "gross"}
    waiting = told(owner, INSIGHTS, **query)
    assert WAITING in waiting
    assert 'hx-get="/console/insights/?as_of=2026-09-30&amp;counts=gross"' in waiting
    assert '<noscript><meta http-equiv="refresh"' in waiting
    compute_all(data)
    there = told(owner, INSIGHTS, **query)
    assert WAITING not in there
    assert "Up to 30 Sept" in there
    assert "/console/insights/people/" not in there, "lists know only today"
    share = headline("repeat&as_of=2026-09-30&counts=gross")
    assert percent(share["came_back_share"]) in there


def test_the_shown_day_is_no_other_day(owner: Client) -> None:
    assert WAITING not in told(owner, INSIGHTS, as_of="2026-11-21", counts="net")


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"as_of": "2026-02-31"}, "There is no day “2026-02-31”."),
        ({"as_of": "yesterday"}, "There is no day “yesterday”."),
        ({"as_of": "2026-11-22"}, "22 Nov has not come yet."),
        ({"as_of": "0001-01-01"}, "Nothing is known of 1 Jan 1."),
        ({"as_of": "9" * 500}, f"There is no day “{'9' * 40}…”."),
        ({"counts": "all"}, "“all” is no way to count."),
        ({"period": "'; DROP TABLE x"}, "“&#x27;; DROP TABLE x” is no period."),
        ({"counts": "<b>"}, "“&lt;b&gt;” is no way to count."),
    ],
)
def test_what_cannot_be_read_gets_one_sentence(
    owner: Client, query: dict[str, str], sentence: str
) -> None:
    before = MeasureResult.objects.count()
    response = owner.get(INSIGHTS, query)
    html = response.content.decode()
    assert (response.status_code, html.count('role="alert"')) == (400, 1)
    assert sentence in html
    assert MeasureResult.objects.count() == before


@pytest.mark.parametrize("query", ["visits=a-b", "visits=1-2-3", "days=99999-", "recency=-1"])
def test_a_broken_field_is_no_field(owner: Client, query: str) -> None:
    assert owner.get(f"{INSIGHTS}people/?{query}").status_code == 200


def test_a_table_downloads_without_internal_numbers_or_formulas(owner: Client, data: Path) -> None:
    rows = rows_of(owner.get(INSIGHTS + "drifting/customers.csv"))
    assert rows[0][:3] == ["customer", "name", "last_at"]
    public = {str(p.public_id): p.name for p in Customer.objects.filter(name__in=SILENT)}
    assert {row[0]: row[1] for row in rows[1:]} == public
    assert "being made" in told(owner, INSIGHTS + "rfm/customers.csv")
    compute_all(data)
    scores = rows_of(owner.get(INSIGHTS + "rfm/customers.csv"))
    assert f"'{FORMULA}" in [row[1] for row in scores]
    assert len(scores) == 1 + headline("rfm")["customers"]


def test_a_table_that_was_cut_downloads_whole(
    owner: Client, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address, query = INSIGHTS + "rfm/customers.csv", {"as_of": "2026-10-31"}
    monkeypatch.setattr(measuring, "ROWS_KEPT", 5)
    told(owner, address, **query)
    compute_all(data)
    assert "being made" in told(owner, address, **query), "all rows are computed anew"
    compute_all(data)
    people = headline("rfm&as_of=2026-10-31")["customers"]
    assert len(rows_of(owner.get(address, query))) == 1 + people > 6


@pytest.mark.parametrize(
    "path", ["nothing/customers.csv", "repeat/nothing.csv", "repeat/buyers.csv?as_of=never"]
)
def test_an_unknown_table_is_not_found(owner: Client, path: str) -> None:
    assert owner.get(INSIGHTS + path).status_code == 404


def test_a_viewer_sees_and_does_not_download(data: Path) -> None:
    viewer = colleague(Role.VIEWER)
    assert "Download as CSV" not in told(viewer, INSIGHTS)
    assert viewer.get(INSIGHTS + "repeat/buyers.csv").status_code == 403


def test_who_looks_after_some_places_is_told_why_not(data: Path) -> None:
    limited = colleague(Role.MANAGER, "cafe")
    for page in [*TABS, "people/", "repeat/buyers.csv"]:
        response = limited.get(INSIGHTS + page)
        assert response.status_code == 403
        assert "You look after some of its places only" in response.content.decode()


def test_a_stranger_signs_in_first(data: Path) -> None:
    for page in [*TABS, "people/", "repeat/buyers.csv"]:
        assert Client().get(INSIGHTS + page).status_code == 302


def test_a_page_takes_few_queries(owner: Client, django_assert_max_num_queries: Any) -> None:
    told(owner, INSIGHTS)
    with django_assert_max_num_queries(14):
        told(owner, INSIGHTS)


def test_a_page_that_waits_makes_no_claims(owner: Client) -> None:
    html = told(owner, INSIGHTS, as_of="2026-08-31")
    assert "too early to say" not in html
    assert 'class="kpi"' not in html
    assert 'hx-select-oob="#lead,#as-of-when"' in html
    assert 'id="lead"' in html
    assert 'id="as-of-when"' in html
