"""A business all of whose texts are attacks: whatever people can store, holds mark-up."""

from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta
from itertools import product as pairs
from pathlib import Path
from uuid import uuid4

from django.db import connection
from django.test import Client
from msgspec import structs

from console import wizard
from people import arrival, line, order, who
from regulars.actions import api_keys, mappings, webhooks
from regulars.actions import customers as customers_actions
from regulars.actions.adjusting import Wish, adjust
from regulars.actions.business import BusinessSettings, Owner, set_up
from regulars.actions.drafts import mapping_of
from regulars.actions.measuring import refresh
from regulars.actions.members import join
from regulars.actions.publishing import publish
from regulars.actions.record import record
from regulars.actions.tills import Wanted, add_cashier
from regulars.db import outbox
from regulars.db.models import (
    Customer,
    Delivery,
    Endpoint,
    FactRow,
    IdentifierRow,
    ImportRun,
    Place,
    Product,
    Role,
    Staff,
)
from regulars.db.outbox import News
from regulars.engine.arrivals import Arrival
from regulars.engine.facts import Identifier, Profile
from regulars.sources.corner_coffee import programme

PAYLOADS = (
    "\"'></td></a><x-canary><img src=x onerror=hit()>",
    "<script>hit()</script><x-canary onclick=hit()>",
    'x" onmouseover="hit()" autofocus onfocus="hit()',
    "</title></textarea></script><svg onload=hit()>",
    "' onerror='hit()' x='{{ 7|add:42 }}{% now \"Y\" %}",
    "javascript:hit()//<x-canary>",
    "&lt;x-canary&gt;&#60;x-canary&#62;<x-canary>",
    "</option></select><x-canary style=color:red>",
)
"""Each at most 60 characters, so that it fits into the shortest field."""
ALL = PAYLOADS[0] + PAYLOADS[3]
"""For what there is only one of."""


def build(folder: Path, now: datetime) -> tuple[Staff, dict[str, list[str]]]:
    """Fill the database; the owner, and the addresses of the things that pages speak of."""
    owner = _colleagues(now)
    record(_orders(now), now=now)
    _names()
    people = list(Customer.objects.filter(merged=False).order_by("id"))
    for customer, payload in zip(people, PAYLOADS, strict=False):
        _tell_of(customer, payload, owner, now)
    _merge(people, now)
    refresh(folder, now=now)
    runs = _imports(owner, folder, now)
    return owner, {
        "people": [str(one.public_id) for one in people],
        "staff": [str(one.pk) for one in Staff.objects.all()],
        "cashier": [_cashiers(owner, now)],
        "key": [_keys(now)],
        "webhook": [_webhook(now)],
        "member": [_member(people[0], owner, now)],
        "paper": [str(uuid4())],
        **runs,
    }


def _colleagues(now: datetime) -> Staff:
    cafe = BusinessSettings(name=ALL, zone="Europe/Berlin", language="en")
    owner = set_up(cafe, Owner(name=ALL, email="olga@corner.example"), now)
    for number, payload in enumerate(PAYLOADS):
        person = Staff.objects.create(
            name=payload, email=f"p{number}@corner.example", role=Role.MANAGER, created_at=now
        )
        place, _new = Place.objects.get_or_create(code=payload, defaults={"name": payload})
        person.places.add(place)
    return owner


def _cashiers(owner: Staff, now: datetime) -> str:
    """Somebody for each payload; the first of them."""
    places = frozenset(Place.objects.values_list("pk", flat=True))
    made = [
        add_cashier(owner, Wanted(name=one[:40], pin=f"58{number}7", places=places), now)
        for number, one in enumerate(PAYLOADS)
    ]
    return str(made[0].pk)


def _keys(now: datetime) -> str:
    """A key for each payload, made by another one; the first of them."""
    made = [
        api_keys.create(api_keys.Wanted(name=one, scopes=("redeem",), by=one), now).row
        for one in PAYLOADS
    ]
    return str(made[0].id)


def _webhook(now: datetime) -> str:
    """An address that is an attack, with messages whose types and answers are attacks."""
    one, _secret = webhooks.add("https://a.example/", [], now=now)
    with connection.cursor() as cursor:
        outbox.put(cursor, [News(text[:40], {"text": text}) for text in PAYLOADS], now)
    for delivery, text in zip(Delivery.objects.all(), PAYLOADS, strict=True):
        Delivery.objects.filter(pk=delivery.pk).update(code=text[:40], tried_at=now)
    Endpoint.objects.filter(id=one).update(url=f"https://a.example/{ALL}", reason=ALL[:40])
    return str(one)


