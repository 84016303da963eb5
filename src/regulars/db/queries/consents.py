"""Reads about what people agreed to: the newest row of a purpose and a channel counts."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from hmac import compare_digest
from uuid import UUID

from django.utils.crypto import salted_hmac
from msgspec import Struct

from regulars.db.models import Consent, Customer
from regulars.db.queries.history import end_of

SALT = "regulars.stop"
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
