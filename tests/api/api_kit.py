"""A café whose members and keys are there, and requests to its API."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

import regulars
from regulars.actions.api_keys import SCOPES, Wanted, create
from regulars.actions.publishing import publish
from regulars.api import clock
from regulars.db.models import Business

PROGRAMME = Path(regulars.__file__).parent / "blueprints" / "cafe_points" / "programme.yaml"
CLUB = "corner_club"
LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)


class Answer:
    """A status, headers, and what was said."""

    def __init__(self, response: Any) -> None:
        self.status = response.status_code
        self.headers = response.headers
        self.raw = response.content
        self.said: Any = json.loads(response.content) if response.content else None


class Caller:
    """Somebody with a key."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.client = Client()

    def get(self, path: str, **headers: str) -> Answer:
        return self.call("GET", path, None, headers)

    def post(self, path: str, body: Any, **headers: str) -> Answer:
        sent = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.call("POST", path, sent, headers)

    def call(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        told = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.key:
            told = {"Authorization": f"Bearer {self.key}", **told}
        response = self.client.generic(
            method, f"/api/v1{path}", body or b"", content_type="application/json", headers=told
        )
        return Answer(response)


def key(*scopes: str, per_minute: int = 1200) -> str:
    """A key with these scopes, all of them where none is told."""
    wanted = Wanted(name="test", scopes=scopes or tuple(SCOPES), per_minute=per_minute)
    return create(wanted, datetime.now(UTC)).key


def cafe() -> Caller:
    """The café, with a key that may do everything."""
    publish(PROGRAMME.read_text(), now=LONG_AGO)
    Business.objects.update_or_create(id=1, defaults={"name": "Corner", "created_at": LONG_AGO})
    return Caller(key())


def stand_still(monkeypatch: pytest.MonkeyPatch) -> None:
    """It stays this moment for requests: what is counted by the minute or the hour would otherwise
    be counted anew where one begins meanwhile."""
    moment = clock.now()
    monkeypatch.setattr(clock, "now", lambda: moment)


def ago(hours: float = 1) -> str:
    """An instant so long ago, as it is sent."""
    return (datetime.now(UTC) - timedelta(hours=hours)).isoformat()


def order(name: str, *amounts: str, **more: Any) -> dict[str, Any]:
    """An order of coffees for Mia."""
    lines = [{"product": "flat_white", "category": "coffee", "amount": one} for one in amounts]
    told = {"type": "order", "key": name, "at": ago(), "currency": "EUR", "lines": lines}
    return {**told, "customer": {"email": "mia@example.com", "name": "Mia"}, **more}


def member(caller: Caller, email: str = "mia@example.com") -> str:
    """Mia, who joined a year ago; her id."""
    joined = caller.post(
        "/members",
        {"programme": CLUB, "customer": {"email": email}, "since": ago(24 * 300)},
    )
    assert joined.status == 200, joined.raw
    return str(joined.said["member"])
