"""The list of customers as staff see it: who may, what it shows, what it hides, what it exports."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from console.customers_kit import EVIL, LIST, colleague, open_business, remember
from console.insights_kit import the_time_is
from people import NOW, arrival, line, order, who
from regulars.actions.customers import add_prospect, add_tag
from regulars.actions.record import record
from regulars.db import ids
from regulars.db.models import Customer, MeasureResult, Role
from regulars.engine.facts import Profile, Who
from regulars.sources.files.guard import freed

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _business() -> Iterator[None]:
    """At one time: nineteen times 24 hours are not always nineteen days."""
    with the_time_is(NOW):
        open_business()
        yield


@pytest.fixture
def owner() -> Client:
    return colleague(Role.OWNER)


@pytest.fixture
def people() -> dict[str, Customer]:
    return remember(timezone.now())


@pytest.fixture
def far_numbers(db: None) -> None:
    """The customers' internal numbers are like nothing else that stands somewhere."""
    first = 918_273_645
    ids.left(connection)[:] = [range(first, first + ids.BLOCK)]


def page(client: Client, query: str = "") -> str:
    answer = client.get(LIST + query)
    assert answer.status_code == 200
    return answer.content.decode()


def named(html: str) -> list[str]:
    return [name for name in ("Ann Ashby", "Ben Müller", "Cleo Öz") if f">{name}</a>" in html]


def exported(client: Client, query: str = "") -> list[dict[str, str]]:
    answer = client.get(f"{LIST}export.csv{query}")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_a_stranger_is_led_to_the_sign_in(client: Client) -> None:
    answer = client.get(LIST)
    assert answer.status_code == 302
    assert "/accounts/login/" in answer.headers["Location"]


@pytest.mark.usefixtures("people")
def test_the_owner_sees_everybody_with_their_figures(owner: Client) -> None:
    html = page(owner)
    assert named(html) == ["Ann Ashby", "Ben Müller", "Cleo Öz"]
    assert "3 people, 1 of them a regular." in html
    for told in ("€19.20", "19 days ago", "usually every 9<", "ann@example.com", "Loyal"):
        assert told in html
    assert 'class="late"' in html
    assert 'aria-sort="descending"' in html
    assert 'href="/console/customers/new/"' in html


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?filter=regulars", ["Ann Ashby"]),
        ("?filter=drifting", ["Ben Müller"]),
        ("?filter=once", ["Cleo Öz"]),
        ("?filter=new", ["Ann Ashby", "Cleo Öz"]),
        ("?filter=prospects", []),
        ("?segment=loyal", ["Ann Ashby", "Ben Müller"]),
        ("?segment=loyal&filter=drifting", ["Ben Müller"]),
        ("?tag=vip", ["Cleo Öz"]),
        ("?q=mueller", ["Ben Müller"]),
        ("?q=A0", ["Ann Ashby"]),
        ("?q=nobody", []),
        ("?filter=rubbish&sort=rubbish&dir=rubbish&after=rubbish", ["Ann Ashby", "Ben Müller"]),
        ("?q=%00&after=00000000-0000-0000-0000-000000000000", ["Ann Ashby", "Ben Müller"]),
    ],
)
def test_filters_and_search_narrow_the_list(
    owner: Client, people: dict[str, Customer], query: str, found: list[str]
) -> None:
    add_tag(people["Cleo"].public_id, "vip", now=timezone.now())
    assert set(found) <= set(named(page(owner, query)))
    if "rubbish" not in query and "after" not in query:
        assert named(page(owner, query)) == found


def test_each_sort_can_be_turned_and_shared(owner: Client, people: dict[str, Customer]) -> None:
    for sort in ("name", "last", "spent", "orders"):
        for direction in ("asc", "desc"):
            html = page(owner, f"?sort={sort}&dir={direction}")
            word = "ascending" if direction == "asc" else "descending"
            assert html.count(f'aria-sort="{word}"') == 1
    html = page(owner, "?sort=name")
    at = [html.index(f">{name}</a>") for name in ("Ann Ashby", "Ben Müller", "Cleo Öz")]
    assert at == sorted(at)


@pytest.mark.usefixtures("far_numbers")
def test_pages_follow_each_other(owner: Client, now: datetime) -> None:
    batch = [
        arrival(order(f"x{n}", line("tea", "2")), who(f"x{n}", f"Person {n:03}")) for n in range(30)
    ]
    record(batch, now=now)
    first = owner.get(LIST + "?sort=name")
    address = first.context["links"]["next"]
    second = owner.get(LIST + address)
    seen = [row.name for answer in (first, second) for row in answer.context["rows"]]
    assert seen == [f"Person {n:03}" for n in range(30)]
    assert "next" not in second.context["links"]
    number = str(Customer.objects.get(name="Person 024").id)
    assert number not in address, "inner numbers stay inside"


