"""A07, A28, A31, A35, A42, A43: the running API, as somebody on the same network meets it."""

from __future__ import annotations

import gzip
import json
import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from api_shop import Reply, Shop, served, standing

from api_kit import CLUB, ago, cafe, key, order  # isort: skip - found by the way of api_shop
from django.db import connection

import server
from regulars.actions import api_keys
from regulars.api import grouped
from regulars.db.models import ApiKey

MEGABYTE = 1024 * 1024
ENDS = 1.0
"""So many seconds after it ended a key opens nothing, wherever it is shown."""
VISIT = {"type": "activity", "kind": "visit"}


@pytest.fixture(scope="module")
def shop(django_db_setup: None, cluster: server.Server, django_db_blocker: Any) -> Iterator[Shop]:
    name = f"t_{os.urandom(6).hex()}"
    with django_db_blocker.unblock(), server.fresh_database(cluster, name):
        cafe()
        with served() as shop:
            yield shop


@pytest.fixture(scope="module")
def owner(shop: Shop) -> str:
    return key(per_minute=100_000)


@pytest.fixture(scope="module")
def mia(shop: Shop, owner: str) -> str:
    told = {"programme": CLUB, "customer": {"email": "mia@example.com"}, "since": ago(7000)}
    found = shop.send(owner, "/members", told).said["member"]
    assert shop.send(owner, "/facts", order("o1", "60.00", at=ago(48))).status == 200
    return str(found)


def visit(name: str) -> dict[str, Any]:
    return {**VISIT, "key": name, "at": ago()}


def test_a07_a_key_that_ended_opens_nothing_within_a_second(shop: Shop, owner: str) -> None:
    now = datetime.now(UTC)
    keys = {name: key("facts:write", "programmes:read") for name in ("revoked", "rotated", "old")}
    for name, told in keys.items():
        assert shop.send(told, "/facts", visit(f"{name}-1")).status == 200
        assert shop.get(told, "/programmes").status == 200
    api_keys.revoke(keys["revoked"][: api_keys.SHOWN], now)
    api_keys.rotate(keys["rotated"][: api_keys.SHOWN], now, overlap=timedelta(0))
    ApiKey.objects.filter(prefix=keys["old"][: api_keys.SHOWN]).update(ends_at=now)
    for told in keys.values():
        assert shop.get(told, "/programmes").code == "api_key_unknown"
    time.sleep(ENDS)
    before = standing()
    for name, told in keys.items():
        refused = shop.send(told, "/facts", visit(f"{name}-2"))
        assert (refused.status, refused.code) == (401, "api_key_unknown")
        batch = shop.send(told, "/facts/batch", {"facts": [visit(f"{name}-3")]})
        assert batch.status == 401
    assert standing() == before
    assert grouped.KEPT_SECONDS < ENDS


def test_a07_a_stolen_key_does_not_live_on_by_rotation(shop: Shop, owner: str) -> None:
    thief = key("keys:write")
    told = {"prefix": thief[: api_keys.SHOWN]}
    ends = datetime.now(UTC) + timedelta(minutes=5)
    ApiKey.objects.filter(prefix=told["prefix"]).update(ends_at=ends)
    assert shop.send(thief, "/keys/rotate", told).status == 200
    assert ApiKey.objects.get(prefix=told["prefix"]).ends_at == ends


def test_a07_no_key_makes_more_than_itself(shop: Shop) -> None:
    maker = key("keys:write", "facts:write", per_minute=60)
    before = standing()
    wants: list[tuple[dict[str, Any], int, str]] = [
        ({"scopes": ["grants:write"]}, 403, "scope_missing"),
        ({"scopes": ["facts:write", "redeem"]}, 403, "scope_missing"),
        ({"scopes": ["*"]}, 422, "value_unknown"),
        ({"scopes": []}, 422, "value_wrong"),
        ({"scopes": ["facts:write"], "per_minute": 61}, 422, "value_wrong"),
        ({"scopes": ["facts:write"], "per_minute": 0}, 422, "value_wrong"),
        ({"scopes": ["facts:write"], "hash": "00"}, 422, "field_unknown"),
        ({"scopes": ["facts:write"], "made_by": "owner"}, 422, "field_unknown"),
    ]
    for more, status, code in wants:
        refused = shop.send(maker, "/keys", {"name": "more", **more})
        assert (refused.status, refused.code) == (status, code), more
    assert standing() == before
    made = shop.send(maker, "/keys", {"name": "same", "scopes": ["facts:write"]}).said
    assert made["about"]["per_minute"] == 60


def test_a07_a_key_in_an_address_opens_nothing(shop: Shop, owner: str) -> None:
    before = standing()
    asked = [
        shop.ask("GET", f"/programmes?key={owner}"),
        shop.get(owner, f"/programmes?{owner}=1"),
        shop.ask("POST", f"/facts?api_key={owner}", json.dumps(visit("in")).encode()),
        shop.send(owner, f"/facts?{owner}", visit("in")),
        shop.send(owner, f"/facts?key=x{owner}", visit("in")),
    ]
    for reply in asked:
        assert (reply.status, reply.code) == (401, "api_key_in_address")
        assert owner.encode() not in reply.raw
    for path in (f"/programmes/{owner}/tiers", f"/{owner}"):
        assert shop.ask("GET", path).status in (401, 404)
    assert standing() == before