def _member(customer: Customer, owner: Staff, now: datetime) -> str:
    """A member to whom points were given with attacks for reasons, some of them still waiting."""
    publish(programme(), now=now - timedelta(days=40), by=ALL)
    join([customer.id], "corner_club", since=now - timedelta(days=30), now=now)
    for number, text in enumerate(PAYLOADS):
        amount = 1 if number % 2 else 9000
        wish = Wish(
            customer=customer.public_id,
            programme="corner_club",
            asset="points",
            amount=amount,
            reason=text,
        )
        adjust(owner, wish, now)
    return str(customer.public_id)


def _orders(now: datetime) -> list[Arrival]:
    """Regulars, one for each payload, whose orders, products and places are attacks too."""
    told = []
    for number, payload in enumerate(PAYLOADS):
        person = who(f"K{number}{payload}", payload, email=f"k{number}@example.com")
        for days in range(2 + number, 200, 9 if number % 2 else 30):
            one = order(
                f"{payload}-{days}",
                line(payload, f"{3 + days % 5}.20"),
                at=now - timedelta(days=days),
            )
            told.append(arrival(structs.replace(one, place=payload), person))
    guest = order(f"G{ALL}", line(ALL, "3.20"), at=now - timedelta(days=3))
    return [*told, arrival(guest)]


def _names() -> None:
    for product in Product.objects.all():
        Product.objects.filter(code=product.code).update(name=product.code, category=product.code)


def _tell_of(customer: Customer, payload: str, owner: Staff, now: datetime) -> None:
    customers_actions.change_profile(
        customer.public_id,
        Profile(
            name=payload,
            language=payload[:10],
            country=payload[:60],
            attributes={payload: payload, "brought_by": payload},
        ),
    )
    for text in PAYLOADS:
        customers_actions.add_tag(customer.public_id, text, now=now)
        customers_actions.add_note(customer.public_id, text, by=owner, now=now)
    external = Identifier("external", f"X{payload}")
    customers_actions.add_identifier(customer.public_id, external, now=now)
    IdentifierRow.objects.create(  # worse than any door lets in
        kind="email", value=f"{payload}@example.com", customer_id=customer.id
    )


def _merge(people: list[Customer], now: datetime) -> None:
    first, last = people[0], people[-1]
    customers_actions.merge(last.public_id, first.public_id, reason=ALL, now=now)
    guest = FactRow.objects.filter(guest=True).first()
    assert guest is not None
    customers_actions.claim_order(guest.key, first.public_id, reason=ALL, now=now)


def _file() -> str:
    """Orders whose every cell and header is an attack; some rows cannot go in."""
    sink = io.StringIO()
    writer = csv.writer(sink)
    heads = ["Order", "Date", "Customer", "Name", "Item", "Category", "Quantity", "Price", "Place"]
    writer.writerow([*heads, *(f"{payload}{n}" for n, payload in enumerate(PAYLOADS))])
    for (number, payload), quantity in pairs(enumerate(PAYLOADS), ("1", PAYLOADS[0])):
        text = [payload] * len(PAYLOADS)
        key = f"F{number}{quantity[:1]}{payload}"
        cells = [key, "2026-10-21", f"F{payload}", payload, payload, payload, quantity, "2.50"]
        writer.writerow([*cells, payload, *text])
    return sink.getvalue()


def _imports(owner: Staff, folder: Path, now: datetime) -> dict[str, list[str]]:
    """One import at each of its steps, each file with the name of an attack."""
    client = Client()
    client.force_login(owner)
    name = (PAYLOADS[0] + ".csv").replace("/", "")
    steps: dict[str, list[str]] = {"open": [], "seen": [], "bad": [], "done": []}
    for step in ("open", "seen", "done"):
        address = wizard.upload(client, _file() + f"\n,,,,,,,,{step}", name)
        steps[step].append(address)
        if step != "open":
            wizard.match(client, address, column_9="attribute", column_10="attribute")
        if step == "done":
            wizard.begin(client, address)
            wizard.work()
    done = ImportRun.objects.get(id=steps["done"][0].rstrip("/").rpartition("/")[2])
    assert done.state == ImportRun.State.DONE, (done.state, done.problem)
    assert done.summary["counts"]["rows_rejected"] >= len(PAYLOADS)
    steps["bad"].append(wizard.upload(client, ALL, name))
    mapping = mapping_of(done)
    assert mapping is not None
    for payload in PAYLOADS:
        mappings.save(payload, mapping, now=now)
    return steps
