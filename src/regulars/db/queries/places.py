"""Places as their page shows them: who works there and which tills stand there."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from regulars.db.models import Cashier, Place, Staff, TillDevice


class PlaceLine(Struct, frozen=True, kw_only=True):
    """A place with those who are limited to it, by name."""

    place: Place
    staff: tuple[Staff, ...] = ()
    cashiers: tuple[Cashier, ...] = ()
    tills: tuple[TillDevice, ...] = ()


class Places(Struct, frozen=True, kw_only=True):
    """Every place, open ones first; `staff` and `cashiers` are limited to none of them."""

    lines: list[PlaceLine]
    staff: tuple[Staff, ...]
    cashiers: tuple[Cashier, ...]


def every_place() -> Places:
    """All of them, with whoever works there."""
    staff = list(Staff.objects.filter(is_active=True).prefetch_related("places"))
    cashiers = list(Cashier.objects.filter(is_active=True).prefetch_related("places"))
    tills = TillDevice.objects.filter(revoked_at=None).order_by("name")
    lines = [
        PlaceLine(
            place=place,
            staff=tuple(one for one in staff if place in one.places.all()),
            cashiers=tuple(one for one in cashiers if place in one.places.all()),
            tills=tuple(one for one in tills if one.place_id == place.code),
        )
        for place in Place.objects.all()
    ]
    return Places(
        lines=sorted(lines, key=_standing),
        staff=tuple(one for one in staff if not one.places.all()),
        cashiers=tuple(one for one in cashiers if not one.places.all()),
    )


def _standing(line: PlaceLine) -> tuple[bool, str]:
    return (line.place.closed_at is not None, line.place.name.casefold())


def place_of(code: str) -> Place | None:
    """One place by its code."""
    return Place.objects.filter(code=code).first()


def places_to_choose(chosen: Iterable[str] = ()) -> list[tuple[str, str]]:
    """Codes and names of the places that are open, and of those that are chosen already."""
    kept = set(chosen)
    rows = Place.objects.order_by("name")
    return [(one.code, one.name) for one in rows if one.closed_at is None or one.code in kept]
