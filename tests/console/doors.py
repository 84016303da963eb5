"""Walking through every page of the console, as somebody, and telling what the door said."""

from __future__ import annotations

import base64
import csv
import hashlib
import hmac
import re
import struct
import time
import uuid
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from allauth.core.internal import ratelimit
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth import SESSION_KEY
from django.core.cache.backends import db as kept
from django.test import Client

from regulars.console import permissions
from regulars.console.permissions import Page
from regulars.db.models import Staff

EXPECTED = Path(__file__).parent / "routes.csv"
ACTORS = ("anonymous", "viewer", "staff", "manager", "owner")
SAMPLES = {"str": "nothing", "slug": "nothing", "path": "nothing", "int": "7", "uuid": ""}
SECRET = "JBSWY3DPEHPK3PXP"
MACHINES = ("api:", "hook", "till:", "portal:")


def pages() -> list[Page]:
    """Every page that staff sign in for. The API asks for keys, shops sign what they send, a till
    shows its token, members have sessions of their own: their tests (tests/api, tests/attacks,
    tests/till, tests/portal) walk through those."""
    return [page for page in permissions.pages() if not page.name.startswith(MACHINES)]


def address(page: Page, **known: str) -> str:
    """A page's address, with made-up numbers and names where it wants some."""

    def fill(part: re.Match[str]) -> str:
        kind, _, name = part[1].rpartition(":")
        return known.get(name) or SAMPLES.get(kind or "str", "nothing") or str(uuid.uuid4())

    return "/" + re.sub(r"<([^>]+)>", fill, page.pattern)


def title(page: Page) -> str:
    return page.name or page.pattern or "(first page)"


def rows() -> list[dict[str, str]]:
    with EXPECTED.open(newline="") as file:
        return list(csv.DictReader(file))


def browser(staff: Staff | None, **options: Any) -> Client:
    client = Client(raise_request_exception=False, **options)
    if staff is not None:
        client.force_login(staff, "allauth.account.auth_backends.AuthenticationBackend")
    return client


def door(answer: Any) -> str:
    """`login`: sent to sign in; `second`: sent to set up a second factor; `no`; or `in`."""
    if answer.status_code >= 500:
        return f"broken ({answer.status_code})"
    if answer.status_code == 403:
        return "no"
    goal = answer.headers.get("Location", "")
    if goal.startswith("/console/accounts/login/"):
        return "login"
    return "second" if goal.split("?")[0] == "/console/accounts/second/" else "in"


def matrix(
    people: dict[str, Staff | None],
    methods: tuple[str, ...] = ("GET", "POST"),
    begins: str = "",
) -> list[str]:
    """What the doors said, as lines like those of routes.csv: of the pages whose name begins so."""
    lines, browsers = [], {actor: browser(people[actor]) for actor in ACTORS}
    for page in (one for one in pages() if title(one).startswith(begins)):
        for method in methods:
            said = []
            for actor in ACTORS:
                said.append(door(browsers[actor].generic(method, address(page))))
                if said[-1] == "in" and not browsers[actor].session.get(SESSION_KEY):
                    browsers[actor] = browser(people[actor])  # it ended the session
            lines.append(",".join([title(page), method, *said]))
    return lines


def wear_totp(staff: Staff) -> None:
    """Give somebody an authenticator app whose secret the tests know, and recovery codes."""
    TOTP.activate(staff, SECRET)
    RecoveryCodes.activate(staff)
    assert Authenticator.objects.filter(user=staff).count() == 2


def tries_stand_still(monkeypatch: pytest.MonkeyPatch) -> None:
    """It stays this moment for what counts tries of passwords, and keeps them for a while: tries
    that take their time would otherwise not all be of one minute."""
    moment = time.time()
    frozen = SimpleNamespace(**{**vars(time), "time": lambda: moment})
    monkeypatch.setattr(ratelimit, "time", frozen)
    monkeypatch.setattr(kept, "tz_now", lambda: datetime.fromtimestamp(moment, UTC))


def totp(secret: str = SECRET) -> str:
    """The code that the app shows now (RFC 6238, SHA-1, six digits, 30 seconds)."""
    key = base64.b32decode(secret)
    count = struct.pack(">Q", int(time.time()) // 30)
    mark = hmac.new(key, count, hashlib.sha1).digest()
    start = mark[-1] & 15
    number = struct.unpack(">I", mark[start : start + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"
