"""What members get who scan a code at a place, and the codes that are printed for it: decided by an
owner or manager, written down."""

from __future__ import annotations

from collections.abc import Set
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction
from msgspec import Struct

from regulars.actions import audit, scan_codes
from regulars.actions.refused import Refused
from regulars.actions.till_looking import TapOffer, in_force, ready, taps_of
from regulars.db.models import PaperCode, Place, ScanRule, Staff
from regulars.db.queries.staff import places_of

MOST_A_DAY = 10
NAME_LENGTH = 100


class Wanted(Struct, frozen=True, kw_only=True):
    """What scanning gives at a place: one of `offers`, as programme, activity and asset; all three
    empty: nothing."""

    place: str
    programme: str = ""
    activity: str = ""
    asset: str = ""
    a_day: int = 1
    on_screen: bool = True


def offers() -> list[TapOffer]:
    """What scanning can give: what one tap at the till can."""
    return [one for running in ready().values() for one in taps_of(in_force(running))]


@transaction.atomic
def set_rule(actor: Staff, wanted: Wanted, now: datetime) -> None:
    """Decide what scanning gives at a place, or that it gives nothing.

    Refused: place_unknown, not_your_places, scan_gives_unknown, scan_a_day.
    """
    place = _place(actor, wanted.place)
    told = {"place": place.code, "gives": wanted.activity or wanted.asset, "a_day": wanted.a_day}
    if not wanted.programme:
        ScanRule.objects.filter(place=place).delete()
        audit.note("scan.off", place.code, audit.staff_name(actor), now)
        return
    known = {(one.programme, one.activity, one.asset) for one in offers()}
    if (wanted.programme, wanted.activity, wanted.asset) not in known:
        raise Refused("scan_gives_unknown")
    if not 1 <= wanted.a_day <= MOST_A_DAY:
        raise Refused("scan_a_day", most=MOST_A_DAY)
    ScanRule.objects.update_or_create(
        place=place,
        defaults={
            "programme": wanted.programme,
            "activity": wanted.activity,
            "asset": wanted.asset,
            "a_day": wanted.a_day,
            "on_screen": wanted.on_screen,
            "changed_at": now,
            "changed_by": actor,
        },
    )
    details = {**told, "programme": wanted.programme, "on_screen": wanted.on_screen}
    audit.note("scan.set", place.code, audit.staff_name(actor), now, details)


@transaction.atomic
def make_paper(actor: Staff, place: str, name: str, now: datetime) -> PaperCode:
    """A code to be printed, or written to a tag, for a place.

    Refused: place_unknown, not_your_places, scan_off, name_empty, name_too_long.
    """
    found = _place(actor, place)
    plain = " ".join(name.split())
    if not plain:
        raise Refused("name_empty")
    if len(plain) > NAME_LENGTH:
        raise Refused("name_too_long", most=NAME_LENGTH)
    if not ScanRule.objects.filter(place=found).exists():
        raise Refused("scan_off")
    row = PaperCode.objects.create(
        id=uuid4(),
        token=scan_codes.paper_token(),
        place=found,
        name=plain,
        made_at=now,
        made_by=actor,
    )
    audit.note("scan.paper", row.pk, audit.staff_name(actor), now, {"place": found.code})
    return row


@transaction.atomic
def end_paper(actor: Staff, paper: UUID, now: datetime) -> None:
    """From now on a paper is good for nothing. Refused: scan_unknown, not_your_places."""
    row = PaperCode.objects.select_for_update().filter(pk=paper, ended_at=None).first()
    if row is None:
        raise Refused("scan_unknown")
    _check(actor, {row.place_id})
    row.ended_at = now
    row.save(update_fields=["ended_at"])
    audit.note("scan.paper_ended", row.pk, audit.staff_name(actor), now, {"place": row.place_id})


def _place(actor: Staff, code: str) -> Place:
    place = Place.objects.filter(code=code, closed_at=None).first()
    if place is None:
        raise Refused("place_unknown")
    _check(actor, {code})
    return place


def _check(actor: Staff, places: Set[str]) -> None:
    own = places_of(actor)
    if own is not None and not places <= own:
        raise Refused("not_your_places")
