"""Ordinary work, and what goes wrong in it, leaves no name, address or number of anybody in logs,
traces and metrics (P16)."""

from __future__ import annotations

import io
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError
from django.test import Client

sys.path.insert(0, str(Path(__file__).parents[1] / "portal"))
from smtp_server import smtp

from api.api_kit import Caller, key
from attacks.canaries import FILE, ORDER, ZOE, holds
from console import wizard
from portal.portal_kit import NOW, Club, ask, member, work
from regulars.actions import mailing, portal_pages
from regulars.db.models import OutMail
from regulars.run import counting, masking
from regulars.run.log import Lines
from staff import signed_in

pytestmark = pytest.mark.django_db
ROW = (
    'null value in column "at" violates not-null constraint\n'
    f"DETAIL:  Failing row contains (7, Zoelinde Kanarek, {ZOE}, +491765550199)."
)


@contextmanager
def logged() -> Iterator[io.StringIO]:
    """All that is logged in here, at every level, as the server writes it."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(Lines(json=False))
    named = [logging.getLogger(), logging.getLogger("regulars")]
    before = [one.level for one in named]
    for one in named:
        one.setLevel(logging.INFO)
    named[0].addHandler(handler)
    try:
        yield written
    finally:
        named[0].removeHandler(handler)
        for one, level in zip(named, before, strict=True):
            one.setLevel(level)


def ordinary_work(club: Club, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Zoe is met, and each way of meeting her goes wrong once."""
    zoe = member("Zoelinde Kanarek", email=ZOE, phone="+491765550199")
    caller = Caller(key())
    assert caller.post("/facts", ORDER).status == 200
    assert caller.post("/facts", {**ORDER, "key": "two", "amount": ZOE}).status == 422
    assert caller.post("/customers/find", {"email": ZOE, "name": "Zoelinde"}).status == 422
    assert caller.get(f"/customers/{ZOE}").status in (404, 422)
    wizard.through(signed_in(club.owner), FILE)
    told = {"login": ZOE, "password": "Zoelinde Kanarek 1987"}
    assert Client().post("/console/accounts/login/", told).status_code == 200
    with smtp(settings, lambda address: f"550 {address} is unknown, Zoelinde"):
        browser = Client()
        ask(browser, ZOE)
        browser.post("/my/sign-in/code/", {"code": "000000"})
        mailing.send_due(NOW)
    assert OutMail.objects.get(recipient=ZOE).state == "failed"
    phone = club.browser(zoe)
    assert phone.get("/my/").status_code == 200
    for error in (
        IntegrityError(ROW),
        ValueError(f"no member: {ZOE}"),
        KeyError("Zoelinde Kanarek"),
    ):

        def fails(*_args: Any, _error: Exception = error, **_more: Any) -> None:
            raise _error

        with monkeypatch.context() as broken:
            broken.setattr(portal_pages, "club", fails)
            phone.raise_request_exception = False
            assert phone.get("/my/").status_code == 500
    work()


def test_p16_logs_and_traces_hold_nobody(
    club: Club, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with logged() as lines:
        ordinary_work(club, settings, monkeypatch)
    told = lines.getvalue()
    assert told.count("Traceback") >= 3, "there was something to log"
    assert "was not sent" in told
    assert holds(told) == []
    assert f"<mail {masking.mark(ZOE)}>" in told, "an address is told as its mark"


def test_p16_saboteur_traces_as_python_writes_them(
    club: Club, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(masking, "said", str)
    with logged() as lines:
        ordinary_work(club, settings, monkeypatch)
    assert holds(lines.getvalue()) != []


@pytest.mark.parametrize(
    "path", [f"/my/enter/{ZOE}/", "/r/KANAR-ZOE/", f"/api/v1/customers/{ZOE}", "/s/Zoelinde/"]
)
def test_p16_metrics_have_no_label_of_anybody(path: str) -> None:
    assert holds(counting.kind_of(path, "/api/v1/facts")) == []
