"""Who is believed about where a request came from, and what a log line may hold."""

from __future__ import annotations

import json
import logging
from logging.config import DictConfigurator
from typing import Any

import pytest
from django.conf import settings

from regulars.run import proxies
from regulars.run.errors import CannotRun
from regulars.run.log import Lines

TRUSTED = "10.0.0.0/8, 192.0.2.1, ::1"


def _settled(peer: str, **headers: str) -> dict[str, Any]:
    named = [(name.replace("_", "-").encode(), text.encode()) for name, text in headers.items()]
    scope = {"client": (peer, 5000), "scheme": "http", "headers": named}
    return proxies.settle(scope, proxies.parse(TRUSTED))


@pytest.mark.parametrize(
    ("peer", "chain", "client"),
    [
        ("203.0.113.7", "1.2.3.4", "203.0.113.7"),
        ("10.1.1.1", "1.2.3.4", "1.2.3.4"),
        ("10.1.1.1", "6.6.6.6, 1.2.3.4", "1.2.3.4"),
        ("10.1.1.1", "6.6.6.6, 1.2.3.4, 192.0.2.1", "1.2.3.4"),
        ("10.1.1.1", "10.2.2.2", "10.1.1.1"),
        ("10.1.1.1", "1.2.3.4, nonsense", "10.1.1.1"),
        ("10.1.1.1", "", "10.1.1.1"),
        ("::ffff:10.1.1.1", "2001:db8::5", "2001:db8::5"),
        ("", "1.2.3.4", ""),
    ],
)
def test_the_client_is_who_the_listed_proxies_saw(peer: str, chain: str, client: str) -> None:
    settled = _settled(peer, x_forwarded_for=chain)
    assert settled["client"][0] == client
    assert settled["headers"] == []


@pytest.mark.parametrize(
    ("peer", "scheme"), [("203.0.113.7", "http"), ("10.1.1.1", "https"), ("192.0.2.2", "http")]
)
def test_only_a_listed_proxy_says_https(peer: str, scheme: str) -> None:
    assert _settled(peer, x_forwarded_proto="https")["scheme"] == scheme


def test_headers_with_an_underscore_are_dropped() -> None:
    scope = {"client": ("10.1.1.1", 1), "scheme": "http", "headers": [(b"x_forwarded_for", b"6")]}
    assert proxies.settle(scope, [])["headers"] == []


def test_a_wrong_list_is_named() -> None:
    with pytest.raises(CannotRun, match=r"'10\.0\.0\.300', which is no address"):
        proxies.parse("127.0.0.1, 10.0.0.300")


EVIL = "name\r\n2026-01-01 INFO forged\x1b[2J\u2028end"


@pytest.mark.parametrize("as_json", [False, True])
def test_a_log_event_is_one_line(as_json: bool) -> None:
    record = logging.LogRecord("regulars.x", logging.INFO, "", 1, "got %s", (EVIL,), None)
    line = Lines(json=as_json).format(record)
    assert len(line.splitlines()) == 1 or as_json
    assert "\n" not in line
    assert "\r" not in line
    assert "\x1b" not in line
    if as_json:
        assert json.loads(line)["event"] == f"got {EVIL}"


def test_a_traceback_stays_in_its_line() -> None:
    try:
        raise ValueError("one\ntwo")
    except ValueError as error:
        failed = (ValueError, error, error.__traceback__)
    record = logging.LogRecord("regulars.x", logging.ERROR, "", 1, "failed", (), failed)
    assert "\n" not in Lines(json=False).format(record)
    assert "\n" not in Lines(json=True).format(record)


def test_django_writes_the_same_lines() -> None:
    told = DictConfigurator(settings.LOGGING)
    assert isinstance(told.configure_formatter(settings.LOGGING["formatters"]["line"]), Lines)
