"""The list of customers: found however they are written, in the reader's order, page by page."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from msgspec import structs

from people import NOON, arrival, line, order, who
from regulars.actions.customers import add_tag, claim_order, merge
from regulars.actions.record import record
from regulars.db.models import Customer, Standing
from regulars.db.queries.customers import ListedCustomer, Wanted, list_customers, tags_in_use
from regulars.db.queries.orders import orders_numbered
from regulars.engine.facts import Who

pytestmark = pytest.mark.django_db

PEOPLE = [
    who("1", "Jörg Müller", email="joerg@example.com"),
    who("2", "Łukasz Zieliński", phone="+48601555014"),
    who("3", "Ștefan Munteanu", card="CC04172290"),
    who("4", "Ann Ashby"),
    who("5", "Ärzte Zentrum"),
    who("6", "Lucas Moreau"),
]


def remember(people: list[Who], now: datetime) -> None:
    record(
        [arrival(order(f"o{n}", line("tea", "2")), one) for n, one in enumerate(people)], now=now
    )


def names(wanted: Wanted) -> list[str]:
    return [row.name for row in list_customers(wanted).rows]


def search(query: str, now: datetime) -> list[str]:
    return names(Wanted(query=query, new_since=now, sort="name", descending=False))


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("Mueller", ["Jörg Müller"]),
        ("muller", ["Jörg Müller"]),
        ("Müller jorg", ["Jörg Müller"]),
        ("lukasz", ["Łukasz Zieliński"]),
        ("stefan", ["Ștefan Munteanu"]),
        ("JOERG@example.com", ["Jörg Müller"]),
        ("+48 601 555 014", ["Łukasz Zieliński"]),
        ("601 555", ["Łukasz Zieliński"]),
        ("CC 0417 2290", ["Ștefan Munteanu"]),
        ("3", ["Ștefan Munteanu"]),
        ("luk zie", ["Łukasz Zieliński"]),
        ("nobody", []),
        ("%", []),
        ("' OR 1=1 --", []),
    ],
)
def test_search_finds_people_however_they_are_written(
    typed: str, found: list[str], now: datetime
) -> None:
    remember(PEOPLE, now)
    assert search(typed, now) == found


@pytest.mark.parametrize(
    ("language", "order_of_names"),
    [
        ("de", ["Ann", "Ärzte", "Jörg", "Lucas", "Łukasz", "Ștefan"]),
        ("pl", ["Ann", "Ärzte", "Jörg", "Lucas", "Łukasz", "Ștefan"]),
        ("en", ["Ann", "Ärzte", "Jörg", "Lucas", "Łukasz", "Ștefan"]),
    ],
)
def test_names_come_in_the_readers_order(
    language: str, order_of_names: list[str], now: datetime
) -> None:
    remember(PEOPLE, now)
    wanted = Wanted(new_since=now, sort="name", descending=False, language=language)
    assert [name.split()[0] for name in names(wanted)] == order_of_names


def stand(now: datetime, **more: object) -> None:
    for n, customer in enumerate(Customer.objects.order_by("id")):
        Standing.objects.create(
            customer_id=customer.id,
            orders=n + 1,
            orders_12m=n + 1,
            revenue_minor=100 * n,
            revenue_12m_minor=100 * (n // 2),
            first_at=NOON,
            last_at=now - timedelta(days=n),
            recency_score=1,
            frequency_score=1,
            monetary_score=1,
            segment="new",
            is_regular=n % 2 == 0,
            is_drifting=n > 3,
            stake_minor=n,
            places=["north" if n < 2 else "south"],
        )


@pytest.mark.parametrize("sort", ["name", "last", "spent", "orders", "stake"])
@pytest.mark.parametrize("descending", [True, False])
def test_pages_hold_everybody_once(sort: str, descending: bool, now: datetime) -> None:
    remember(PEOPLE, now)
    stand(now)
    seen: list[ListedCustomer] = []
    after = None
    while True:
        page = list_customers(
            Wanted(new_since=now, sort=sort, descending=descending, after=after, size=2)  # type: ignore[arg-type]
        )
        seen += page.rows
        if not page.more:
            break
        after = page.rows[-1].here
    assert sorted(row.id for row in seen) == sorted(Customer.objects.values_list("id", flat=True))


def test_filters_and_places_limit_the_list(now: datetime) -> None:
    remember(PEOPLE, now)
    record([], now=now)
    stand(now)
    counts = {
        name: len(list_customers(Wanted(new_since=now, filter=name)).rows)  # type: ignore[arg-type]
        for name in ("all", "regulars", "drifting", "once", "prospects")
    }
    assert counts == {"all": 6, "regulars": 3, "drifting": 2, "once": 1, "prospects": 0}
    assert len(list_customers(Wanted(new_since=now, places=("north",))).rows) == 2
    assert list_customers(Wanted(new_since=now, places=())).rows == []


def test_a_merged_customer_is_found_as_the_other(now: datetime) -> None:
    remember(PEOPLE[:2], now)
    joerg, lukasz = Customer.objects.order_by("id")
    merge(lukasz.public_id, joerg.public_id, reason="the same person", now=now)
    assert search("lukasz", now) == ["Jörg Müller"]


def test_segment_and_tag_narrow_a_filter(now: datetime) -> None:
    remember(PEOPLE, now)
    stand(now)
    ann = Customer.objects.get(name="Ann Ashby")
    add_tag(ann.public_id, "vip", now=now)
    Standing.objects.filter(customer_id=ann.id).update(segment="champion")
    assert names(Wanted(new_since=now, tag="vip")) == ["Ann Ashby"]
    assert names(Wanted(new_since=now, segment="champion")) == ["Ann Ashby"]
    assert names(Wanted(new_since=now, segment="champion", filter="regulars")) == []
    assert len(names(Wanted(new_since=now, segment="new"))) == 5
    assert tags_in_use() == ["vip"]


def test_an_order_finds_its_buyer_by_its_number(now: datetime) -> None:
    remember(PEOPLE, now)
    record([arrival(order("4711", line("tea", "2")))], now=now)
    assert search("4711", now) == []
    [guests] = orders_numbered("4711")
    assert (guests.guest, guests.owner, guests.order.key) == (True, None, "shop:4711")
    claim_order("shop:4711", Customer.objects.get(name="Ann Ashby").public_id, reason="", now=now)
    assert search("4711", now) == ["Ann Ashby"]
    assert orders_numbered("") == orders_numbered("471") == []


@pytest.mark.parametrize("first", ["shop", "plain", "shop-2:1", "a:b"])
def test_orders_of_all_sources_are_found(first: str, now: datetime) -> None:
    keys = {"shop:9", "plain", "shop-2:9", "a:9", "zebra:9", "9", first}
    for n, key in enumerate(sorted(keys)):
        one = structs.replace(order(str(n), line("tea", "2")), key=key)
        record([arrival(one)], now=now)
    found = {one.order.key for one in orders_numbered("9")}
    assert found == {"shop:9", "shop-2:9", "a:9", "zebra:9", "9"}


def test_a_search_tells_how_many_there_are(now: datetime) -> None:
    remember(PEOPLE, now)
    page = list_customers(Wanted(query="m", new_since=now, size=1))
    assert (len(page.rows), page.more, page.total) == (1, True, 3)
    assert list_customers(Wanted(new_since=now, sort="name")).total == 6