class TestRights:
    @pytest.mark.usefixtures("people")
    def test_a_viewer_reads_and_no_more(self) -> None:
        viewer = colleague(Role.VIEWER)
        html = page(viewer)
        assert named(html) == ["Ann Ashby", "Ben Müller", "Cleo Öz"]
        assert "export.csv" not in html
        assert "/new/" not in html
        assert viewer.get(f"{LIST}export.csv").status_code == 403
        assert viewer.get(f"{LIST}new/").status_code == 403

    @pytest.mark.usefixtures("people")
    def test_staff_of_a_place_see_who_bought_there(self) -> None:
        northern = colleague(Role.MANAGER, "north")
        html = page(northern)
        assert named(html) == ["Ann Ashby", "Cleo Öz"]
        assert "3 people" not in html
        assert named(page(northern, "?q=mueller")) == []
        assert [row["name"] for row in exported(northern)] == ["Ann Ashby", "Cleo Öz"]
        assert northern.get(f"{LIST}new/").status_code == 403

    @pytest.mark.usefixtures("people")
    def test_no_page_answers_to_another_method(self, owner: Client) -> None:
        assert owner.post(LIST).status_code == 405
        assert owner.delete(LIST).status_code == 405


class TestFigures:
    @pytest.mark.usefixtures("people")
    def test_stored_numbers_are_shown_with_their_time(self, owner: Client, now: datetime) -> None:
        told = {
            "as_of": "2026-11-21",
            "new_since": (timezone.now() - timedelta(days=30)).isoformat(),
            **{"customers": 2418, "regulars": 412, "drifting": 57, "new": 118},
            **{"once": 203, "prospects": 38},
        }
        MeasureResult.objects.create(
            key="counts", kind="counts", params={}, wanted_at=now, computed_at=now, result=told
        )
        html = page(owner)
        assert "2,418 people, 412 of them regulars." in html
        assert "<span>57</span>" in html
        assert "As of 21 Nov" in html
        assert "10:30" in html

    def test_nobody_yet_says_what_to_do(self, owner: Client) -> None:
        assert "Bring in your orders" in page(owner)

    @pytest.mark.usefixtures("people")
    def test_nothing_found_says_what_to_do(self, owner: Client) -> None:
        assert "Nobody found" in page(owner, "?q=nobody")
        assert "No prospects" in page(owner, "?filter=prospects")

    def test_a_guests_order_is_pointed_at(self, owner: Client, people: object) -> None:
        record([arrival(order("4711", line("tea", "2")))], now=timezone.now())
        html = page(owner, "?q=4711")
        assert "A guest placed this order" in html
        assert 'href="/console/customers/guests/?q=4711"' in html


class TestExport:
    def test_the_file_holds_the_values(self, owner: Client, people: dict[str, Customer]) -> None:
        add_tag(people["Ann"].public_id, "vip", now=timezone.now())
        rows = exported(owner)
        assert [row["name"] for row in rows] == ["Ann Ashby", "Ben Müller", "Cleo Öz"]
        ann = rows[0]
        told = ("email", "customer_number", "tags", "segment", "regular", "orders", "spent")
        assert [ann[name] for name in told] == [
            *("ann@example.com", "nr-A", "vip", "loyal", "yes", "3", "19.20")
        ]
        assert ann["id"] == str(people["Ann"].public_id)
        assert ann["currency"] == "EUR"

    @pytest.mark.usefixtures("people")
    def test_the_filter_holds_and_pages_do_not(self, owner: Client) -> None:
        assert [row["name"] for row in exported(owner, "?filter=drifting&sort=stake")] == [
            "Ben Müller"
        ]

    def test_prospects_are_part_of_everybody(self, owner: Client, people: object) -> None:
        add_prospect(Who(identifiers=(), profile=Profile(name="Dora")), now=timezone.now())
        assert [row["name"] for row in exported(owner)][-1] == "Dora"

    @pytest.mark.parametrize(
        "name",
        ["=1+1", "+49", "-2", "@SUM(A1)", "\t=1", "＝1+1", "a,b", 'say "hi"', "a;=1", "x\ny"],
    )
    def test_no_cell_is_a_formula_and_every_value_comes_back(
        self, owner: Client, name: str
    ) -> None:
        add_prospect(Who(identifiers=(), profile=Profile(name=name)), now=timezone.now())
        [row] = exported(owner)
        assert row["name"][0] not in "=+-@\t\r＝＋－＠"
        assert freed(row["name"]) == name


def test_what_people_are_called_is_never_markup(owner: Client, now: datetime) -> None:
    known = add_prospect(Who(identifiers=(), profile=Profile(name=EVIL)), now=now)
    add_tag(known.public_id, EVIL[:60], now=now)
    for query in ("?sort=name", f"?q={EVIL}", f"?tag={EVIL[:60]}"):
        html = owner.get(LIST, dict([query[1:].split("=", 1)])).content.decode()
        assert "<img src=x" not in html
        assert "<script>alert" not in html
        assert "{{ 7|add:7 }}" in html or "&lt;img" in html
