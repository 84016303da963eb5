"""Metrics go on from one edition to the next: what a later one reads is kept from the first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

from regulars.engine.compiled import CompiledEdition
from regulars.engine.metering import Metering


def linked(editions: Sequence[CompiledEdition]) -> dict[str, str]:
    """Tie each metric to itself in the edition after, and let all of them keep the windows that
    any of them reads: a ladder of a new edition finds its window filled. Returns what is kept by
    metric, as a text that can be compared."""
    for before, after in pairwise(editions):
        for name, one in before.metering.items():
            one.until = before.until
            other = after.metering.get(name)
            if other is not None and other.slot == one.slot:
                one.next = other
    same: defaultdict[int, list[Metering]] = defaultdict(list)
    for edition in editions:
        for one in edition.metering.values():
            same[one.slot].append(one)
    return {each[0].id: _widened(each) for _, each in sorted(same.items())}


def _widened(same: list[Metering]) -> str:
    units = {unit for one in same for unit in one.units}
    months = max(one.months for one in same)
    for one in same:
        one.units, one.months = set(units), months
    return f"{','.join(sorted(units))}/{months}"
