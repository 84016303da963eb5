"""Nobody learns by asking who is a member: pages for strangers answer alike (A34)."""

from __future__ import annotations

import math
import os
import re
import sys
import time
from statistics import fmean, variance
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.portal_kit import ANA, CLUB, Club
from regulars.actions import portal_friends, signing_in
from regulars.db.queries import advocates
from regulars.db.queries.portal import customer_of_email

pytestmark = pytest.mark.django_db
NOBODY = "joe@example.com"
FULL = bool(os.environ.get("REGULARS_TORTURE"))
SURE = 0.01
CHANGING = re.compile(r"s\d+_x\d+|csrfmiddlewaretoken\" value=\"\w+|[\w-]{43,}|ana@|joe@")


def answered(path: str, email: str) -> dict[str, object]:
    """All that a stranger sees of an answer, and the kinds of statements that it took."""
    client = Client()
    with CaptureQueriesContext(connection) as queries:
        answer = client.post(path, {"email": email})
    headers = {name: CHANGING.sub("", value) for name, value in answer.headers.items()}
    return {
        "status": answer.status_code,
        "body": CHANGING.sub("", answer.content.decode()),
        "headers": {
            name: value for name, value in headers.items() if name.lower() != "x-request-id"
        },
        "cookies": {name: len(one.value) for name, one in answer.cookies.items()},
        "statements": [CHANGING.sub("", one["sql"])[:60] for one in queries],
    }


def paths(club: Club) -> list[str]:
    return ["/my/sign-in/", f"/r/{advocates.code_of(club.ana, CLUB).lower()}/"]


def test_a34_known_and_unknown_are_answered_alike(club: Club) -> None:
    for path in paths(club):
        known, unknown = answered(path, ANA), answered(path, NOBODY)
        assert known == unknown, path
        assert known["status"] in (200, 302), path


def test_a34_saboteur_who_looks_the_address_up_while_asked(
    club: Club, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = portal_friends.claim

    def looks(claim: portal_friends.Claim, *rest: Any) -> Any:
        customer_of_email(claim.email)
        return ask(claim, *rest)

    monkeypatch.setattr(portal_friends, "claim", looks)
    path = paths(club)[1]
    assert answered(path, ANA) != answered(path, NOBODY)


COLLEAGUE, STRANGER = "olga@corner.example", "eve@corner.example"
DOORS = ("/console/accounts/login/", "/console/accounts/password/forgot/")


def at_the_door(path: str, email: str) -> dict[str, object]:
    """What a stranger sees who types an address of staff, or one of nobody."""
    client = Client()
    answer = client.post(path, {"login": email, "email": email, "password": "seven wrong words"})
    body = CHANGING.sub("", answer.content.decode()).replace(email, "")
    return {
        "status": answer.status_code,
        "body": re.sub(r"csrf\w+\W+value=\W\w+|nonce-\S+", "", body),
        "headers": sorted(name.lower() for name in answer.headers),
        "to": answer.headers.get("Location", ""),
        "cookies": {name: len(one.value) for name, one in answer.cookies.items()},
    }


@pytest.mark.parametrize("path", DOORS)
def test_a34_the_doors_of_staff_answer_alike(club: Club, settings: Any, path: str) -> None:
    settings.MAIL_CONFIGURED = True
    assert at_the_door(path, COLLEAGUE) == at_the_door(path, STRANGER)


def seconds(path: str, count: int) -> tuple[list[float], list[float]]:
    """How long answers take for a known and an unknown address, in turns."""
    taken: dict[str, list[float]] = {ANA: [], NOBODY: []}
    for turn in range(count * 2):
        email = (ANA, NOBODY, NOBODY, ANA)[turn % 4]
        client = Client()
        begun = time.perf_counter()
        client.post(path, {"email": email})
        taken[email].append(time.perf_counter() - begun)
    return taken[ANA], taken[NOBODY]


def welch(one: list[float], other: list[float]) -> float:
    """The p-value of Welch's test; with thousands of each, the t distribution is the normal one."""
    spread = variance(one) / len(one) + variance(other) / len(other)
    return math.erfc(abs(fmean(one) - fmean(other)) / math.sqrt(2 * spread))


def tells(path: str, count: int) -> list[float]:
    """The p-values of Welch's test, twice if the first speaks of a difference: chance alone does
    in one of a hundred."""
    found: list[float] = []
    while len(found) < 2 and all(one <= SURE for one in found):
        known, unknown = seconds(path, count)
        found.append(welch(known, unknown))
        sys.stdout.write(
            f"{path[:5]}… {count} each: {fmean(known) * 1e3:.3f} and {fmean(unknown) * 1e3:.3f} ms,"
            f" p = {found[-1]:.3f}\n"
        )
    return found


@pytest.mark.skipif(not FULL, reason="clocks mean something at full count: REGULARS_TORTURE=1")
def test_a34_no_clock_tells_who_is_known(club: Club, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signing_in, "BY_ADDRESS", 10**9)
    monkeypatch.setattr(signing_in, "BY_NETWORK", 10**9)
    for path in paths(club):
        assert tells(path, 2_000)[-1] > SURE, path
    ask = portal_friends.claim

    def looks(claim: portal_friends.Claim, *rest: Any) -> Any:
        if claim.email == ANA:
            for _time in range(20):
                customer_of_email(claim.email)
        return ask(claim, *rest)

    monkeypatch.setattr(portal_friends, "claim", looks)
    assert tells(paths(club)[1], 2_000) == pytest.approx([0, 0], abs=SURE), "a saboteur"
