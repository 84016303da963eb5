"""Lists of stolen passwords, tried at the door of staff, from one network and from many (A01)."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any

import pytest
from allauth.core.internal import ratelimit
from django.test import Client
from django.utils import timezone

from regulars.actions import guessing
from regulars.db.models import Role, Staff
from staff import PASSWORD, employ, open_cafe

pytestmark = pytest.mark.django_db
LOGIN = "/console/accounts/login/"
HOME, AWAY = "198.51.100.7", "203.0.113.9"


def come(email: str, password: str, network: str) -> bool:
    """Whether somebody comes in by this password."""
    answer = Client(REMOTE_ADDR=network).post(LOGIN, {"login": email, "password": password})
    assert answer.status_code in (200, 302, 429)
    return bool(answer.status_code == 302)


def stuffed(email: str, networks: int) -> None:
    """A wrong password from each of so many networks."""
    for number in range(networks):
        assert not come(email, f"leaked {number}", f"192.0.2.{number}")


@pytest.fixture
def olga(monkeypatch: pytest.MonkeyPatch) -> Staff:
    at = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: at)
    frozen = SimpleNamespace(**{**vars(time), "time": at.timestamp})
    monkeypatch.setattr(ratelimit, "time", frozen)
    made = open_cafe()
    assert come(made.email, PASSWORD, HOME)
    return made


def test_a01_one_network_is_stopped_and_its_victim_is_not(olga: Staff) -> None:
    for number in range(6):
        assert not come(olga.email, f"leaked {number}", AWAY)
    assert not come(olga.email, PASSWORD, AWAY), "however right it is"
    assert come(olga.email, PASSWORD, HOME), "the owner comes in at once"


def test_a01_many_networks_are_stopped_together(olga: Staff, caplog: Any) -> None:
    stuffed(olga.email, guessing.MOST_WRONG)
    assert not come(olga.email, PASSWORD, AWAY), "a list had the right one, from one more network"
    assert come(olga.email, PASSWORD, HOME), "the owner is not locked out of where they work"
    told = [one for one in caplog.messages if "being guessed" in one]
    assert told == [
        "the password of one account is being guessed: new devices need a second step today",
        "the password of one account is being guessed: no stranger may try it for some minutes",
    ]
    assert olga.email not in caplog.text


def test_a01_nobody_learns_by_it_who_works_here(olga: Staff) -> None:
    stuffed("nobody@example.com", guessing.MOST_WRONG + 1)
    sent = {"login": "nobody@example.com", "password": "x"}
    page = Client(REMOTE_ADDR=AWAY).post(LOGIN, sent).content.decode()
    assert "Too many wrong tries" in page


def test_a01_one_network_tries_no_list(olga: Staff) -> None:
    people = [employ(f"Staff{number}", Role.STAFF) for number in range(12)]
    for one in people[:-1]:
        assert not come(one.email, "leaked", AWAY)
    assert not come(people[-1].email, PASSWORD, AWAY), "the network is stopped, for all accounts"
    assert come(people[-1].email, PASSWORD, HOME)


def test_a01_saboteur_who_counts_networks_alone(
    olga: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guessing, "MOST_WRONG", 10**6)
    monkeypatch.setattr(guessing, "SUSPECT", 10**6)
    stuffed(olga.email, 40)
    assert come(olga.email, PASSWORD, AWAY)