def test_a07_only_the_header_and_only_bearer(shop: Shop, owner: str) -> None:
    for headers in (
        {"Authorization": owner},
        {"Authorization": f"Basic {owner}"},
        {"Authorization": "Bearer"},
        {"Authorization": f"Bearer {owner} x"},
        {"Authorization": f"Bearer {owner[:-1]}"},
        {"Authorization": f"Bearer {owner.upper()}"},
        {"Authorization": "Bearer ' OR '1'='1"},
        {"Authorization": "Bearer \xff\xfe"},
        {"X-Api-Key": owner},
        {"Cookie": f"authorization=Bearer {owner}; sessionid={owner}"},
    ):
        body = json.dumps(visit("header")).encode()
        for reply in (
            shop.ask("POST", "/facts", body, headers),
            shop.ask("GET", "/keys", None, headers),
        ):
            assert reply.status == 401, headers


def test_a42_no_header_gets_round_a_limit(shop: Shop) -> None:
    told = key("facts:write", "programmes:read", per_minute=3)
    said = []
    for number in range(8):
        address = f"10.9.8.{number}"
        forged = {"X-Forwarded-For": address, "X-Real-IP": address, "Forwarded": f"for={address}"}
        forged |= {"X-Request-Id": f"request-{number}", "X-HTTP-Method-Override": "GET"}
        if number % 2:
            said.append(shop.get(told, "/programmes", **forged))
        else:
            said.append(shop.send(told, "/facts", visit(f"limit-{number}"), **forged))
    refused = [one for one in said if one.status == 429]
    assert len(refused) >= 2, "a minute may have begun meanwhile"
    assert {one.code for one in refused} == {"rate_limited"}
    assert all(1 <= int(one.headers["retry-after"]) <= 60 for one in refused)


BOMBS: dict[str, tuple[bytes, dict[str, str], int, str]] = {
    "too big": (b" " * (6 * MEGABYTE + 1), {}, 413, ""),
    "packed": (gzip.compress(b" " * 9 * MEGABYTE, mtime=0), {"Content-Encoding": "gzip"}, 400,
               "body_unreadable"),
    "deep": (b'{"type":"order","key":' + b"[" * 200_000, {}, 422, "value_wrong"),
    "deep unknown": (b'{"type":"order","x":' + b'{"a":' * 100_000, {}, 422, "field_unknown"),
    "many keys": (b'{"type":"order","counts":{' + b",".join(b'"%d":"1"' % n for n in range(90_000))
                  + b"}}", {}, 422, "value_wrong"),
    "no UTF-8": (b'{"type":"activity","kind":"v","key":"\xff"}', {}, 400, "body_unreadable"),
    "half a pair": (b'{"type":"activity","key":"\\ud800"}', {}, 400, "body_unreadable"),
    "half a pair as it is": (b'{"type":"activity","key":"\xed\xa0\x80"}', {}, 400,
                             "body_unreadable"),
    "digits": (b'{"type":"activity","version":' + b"9" * 1_000_000 + b"}", {}, 422, "value_wrong"),
    "1e400": (b'{"type":"activity","version":1e400}', {}, 422, "value_wrong"),
    "NaN": (b'{"type":"activity","version":NaN}', {}, 400, "body_unreadable"),
    "two": (b'{"type":"activity"} {"type":"activity"}', {}, 422, "field_missing"),
    "two kinds": (b'{"type":"activity","type":"grant","key":"d"}', {}, 422, "value_unknown"),
    "XML": (b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
            {"Content-Type": "application/xml"}, 400, "body_unreadable"),
    "a form": (b"type=activity&key=f", {"Content-Type": "application/x-www-form-urlencoded"}, 400,
               "body_unreadable"),
}  # fmt: skip


@pytest.mark.parametrize("path", ["/facts", "/facts/", "/redemptions", "/facts/batch"])
def test_a28_a_bomb_is_refused_at_once_and_changes_nothing(
    path: str, shop: Shop, owner: str, mia: str
) -> None:
    before = standing()
    for name, (body, headers, status, code) in BOMBS.items():
        reply = shop.send(owner, path, body, **headers)
        if path == "/facts":
            assert reply.status == status, (name, reply.raw)
            assert not code or reply.code == code, name
        assert reply.status in (400, 404, 413, 422), (name, reply.raw)
    assert shop.get(owner, "/programmes").status == 200
    assert standing() == before


