"""A list of 10,000 stolen pairs, 500 of them right, is tried at the door of staff (A01)."""

from __future__ import annotations

import logging
import os
import random
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from allauth.core.internal import ratelimit
from django.contrib.auth.hashers import MD5PasswordHasher, make_password
from django.core.cache.backends import base
from django.core.cache.backends import db as cached
from django.db import connection
from django.test import Client
from django.utils import timezone
from msgspec import Struct

from console.doors import totp, wear_totp
from regulars.actions import guessing
from regulars.actions.entry import Purpose, make_link, tell_guessing
from regulars.db.models import Business, Role, Staff
from staff import MORNING, PASSWORD, open_cafe

FULL = bool(os.environ.get("REGULARS_TORTURE"))
SEED = 20261122
PAIRS, REAL, MANY = (10_000, 500, 200) if FULL else (96, 8, 40)
PACE = timedelta(seconds=0.5)
BEGUN = datetime(2026, 11, 23, 9, 10, tzinfo=UTC)
LOGIN, SECOND = "/console/accounts/login/", "/console/accounts/second/enter/"
ELSEWHERE = "198.51.100.77"


class Clock:
    """What time it is for limits, counters and the cache: it goes on with every try."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.at = BEGUN
        monkeypatch.setattr(timezone, "now", lambda: self.at)
        monkeypatch.setattr(cached, "tz_now", lambda: self.at)
        told = {**vars(time), "time": lambda: self.at.timestamp()}
        for module in (ratelimit, base):
            monkeypatch.setattr(module, "time", SimpleNamespace(**told))


class Alarms(logging.Handler):
    """When the log warned, by the clock of the test."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(logging.WARNING)
        self.clock, self.told = clock, list[tuple[datetime, str]]()

    def emit(self, record: logging.LogRecord) -> None:
        self.told.append((self.clock.at, record.getMessage()))


class Owner(Struct, frozen=True):
    """Somebody whose pair stands on the list, with what their own browser keeps."""

    staff: Staff
    browser: Client


class Came(Struct, kw_only=True):
    """What became of a list: who got in with it and when, how many passwords were looked at, which
    owners were kept out meanwhile."""

    taken: list[datetime]
    looked_at: int
    kept_out: list[str]
    begun: datetime
    ended: datetime


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


@pytest.fixture
def alarms(clock: Clock) -> Iterator[Alarms]:
    handler = Alarms(clock)
    guessing.log.addHandler(handler)
    yield handler
    guessing.log.removeHandler(handler)


@pytest.fixture
def database(request: pytest.FixtureRequest) -> None:
    """At full count every try is committed, as it always is: counters stay quick."""
    request.getfixturevalue("own_database" if FULL else "db")


@pytest.fixture
def owners(database: None, clock: Clock, settings: Any) -> list[Owner]:
    """Everybody came in before, each from a network of their own. Half of them are on the way now,
    with their device; the others have another browser at home."""
    settings.MAIL_CONFIGURED, settings.BASE_URL = True, "https://club.example"
    settings.ALLOWED_HOSTS = ["testserver"]
    open_cafe()
    kept, made = make_password(PASSWORD), []
    for number in range(REAL):
        person = Staff(name=f"S{number}", email=f"s{number}@corner.example", role=Role.STAFF)
        person.created_at, person.password = MORNING, kept
        made.append(person)
    Staff.objects.bulk_create(made)
    return [_came_before(person, number) for number, person in enumerate(made)]


def _came_before(person: Staff, number: int) -> Owner:
    home, away = (f"10.{net}.{number >> 8}.{number & 255}" for net in (1, 2))
    browser = Client(REMOTE_ADDR=home)
    assert tried(browser, person.email, PASSWORD).status_code == 302
    if number % 2:
        browser = Client(REMOTE_ADDR=home)
    else:
        browser.post("/console/accounts/logout/")
        browser.defaults["REMOTE_ADDR"] = away
    return Owner(person, browser)


def tried(browser: Client, email: str, password: str) -> Any:
    return browser.post(LOGIN, {"login": email, "password": password})


