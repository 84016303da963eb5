"""What happened at Corner Coffee: sane references, shares within bands, and a story to find."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from statistics import median

import pytest
from coffee_export import UNTIL, Export, Row, amount, at

from regulars.sources.corner_coffee import PLACES
from regulars.sources.corner_coffee.menu import PRODUCTS

TODAY = UNTIL + timedelta(days=1)
SHOP = "Online shop"
Buyers = dict[str, list[datetime]]


def share(part: int, whole: int) -> int:
    """Per mille."""
    return part * 1000 // whole


@pytest.fixture(scope="module")
def visits(coffee: Export) -> Buyers:
    """When each customer ordered."""
    found: Buyers = defaultdict(list)
    for rows in coffee.orders():
        if rows[0]["Customer ID"]:
            found[rows[0]["Customer ID"]].append(at(rows[0]))
    return found


def test_an_order_is_one_customers_at_one_place_and_time(coffee: Export) -> None:
    names = {place.name for place in PLACES}
    for rows in coffee.by_number.values():
        assert (
            len({(r["Ordered at"], r["Place"], r["Customer ID"], r["Refund of"]) for r in rows})
            == 1
        )
        assert rows[0]["Place"] in names


def test_refunds_name_an_earlier_order_and_never_exceed_it(coffee: Export) -> None:
    back: Counter[tuple[str, str, str]] = Counter()
    bought: Counter[tuple[str, str, str]] = Counter()
    for rows in coffee.orders():
        for row in rows:
            bought[rows[0]["Order number"], row["Product code"], row["Unit price"]] += int(
                row["Quantity"]
            )
    for rows in coffee.refunds():
        order = coffee.by_number[rows[0]["Refund of"]][0]
        assert not order["Refund of"]
        assert at(order) < at(rows[0])
        assert order["Customer ID"] == rows[0]["Customer ID"]
        assert amount(rows) < 0
        for row in rows:
            assert int(row["Quantity"]) < 0
            back[row["Refund of"], row["Product code"], row["Unit price"]] -= int(row["Quantity"])
    assert all(bought[line] >= quantity for line, quantity in back.items())


def test_some_parcels_come_back_in_part_and_some_whole(coffee: Export) -> None:
    whole = [
        r for r in coffee.refunds() if -amount(r) == amount(coffee.by_number[r[0]["Refund of"]])
    ]
    assert 200 <= share(len(whole), len(coffee.refunds())) <= 700


@pytest.mark.parametrize(
    ("is_shop", "least", "most"), [(True, 20, 40), (False, 1, 5)], ids=["shop", "café"]
)
def test_refunds_are_rare(coffee: Export, is_shop: bool, least: int, most: int) -> None:
    orders = sum((rows[0]["Place"] == SHOP) is is_shop for rows in coffee.orders())
    refunds = sum((rows[0]["Place"] == SHOP) is is_shop for rows in coffee.refunds())
    assert least <= share(refunds, orders) <= most


def test_advocates_were_customers_before_their_friends(coffee: Export) -> None:
    friends = [row for row in coffee.customers.values() if row["Brought by"]]
    for friend in friends:
        assert at(coffee.customers[friend["Brought by"]]) < at(friend)
    assert 80 <= share(len(friends), len(coffee.customers)) <= 170
    brought = Counter(friend["Brought by"] for friend in friends)
    assert sum(count >= 4 for count in brought.values()) >= 5


def test_guests_and_places_have_their_share(coffee: Export) -> None:
    orders = coffee.orders()
    places = Counter(rows[0]["Place"] for rows in orders)
    guests = sum(not rows[0]["Customer ID"] for rows in orders)
    assert 180 <= share(guests, len(orders)) <= 220
    assert places["Market Street"] > places["Canal Street"] > places[SHOP]
    assert 70 <= share(places[SHOP], len(orders)) <= 130


def test_there_are_as_many_orders_and_lines_as_a_cafe_has(coffee: Export) -> None:
    written = coffee.written
    assert 15 * written.customers <= written.orders <= 20 * written.customers
    assert 170 <= written.rows * 100 // written.orders <= 210


def test_quantities_and_prices_are_plain(coffee: Export) -> None:
    singles = sum(row["Quantity"] == "1" for row in coffee.rows)
    free = sum(row["Unit price"] == "0.00" for row in coffee.rows)
    assert share(singles, len(coffee.rows)) > 880
    assert 1 <= share(free * 10, len(coffee.rows)) <= 60


def test_everything_on_the_menu_sells_and_prices_rise_once(coffee: Export) -> None:
    prices: dict[str, list[str]] = defaultdict(list)
    for row in coffee.rows:
        seen = prices[row["Product code"]]
        if row["Unit price"] != "0.00" and row["Unit price"] not in seen:
            seen.append(row["Unit price"])
    assert set(PRODUCTS) <= set(prices)
    for code, product in PRODUCTS.items():
        assert [Decimal(price) * 100 for price in prices[code]] in (
            [product.before_minor, product.now_minor],
            [product.now_minor],
        )


def test_parcels_carry_their_delivery(coffee: Export) -> None:
    parcels = [rows for rows in coffee.orders() if rows[0]["Place"] == SHOP]
    with_delivery = sum(rows[-1]["Category"] == "Delivery" for rows in parcels)
    assert 500 <= share(with_delivery, len(parcels)) <= 850
    for rows in parcels:
        if amount(rows) < 45:
            assert rows[-1]["Category"] == "Delivery"


def test_the_cafe_keeps_its_hours_and_no_time_falls_into_a_change_of_clocks(
    coffee: Export,
) -> None:
    for rows in coffee.orders():
        time = rows[0]["Ordered at"][11:]
        if rows[0]["Place"] == SHOP:
            assert not time.startswith("02:")
        else:
            assert "07:30:00" <= time < "18:00:00"


def test_the_cafe_is_closed_at_christmas_and_full_on_saturdays(coffee: Export) -> None:
    days = Counter(at(rows[0]).date() for rows in coffee.orders() if rows[0]["Place"] != SHOP)
    assert date(2025, 12, 25) not in days
    weekdays = [0] * 7
    for day, count in days.items():
        weekdays[day.weekday()] += count
    assert max(weekdays) == weekdays[5]
    assert min(weekdays) == weekdays[0]


def test_one_sunday_was_quiet(coffee: Export) -> None:
    sundays = Counter(
        at(rows[0]).date()
        for rows in coffee.orders()
        if rows[0]["Place"] != SHOP and at(rows[0]).weekday() == 6
    )
    usual = sorted(sundays[date(2026, 11, 15) - timedelta(weeks=week)] for week in range(1, 9))
    assert sundays[date(2026, 11, 15)] < usual[0]
    assert sundays[date(2026, 11, 15)] * 100 < usual[4] * 90


def came_back(coffee: Export, is_shop: bool, first: date, last: date) -> int:
    """Per mille of the buyers of each of these months that bought again within 30 days."""
    times: Buyers = defaultdict(list)
    for rows in coffee.orders():
        if rows[0]["Customer ID"] and (rows[0]["Place"] == SHOP) is is_shop:
            times[rows[0]["Customer ID"]].append(at(rows[0]))
    buyers = again = 0
    for own in times.values():
        months: dict[tuple[int, int], tuple[datetime, datetime | None]] = {}
        for time, following in zip(own, [*own[1:], None], strict=True):
            months.setdefault((time.year, time.month), (time, following))
        for time, following in months.values():
            if first <= time.date() <= last:
                buyers += 1
                again += following is not None and (following.date() - time.date()).days <= 30
    return share(again, buyers)


def test_the_cafe_climbs_and_the_shop_stands_still(coffee: Export) -> None:
    before, now = (date(2025, 6, 1), date(2025, 9, 30)), (date(2026, 6, 1), date(2026, 9, 30))
    assert came_back(coffee, False, *now) - came_back(coffee, False, *before) >= 50
    assert abs(came_back(coffee, True, *now) - came_back(coffee, True, *before)) <= 45


def month_later(visits: Buyers, first: date, last: date) -> int:
    """Per mille of those who first came in a month that came again in the next one."""
    new = again = 0
    for times in visits.values():
        begin = times[0]
        if first <= begin.date() <= last:
            new += 1
            after = begin.year * 12 + begin.month + 1
            again += any(time.year * 12 + time.month == after for time in times)
    return share(again, new)


def test_newcomers_of_this_summer_stay_longer(visits: Buyers) -> None:
    last_year = month_later(visits, date(2025, 3, 1), date(2025, 9, 30))
    this_summer = month_later(visits, date(2026, 6, 20), date(2026, 9, 30))
    assert this_summer - last_year >= 50


def test_a_few_who_spent_much_are_drifting_away(coffee: Export, visits: Buyers) -> None:
    year_ago = UNTIL - timedelta(days=365)
    spent: Counter[str] = Counter()
    for row in coffee.rows:
        if at(row).date() > year_ago:
            spent[row["Customer ID"]] += int(row["Quantity"]) * int(
                row["Unit price"].replace(".", "")
            )
    drifting = 0
    for customer, times in visits.items():
        days = [time.date() for time in times]
        if sum(day > year_ago for day in days) < 10 or spent[customer] < 20_000:
            continue
        gap = median((b - a).days for a, b in pairwise(days))
        drifting += max(14, 2 * gap) <= (TODAY - days[-1]).days < 60
    assert 20 <= drifting <= 50  # of 4,000; twice as many of 8,000


@pytest.mark.parametrize(
    ("name", "gap", "silent"),
    [
        ("Piotr Wójcik", 4, 19),
        ("Katharina Weiß", 6, 23),
        ("Emre Yıldız", 9, 31),
        ("Jürgen Kaltenbrunner", 7, 27),
        ("Ioana Dumitrescu", 5, 2),
        ("Ștefan Munteanu", 14, 40),
    ],
)
def test_the_cast_keeps_its_rhythm(coffee: Export, name: str, gap: int, silent: int) -> None:
    days = [at(rows[0]).date() for rows in coffee.named(name)]
    assert (TODAY - days[-1]).days == silent
    assert median((b - a).days for a, b in pairwise(days)) == gap


@pytest.mark.parametrize(("name", "friends"), [("Ioana Dumitrescu", 4), ("Nguyễn Thị Mai", 4)])
def test_the_cast_brought_friends(coffee: Export, name: str, friends: int) -> None:
    customer = coffee.named(name)[0][0]["Customer ID"]
    brought = [row for row in coffee.customers.values() if row["Brought by"] == customer]
    assert len(brought) == friends


def test_annegrets_beans_were_paid_back_on_the_last_day(coffee: Export) -> None:
    order = coffee.named("Annegret Schwarzenberger-Hohenlohe")[-1]
    refunds = [r for r in coffee.refunds() if r[0]["Refund of"] == order[0]["Order number"]]
    assert [amount(refund) for refund in refunds] == [Decimal("-12.90")]
    assert at(refunds[0][0]).date() == UNTIL


def test_the_new_ethiopian_sells_only_since_it_is_in(coffee: Export) -> None:
    sold: list[Row] = [row for row in coffee.rows if row["Product code"] == "B05"]
    assert sold
    assert min(at(row).date() for row in sold) >= UNTIL - timedelta(days=12)
