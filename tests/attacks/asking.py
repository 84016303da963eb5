"""Pages that somebody asks about an address: of members or of staff, known or not (A34)."""

from __future__ import annotations

import hashlib
import re
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from itertools import count
from typing import Any
from uuid import UUID

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from msgspec import Struct

from portal.portal_kit import ANA, CLUB, Club, work
from regulars.db.models import Role
from regulars.db.queries import advocates
from regulars.db.queries.portal import customer_of_email
from staff import employ

NOBODY, OTHER = "joe@example.com", "zoe@example.com"
OLGA, OTTO = "olga@corner.example", "otto@corner.example"
INVITED, LEFT, RUTH = "ines@corner.example", "lena@corner.example", "ruth@corner.example"
CSRF = re.compile(r"\b[A-Za-z0-9]{64}\b|nonce-[\w-]+")
NAMES = re.compile(r"\b[\da-f]{32,}\b|[\w-]{43,}|\d+")
"""In statements: what is random by nature, and how many there were before."""
OFTEN = 7
"""Oftener than any limit allows."""
NETWORKS = (f"10.{one >> 8 & 255}.{one & 255}.1" for one in count())
"""Each a new one: what is counted for one says nothing of the next."""


class Asked(Struct, frozen=True, kw_only=True):
    """One page: `{email}`, `{code}` of an advocate and `{stop}` are filled in; `before` is what the
    browser did on its way here."""

    path: str
    fields: Mapping[str, str] = {}
    method: str = "POST"
    name: str = ""
    before: Callable[[Client, str], None] = lambda _client, _email: None

    @property
    def title(self) -> str:
        return self.name or f"{self.method} {self.path}"


def mailed(client: Client, email: str) -> None:
    """The browser asked for a code, and the job is done that mails it to whoever is known. What is
    asked next does not follow on that in the same process: so it is asked something else first."""
    assert client.post("/my/sign-in/", {"email": email}).status_code == 302
    work()
    client.get("/my/sign-in/")


CONTACT = {"contact": "{email}", "name": "Joe", "agreed": "yes", "key": "1" * 32}
OF_MEMBERS = (
    Asked(path="/my/sign-in/", fields={"email": "{email}"}, name="sign in"),
    Asked(path="/my/sign-in/code/", method="GET", before=mailed, name="code, asked for"),
    Asked(path="/my/sign-in/code/", fields={"code": "1"}, before=mailed, name="code, wrong"),
    Asked(path="/r/{code}/", fields={"email": "{email}"}, name="a friend's page"),
    Asked(path="/r/{code}/?email={email}", method="GET", name="a friend's page, looked at"),
    Asked(path="/my/stop/{stop}/", method="GET", name="unsubscribe, forged link"),
    Asked(path="/my/stop/{stop}/", name="unsubscribe, forged button"),
    Asked(path="/my/profile/?email={email}", method="GET", name="preferences"),
    Asked(
        path="/my/profile/consents/",
        fields={"email": "{email}", "yes": "news:mail"},
        name="preferences, sent",
    ),
    Asked(path="/panel/?email={email}", method="GET", name="panel in a shop"),
    Asked(path="/till/find/", fields={"q": "{email}"}, name="looking, without a till"),
    Asked(path="/till/new/", fields=CONTACT, name="enrolling, without a till"),
    Asked(path="/console/customers/?q={email}", method="GET", name="search of staff"),
    Asked(path="/api/v1/customers?email={email}", method="GET", name="API, without a key"),
)
PASSWORD_TRIED = {"login": "{email}", "password": "seven wrong words"}
LOGIN = Asked(path="/console/accounts/login/", fields=PASSWORD_TRIED, name="sign in of staff")
RESET = Asked(
    path="/console/accounts/password/forgot/", fields={"email": "{email}"}, name="password reset"
)
SIGN_UP = Asked(path="/console/accounts/signup/", fields={"email": "{email}"}, name="sign up")
OF_STAFF = (LOGIN, RESET, SIGN_UP)


class Known(Struct, frozen=True):
    """The club, in which Ana is known, and staff of every kind."""

    code: str
    people: dict[str, UUID]

    def filled(self, text: str, email: str) -> str:
        person = self.people.get(email, UUID(int=7))
        return text.format(email=email, code=self.code, stop=_forged(person, email))


def opened(club: Club) -> Known:
    """Beside Olga, somebody who was invited and somebody who left."""
    invited, left = employ("Ines", Role.STAFF), employ("Lena", Role.STAFF)
    invited.set_unusable_password()
    invited.save()
    left.is_active = False
    left.save()
    customer = customer_of_email(ANA)
    assert customer is not None
    return Known(advocates.code_of(club.ana, CLUB).lower(), {ANA: customer.public_id})


def _forged(person: UUID, email: str) -> str:
    """A link that names somebody, under a signature that is none."""
    told = person.bytes + hashlib.sha256(email.encode()).digest() + bytes(20)
    return "news-mail-" + urlsafe_b64encode(told).decode().rstrip("=")


def ask(known: Known, page: Asked, email: str, client: Client) -> Any:
    fields = {name: known.filled(one, email) for name, one in page.fields.items()}
    path = known.filled(page.path, email)
    return client.get(path) if page.method == "GET" else client.post(path, fields)


def told(known: Known, page: Asked, email: str) -> dict[str, object]:
    """All that a stranger sees of the answer, and the kinds of statements that it took."""
    client = Client(REMOTE_ADDR=next(NETWORKS))
    page.before(client, email)
    with CaptureQueriesContext(connection) as queries:
        answer = ask(known, page, email, client)
    seen = seen_of(answer, email, known.filled("{stop}", email))
    kinds = [NAMES.sub("", one["sql"].replace(email, ""))[:80] for one in queries]
    return {**seen, "statements": kinds}


def seen_of(answer: Any, *mine: str) -> dict[str, object]:
    """Status, headers, body and cookies, without what was sent itself and what is random."""

    def bare(text: str) -> str:
        for one in (*mine, answer.headers["X-Request-Id"]):
            text = text.replace(one, "…").replace(one.replace("@", "%40"), "…")
        return CSRF.sub("", text)

    return {
        "status": answer.status_code,
        "body": bare(answer.content.decode()),
        "headers": {
            name: bare(value)
            for name, value in answer.headers.items()
            if name not in ("X-Request-Id", "Expires")
        },
        "cookies": {
            name: (len(one.value), {key: at for key, at in one.items() if key != "expires"})
            for name, one in answer.cookies.items()
        },
    }


def often(known: Known, page: Asked, email: str) -> list[dict[str, object]]:
    """What somebody is told who asks again and again, from a network of their own."""
    client = Client(REMOTE_ADDR=next(NETWORKS))
    page.before(client, email)
    return [seen_of(ask(known, page, email, client), email) for _time in range(OFTEN)]
