"""Several people at one door at the same moment: one gets in."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import connection

from regulars.actions import entry
from regulars.actions import staff as actions
from regulars.actions.business import Owner, known_business, set_up
from regulars.actions.entry import Purpose, make_link, setup_link, take_link
from regulars.actions.refused import Refused
from regulars.actions.staff import Position
from regulars.db.models import Business, EntryLink, Role, Staff
from staff import CAFE, MORNING, PASSWORD, employ, open_cafe

pytestmark = pytest.mark.usefixtures("own_database")


def race(acts: list[Callable[[], object]]) -> list[str]:
    """What became of acts that start at the same moment, each on its own connection."""
    start = threading.Barrier(len(acts))
    results: list[str] = []

    def run(act: Callable[[], object]) -> None:
        start.wait()
        try:
            act()
            results.append("done")
        except Refused as error:
            results.append(str(error.code))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(results)


def test_set_up_raced_by_strangers_makes_one_owner() -> None:
    token = setup_link(MORNING)
    names = ["ann", "ben", "cleo", "dan", "eve"]
    owners = [Owner(name=name, email=f"{name}@x.example", password=PASSWORD) for name in names]
    acts = [lambda one=one: set_up(CAFE, one, MORNING, token=token) for one in owners]
    results = race(acts)  # type: ignore[arg-type]
    assert results.count("done") == 1
    assert set(results) <= {"done", "link_spent", "already_set_up"}
    assert (Business.objects.count(), Staff.objects.count()) == (1, 1)


@pytest.mark.parametrize("files_came_first", [False, True])
def test_set_up_raced_without_a_link_makes_one_owner(files_came_first: bool) -> None:
    if files_came_first:
        known_business(MORNING)
    people = [Owner(name=name, email=f"{name}@x.example") for name in "abcde"]
    results = race([lambda one=one: set_up(CAFE, one, MORNING) for one in people])  # type: ignore[misc]
    assert results == ["already_set_up"] * 4 + ["done"]
    assert (Business.objects.count(), Staff.objects.count()) == (1, 1)


def test_two_who_take_one_link_at_once() -> None:
    token = make_link(Purpose.ENTER, open_cafe(), MORNING)
    results = race([lambda: take_link(token, Purpose.ENTER, MORNING)] * 6)
    assert results == ["done"] + ["link_spent"] * 5


def test_two_owners_who_take_each_others_role_leave_one() -> None:
    olga, otto = open_cafe(), employ("Otto", Role.OWNER)
    viewer = Position(role=Role.VIEWER)
    results = race(
        [
            lambda: actions.change_position(olga, otto.pk, viewer),
            lambda: actions.change_position(otto, olga.pk, viewer),
        ]
    )
    assert results == ["above_you", "done"]
    assert Staff.objects.filter(role=Role.OWNER).count() == 1


def test_saboteur_a_link_that_is_read_before_it_is_marked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the row that must change exactly once, one link lets several people in."""
    token = make_link(Purpose.ENTER, open_cafe(), MORNING)
    all_read = threading.Barrier(4)

    def careless(token: str, purpose: Purpose) -> None:
        link = entry.open_link(token, MORNING)
        all_read.wait()
        if link is None:
            raise Refused("link_spent")
        EntryLink.objects.filter(pk=link.pk).update(used_at=MORNING)

    assert race([lambda: careless(token, Purpose.ENTER)] * 4) == ["done"] * 4


def test_saboteur_owners_without_a_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the lock on all owners, two take each other's role and none is left."""
    olga, otto = open_cafe(), employ("Otto", Role.OWNER)
    both_read = threading.Barrier(2)
    locked = actions._locked

    def unlocked(actor: Staff, staff_id: object) -> object:
        subject = Staff.objects.get(pk=staff_id)
        both_read.wait()
        return actions._Pair(actor=actor, staff=subject)

    monkeypatch.setattr(actions, "_locked", unlocked)
    monkeypatch.setattr(actions, "_keep_an_owner", lambda staff: None)
    viewer = Position(role=Role.VIEWER)
    race(
        [
            lambda: actions.change_position(olga, otto.pk, viewer),
            lambda: actions.change_position(otto, olga.pk, viewer),
        ]
    )
    assert Staff.objects.filter(role=Role.OWNER).count() == 0
    assert locked is not actions._locked


def test_saboteur_set_up_without_a_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the lock on the business, both look, both find nobody, and there are two owners."""
    known_business(MORNING)
    both_looked = threading.Barrier(2, timeout=240)
    look = type(Staff.objects).exists

    def slow_look(manager: object) -> bool:
        found = look(manager)
        both_looked.wait()
        return bool(found)

    monkeypatch.setattr(Business.objects, "select_for_update", Business.objects.all)
    monkeypatch.setattr(type(Staff.objects), "exists", slow_look, raising=False)
    people = [Owner(name=name, email=f"{name}@x.example") for name in "ab"]
    race([lambda one=one: set_up(CAFE, one, MORNING) for one in people])  # type: ignore[misc]
    assert Staff.objects.count() == 2
