"""Two years of Corner Coffee, told customer by customer."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate

import msgspec
from msgspec import Struct

from regulars.sources.corner_coffee.advocates import Advocates
from regulars.sources.corner_coffee.baskets import Baskets, Taste
from regulars.sources.corner_coffee.business import CANAL_STREET, MARKET_STREET, ONLINE_SHOP, PLACES
from regulars.sources.corner_coffee.cast import CAST, Role
from regulars.sources.corner_coffee.days import CAFE_MONTHS, NEWCOMER_DAYS, Days
from regulars.sources.corner_coffee.dice import Dice, Weighted
from regulars.sources.corner_coffee.habits import (
    KINDS_BEFORE,
    KINDS_NOW,
    KINDS_OF_FRIENDS,
    KINDS_OF_OLD,
    Habits,
    Visits,
)
from regulars.sources.corner_coffee.hours import (
    HABITS,
    MORNING,
    cafe_second,
    desk_second,
    shop_second,
)
from regulars.sources.corner_coffee.people import People, Person
from regulars.sources.corner_coffee.sales import DAY, Sale, Sales

OLD_CUSTOMERS = 160
"""Per mille of the customers who came before the export begins."""
GROWTH = (900, 1150)
"""New customers a day at the beginning and at the end, against the middle."""
BUYS_BOTH_WAYS = 230
"""Per mille of the café's customers who also order from the shop, now and then."""
PARCEL_INSTEAD = 60
"""Per mille of their orders that come from the shop."""
OTHER_COUNTER = 120
"""Per mille of the visits that go to the counter one does not usually go to."""
AT_MARKET_STREET = 590

GUESTS_AT_THE_COUNTER = 270
"""Guests for each 1,000 orders of customers whom we know."""
GUESTS_BY_PARCEL = 140
STAFF = 6
"""Per mille of the guests who are the staff."""

NOBODY = "," * 8
MARKET, CANAL, SHOP = (PLACES.index(it) for it in (MARKET_STREET, CANAL_STREET, ONLINE_SHOP))


class Tab(Struct, frozen=True, kw_only=True):
    """One customer at the till: who, when in the day, where, and what they like."""

    who: str
    abroad: bool
    hours: Weighted[int]
    place: int
    taste: Taste
    parcels: int
    """Per mille of the orders that come from the shop."""


