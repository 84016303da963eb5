"""What the server says by itself, before anybody could answer: in the sender's language, with the
request's id."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from regulars.run import server

ID = "00112233aabbccdd"
CODES = {408: "body_cut_short", 413: "body_too_big", 500: "broken", 503: "busy"}
ENGLISH, GERMAN = "tlh, en;q=0.5", "de-AT,en;q=0.3"


def scope(path: str, language: str) -> dict[str, Any]:
    headers = [(b"accept-language", language.encode()), (b"x-request-id", ID.encode())]
    return {"type": "http", "method": "POST", "path": path, "headers": headers}


@pytest.mark.parametrize("status", CODES)
def test_machines_are_told_as_of_anything_else(status: int) -> None:
    told = {}
    for language in (ENGLISH, GERMAN):
        kind, content = server.said(status, scope("/api/v1/members", language), ID)
        told[language] = json.loads(content)
        assert kind == b"application/json"
        assert (told[language]["code"], told[language]["request_id"]) == (CODES[status], ID)
    assert told[ENGLISH]["message"] != told[GERMAN]["message"]


@pytest.mark.parametrize("status", CODES)
def test_people_are_told_a_sentence(status: int) -> None:
    told = [server.said(status, scope("/console/", language), ID) for language in (ENGLISH, GERMAN)]
    assert {kind for kind, _ in told} == {b"text/plain; charset=utf-8"}
    assert told[0] != told[1]
    assert all(content.endswith(f"({ID})\n".encode()) for _, content in told)


def test_a_large_file_may_be_larger_than_a_large_request() -> None:
    _, page = server.said(413, scope("/console/", ENGLISH), ID)
    _, batch = server.said(413, scope("/api/v1/facts/batch", ENGLISH), ID)
    assert b" 6 MB" in page
    assert b" 64 MB" in batch


def test_saboteur_where_nobody_says_how_it_is_english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "_setting", lambda _name: None)
    assert server.said(503, scope("/console/", GERMAN), ID)[1].startswith(b"Too busy.")


@pytest.mark.parametrize("path", ["/api/v1/members", "/portal/"])
def test_who_finds_no_room_is_told_under_which_id(path: str) -> None:
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    asyncio.run(server.come_again(scope(path, GERMAN), send))
    assert sent[0]["status"] == 503
    assert (b"retry-after", b"1") in sent[0]["headers"]
    assert ID.encode() in sent[1]["body"]
    assert "beschäftigt".encode() in sent[1]["body"]
