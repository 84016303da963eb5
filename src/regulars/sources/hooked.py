"""What shops send by webhook: the signature judged on the raw bytes, the payload read to facts.

A payload tells how an order stands as of one moment. Its reading says so too (`Standing`), and
whoever books it decides what is news: the same payloads come to the same facts in any order.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import blake2b
from typing import Annotated, Protocol, TypeVar

import msgspec
from msgspec import Meta, Struct, structs

from regulars.engine.arrivals import encode
from regulars.engine.facts import Identifier, IdentifierKind, Order, Profile, Refund, Who
from regulars.engine.money import to_minor
from regulars.identity import IdentityError, normalise, without_cards

MOST_BYTES = 2 * 1024 * 1024
MOST_AMOUNT = Decimal(10**12)
Number = Annotated[int, Meta(ge=1, lt=10**18)]
UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
T = TypeVar("T")


class Unreadable(Exception):
    """A payload that cannot be read: a code, and the path of the field."""

    def __init__(self, code: str, place: str = "") -> None:
        super().__init__(code)
        self.code, self.place = code, place[:200]


class Forged(Exception):
    """A request that nobody with the secret sent, or not as it is; the code says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Incoming(Struct, frozen=True, kw_only=True):
    """A request: its headers by small names, and its body as it came."""

    headers: Mapping[str, str]
    body: bytes


class Settings(Struct, frozen=True, kw_only=True):
    """What is known of a shop: its secret, its domain (empty: any) and the name of its facts."""

    secret: str
    shop: str
    source: str


class Standing(Struct, frozen=True, kw_only=True):
    """How an order stands, as of `version` (microseconds since 1970).

    `paid`: money came for it, so it counts. `over`: it was called off, as is known since
    `called_off`. `refunds` are all that there are.
    The refunds in `undated` are only known to have happened by then: the earliest one that tells
    of them dates them.
    """

    key: str
    version: int
    paid: bool
    order: Order
    who: Who | None
    refunds: Sequence[Refund] = ()
    undated: frozenset[str] = frozenset()
    over: bool = False
    called_off: datetime

    @property
    def digest(self) -> bytes:
        """A hash of what is said, to choose between two that name the same moment."""
        facts: list[Order | Refund] = [self.order, *self.refunds]
        told = [encode(one) for one in facts]
        told.append(msgspec.json.encode((self.who, self.paid, self.over), order="deterministic"))
        return blake2b(b"\x00".join(told), digest_size=16).digest()


class Reading(Struct, frozen=True, kw_only=True):
    """What a payload says: how an order stands, refunds alone, or nothing that concerns us."""

    standing: Standing | None = None
    refunds: Sequence[Refund] = ()


class Shop(Protocol):
    """A shop system that sends webhooks."""

    def verify(self, incoming: Incoming, settings: Settings) -> str:
        """The topic. Raises Forged."""

    def read(self, topic: str, body: bytes, settings: Settings) -> Reading:
        """What a payload says. Raises Unreadable."""


def check_signature(secret: str, body: bytes, told: str) -> None:
    """Refuse a body that was not signed by the secret (HMAC-SHA256, base64), in constant time.
    Without a secret nothing is right. Raises Forged."""
    if not secret:
        raise Forged("no_secret")
    if not told:
        raise Forged("no_signature")
    try:
        signed = base64.b64decode(told, validate=True)
    except (binascii.Error, ValueError):
        raise Forged("wrong_signature") from None
    if not hmac.compare_digest(hmac.digest(secret.encode(), body, "sha256"), signed):
        raise Forged("wrong_signature")


def decoded(decoder: msgspec.json.Decoder[T], body: bytes) -> T:
    """A body as its shape. Raises Unreadable with the place."""
    try:
        return decoder.decode(body)
    except msgspec.ValidationError as error:
        _, sign, place = str(error).rpartition(" - at `$")
        named = place.removesuffix("`").removeprefix(".") if sign else ""
        raise Unreadable("field_unreadable", named) from None
    except (msgspec.DecodeError, RecursionError, ValueError):
        raise Unreadable("body_unreadable") from None


def money(amount: Decimal, currency: str, place: str) -> int:
    """An amount in smallest units. Raises Unreadable for what is no amount of money."""
    if not amount.is_finite() or abs(amount) >= MOST_AMOUNT:
        raise Unreadable("amount_unreadable", place)
    if not re.fullmatch("[A-Z]{3}", currency):
        raise Unreadable("currency_unreadable", "currency")
    return to_minor(amount, currency)


def moment(text: str | None, place: str) -> datetime:
    """A moment with its offset, in UTC. Raises Unreadable."""
    try:
        found = datetime.fromisoformat(text or "")
        if found.tzinfo is None:
            raise ValueError
        found = found.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Unreadable("time_unreadable", place) from None
    if not 1990 <= found.year < 2200:
        raise Unreadable("time_unreadable", place)
    return found


def plain(text: str | None, most: int = 100) -> str:
    """A text as we keep it: on one line, without the number of a bank card, not too long."""
    return without_cards(UNPRINTABLE.sub(" ", text or "").strip())[:most]


class Person(Struct, frozen=True, kw_only=True):
    """Whom an order is about, as a shop tells it."""

    number: str = ""
    email: str | None = None
    phone: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    country: str | None = None
    language: str | None = None


def who_of(person: Person, source: str) -> Who | None:
    """The person, by whatever can be read of them; none where nothing can. A shop's customer
    number is told apart from others by the name of its source."""
    number = f"{source}:{person.number}" if person.number else ""
    country = (person.country or "").upper()
    region = country if re.fullmatch("[A-Z]{2}", country) else ""
    found = [
        identifier
        for kind, text in (("external", number), ("email", person.email), ("phone", person.phone))
        if (identifier := _identifier(kind, text or "", region))
    ]
    if not found:
        return None
    name = plain(f"{person.first_name or ''} {person.last_name or ''}", 200)
    language = plain(person.language, 10)
    profile = Profile(name=name, country=region, language=language)
    return Who(identifiers=tuple(found), profile=profile)


def _identifier(kind: str, text: str, region: str) -> Identifier | None:
    try:
        value = normalise(kind, UNPRINTABLE.sub("", text), region=region)
    except IdentityError:
        return None
    return Identifier(_KINDS[kind], value)


_KINDS: dict[str, IdentifierKind] = {"external": "external", "email": "email", "phone": "phone"}


def called_off(standing: Standing, at: datetime) -> Refund:
    """The end of an order that was called off: what had not come back yet."""
    order = standing.order
    back = sum(one.amount_minor for one in standing.refunds)
    return Refund(
        key=cancel_key(standing.key),
        at=at,
        source=order.source,
        order=order.key,
        currency=order.currency,
        amount_minor=max(order.amount_minor - back, 0),
        full=True,
        cancelled=True,
    )


def withdrawn(refund: Refund) -> Refund:
    """A refund that is no longer there: it takes nothing back."""
    return structs.replace(
        refund, amount_minor=0, lines=(), eligible_minor=None, full=False, cancelled=False
    )


def cancel_key(order: str) -> str:
    """The key of the calling off of an order."""
    return f"{order}:cancel"
