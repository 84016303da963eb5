"""Corner Coffee with its club, and Ana, a member with a phone; mails are read from the outbox."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.test import Client

from regulars.actions import mailing, portal_friends, signing_in
from regulars.actions.known import known_customer
from regulars.actions.members import join
from regulars.actions.publishing import publish
from regulars.actions.record import Source, record
from regulars.db.models import Business, Customer, OutMail, Product
from regulars.engine.arrivals import Arrival
from regulars.engine.facts import Identifier, Line, Order, Profile, Who
from regulars.engine.happenings import Grant
from regulars.identity import normalise
from regulars.sources.corner_coffee import programme
from staff import open_cafe

CLUB = "corner_club"
NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
BASE = "https://club.example"
ANA = "ana@example.com"


def member(name: str, *, language: str = "en", **known: str) -> int:
    """A customer who takes part since three weeks ago."""
    identifiers = tuple(Identifier(kind, normalise(kind, one)) for kind, one in known.items())  # type: ignore[arg-type]
    profile = Profile(name=name, language=language)
    number = known_customer(Who(identifiers=identifiers, profile=profile), NOW)
    join([number], CLUB, since=NOW - timedelta(days=20), now=NOW - timedelta(days=20))
    return number


def give(number: int, amount: int, key: str = "given") -> None:
    """So many points, by hand."""
    key = f"{key}:{Customer.objects.get(id=number).public_id}"
    fact = Grant(key=key, at=NOW - timedelta(days=1), amount=amount)
    record([Arrival(fact=fact, programme=CLUB)], now=NOW, source=Source(owner=number))


def buy(email: str, key: str, amount: str, at: datetime = NOW, **more: Any) -> None:
    """Somebody buys a flat white that costs so much."""
    Product.objects.get_or_create(code="fw", defaults={"name": "Flat white", "category": "Drinks"})
    price = Decimal(amount)
    line = Line(product="fw", category="Drinks", unit_price=price, amount_minor=int(price * 100))
    order = Order(
        key=key, at=at, currency="EUR", amount_minor=int(price * 100), lines=(line,), **more
    )
    who = Who(identifiers=(Identifier("email", email),))
    record([Arrival(fact=order, who=who)], now=at)


class Club:
    """The business and Ana, with 130 points given and a card."""

    def __init__(self) -> None:
        self.owner = open_cafe()
        publish(programme(), now=NOW - timedelta(days=30), by="Olga")
        self.ana = member("Ana Popescu", email=ANA, card="RC-773318", phone="+491715550482")
        give(self.ana, 130)

    @property
    def customer(self) -> Customer:
        return Customer.objects.get(id=self.ana)

    def browser(self, number: int | None = None, now: datetime = NOW) -> Client:
        """A phone on which a member is signed in."""
        client = Client()
        token = signing_in.make_ticket(number or self.ana, now)
        answer = client.post(f"/my/enter/{token}/")
        assert answer.status_code == 302, answer.content
        return client


def ask(client: Client, email: str = ANA, now: datetime = NOW) -> Any:
    """Ask for a mail, and let the job write it."""
    answer = client.post("/my/sign-in/", {"email": email})
    work(now)
    return answer


def work(now: datetime = NOW) -> None:
    """What the jobs do that were queued for mail."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT task_name, args FROM procrastinate_jobs WHERE status = 'todo'")
        waiting = cursor.fetchall()
        cursor.execute("DELETE FROM procrastinate_jobs WHERE status = 'todo'")
    for name, arguments in waiting:
        told = json.loads(arguments) if isinstance(arguments, str) else arguments
        told.pop("request", None)  # which request it comes from
        if name == signing_in.JOB:
            signing_in.write(told["browser"], told["language"], now)
        elif name == portal_friends.JOB:
            portal_friends.write(portal_friends.Claim(network="", **told), now)
        else:
            assert name in (mailing.JOB, "refresh", "tell_birthdays"), name


def mails() -> list[OutMail]:
    return list(OutMail.objects.order_by("queued_at", "id"))


def code_in(mail: OutMail) -> str:
    found = re.search(r"\b(\d{3}) (\d{3})\b", mail.text)
    assert found, mail.text
    return found[1] + found[2]


def link_in(mail: OutMail) -> str:
    """The path of the link in a mail."""
    found = re.search(rf"{BASE}(/\S+)", mail.text)
    assert found, mail.text
    return found[1]


def text(answer: Any) -> str:
    """What a page says, blanks as one."""
    told = re.sub(r"<svg.*?</svg>|<[^>]+>", " ", answer.content.decode(), flags=re.S)
    return " ".join(told.replace("\xa0", " ").split())


def business() -> Business:
    return Business.objects.get(pk=1)
