"""A counter in Market Street with a till, a cashier and a member, for tests."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from django.test import Client
from msgspec import Struct

from regulars.actions import tills
from regulars.actions.known import known_customer
from regulars.actions.looking import look
from regulars.actions.members import join
from regulars.actions.publishing import publish
from regulars.actions.record import Source, record
from regulars.actions.till_sales import Sale, key_of
from regulars.db.models import Cashier, Customer, Place, TillDevice
from regulars.db.queries.till import Worker
from regulars.engine.arrivals import Arrival
from regulars.engine.facts import Identifier, Profile, Who
from regulars.engine.happenings import Grant
from regulars.identity import normalise
from regulars.sources.corner_coffee import programme as club
from staff import digest as whole_digest
from staff import open_cafe

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
CLUB = "corner_club"
PIN = "2846"


class Counter(Struct):
    """Who is there: a till with its token, Mia at it, and Ana before it."""

    device: TillDevice
    token: str
    mia: Cashier
    ana: int

    @property
    def worker(self) -> Worker:
        return Worker(device=self.device, cashier=self.mia)

    @property
    def ana_id(self) -> str:
        return str(Customer.objects.get(id=self.ana).public_id)

    def sale(self, key: str = "one", **more: Any) -> Sale:
        told = {"customer": self.ana, "at": NOW, "amount_minor": 840, **more}
        return Sale(key=key_of(self.worker, key), **told)

    def points(self, asset: str = "points") -> int:
        return look(self.ana, CLUB, NOW + timedelta(hours=1)).balances[asset].available

    def browser(self, *, signed_in: bool = True, **options: Any) -> Client:
        """A browser that is this till."""
        client = Client(**options)
        client.cookies["regulars_till"] = self.token
        if signed_in:
            answer = client.post("/till/enter/", {"cashier": str(self.mia.pk), "pin": PIN})
            assert answer.status_code == 302, answer.content
        return client


def open_counter() -> Counter:
    """Corner Coffee with its club, a till in Market Street, Mia and Ana."""
    open_cafe()
    publish(club(), now=NOW - timedelta(days=30), by="Olga")
    place("market")
    device, token = paired("market")
    mia = tills.add_cashier(None, tills.Wanted(name="Mia", pin=PIN), NOW)
    ana = member("Ana Popescu", email="ana@example.com", phone="+491715550482", card="RC-773318")
    give(ana, 460)
    return Counter(device, token, mia, ana)


def place(code: str) -> Place:
    return Place.objects.get_or_create(code=code, defaults={"name": code.title()})[0]


def paired(where: str, name: str = "till 1") -> tuple[TillDevice, str]:
    _device, code = tills.make_code(where, name, None, NOW)
    made = tills.pair(code, NOW)
    return made.device, made.token


def member(name: str, **known: str) -> int:
    identifiers = tuple(Identifier(kind, normalise(kind, one)) for kind, one in known.items())  # type: ignore[arg-type]
    number = known_customer(Who(identifiers=identifiers, profile=Profile(name=name)), NOW)
    join([number], CLUB, since=NOW - timedelta(days=20), now=NOW - timedelta(days=20))
    return number


def give(number: int, amount: int, asset: str = "points", programme: str = CLUB) -> None:
    day, key = NOW - timedelta(days=1), f"given:{number}:{programme}:{asset}"
    fact = Grant(key=key, at=day, asset=asset, amount=amount)
    record([Arrival(fact=fact, programme=programme)], now=NOW, source=Source(owner=number))


def digest() -> dict[str, int]:
    """A hash of every table but the one that counts tries."""
    marks = whole_digest()
    marks.pop("regulars_api_use")
    return marks


def text(answer: Any) -> str:
    """What a page says, blanks as one."""
    found = re.sub(r"<(script|svg).*?</\1>|<[^>]+>", " ", answer.content.decode(), flags=re.S)
    return " ".join(found.split())