def stolen(owners: list[Owner]) -> list[tuple[str, str]]:
    """The list: a right pair for every owner, wrong ones for them and for people unknown here."""
    chance = random.Random(SEED)
    right = [(one.staff.email, PASSWORD) for one in owners]
    known = [one.staff.email for one in owners]
    others = [f"n{number}@elsewhere.example" for number in range(PAIRS // 5 - len(owners))]
    wrong = [(chance.choice(known + others), f"leaked {n}") for n in range(PAIRS - len(right))]
    found = right + wrong
    chance.shuffle(found)
    return found


def stuffed(clock: Clock, owners: list[Owner], networks: int, most: int = PAIRS) -> Came:
    """Try the list, from so many networks in turn, while owners come and go."""
    pairs, every = stolen(owners)[:most], PAIRS // len(owners)
    came = Came(taken=[], looked_at=0, kept_out=[], begun=clock.at, ended=clock.at)
    hashed = MD5PasswordHasher.encode

    def counted(self: MD5PasswordHasher, *rest: Any) -> str:
        came.looked_at += 1
        return hashed(self, *rest)

    for number, (email, password) in enumerate(pairs):
        clock.at += PACE
        if number % every == 0:
            owner = owners[number // every]
            if tried(owner.browser, owner.staff.email, PASSWORD).status_code != 302:
                came.kept_out.append(owner.staff.email)
        network = number % networks
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(MD5PasswordHasher, "encode", counted)
            stranger = Client(REMOTE_ADDR=f"203.0.{network >> 8}.{network & 255}")
            answer = tried(stranger, email, password)
        if answer.status_code == 302 and answer["Location"] != SECOND:
            came.taken.append(clock.at)
    came.ended = clock.at
    return came


def mails() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM procrastinate_jobs WHERE task_name = %s", [guessing.JOB]
        )
        return int(cursor.fetchone()[0])


@pytest.mark.parametrize("networks", [1, MANY])
def test_a01_a_list_opens_little_and_locks_nobody_out(
    clock: Clock, alarms: Alarms, owners: list[Owner], networks: int
) -> None:
    came = stuffed(clock, owners, networks)
    first, why = next(one for one in alarms.told if guessing.SIGNS["account"] not in one[1])
    seconds = (first - came.begun).total_seconds()
    minutes = (came.ended - came.begun).total_seconds() / 60
    sys.stdout.write(
        f"{PAIRS} pairs, {REAL} right, {networks} networks, {minutes:.0f} minutes: told after"
        f" {seconds:.0f} s ({why}), {came.looked_at} looked at, {len(came.taken)} got in\n"
    )
    assert came.kept_out == []
    assert seconds <= 60
    assert all(one <= first for one in came.taken), "afterwards a password alone opens nothing"
    bound = guessing.FROM_ONE if networks == 1 else guessing.OF_ALL
    early = [one for one in stolen(owners)[: bound * 5 // 4] if one[1] == PASSWORD]
    assert len(came.taken) <= len(early)
    assert came.looked_at <= 11 * networks * (minutes + 1), "ten wrong ones a minute and network"
    assert mails() == 1, "the owners are told once"


def test_a01_saboteur_who_notices_nothing_gives_all_away(
    clock: Clock, owners: list[Owner], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guessing, "is_noticed", lambda *_told: False)
    tries = PAIRS // 2
    right = [one for one in stolen(owners)[:tries] if one[1] == PASSWORD]
    assert len(stuffed(clock, owners, MANY, tries).taken) == len(right) > 2


def test_a01_who_has_a_second_factor_gives_nothing_away(clock: Clock, owners: list[Owner]) -> None:
    """A business can ask it of everybody: then no list opens anything, noticed or not."""
    Business.objects.update(second_factor_required=True)
    for one in owners[:20]:
        wear_totp(one.staff)
    for number, one in enumerate(owners[:20]):
        answer = tried(Client(REMOTE_ADDR=f"203.0.1.{number}"), one.staff.email, PASSWORD)
        assert answer["Location"] == SECOND
    told = tried(Client(REMOTE_ADDR=ELSEWHERE), "olga@corner.example", PASSWORD)
    inside = Client(REMOTE_ADDR=ELSEWHERE)
    inside.cookies = told.cookies
    assert inside.get("/console/customers/")["Location"].startswith("/console/accounts/second/")


@pytest.fixture
def noticed(clock: Clock, owners: list[Owner]) -> list[Owner]:
    """Somebody tries a list, from here and there."""
    for number in range(guessing.OF_ALL):
        guessing.note_wrong(f"n{number}@elsewhere.example", f"203.0.113.{number}", clock.at)
    return owners


@pytest.mark.parametrize(("networks", "everybody"), [(1, False), (2, False), (3, True)])
def test_a01_one_network_costs_nobody_elsewhere_a_step(
    clock: Clock, owners: list[Owner], networks: int, everybody: bool
) -> None:
    """However much it tries: what makes everybody show more has to come from more than two."""
    for number in range(networks * guessing.OF_ALL):
        email, network = f"n{number}@elsewhere.example", f"203.0.113.{number % networks}"
        guessing.note_wrong(email, network, clock.at)
    answer = tried(Client(REMOTE_ADDR=ELSEWHERE), owners[0].staff.email, PASSWORD)
    assert answer.status_code == (200 if everybody else 302)


def test_a01_on_a_new_device_the_second_factor_lets_in(noticed: list[Owner]) -> None:
    owner, device = noticed[0], Client(REMOTE_ADDR=ELSEWHERE)
    wear_totp(owner.staff)
    assert tried(device, owner.staff.email, PASSWORD)["Location"] == SECOND
    assert device.post(SECOND, {"code": totp()}).status_code == 302
    assert device.session["_auth_user_id"] == str(owner.staff.pk)


def test_a01_on_a_new_device_a_link_by_mail_lets_in(noticed: list[Owner], clock: Clock) -> None:
    """However much their own account is guessed at meanwhile."""
    owner, device = noticed[0].staff, Client(REMOTE_ADDR=ELSEWHERE)
    for number in range(guessing.MOST_WRONG):
        guessing.note_wrong(owner.email, f"203.0.113.{number}", clock.at)
    refused = tried(device, owner.email, PASSWORD)
    assert "Too many wrong tries" in refused.content.decode()
    token = make_link(Purpose.RESET, owner, clock.at)
    new = "eight blue herons walk"
    assert device.post(f"/console/enter/{token}/", {"password": new}).status_code == 302
    assert tried(device, owner.email, new).status_code == 302
    thief = Client(REMOTE_ADDR="203.0.113.250")
    thief.cookies["regulars_device"] = device.cookies["regulars_device"].value[:-1] + "x"
    assert tried(thief, owner.email, new).status_code == 200


def test_a01_nobody_learns_elsewhere_whether_a_password_is_right(noticed: list[Owner]) -> None:
    said = []
    for number, (email, password) in enumerate(
        [
            (noticed[0].staff.email, PASSWORD),
            (noticed[0].staff.email, "leaked"),
            ("nobody@elsewhere.example", "leaked"),
        ]
    ):
        answer = tried(Client(REMOTE_ADDR=f"198.51.100.{number}"), email, password)
        page = answer.content.decode()
        said.append((answer.status_code, "Passwords are being guessed just now" in page))
    assert said == [(200, True)] * 3


@pytest.mark.parametrize("networks", [1, 100])
def test_a01_nor_does_it_show_by_how_often_one_may_try(
    noticed: list[Owner], clock: Clock, networks: int
) -> None:
    """The same pair again and again, until tries are not looked at any more."""
    said = []
    for number, (email, password) in enumerate(
        [(noticed[0].staff.email, PASSWORD), (noticed[1].staff.email, "leaked")]
    ):
        tries, clock.at = 0, clock.at + timedelta(minutes=20)
        while tries < 2 * guessing.MOST_WRONG:
            stranger = Client(REMOTE_ADDR=f"198.51.{number}.{tries % networks}")
            if (
                "Passwords are being guessed"
                not in tried(stranger, email, password).content.decode()
            ):
                break
            tries, clock.at = tries + 1, clock.at + PACE
        said.append(tries)
    assert said[0] == said[1] < 2 * guessing.MOST_WRONG


def test_a01_a_device_is_known_until_the_password_changes(noticed: list[Owner]) -> None:
    owner = noticed[0]
    assert tried(owner.browser, owner.staff.email, PASSWORD).status_code == 302
    owner.browser.post("/console/accounts/logout/")
    person = Staff.objects.get(pk=owner.staff.pk)
    person.set_password("somebody else chose this")
    person.save()
    owner.browser.defaults["REMOTE_ADDR"] = ELSEWHERE
    assert tried(owner.browser, person.email, "somebody else chose this").status_code == 200


def test_a01_the_next_day_all_is_as_before(noticed: list[Owner], clock: Clock) -> None:
    clock.at += timedelta(days=1)
    assert tried(Client(REMOTE_ADDR=ELSEWHERE), noticed[0].staff.email, PASSWORD).status_code == 302


def test_a01_the_owners_are_told_by_mail(
    owners: list[Owner], settings: Any, mailoutbox: Any
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert tell_guessing() == 1
    [mail] = mailoutbox
    assert (mail.to, mail.subject) == (
        ["olga@corner.example"],
        "Passwords at Corner Coffee are being guessed",
    )
    assert "https://club.example/console/settings/" in mail.body
