"""No clock tells who is known: pages take as long whoever is asked about (A34)."""

from __future__ import annotations

import gc
import math
import os
import random
import sys
import time
from collections.abc import Callable, Iterator
from statistics import fmean, variance
from typing import Any
from urllib.parse import unquote

import pytest
from allauth.account.auth_backends import AuthenticationBackend
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client
from msgspec import Struct

from attacks.asking import (
    LOGIN,
    NOBODY,
    OF_MEMBERS,
    OF_STAFF,
    OLGA,
    OTTO,
    Asked,
    Known,
    ask,
    opened,
)
from portal.portal_kit import ANA, BASE, Club
from regulars.actions import guessing, signing_in
from regulars.console.middleware import Reader
from regulars.db.models import SignInTry
from regulars.db.queries.portal import customer_of_email, token_hash
from regulars.portal.access import asking_name

FULL = bool(os.environ.get("REGULARS_TORTURE"))
SEED = 20261122
EACH, FEW = 2_000, 200
SURE = 0.01
"""Chance alone gives a smaller p in one of a hundred: such a page is measured once more."""
ERRORS = 2.576
"""So many standard errors are a difference that is seen."""
QUICK = [page for page in (*OF_MEMBERS, *OF_STAFF) if page is not LOGIN]
CLEARED = ("procrastinate_jobs", "regulars_sign_in_try")


class Taken(Struct, frozen=True):
    """Seconds that answers took, about somebody known and about nobody."""

    known: list[float]
    unknown: list[float]

    @property
    def error(self) -> float:
        """The standard error of the difference of the means."""
        return math.sqrt(sum(variance(one) / len(one) for one in (self.known, self.unknown)))

    @property
    def p(self) -> float:
        """The p-value of Welch's test; with hundreds of each, its distribution is the normal."""
        apart = abs(fmean(self.known) - fmean(self.unknown))
        return math.erfc(apart / self.error / math.sqrt(2))


@pytest.fixture
def known(own_database: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Known]:
    """Limits are out of the way, since each try counts; passwords are hashed as they always are."""
    settings.BASE_URL = BASE
    settings.MAIL_CONFIGURED = True
    settings.ALLOWED_HOSTS = ["testserver"]
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    often = "1000000/s/ip"
    rates = dict.fromkeys(("login_failed", "reset_password"), f"{often},1000000/s/key")
    settings.ACCOUNT_RATE_LIMITS = {"login": often, **rates}
    for where, name in (
        (signing_in, "BY_ADDRESS"),
        (signing_in, "BY_NETWORK"),
        (guessing, "MOST_WRONG"),
    ):
        monkeypatch.setattr(where, name, 10**9)
    gc.disable()
    yield opened(Club())
    gc.enable()


def measured(known: Known, page: Asked, each: int, seed: int = SEED) -> Taken:
    """Ask about both, so often each, in an order of chance."""
    pair = (OLGA, OTTO) if page in OF_STAFF else (ANA, NOBODY)
    order = [*pair] * each
    random.Random(seed).shuffle(order)
    taken: dict[str, list[float]] = {one: [] for one in pair}
    for turn, email in enumerate(order):
        client = Client()
        page.before(client, email)
        if turn % 50 == 0:
            _tidy()
        begun = time.perf_counter()
        ask(known, page, email, client)
        taken[email].append(time.perf_counter() - begun)
    return Taken(*(taken[one] for one in pair))


def _tidy() -> None:
    """What piles up is the same for both, and makes everything slower."""
    gc.collect()
    with connection.cursor() as cursor:
        for table in CLEARED:
            cursor.execute(f"DELETE FROM {table}")


def tells(known: Known, page: Asked, each: int = EACH) -> bool:
    """Whether time tells who is known: twice, if it seems so."""
    for seed in (SEED, SEED + 1):
        taken = measured(known, page, each, seed)
        sys.stdout.write(
            f"{page.title}: {each} each, {fmean(taken.known) * 1e3:.3f} and"
            f" {fmean(taken.unknown) * 1e3:.3f} ms, {ERRORS * taken.error * 1e3:.3f} would be seen,"
            f" p = {taken.p:.3g}\n"
        )
        if taken.p > SURE:
            return False
    return True


def greeting(answer: Callable[..., HttpResponse], known: Known) -> Any:
    """A saboteur who sees whom a request is about, and does more for those who are known."""
    whom = (ANA, OLGA, known.filled("{stop}", ANA))

    def greets(reader: Reader, request: HttpRequest) -> HttpResponse:
        browser = token_hash(request.COOKIES.get(asking_name(), ""))
        asked = SignInTry.objects.filter(browser=browser).values_list("email", flat=True)
        about = f"{unquote(request.get_full_path())} {request.POST.dict()} {list(asked)}"
        for _time in range(20 if any(one in about for one in whom) else 0):
            customer_of_email(ANA)
        return answer(reader, request)

    return greets


@pytest.mark.parametrize("page", [*QUICK, LOGIN], ids=lambda page: page.title)
def a34_no_clock_tells_who_is_known(known: Known, page: Asked) -> None:
    assert not tells(known, page)


@pytest.mark.parametrize("page", QUICK, ids=lambda page: page.title)
def a34_saboteur_who_greets_whom_they_know(
    known: Known, page: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Reader, "__call__", greeting(Reader.__call__, known))
    assert tells(known, page, FEW)


def a34_saboteur_who_hashes_no_password_of_nobody(
    known: Known, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(AuthenticationBackend, "_mitigate_timing_attack", lambda *_rest: None)
    assert tells(known, LOGIN, FEW)


if FULL:
    # Clocks mean something at full count, where nothing else runs.
    test_a34_no_clock_tells_who_is_known = a34_no_clock_tells_who_is_known
    test_a34_saboteur_who_greets_whom_they_know = a34_saboteur_who_greets_whom_they_know
    test_a34_saboteur_who_hashes_no_password_of_nobody = (
        a34_saboteur_who_hashes_no_password_of_nobody
    )