class History:
    """Everything that happened in the 24 months, from one seed."""

    def __init__(self, days: Days, dice: Dice, customers: int) -> None:
        self._days, self._dice, self._customers = days, dice, customers
        self._people = People(dice)
        self._habits = Habits(days, dice)
        self._baskets = Baskets(days, dice)
        self._sales = Sales(days, dice)
        self._advocates = Advocates(dice, most=max(50, customers // 25))
        self._arrivals = _arrivals(days)

    def sales(self) -> Iterator[str]:
        """All orders, packed (see `Sale`), customer by customer: not sorted."""
        cast = CAST[: self._customers]
        yield from self._cast(cast)
        crowd = self._customers - len(cast)
        old = crowd * OLD_CUSTOMERS // 1000
        for _ in range(old):
            yield from self._old_customer()
        for number in range(crowd - old):
            yield from self._newcomer(number, crowd - old)

    def prospects(self, count: int) -> Iterator[str]:
        """People who signed up and bought nothing, as rows of the customer columns."""
        for _ in range(count):
            yield self._people.somebody(by_parcel=self._dice.chance(700)).cells()

    def _old_customer(self) -> Iterator[str]:
        visits = self._habits.of_old_customer(self._dice.draw(KINDS_OF_OLD))
        return self._customer(visits, "")

    def _newcomer(self, number: int, of: int) -> Iterator[str]:
        day = self._arrival_day(number, of)
        brought_by = self._advocates.who_brings_somebody(day)
        if brought_by:
            kinds = KINDS_OF_FRIENDS
        else:
            kinds = KINDS_NOW if self._dice.chance(self._luck(day)) else KINDS_BEFORE
        visits = self._habits.of_newcomer(self._dice.draw(kinds), day)
        return self._customer(visits, brought_by)

    def _luck(self, day: int) -> int:
        """Per mille of the newcomers who are of the better kinds: more and more of them."""
        if day >= self._days.count - NEWCOMER_DAYS:
            return 1000
        return self._days.mood[day] * 800 // 1000

    def _arrival_day(self, number: int, of: int) -> int:
        """Days of arrival rise with the number, so that advocates are there before friends."""
        sums = self._arrivals
        spot = (number * 1000 + self._dice.below(1000)) * sums[-1] // (of * 1000)
        return bisect_right(sums, spot)

    def _customer(self, visits: Visits, brought_by: str) -> Iterator[str]:
        by_parcel = visits.kind.by_parcel
        person = self._people.somebody(by_parcel=by_parcel, brought_by=brought_by)
        self._advocates.welcome(person.external_id, visits)
        tab = self._tab(person, 1000 if by_parcel else self._parcels(person))
        for day in visits.days:
            yield self._order(tab, day)
            yield from self._guest(tab, day)

    def _parcels(self, person: Person) -> int:
        return PARCEL_INSTEAD if person.email and self._dice.chance(BUYS_BOTH_WAYS) else 0

    def _tab(self, person: Person, parcels: int) -> Tab:
        dice = self._dice
        return Tab(
            who=person.cells(),
            abroad=person.country != "DE",
            hours=dice.draw(HABITS),
            place=MARKET if dice.chance(AT_MARKET_STREET) else CANAL,
            taste=self._baskets.taste(),
            parcels=parcels,
        )

    def _order(self, tab: Tab, day: int) -> str:
        dice = self._dice
        if tab.parcels and dice.chance(tab.parcels):
            items = self._baskets.parcel(day, abroad=tab.abroad)
            return self._sales.rung_up(day * DAY + shop_second(dice), SHOP, tab.who, items)
        place = MARKET + CANAL - tab.place if dice.chance(OTHER_COUNTER) else tab.place
        second = day * DAY + cafe_second(dice, tab.hours, self._weekday(day))
        return self._sales.rung_up(second, place, tab.who, self._baskets.counter(day, tab.taste))

    def _guest(self, tab: Tab, day: int) -> Iterator[str]:
        """Somebody we do not know, on the same day: guests follow the café's ups and downs."""
        dice = self._dice
        if tab.parcels == 1000:
            if dice.chance(GUESTS_BY_PARCEL):
                items = self._baskets.parcel(day, abroad=tab.abroad)
                yield self._sales.rung_up(day * DAY + shop_second(dice), SHOP, NOBODY, items)
        elif dice.chance(GUESTS_AT_THE_COUNTER):
            items = (
                self._baskets.staff_drink()
                if dice.chance(STAFF)
                else self._baskets.counter(day, None)
            )
            second = day * DAY + cafe_second(dice, dice.draw(HABITS), self._weekday(day))
            place = MARKET if dice.chance(AT_MARKET_STREET) else CANAL
            yield self._sales.rung_up(second, place, NOBODY, items)

    def _weekday(self, day: int) -> int:
        return self._days.dates[day].weekday()

    def _cast(self, cast: tuple[Role, ...]) -> Iterator[str]:
        ids: dict[str, str] = {}
        for role in cast:
            ids[role.person.name] = self._people.next_id()
            self._people.keep(role.person.email)
            person = msgspec.structs.replace(
                role.person,
                external_id=ids[role.person.name],
                brought_by=ids.get(role.brought_by, ""),
            )
            for visit in range(role.visits):
                yield self._scene(role, person.cells(), visit)

    def _scene(self, role: Role, who: str, visit: int) -> str:
        """One order of somebody of the cast; visit 0 is the last."""
        dice = self._dice
        day = self._days.count - role.silent_days - visit * role.gap_days
        if visit:
            day += dice.between(-1, 1) if role.gap_days > 3 else 0
        if not role.is_parcel:
            day = self._days.open_by(day)
        codes = role.last if role.last and not visit else role.basket
        if role.others and visit and dice.chance(300):
            codes = f"{codes} {role.others}"
        items = self._baskets.named(codes, day)
        if role.is_parcel:
            second = day * DAY + shop_second(dice)
        else:
            second = day * DAY + dice.draw(MORNING) + dice.below(1800)
        back = bool(role.refund) and not visit
        return Sale(
            second=second,
            place=SHOP if role.is_parcel else MARKET,
            who=who,
            lines=";".join([item.cells(item.quantity) for item in items]),
            back_second=(self._days.count - 1) * DAY + desk_second(dice) if back else 0,
            back=self._baskets.named(role.refund, day)[0].cells(-1) if back else "",
        ).packed()


def _arrivals(days: Days) -> list[int]:
    """Running sums of how many new customers each day brings."""
    first, last = GROWTH
    return list(
        accumulate(
            (first + (last - first) * day // days.count) * CAFE_MONTHS[on.month - 1]
            for day, on in enumerate(days.dates)
        )
    )
