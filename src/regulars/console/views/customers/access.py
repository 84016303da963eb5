"""Whom a reader may see: staff limited to places see those who bought there, nobody else."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404

from regulars.console.permissions import StaffRequest, places_of
from regulars.db.queries.history import Person, bought_at, person


def places(request: StaffRequest) -> tuple[str, ...] | None:
    """The codes of the places that the reader is limited to; None means everywhere."""
    codes = places_of(request.user)
    return None if codes is None else tuple(sorted(codes))


def seen(request: StaffRequest, public_id: UUID) -> Person:
    """A person whom the reader may see; 404 for everybody else, known or not."""
    found = person(public_id)
    limits = places(request)
    if found is None or not (limits is None or bought_at(found.numbers, limits)):
        raise Http404
    return found
