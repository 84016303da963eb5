"""Who works for the business and what they may do. Every change of rights ends their sessions."""

from __future__ import annotations

from collections.abc import Mapping, Set
from datetime import datetime
from uuid import UUID

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import IntegrityError, transaction
from django.db.models import Q
from msgspec import Struct

from regulars.actions import audit
from regulars.actions.entry import (
    Purpose,
    Refusal,
    mail_ready,
    make_link,
    send_link,
    take_person,
)
from regulars.actions.refused import Refused
from regulars.db.models import EntryLink, Place, Role, Staff
from regulars.db.queries.staff import by_email, is_invited, owners, places_of


class Position(Struct, frozen=True, kw_only=True):
    """A role, and the codes of the places it is limited to; none means all places."""

    role: Role
    places: frozenset[str] = frozenset()


class _Pair(Struct, frozen=True, kw_only=True):
    """Who changes whom, both as they stand under the lock."""

    actor: Staff
    staff: Staff


class Invitation(Struct, frozen=True, kw_only=True):
    """Whom to ask in, and as what."""

    email: str
    position: Position
    name: str = ""


def outranks(one: str, other: str) -> bool:
    """Whether the first role is at least as high as the second."""
    order = list(Role.values)
    return order.index(one) <= order.index(other)


@transaction.atomic
def invite(actor: Staff, invitation: Invitation, now: datetime) -> Staff:
    """Add somebody who cannot sign in until they answer; `link_for` makes the link.

    Raises `Refused`: above_you, not_your_places, place_unknown, address_known.
    """
    _check_gift(actor, invitation.position)
    staff = Staff(
        email=invitation.email.strip().lower(),
        name=invitation.name.strip(),
        role=invitation.position.role,
        created_at=now,
    )
    staff.set_unusable_password()
    try:
        with transaction.atomic():
            staff.save(force_insert=True)
    except IntegrityError as error:
        raise Refused(Refusal.ADDRESS_KNOWN) from error
    _give_places(staff, invitation.position.places)
    _note("staff.invited", staff, actor, _told(invitation.position))
    if mail_ready():
        send_link(Purpose.INVITE, staff.email)
    return staff


@transaction.atomic
def link_for(actor: Staff, staff_id: UUID, now: datetime) -> str:
    """A token to hand over: the invitation while it waits for an answer, else a reset.

    Only an owner resets a colleague's password. Raises `Refused`: above_you, not_your_places,
    yourself, inactive.
    """
    pair = _locked(actor, staff_id)
    staff = pair.staff
    if not staff.is_active:
        raise Refused(Refusal.INACTIVE)
    if not is_invited(staff) and pair.actor.role != Role.OWNER:
        raise Refused(Refusal.ABOVE_YOU)
    _note("staff.link", staff, actor)
    return make_link(Purpose.INVITE if is_invited(staff) else Purpose.RESET, staff, now)


@transaction.atomic
def change_position(actor: Staff, staff_id: UUID, position: Position) -> Staff:
    """Give another role or other places; what is open in their name ends when anything changes.

    Raises `Refused`: yourself, above_you, not_your_places, place_unknown, last_owner.
    """
    pair = _locked(actor, staff_id)
    _check_gift(pair.actor, position)
    staff = pair.staff
    if position.role != Role.OWNER:
        _keep_an_owner(staff)
    before = Position(role=Role(staff.role), places=places_of(staff) or frozenset())
    if before == position:
        return staff
    _note("staff.changed", staff, actor, {"from": _told(before), "to": _told(position)})
    staff.role = position.role
    staff.save(update_fields=["role"])
    _give_places(staff, position.places)
    end_sessions(staff)
    return staff


@transaction.atomic
def deactivate(actor: Staff, staff_id: UUID) -> Staff:
    """Shut somebody out: sessions and links end at once; what they did keeps their name.

    Raises `Refused`: yourself, above_you, not_your_places, last_owner.
    """
    staff = _locked(actor, staff_id).staff
    _keep_an_owner(staff)
    staff.is_active = False
    staff.save(update_fields=["is_active"])
    _note("staff.left", staff, actor)
    EntryLink.objects.filter(staff=staff, used_at=None).delete()
    end_sessions(staff)
    return staff


@transaction.atomic
def reactivate(actor: Staff, staff_id: UUID) -> Staff:
    """Let somebody back in. Raises `Refused`: yourself, above_you, not_your_places."""
    staff = _locked(actor, staff_id).staff
    staff.is_active = True
    staff.save(update_fields=["is_active"])
    _note("staff.returned", staff, actor)
    return staff


