"""Tills: which browser is one, and who works at it. An owner or manager makes a code; whoever
opens it in a browser makes that browser the till of a place. Cashiers show a name and a PIN."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Set
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.contrib.auth.hashers import check_password, make_password
from django.db import connection, transaction
from msgspec import Struct

from regulars.actions import audit
from regulars.actions.refused import Refused
from regulars.db import api_keys
from regulars.db.models import ApiUse, Cashier, Place, Staff, TillDevice
from regulars.db.queries import till
from regulars.db.queries.staff import places_of, token_hash

log = logging.getLogger("regulars.till")

LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
CODE_LENGTH = 12
"""Thirty-one signs to the twelfth: some 59 bits, for a quarter of an hour."""
PAIRING_FOR = timedelta(minutes=15)
PAIRING_TRIES = 60
HOUR, QUARTER = 3600, 900
PIN_TRIES = 5
"""Wrong PINs of one name at one till in a quarter of an hour."""
NAME_TRIES = 20
"""Wrong PINs of one name in an hour, whatever the till."""
DEVICE_TRIES = 30
"""Wrong PINs at one till in an hour, whatever the name."""
FINDS_A_MINUTE, FINDS_A_DAY = 120, 6000
"""People looked up at one till, each letter of a name counted: no list of members is read out."""
NAME_LENGTH = 100
MOST_A_DAY = 100_000
ROWS = ("01234567890", "09876543210")


class Wanted(Struct, frozen=True, kw_only=True):
    """A cashier as an owner or manager wants them; an empty `pin` leaves it as it is."""

    name: str
    pin: str = ""
    places: frozenset[str] = frozenset()
    grants_a_day: int = 50
    undos_a_day: int = 20


class Paired(Struct, frozen=True):
    """A browser that has become a till, and the token that it shows from now on."""

    device: TillDevice
    token: str


@transaction.atomic
def make_code(
    place: str, name: str, by: Staff | None, now: datetime, lifetime: timedelta = PAIRING_FOR
) -> tuple[TillDevice, str]:
    """A till that is to be, and the code by which a browser becomes it: works once; an older one
    for the same till ends.

    Refused: name_empty, name_too_long, place_unknown, place_closed, not_your_places.
    """
    name = _name(name)
    found = Place.objects.filter(code=place).first()
    if found is None:
        raise Refused("place_unknown")
    if found.closed_at is not None:
        raise Refused("place_closed", name=found.name)
    _check_places(by, {place})
    waiting = TillDevice.objects.filter(place=found, name=name, paired_at=None, revoked_at=None)
    waiting.update(revoked_at=now, pairing_hash="")
    code = "".join(secrets.choice(LETTERS) for _ in range(CODE_LENGTH))
    device = TillDevice.objects.create(
        id=uuid4(),
        name=name,
        place=found,
        pairing_hash=token_hash(code),
        pairing_until=now + lifetime,
        made_at=now,
        made_by=by,
    )
    audit.note("till.code", device.pk, _who(by), now, {"place": place})
    return device, code


def _who(actor: Staff | None) -> str:
    return audit.staff_name(actor) if actor else audit.COMMAND_LINE


@transaction.atomic
def pair(code: str, now: datetime) -> Paired:
    """Make a browser the till that a code is for. Refused: till_pairing_unknown,
    till_pairing_tries."""
    code = "".join(code.split()).upper().replace("-", "")
    device = (
        TillDevice.objects.select_for_update(of=("self",))
        .select_related("place")
        .filter(pairing_hash=token_hash(code), pairing_until__gt=now, revoked_at=None)
        .first()
    )
    if device is None or not code:
        raise Refused("till_pairing_unknown")
    token = secrets.token_urlsafe(32)
    device.token_hash, device.paired_at = token_hash(token), now
    device.pairing_hash, device.pairing_until = "", None
    device.save()
    audit.note("till.paired", device.pk, audit.BROWSER, now, {"place": device.place_id})
    return Paired(device, token)


def count_pairing(now: datetime) -> None:
    """Count a code that was tried. Refused: till_pairing_tries."""
    if _count("till:pairing", PAIRING_TRIES, now, HOUR) < 0:
        log.warning("codes for tills are being guessed")
        raise Refused("till_pairing_tries")


@transaction.atomic
def revoke(actor: Staff, device_id: UUID, now: datetime) -> None:
    """Let a browser be a till no longer; whoever works at it is out at once.

    Refused: till_unknown, not_your_places.
    """
    device = TillDevice.objects.select_for_update().filter(pk=device_id, revoked_at=None).first()
    if device is None:
        raise Refused("till_unknown")
    _check_places(actor, {device.place_id})
    _revoke(device, _who(actor), now)


def _revoke(device: TillDevice, who: str, now: datetime) -> None:
    device.revoked_at, device.token_hash = now, None
    device.pairing_hash, device.cashier, device.session_hash = "", None, ""
    device.save()
    audit.note("till.revoked", device.pk, who, now)


@transaction.atomic
def revoke_all(place: str, who: str, now: datetime) -> int:
    """Let every browser at a place be a till no longer, because the place is closed; how many."""
    found = TillDevice.objects.select_for_update().filter(place_id=place, revoked_at=None)
    devices = list(found.order_by("pk"))
    for device in devices:
        _revoke(device, who, now)
    return len(devices)


@transaction.atomic
def add_cashier(actor: Staff | None, wanted: Wanted, now: datetime) -> Cashier:
    """Let somebody work at tills. Refused: name_empty, name_too_long, cashier_name_taken,
    pin_unreadable, pin_weak, place_unknown, not_your_places."""
    name = _free_name(wanted.name)
    _check_places(actor, wanted.places)
    row = Cashier(id=uuid4(), name=name, pin=_pin(wanted.pin), made_at=now, made_by=actor)
    _limit(row, wanted)
    row.save(force_insert=True)
    _give_places(row, wanted.places)
    audit.note("cashier.added", row.pk, _who(actor), now, _told(wanted))
    return row


@transaction.atomic
def change_cashier(actor: Staff, cashier_id: UUID, wanted: Wanted, now: datetime) -> Cashier:
    """Change a cashier; a new PIN ends their sessions. Refused as `add_cashier` is, and
    cashier_unknown."""
    row = _cashier(actor, cashier_id)
    row.name = _free_name(wanted.name, row)
    _check_places(actor, wanted.places)
    if wanted.pin:
        row.pin = _pin(wanted.pin)
        _end_sessions(row)
        ApiUse.objects.filter(name__startswith=f"till:pin:{row.pk}").delete()
    _limit(row, wanted)
    row.save()
    _give_places(row, wanted.places)
    audit.note("cashier.changed", row.pk, _who(actor), now, _told(wanted))
    return row


@transaction.atomic
def set_active(actor: Staff, cashier_id: UUID, now: datetime, *, active: bool) -> None:
    """Shut a cashier out at once, or let them back in. Refused: cashier_unknown,
    not_your_places."""
    row = _cashier(actor, cashier_id)
    row.is_active = active
    row.save(update_fields=["is_active"])
    _end_sessions(row)
    audit.note("cashier.active", row.pk, _who(actor), now, {"active": active})


def sign_in(device: TillDevice, cashier_id: UUID | None, pin: str, now: datetime) -> str:
    """Let a cashier work at a till; the token of the session, an earlier one ends.

    Each try counts, for good, before it is judged: by this name here, by this name anywhere, at
    this till. Refused: cashier_unknown, pin_locked, pin_wrong.
    """
    limits = {
        f"till:pin:{cashier_id}:{device.pk}": (PIN_TRIES, QUARTER),
        f"till:pin:{cashier_id}": (NAME_TRIES, HOUR),
        f"till:pins:{device.pk}": (DEVICE_TRIES, HOUR),
    }
    left = [_count(name, most, now, length) for name, (most, length) in limits.items()]
    if min(left) < 0:
        if min(left) == -1:
            log.warning("PINs are being guessed at the till %s", device.pk)
        raise Refused("pin_locked")
    cashier = next((one for one in till.cashiers_at(device.place_id) if one.pk == cashier_id), None)
    if cashier is None:
        raise Refused("cashier_unknown")
    if not (pin.isascii() and pin.isdigit() and check_password(pin, cashier.pin)):
        raise Refused("pin_wrong")
    _count_right(limits, now)
    token = secrets.token_urlsafe(32)
    TillDevice.objects.filter(pk=device.pk, revoked_at=None).update(
        cashier=cashier, session_hash=token_hash(token), session_at=now
    )
    return token


def _count_right(limits: dict[str, tuple[int, int]], now: datetime) -> None:
    """A right PIN was no guess: it is taken out of the counts again, and no wrong one with it, but
    for this name at this till."""
    here, *others = limits
    ApiUse.objects.filter(name=here).delete()
    with connection.cursor() as cursor:
        for name in others:
            most, length = limits[name]
            api_keys.count(cursor, name, most, now, (length, -1))


def sign_out(device: TillDevice) -> None:
    """End the session at a till."""
    TillDevice.objects.filter(pk=device.pk).update(cashier=None, session_hash="", session_at=None)


def touch(device: TillDevice, now: datetime) -> None:
    """Note that a till is used: its session goes on. Written at most once in half a minute."""
    if device.session_at is None or now - device.session_at > timedelta(seconds=30):
        TillDevice.objects.filter(pk=device.pk).update(session_at=now)


def _count(name: str, most: int, now: datetime, length: int) -> int:
    """Count a try, at once and for good; how many are left, below zero where it was too many."""
    with connection.cursor() as cursor:
        return api_keys.count(cursor, name, most, now, (length, 1)).left


def count_find(device: TillDevice, now: datetime) -> None:
    """Count that somebody was looked up at a till. Refused: till_finds."""
    if _count(f"till:finds:{device.pk}", FINDS_A_MINUTE, now, 60) < 0:
        raise Refused("till_finds")
    if _count(f"till:day:{device.pk}", FINDS_A_DAY, now, 24 * HOUR) < 0:
        log.warning("an unusual number of people is looked up at the till %s", device.pk)
        raise Refused("till_finds")


def _told(wanted: Wanted) -> dict[str, object]:
    """What is written down of a cashier: neither the name nor the PIN."""
    return {
        "places": sorted(wanted.places),
        "grants_a_day": wanted.grants_a_day,
        "undos_a_day": wanted.undos_a_day,
        "pin": bool(wanted.pin),
    }


def _name(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise Refused("name_empty")
    if len(name) > NAME_LENGTH:
        raise Refused("name_too_long", most=NAME_LENGTH)
    return name


def _free_name(name: str, own: Cashier | None = None) -> str:
    name = _name(name)
    others = Cashier.objects.filter(name__iexact=name, is_active=True)
    if own is not None:
        others = others.exclude(pk=own.pk)
    if others.exists():
        raise Refused("cashier_name_taken")
    return name


def _pin(pin: str) -> str:
    if not (pin.isascii() and pin.isdigit() and 4 <= len(pin) <= 8):
        raise Refused("pin_unreadable")
    if len(set(pin)) < 3 or any(pin in row for row in ROWS):
        raise Refused("pin_weak")
    return make_password(pin)


def _limit(row: Cashier, wanted: Wanted) -> None:
    row.grants_a_day = min(max(wanted.grants_a_day, 0), MOST_A_DAY)
    row.undos_a_day = min(max(wanted.undos_a_day, 0), MOST_A_DAY)


def _cashier(actor: Staff, cashier_id: UUID) -> Cashier:
    row = Cashier.objects.select_for_update().filter(pk=cashier_id).first()
    if row is None:
        raise Refused("cashier_unknown")
    _check_places(actor, frozenset(row.places.values_list("code", flat=True)))
    return row


def _check_places(actor: Staff | None, places: Set[str]) -> None:
    own = places_of(actor) if actor else None
    if own is not None and (not places or not places <= own):
        raise Refused("not_your_places")


def _give_places(row: Cashier, codes: Set[str]) -> None:
    found = Place.objects.filter(code__in=codes)
    if found.count() != len(codes):
        raise Refused("place_unknown")
    row.places.set(found)


def _end_sessions(row: Cashier) -> None:
    TillDevice.objects.filter(cashier=row).update(cashier=None, session_hash="", session_at=None)
