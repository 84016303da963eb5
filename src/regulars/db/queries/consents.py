"""Reads about what people agreed to: the newest row of a purpose and a channel counts, unless the
owner of one of their addresses stopped mails of that purpose, as whomever we knew them then."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Sequence
from datetime import datetime
from hmac import compare_digest
from uuid import UUID

from django.db.models import Count, Min
from django.utils.crypto import salted_hmac
from msgspec import Struct

from regulars.db.models import Consent, ConsentWording, Customer, IdentifierRow, StoppedAddress
from regulars.db.queries.history import end_of, same_person
from regulars.db.queries.staff_words import key_of, reasons
from regulars.db.stopped import INVITATIONS, mark_of

SALT = "regulars.stop"
MOST = 200
"""So many people are listed with a text."""
PERSON, MARK, LENGTH = 16, 32, 20
"""Bytes that name the person, the address, and bytes that sign."""
NOBODY = UUID(int=0)


def consents_of(customer_id: int) -> dict[tuple[str, str], bool]:
    """What somebody said last, about each purpose by each channel, at whatever address; whatever is
    missing was never agreed to."""
    rows = Consent.objects.filter(customer_id=customer_id).order_by("at", "id")
    return {(row.purpose, row.channel): row.given for row in rows}


def marks_of(customer_id: int, *more: str) -> list[str]:
    """The marks of all addresses of a person, whoever they are one with, and of `more` beside."""
    numbers = same_person(end_of(customer_id))
    rows = IdentifierRow.objects.filter(customer_id__in=numbers, kind="email")
    return sorted(map(mark_of, {*rows.values_list("value", flat=True), *filter(None, more)}))


def stopped_at(marks: Iterable[str]) -> set[str]:
    """The purposes that the owner of any of these addresses stopped."""
    rows = StoppedAddress.objects.filter(address_hash__in=list(marks))
    return set(rows.values_list("purpose", flat=True))


def in_force(customer_id: int) -> dict[tuple[str, str], bool]:
    """What somebody agrees to be written about: what they said last, less what was stopped."""
    stopped = stopped_at(marks_of(customer_id))
    said = consents_of(end_of(customer_id))
    return {place: given and place[0] not in stopped for place, given in said.items()}


def agrees(customer_id: int, purpose: str, channel: str) -> bool:
    """Whether somebody, whoever they are one with by now, agrees to be written to."""
    return in_force(customer_id).get((purpose, channel), False)


def may_go(purpose: str, recipient: str, customer_id: int | None) -> bool:
    """Whether a mail may go to an address. One without a purpose must: codes to sign in, and what
    else somebody asked for, are never stopped."""
    if not purpose:
        return True
    if purpose in stopped_at([mark_of(recipient)]):
        return False
    if purpose == INVITATIONS:
        return True
    return customer_id is not None and agrees(customer_id, purpose, "mail")


class Stopping(Struct, frozen=True, kw_only=True):
    """What a link in a mail stops: messages about one purpose by one channel, to the address that
    has this `mark`, and to the person whom it was written to, if it was anybody."""

    purpose: str
    channel: str
    mark: str
    customer_id: int | None = None


def stop_token(customer: Customer | None, address: str, purpose: str, channel: str) -> str:
    """What stands in the link: what, who, and which address, signed with the installation's key, so
    that nobody can make one. It works for ever: no mail is so old that it cannot be stopped."""
    told = f"{purpose}-{channel}-"
    whom = (customer.public_id if customer else NOBODY).bytes + bytes.fromhex(mark_of(address))
    return told + urlsafe_b64encode(whom + _signature(told, whom)).decode().rstrip("=")


def stopping(token: str) -> Stopping | None:
    """What a token stops; None where we did not make it."""
    try:
        purpose, channel, rest = token.split("-", 2)
        signed = urlsafe_b64decode(rest.encode("ascii") + b"=" * (-len(rest) % 4))
    except ValueError:
        return None
    whom, signature = signed[:-LENGTH], signed[-LENGTH:]
    known = len(whom) == PERSON + MARK
    if not known or not compare_digest(signature, _signature(f"{purpose}-{channel}-", whom)):
        return None
    customer = Customer.objects.filter(public_id=UUID(bytes=whom[:PERSON])).first()
    return Stopping(
        purpose=purpose,
        channel=channel,
        mark=whom[PERSON:].hex(),
        customer_id=end_of(customer.id) if customer else None,
    )


def _signature(told: str, whom: bytes) -> bytes:
    return salted_hmac(SALT, told.encode() + whom, algorithm="sha256").digest()[:LENGTH]


def is_stopped(found: Stopping) -> bool:
    """Whether what a link stops is stopped already, or was never agreed to."""
    if found.purpose in stopped_at([found.mark]):
        return True
    if found.customer_id is None:
        return False
    return not agrees(found.customer_id, found.purpose, found.channel)


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
    """Somebody said yes or no: what to, when, by which way, the words that they
    read, and the reason that staff gave who wrote it down."""

    row: Consent
    text: str
    reason: str
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
    why = reasons(key_of("consent", one.id) for one in rows)
    return [
        Proof(
            row=one,
            text=texts.get(one.wording, ""),
            reason=why.get(key_of("consent", one.id), ""),
            customer=people[one.customer_id],
        )
        for one in rows
        if one.customer_id in people
    ]
