"""Reads about what people agreed to: the newest row of a purpose and a channel counts."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import datetime
from hmac import compare_digest
from uuid import UUID

from django.db.models import Count, Min
from django.utils.crypto import salted_hmac
from msgspec import Struct

from regulars.db.models import Consent, ConsentWording, Customer
from regulars.db.queries.history import end_of

SALT = "regulars.stop"
MOST = 200
"""So many people are listed with a text."""
PERSON, LENGTH = 16, 20
"""Bytes that name the person, and bytes that sign."""


def consents_of(customer_id: int) -> dict[tuple[str, str], bool]:
    """What somebody agrees to at present; whatever is missing was never agreed to."""
    rows = Consent.objects.filter(customer_id=customer_id).order_by("at", "id")
    return {(row.purpose, row.channel): row.given for row in rows}


def agrees(customer_id: int, purpose: str, channel: str) -> bool:
    """Whether somebody, whoever they are one with by now, agrees to be written to."""
    return consents_of(end_of(customer_id)).get((purpose, channel), False)


class Stopping(Struct, frozen=True, kw_only=True):
    """What a link in a mail stops: messages about one purpose by one channel to one person."""

    customer_id: int
    purpose: str
    channel: str


def stop_token(customer: Customer, purpose: str, channel: str) -> str:
    """What stands in the link: what and who, signed with the installation's key, so that nobody can
    make one. It works for ever: no mail is so old that it cannot be stopped."""
    told = f"{purpose}-{channel}-"
    signed = customer.public_id.bytes + _signature(told, customer.public_id.bytes)
    return told + urlsafe_b64encode(signed).decode()


def stopping(token: str) -> Stopping | None:
    """What a token stops; None where we did not make it, or the person is unknown."""
    try:
        purpose, channel, rest = token.split("-", 2)
        signed = urlsafe_b64decode(rest.encode("ascii"))
    except ValueError:
        return None
    person, signature = signed[:PERSON], signed[PERSON:]
    known = len(person) == len(signed) - LENGTH == PERSON
    if not known or not compare_digest(signature, _signature(f"{purpose}-{channel}-", person)):
        return None
    customer = Customer.objects.filter(public_id=UUID(bytes=person)).first()
    if customer is None:
        return None
    return Stopping(customer_id=end_of(customer.id), purpose=purpose, channel=channel)


def _signature(told: str, person: bytes) -> bytes:
    return salted_hmac(SALT, told.encode() + person, algorithm="sha256").digest()[:LENGTH]


class Stood(Struct, frozen=True, kw_only=True):
    """A wording of a purpose: what it said, from when on, until when (None: still), and how many
    people said yes or no to it."""

    id: str
    purpose: str
    language: str
    text: str
    since: datetime
    until: datetime | None
    people: int


def wordings_of_all_times() -> list[Stood]:
    """Every text that anybody said yes or no to, the newest of each purpose first. One stood until
    the next one of its purpose and language."""
    texts = {row.id: row for row in ConsentWording.objects.all()}
    rows = Consent.objects.values("purpose", "wording")
    counted = rows.annotate(since=Min("at"), people=Count("customer_id", distinct=True))
    found: list[Stood] = []
    until: dict[tuple[str, str], datetime] = {}
    for row in counted.order_by("purpose", "-since"):
        text = texts[row["wording"]]
        place = (row["purpose"], text.language)
        found.append(
            Stood(
                id=text.id,
                purpose=row["purpose"],
                language=text.language,
                text=text.text,
                since=row["since"],
                until=until.get(place),
                people=row["people"],
            )
        )
        until[place] = row["since"]
    return found


class Proof(Struct, frozen=True, kw_only=True):
    """Somebody said yes or no: what to, when, by which way, and the words that they read."""

    row: Consent
    text: str
    customer: Customer


def said_to(purpose: str, wording: str) -> list[Proof]:
    """Who said yes or no to a text, the newest first, at most so many as fit a page."""
    rows = list(Consent.objects.filter(purpose=purpose, wording=wording).order_by("-at")[:MOST])
    return _told(rows)


def said_by(numbers: Sequence[int]) -> list[Proof]:
    """Everything that a person said yes or no to, the newest first."""
    return _told(list(Consent.objects.filter(customer_id__in=numbers).order_by("-at", "-id")))


def _told(rows: list[Consent]) -> list[Proof]:
    read = ConsentWording.objects.filter(id__in={one.wording for one in rows})
    texts = dict(read.values_list("id", "text"))
    people = Customer.objects.in_bulk({one.customer_id for one in rows})
    return [
        Proof(row=one, text=texts.get(one.wording, ""), customer=people[one.customer_id])
        for one in rows
        if one.customer_id in people
    ]
