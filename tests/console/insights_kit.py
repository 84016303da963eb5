"""What the tests of Today and Insights share: a small business with half a year behind it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from unittest.mock import patch

from django.test import Client
from django.utils import timezone
from msgspec import structs

from people import NOON, arrival, line, order, refund, who
from regulars.actions.measuring import refresh
from regulars.actions.record import record
from regulars.db.models import Business, Place, Product, Role, Staff
from regulars.engine.arrivals import Arrival

TABS = ("", "sales/", "rhythm/", "standing/", "products/")
INSIGHTS = "/console/insights/"
TODAY = "/console/"
SILENT = ("Piotr Wójcik", "Katharina Weiß")
"""Those who used to come every four days and have not been seen for thirty."""
FORMULA = "=1+1"
"""A name that a spreadsheet would work out."""


@contextmanager
def the_time_is(now: datetime) -> Iterator[None]:
    """Pages that ask for the time are told this one."""
    with patch.object(timezone, "now", lambda: now):
        yield


def open_business() -> Business:
    for code, name in (("cafe", "Café"), ("shop", "Online shop")):
        Place.objects.get_or_create(code=code, defaults={"name": name})
    Product.objects.get_or_create(code="latte", defaults={"name": "Caffè latte"})
    return Business.objects.create(
        name="Corner Coffee", zone="Europe/Berlin", currency="EUR", region="DE", created_at=NOON
    )


def colleague(role: Role, *places: str, name: str = "Lena Brandt", language: str = "") -> Client:
    """Somebody with that role, signed in."""
    person, _new = Staff.objects.get_or_create(
        email=f"{role}{'-'.join(places)}{language}@corner.example",
        defaults={"name": name, "role": role, "created_at": NOON, "language": language},
    )
    person.places.set(Place.objects.filter(code__in=places))
    client = Client()
    client.force_login(person)
    return client


def visits(name: str, place: str, days: range, now: datetime) -> list[Arrival]:
    """Orders of somebody, so many days ago each."""
    return [
        arrival(
            structs.replace(
                order(f"{name}-{n}", line("latte", "5.00"), at=now - timedelta(days=n)),
                place=place,
            ),
            who(f"nr {name}", name),
        )
        for n in days
    ]


def half_a_year(now: datetime) -> list[Arrival]:
    """Thirty who come every seven days, two who stopped, one new person, a refund, guests."""
    told: list[Arrival] = []
    for n in range(30):
        place = "cafe" if n % 2 else "shop"
        told += visits(f"Customer {n}", place, range(1 + n % 7, 200 - n, 7), now)
    for name in SILENT:
        told += visits(name, "cafe", range(30, 190, 4), now)
    told += visits(FORMULA, "shop", range(2, 3), now)
    told += [
        arrival(order(f"guest-{n}", line("latte", "3"), at=now - timedelta(days=n)))
        for n in range(1, 60)
    ]
    back = refund("back", line("latte", "40"), at=now - timedelta(days=2))
    told.append(arrival(structs.replace(back, place="cafe"), who("nr Customer 3")))
    return told


def remember(folder: Path, now: datetime) -> None:
    """The half year, recorded and measured."""
    open_business()
    record(half_a_year(now), now=now)
    refresh(folder, now=now)


def told(client: Client, address: str, **query: str) -> str:
    """A page that opens, as text."""
    response = client.get(address, query)
    assert response.status_code == 200, response.status_code
    return response.content.decode()


def percent(share: Any) -> str:
    """A fraction as pages write it in English."""
    return f"{(Decimal(str(share)) * 100).quantize(Decimal(1))}\xa0%"
