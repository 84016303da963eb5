"""Reads about codes that members scan: what places give, which papers there are."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct

from regulars.db.models import PaperCode, Place, Scan, ScanRule


class ScanPlace(Struct, frozen=True, kw_only=True):
    """A place, what scanning gives there (None: nothing), and its papers that are in use."""

    place: Place
    rule: ScanRule | None
    papers: list[PaperCode]


def scan_places(own: frozenset[str] | None) -> list[ScanPlace]:
    """Every open place that somebody looks after (`own`; None: all), by name."""
    rules = {one.place_id: one for one in ScanRule.objects.all()}
    papers: dict[str, list[PaperCode]] = {}
    for one in PaperCode.objects.filter(ended_at=None).order_by("made_at"):
        papers.setdefault(one.place_id, []).append(one)
    open_ones = Place.objects.filter(closed_at=None).order_by("name")
    places = [one for one in open_ones if own is None or one.code in own]
    return [
        ScanPlace(place=one, rule=rules.get(one.code), papers=papers.get(one.code, []))
        for one in places
    ]


def paper(number: UUID) -> PaperCode | None:
    """A paper that is in use."""
    rows = PaperCode.objects.select_related("place")
    return rows.filter(pk=number, ended_at=None).first()


def screen_rule(place: str) -> ScanRule | None:
    """What the screen of a place's till is for; None where it shows no code."""
    rules = ScanRule.objects.filter(place_id=place, place__closed_at=None)
    return rules.filter(on_screen=True).first()


def scanned_at(keys: Sequence[str]) -> dict[str, str]:
    """Where a code was scanned, by the key of the fact, where it came of a scan."""
    return dict(Scan.objects.filter(key__in=set(keys)).values_list("key", "place"))