def test_a28_two_lengths_are_one_request_or_none(shop: Shop, owner: str) -> None:
    """What hides behind the end of a request is never served as another one with its key."""
    before = standing()
    inner = json.dumps(visit("smuggled"))
    hidden = (
        f"POST /api/v1/facts HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {owner}\r\n"
        f"Content-Length: {len(inner)}\r\n\r\n{inner}"
    )
    heads = (
        f"Content-Length: {len(hidden) + 5}\r\nTransfer-Encoding: chunked",
        f"Transfer-Encoding: chunked\r\nContent-Length: {len(hidden) + 5}",
        f"Content-Length: 4\r\nContent-Length: {len(hidden)}",
        "Content-Length: 0x10",
        "Transfer-Encoding: xchunked",
        "Transfer-Encoding : chunked",
    )
    for head in heads:
        first = f"POST /api/v1/quotes HTTP/1.1\r\nHost: localhost\r\n{head}\r\n\r\n0\r\n\r\n"
        said = shop.raw((first + hidden).encode())
        assert b"recorded" not in said or head.startswith("Transfer-Encoding: chunked\r\n"), head
        assert said.count(b"HTTP/1.1 2") == 0, (head, said)
    assert standing() == before
    assert shop.get(owner, "/programmes").status == 200


def test_a17_answers_are_kept_by_nobody_and_open_to_no_other_page(
    shop: Shop, owner: str, mia: str
) -> None:
    foreign = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    asked: list[Reply] = [
        shop.get(owner, f"/members/{CLUB}/{mia}", **foreign),
        shop.get(owner, f"/customers/{mia}", **foreign),
        shop.send(owner, "/facts", visit("cors"), **foreign),
        shop.send(owner, "/facts", b"{", **foreign),
        shop.send("rgl_wrong", "/facts", visit("x"), **foreign),
        shop.get("rgl_wrong", "/keys", **foreign),
        shop.get(owner, "/nothing", **foreign),
        shop.send(owner, "/facts", b" " * (6 * MEGABYTE + 1), **foreign),
        *(shop.ask("OPTIONS", path, None, foreign) for path in ("/facts", "/members", "/keys")),
    ]
    for reply in asked:
        assert not [name for name in reply.headers if name.startswith("access-control")]
        assert reply.headers["cache-control"] == "no-store"
        assert reply.headers["x-content-type-options"] == "nosniff"
        assert "set-cookie" not in reply.headers
        assert reply.headers["server"] == "regulars"
        assert "evil" not in str(reply.headers)


def test_a31_value_goes_out_once_however_many_ask(shop: Shop, owner: str, mia: str) -> None:
    """Redeemed, released and asked for again all at once, over connections of their own."""
    wish = {"programme": CLUB, "member": mia, "reward": "coffee"}

    def one(number: int) -> tuple[int, bool]:
        name = f"race-{number // 3}"
        if number % 5 == 4:
            return shop.send(owner, "/redemptions/release", {"key": name}).status, False
        reply = shop.send(owner, "/redemptions", {**wish, "key": name})
        try:
            return reply.status, bool(reply.said.get("accepted"))
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as threads:
        said = list(threads.map(one, range(30)))
    assert {status for status, _accepted in said} <= {200, 404, 409}
    now = shop.get(owner, f"/members/{CLUB}/{mia}").said["balances"]["points"]["available"]
    states = [shop.get(owner, f"/redemptions?key=race-{n}").said for n in range(10)]
    held = sum(one.get("state") == "booked" for one in states)
    assert (held, int(now)) in ((1, 10), (0, 60))


def test_a43_logs_and_errors_hold_no_secret_and_no_forged_line(
    shop: Shop, owner: str, mia: str
) -> None:
    forged = "2026-01-01T00:00:00 ERROR regulars: all is lost"
    canary = "canary-of-mia@example.com"
    for name in (f"x\r\n{forged}", f"x\u2028{forged}"):
        maker = shop.send(owner, "/keys", {"name": name, "scopes": ["redeem"]})
        assert (maker.status, maker.code) == (422, "text_control")
    shop.send(owner, "/customers/find", {"email": canary})
    shop.get(owner, "/programmes", **{"X-Request-Id": "a b", "User-Agent": forged})
    shop.ask("GET", f"/customers/{canary}%0d%0a{forged.replace(' ', '%20')}")
    shop.send(owner, "/facts", b'{"type":"order","key":"' + canary.encode() + b'"')
    log = shop.log.read_text()
    assert [text for text in (owner, owner[10:], canary, mia, "Bearer") if text in log] == []
    assert not any(line.startswith(forged) for line in log.splitlines())
    for host in ("evil.example", "", "a,b", "evil.example\u00e9", "127.0.0.1:1:1"):
        shop.raw(f"GET /console/ HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
    assert "Traceback" not in shop.log.read_text()
    for path in (
        "/%ff",
        "/members/%00/%00",
        "/customers/..%2f..%2fetc",
        "/programmes/%00/editions",
    ):
        reply = shop.get(owner, path)
        assert reply.status in (404, 422), (path, reply.raw)
        assert b"Traceback" not in reply.raw
        assert b"/src/" not in reply.raw
