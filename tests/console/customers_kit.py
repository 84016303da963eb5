"""What the tests of the customers' pages share: a business, its staff, people who bought."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.test import Client
from msgspec import structs

from people import NOON, arrival, line, order, who
from regulars.actions.record import record
from regulars.db.models import Business, Customer, Place, Role, Staff, Standing

LIST = "/console/customers/"
EVIL = '"><img src=x onerror=alert(1)><script>alert(2)</script>{{ 7|add:7 }}'


def open_business() -> None:
    Business.objects.create(
        name="Corner Coffee", zone="Europe/Berlin", currency="EUR", region="DE", created_at=NOON
    )
    for code, name in (("north", "North Street"), ("south", "South Square")):
        Place.objects.get_or_create(code=code, defaults={"name": name})


def colleague(role: Role, *places: str) -> Client:
    """Somebody with that role, signed in."""
    name = f"{role}{'-'.join(places)}"
    staff = Staff.objects.create(
        email=f"{name}@corner.example", name=name.title(), role=role, created_at=NOON
    )
    staff.places.set(Place.objects.filter(code__in=places))
    client = Client()
    client.force_login(staff)
    return client


def remember(now: datetime) -> dict[str, Customer]:
    """Ann (north, a regular), Ben (south, drifting), Cleo (both, once): by name."""
    told = [
        ("Ann Ashby", "north", "ann@example.com", 3),
        ("Ben Müller", "south", "ben@example.com", 6),
        ("Cleo Öz", "north", "cleo@example.com", 1),
    ]
    batch = [
        arrival(
            structs.replace(
                order(f"{name[0]}{n}", line("latte", "3.20", "2"), at=now - timedelta(days=9 * n)),
                place=place,
            ),
            who(f"nr-{name[0]}", name, email=email),
        )
        for name, place, email, orders in told
        for n in range(orders)
    ]
    record(batch, now=now)
    found = {customer.name.split()[0]: customer for customer in Customer.objects.all()}
    for name, place, _email, orders in told:
        stand(found[name.split()[0]], now, place, orders)
    return found


def stand(customer: Customer, now: datetime, place: str, orders: int) -> None:
    Standing.objects.create(
        customer_id=customer.id,
        orders=orders,
        orders_12m=orders,
        revenue_minor=640 * orders,
        revenue_12m_minor=640 * orders,
        first_at=now - timedelta(days=9 * orders),
        last_at=now - timedelta(days=19),
        usual_gap_days=9 if orders > 1 else None,
        recency_score=3,
        frequency_score=3,
        monetary_score=3,
        segment="loyal" if orders > 1 else "new",
        is_regular=orders == 3,
        is_drifting=orders == 6,
        stake_minor=1234 if orders == 6 else 0,
        places=[place],
    )
