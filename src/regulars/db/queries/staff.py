"""Reads about the people who work for the business, and about the links that let them in."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db.models import Exists, OuterRef, Q, QuerySet
from msgspec import Struct

from regulars.db.models import Business, EntryLink, Role, Staff

SECOND_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


class Colleague(Struct, frozen=True, kw_only=True):
    """One line of the list of staff."""

    person: Staff
    places: tuple[str, ...]
    second_factor: bool
    invited: bool


def token_hash(token: str) -> str:
    """What is kept of a link's token: SHA-256 as 64 hexadecimal digits."""
    return hashlib.sha256(token.encode()).hexdigest()


def open_link(token: str, now: datetime) -> EntryLink | None:
    """The link that a token opens at `now`; None if unknown, used, over or its person left."""
    links = EntryLink.objects.select_related("staff").filter(
        Q(staff=None) | Q(staff__is_active=True), used_at=None, expires_at__gt=now
    )
    return links.filter(token_hash=token_hash(token)).first()


def places_of(staff: Staff) -> frozenset[str] | None:
    """The codes of the places that somebody is limited to, or None for all places."""
    codes = frozenset(staff.places.values_list("code", flat=True))
    return codes or None


def has_second_factor(staff: Staff) -> bool:
    return bool(Authenticator.objects.filter(user=staff, type__in=SECOND_FACTORS).exists())


def second_factor_is_due(staff: Staff) -> bool:
    """Whether the business asks for a second factor that this person does not have yet."""
    required = Business.objects.filter(second_factor_required=True).exists()
    return required and not has_second_factor(staff)


def is_invited(staff: Staff) -> bool:
    """Whether an invitation has not been answered yet."""
    return staff.last_login is None and not staff.has_usable_password()


def by_email(email: str) -> Staff | None:
    return Staff.objects.filter(email=email.strip().lower()).first()


def was_at(email: str, network: str) -> bool:
    """Whether whoever has this address is signed in at this network, or was until lately."""
    sessions = UserSession.objects.filter(user__email=email.strip().lower(), ip=network)
    return bool(sessions.exists())


def colleagues() -> list[Colleague]:
    """Everybody, owners first, those who left last."""
    factor = Authenticator.objects.filter(user=OuterRef("pk"), type__in=SECOND_FACTORS)
    people = Staff.objects.annotate(factor=Exists(factor)).prefetch_related("places")
    lines = [
        Colleague(
            person=person,
            places=tuple(place.name for place in person.places.all()),
            second_factor=person.factor,
            invited=is_invited(person),
        )
        for person in people
    ]
    return sorted(lines, key=_standing)


def _standing(line: Colleague) -> tuple[bool, int, str]:
    rank = list(Role.values).index(line.person.role)
    return (not line.person.is_active, rank, (line.person.name or line.person.email).casefold())


def owners(ids: Iterable[UUID] = ()) -> QuerySet[Staff]:
    """Owners who can sign in, without those of `ids`."""
    return Staff.objects.filter(role=Role.OWNER, is_active=True).exclude(pk__in=list(ids))
