"""A road with its milestones: words below it never run into one another."""

from __future__ import annotations

from decimal import Decimal

import pytest

from regulars.portal.telling import LETTER, Track, track

Points = list[tuple[Decimal, str, str]]


def points(*told: tuple[int, str]) -> Points:
    return [(Decimal(need), name, str(need)) for need, name in told]


def overlapping(found: Track) -> list[str]:
    """Names that begin before the one on their left has ended."""
    edge, late = Decimal(0), []
    for mark in found.marks:
        width = len(mark.name) * LETTER
        left = 100 - width if mark.last else Decimal(mark.at) - width / 2
        if mark.name and left < edge:
            late.append(mark.name)
        edge = max(edge, left + width)
    return late


@pytest.mark.parametrize(
    ("told", "named"),
    [
        (((50, "Kaffee"), (160, "Kuchen"), (320, "Becher")), ["Kaffee", "Kuchen", "Becher"]),
        (((100, "Kuchen"), (220, "Bohnen"), (320, "Mehrwegbecher")), ["Kuchen", "Mehrwegbecher"]),
        (((190, "Verlängerungskabel"), (200, "Kuchen")), ["Kuchen"]),
        (((20, "Verlängerungskabel"), (200, "Kuchen")), ["Kuchen"]),
    ],
)
def test_names_have_room_or_are_left_to_the_list(
    told: tuple[tuple[int, str], ...], named: list[str]
) -> None:
    found = track(Decimal(0) + 1000, points(*told), "1000 of 1000")
    assert found is not None
    assert [mark.name for mark in found.marks if mark.name] == named
    assert overlapping(found) == []
    assert found.marks[-1].name == told[-1][1], "what comes next is always named"


def test_names_side_by_side_would_be_seen() -> None:
    found = track(Decimal(1000), points((100, "Kuchen"), (320, "Mehrwegbecher")), "")
    assert found is not None
    both = [*found.marks[:-1], found.marks[-1]]
    far = Track(done=found.done, label="", marks=[*both[:-1], both[0], both[-1]])
    assert overlapping(far) == ["Kuchen"]