@transaction.atomic
def accept_invitation(token: str, name: str, password: str, now: datetime) -> Staff:
    """Answer an invitation. Raises `Refused` (link_spent)."""
    staff = take_person(token, Purpose.INVITE, now)
    staff.name = name.strip()
    staff.set_password(password)
    staff.save(update_fields=["name", "password"])
    return staff


@transaction.atomic
def reset_password(token: str, password: str, now: datetime) -> Staff:
    """Set a new password by a reset link; every session ends. Raises `Refused` (link_spent)."""
    staff = take_person(token, Purpose.RESET, now)
    staff.set_password(password)
    staff.save(update_fields=["password"])
    EntryLink.objects.filter(staff=staff, used_at=None).delete()
    end_sessions(staff)
    return staff


def change_profile(staff: Staff, name: str, language: str) -> None:
    """What somebody changes about themself: name, and the language of pages and messages."""
    Staff.objects.filter(pk=staff.pk).update(name=name.strip(), language=language)


def end_sessions(staff: Staff, keep: str | None = None) -> int:
    """Sign somebody out everywhere, except in the session `keep`; returns how many ended."""
    tracked = UserSession.objects.filter(user=staff).exclude(session_key=keep)
    keys = list(tracked.values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    tracked.delete()
    return len(keys)


@transaction.atomic
def host_link(email: str, purpose: Purpose, now: datetime) -> str:
    """A token for whoever owns the machine: `enter` signs in, `reset` sets a new password.

    Raises `Refused`: address_unknown, inactive.
    """
    staff = known(email)
    if not staff.is_active:
        raise Refused(Refusal.INACTIVE)
    _note("staff.link", staff, None)
    return make_link(purpose, staff, now)


@transaction.atomic
def remove_second_factor(email: str) -> int:
    """Forget somebody's second factors, by the owner of the machine; returns how many there were.

    Raises `Refused` (address_unknown).
    """
    staff = known(email)
    count: int = Authenticator.objects.filter(user=staff).delete()[0]
    end_sessions(staff)
    _note("staff.factor", staff, None)
    return count


def known(email: str) -> Staff:
    """Somebody by address, in whatever case. Raises `Refused` (address_unknown)."""
    staff = by_email(email)
    if staff is None:
        raise Refused(Refusal.ADDRESS_UNKNOWN)
    return staff


def _note(what: str, staff: Staff, actor: Staff | None, details: Mapping[str, object] = {}) -> None:
    """Write down what is done about somebody: by the owner of the machine where nobody is named."""
    who = audit.staff_name(actor) if actor else audit.COMMAND_LINE
    audit.note(what, staff.pk, who, details=details)


def _told(position: Position) -> dict[str, object]:
    return {"role": position.role.value, "places": sorted(position.places)}


def _locked(actor: Staff, staff_id: UUID) -> _Pair:
    """Somebody whom the actor may change, with all owners locked in one order."""
    rows = Staff.objects.select_for_update().order_by("pk")
    people = {row.pk: row for row in rows.filter(Q(pk__in=[actor.pk, staff_id]) | Q(role="owner"))}
    staff = people.get(staff_id)
    if staff is None:
        raise Refused(Refusal.ADDRESS_UNKNOWN)
    if staff_id == actor.pk:
        raise Refused(Refusal.YOURSELF)
    actor = people[actor.pk]
    if not actor.is_active or not outranks(actor.role, staff.role):
        raise Refused(Refusal.ABOVE_YOU)
    _check_places(actor, places_of(staff) or frozenset())
    return _Pair(actor=actor, staff=staff)


def _check_gift(actor: Staff, position: Position) -> None:
    if not outranks(actor.role, position.role):
        raise Refused(Refusal.ABOVE_YOU)
    _check_places(actor, position.places)


def _check_places(actor: Staff, places: Set[str]) -> None:
    own = places_of(actor)
    if own is not None and (not places or not places <= own):
        raise Refused(Refusal.NOT_YOUR_PLACES)


def _give_places(staff: Staff, codes: Set[str]) -> None:
    if Place.objects.filter(code__in=codes).count() != len(codes):
        raise Refused(Refusal.PLACE_UNKNOWN)
    staff.places.set(Place.objects.filter(code__in=codes))


def _keep_an_owner(staff: Staff) -> None:
    """Refuse to take the last owner away; `_locked` holds the rows of all owners."""
    if staff.role == Role.OWNER and not owners([staff.pk]).exists():
        raise Refused(Refusal.LAST_OWNER)
