"""Who left, is merged with somebody, and turns out to be somebody else: they have left again."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from portal_kit import ANA, CLUB, NOW, Club, buy, give, member

from regulars.actions import customers, members, merged, portal_profile
from regulars.actions.known import known_customer
from regulars.actions.looking import look
from regulars.actions.portal_profile import Said
from regulars.actions.refused import Refused
from regulars.actions.verifying import verify
from regulars.db.models import Customer, Leaving, LeavingBefore
from regulars.engine import joining
from regulars.engine.facts import Identifier, Who

DAY = timedelta(days=1)
OVER = NOW + 14 * DAY
SAID = Said(choices={}, wordings={}, language="en", source="portal")


def leave(number: int) -> None:
    portal_profile.leave(number, CLUB, SAID, NOW)


def stranger() -> int:
    """Somebody who is known, and takes part in nothing."""
    return known_customer(Who(identifiers=(Identifier("email", "new@example.com"),)), NOW)


def double() -> int:
    """A member with 40 points, who has left."""
    number = member("Anna", email="anna@example.com")
    give(number, 40)
    leave(number)
    return number


def one(source: int, into: int) -> str:
    who = Customer.objects.in_bulk([source, into])
    return customers.merge(who[source].public_id, who[into].public_id, reason="", now=NOW + DAY)


def two(link: str) -> None:
    customers.undo_merge(link, reason="", now=NOW + 2 * DAY)


def left() -> dict[int, datetime]:
    return dict(Leaving.objects.values_list("customer_id", "left_at"))


def points(number: int, now: datetime = OVER) -> int:
    return look(number, CLUB, now).balances["points"].available


def merged_and_parted(club: Club, source_left: bool) -> int:
    """Whoever left and Ana were one for a day, the one or the other having stayed."""
    who = double()
    two(one(who, club.ana) if source_left else one(club.ana, who))
    return who


@pytest.mark.parametrize("source_left", [True, False])
def test_who_had_left_has_left_again(club: Club, clock: list[datetime], source_left: bool) -> None:
    who = merged_and_parted(club, source_left)
    assert left() == {who: NOW}
    assert not LeavingBefore.objects.exists()
    clock[0] = OVER
    assert portal_profile.end_leavings(OVER) == 1
    assert (points(who), points(club.ana)) == (0, 130)


def test_a_leaving_that_became_the_other_ones_is_theirs_no_more(club: Club) -> None:
    who, other = double(), stranger()
    link = one(who, other)
    assert left() == {other: NOW}
    two(link)
    assert left() == {who: NOW}


def test_who_came_back_as_both_has_come_back(club: Club) -> None:
    who, other = double(), stranger()
    link = one(who, other)
    assert members.join([other], CLUB, since=NOW + DAY, now=NOW + DAY) == [other]
    two(link)
    assert left() == {}


def test_who_left_as_both_has_left_as_each(club: Club) -> None:
    who = double()
    portal_profile.leave(club.ana, CLUB, SAID, NOW + timedelta(hours=1))
    link = one(who, club.ana)
    assert left() == {club.ana: NOW + timedelta(hours=1)}
    two(link)
    assert left() == {who: NOW, club.ana: NOW + timedelta(hours=1)}


@pytest.mark.parametrize("last_first", [True, False])
def test_over_two_merges_it_goes_back_to_who_left(club: Club, last_first: bool) -> None:
    who, other = double(), stranger()
    third = known_customer(Who(identifiers=(Identifier("email", "third@example.com"),)), NOW)
    links = [one(who, other), one(other, third)]
    assert left() == {third: NOW}
    for link in reversed(links) if last_first else links:
        two(link)
    assert left() == {who: NOW}
    assert not LeavingBefore.objects.exists()


def test_saboteur_a_merge_that_forgets_who_had_left(
    club: Club, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(merged, "note_parting", lambda *told: None)
    merged_and_parted(club, True)
    assert left() == {}


def came_again(club: Club, clock: list[datetime], first: datetime) -> tuple[int, int]:
    """Ana left for good, took part anew and bought for 12; Anna, a member since long ago, bought
    for 7, for the first time. Both, by number."""
    anna = member("Anna", email="anna@example.com")
    leave(club.ana)
    if first < OVER:
        buy("anna@example.com", "o7", "7.00", first)
    clock[0] = OVER
    portal_profile.end_leavings(OVER)
    members.join([club.ana], CLUB, since=OVER, now=OVER)
    buy(ANA, "o12", "12.00", OVER + DAY)
    if first > OVER:
        buy("anna@example.com", "o7", "7.00", first)
    clock[0] = OVER + 3 * DAY
    return club.ana, anna


@pytest.mark.usefixtures("own_database")
@pytest.mark.parametrize("goes", [True, False])
def test_who_took_part_anew_can_be_merged(
    clock: list[datetime], settings: Any, tmp_path: Path, goes: bool
) -> None:
    settings.DATA = tmp_path
    ana, anna = came_again(Club(), clock, OVER + 2 * DAY)
    source, into = (ana, anna) if goes else (anna, ana)
    who = Customer.objects.in_bulk([source, into])
    now = OVER + 3 * DAY
    link = customers.merge(who[source].public_id, who[into].public_id, reason="", now=now)
    assert points(into, now) == 19, "nothing of before"
    assert verify().finding is None
    customers.undo_merge(link, reason="", now=now)
    assert (points(ana, now), points(anna, now)) == (12, 7)
    assert verify().finding is None


def merge_takes(club: Club, clock: list[datetime]) -> int:
    """What is left where Anna had bought before Ana took part anew."""
    ana, anna = came_again(club, clock, NOW + DAY)
    who = Customer.objects.in_bulk([ana, anna])
    now = OVER + 3 * DAY
    customers.merge(who[ana].public_id, who[anna].public_id, reason="", now=now)
    return points(anna, now)


def test_a_leaving_takes_nothing_of_somebody_elses(club: Club, clock: list[datetime]) -> None:
    with pytest.raises(Refused, match="member_gone"):
        merge_takes(club, clock)


def test_saboteur_a_leaving_that_takes_it(
    club: Club, clock: list[datetime], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(joining, "_takes_away", lambda book, other: book.state.gone)
    assert merge_takes(club, clock) == 12, "the seven of Anna would be gone"
