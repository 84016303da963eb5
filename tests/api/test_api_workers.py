"""Two web processes over one database: what one says holds at the other; and large batches."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from api_kit import CLUB, Caller, ago, cafe, key, member, order

from regulars.db.models import FactRow

sys.path.insert(0, str(Path(__file__).parents[1] / "attacks"))
from api_shop import Reply, Shop, served

FACTS, LINES, MEMBERS = (10_000, 20, 2_000) if os.environ.get("REGULARS_TORTURE") else (40, 900, 0)
"""How many orders of how many lines go in at once, of how many customers (0: of guests)."""


@pytest.fixture
def caller(own_database: None) -> Caller:
    caller = cafe()
    member(caller)
    caller.post("/facts", order("o1", "60.00", at=ago(48)))
    return caller


@pytest.fixture
def shops(caller: Caller) -> Iterator[tuple[Shop, Shop]]:
    with served() as one, served() as other:
        yield one, other


def test_what_one_process_says_of_a_member_holds_at_the_other(
    caller: Caller, shops: tuple[Shop, Shop]
) -> None:
    one, other = shops
    mia = caller.post("/customers/find", {"email": "mia@example.com"}).said["customer"]
    here = f"/members/{CLUB}/{mia}"
    tag = one.get(caller.key, here).headers["etag"]
    assert other.get(caller.key, here, **{"If-None-Match": tag}).status == 304
    coffee = {"programme": CLUB, "member": mia, "reward": "coffee"}
    seen = {"If-Match": tag}
    assert one.send(caller.key, "/redemptions", {**coffee, "key": "r1"}, **seen).said["accepted"]
    stale = other.send(caller.key, "/redemptions", {**coffee, "key": "r2"}, **seen)
    assert (stale.status, stale.code) == (412, "stale")
    assert other.get(caller.key, here, **{"If-None-Match": tag}).status == 200


def test_what_one_process_answered_the_other_answers_again(
    caller: Caller, shops: tuple[Shop, Shop]
) -> None:
    body, named = order("o2", "4.50"), {"Idempotency-Key": "a"}
    first, again = (one.send(caller.key, "/facts", body, **named) for one in shops)
    assert first.said["state"] == "recorded"
    assert (again.raw, again.headers["idempotent-replay"]) == (first.raw, "true")
    assert shops[1].send(caller.key, "/facts", body).said["state"] == "known"


def rich(number: int) -> dict[str, Any]:
    """An order of many lines, as a web shop tells it."""
    line = {
        "product": f"a rather long number of a product as shops have it {number:06}",
        "category": "coffee and everything that belongs to it",
        "brand": "Corner Coffee Roasters of Main Street",
        "quantity": "1",
        "unit_price": "0.10",
        "amount": "0.10",
    }
    who = {"customer": {"external": f"member-{number % MEMBERS}"}} if MEMBERS else {}
    told = {"type": "order", "key": f"rich:{number}", "at": ago(2), "currency": "EUR"}
    return {**told, **who, "lines": [line] * LINES}


def refused(reply: Reply, most: str) -> bool:
    """Whether a body was too large, said as any error is."""
    told = (reply.status, reply.headers["content-type"], reply.code)
    named = reply.said["request_id"] == reply.headers["x-request-id"]
    return (
        told == (413, "application/json", "body_too_big")
        and most in reply.said["message"]
        and named
    )


def test_a_batch_of_rich_facts_goes_in_and_no_larger_one(caller: Caller) -> None:
    body = json.dumps({"facts": [rich(number) for number in range(FACTS)]}).encode()
    assert len(body) > 6 * 2**20, "more than any other address takes"
    with served() as shop:
        told = shop.send(caller.key, "/facts/batch", body).said
        assert (told["recorded"], told["refused"]) == (FACTS, 0)
        before = FactRow.objects.count()
        more = {"Content-Length": str(64 * 2**20 + 1), "Authorization": f"Bearer {caller.key}"}
        assert refused(shop.ask("POST", "/facts/batch", b"{", more), "64 MB")
        for sender in ("", "rgl_nobody", key("members:read")):
            assert refused(shop.send(sender, "/facts/batch", body), "MB")
        for path in ("/facts", "/redemptions"):
            assert refused(shop.send(caller.key, path, body), "6 MB")
        german = shop.send(caller.key, "/facts", body, **{"Accept-Language": "de"})
        assert german.code == "body_too_big"
        assert "größer" in german.said["message"]
        assert FactRow.objects.count() == before
