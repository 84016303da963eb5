"""Single facts past Django: the same answers as Django's, each effect once whatever fails."""

from __future__ import annotations

import asyncio
import json
import re
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from msgspec import Struct

sys.path.insert(0, str(Path(__file__).parents[1] / "api"))
from api_kit import ago, cafe, key, order, stand_still

from regulars.actions import api_keys
from regulars.api import clock, grouped
from regulars.api.grouped import Keys, Reply, Sent
from regulars.db.models import FactRow
from regulars.run import body, crowd, group, room
from regulars.run.facts import FactRoute
from regulars.run.group import Writer

pytestmark = pytest.mark.usefixtures("own_database")
IDS = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
LONG = 3600.0
SAME = ("content-type", "ratelimit-limit", "retry-after", "www-authenticate", "idempotent-replay")


class Answer(Struct):
    """What can be compared of an answer."""

    status: int
    body: bytes
    headers: dict[str, str]


class Input(Struct):
    """A request: `WAY` in it is replaced, so that each way has facts of its own."""

    body: bytes
    headers: dict[str, str] = {}
    query: str = ""
    times: int = 1


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """How long anybody may wait says something of the machine, and nothing of the answers."""
    monkeypatch.setattr(room, "SOON", LONG)
    monkeypatch.setattr(group, "PATIENCE", LONG)
    monkeypatch.setattr(crowd, "FACT_SECONDS", LONG)


@pytest.fixture
def route(patient: None) -> Iterator[FactRoute]:
    made = FactRoute()
    yield made
    made.close()


def through_django(asked: Input, headers: dict[str, str]) -> Answer:
    client = Client(raise_request_exception=False)
    told = {"X-Request-Id": "request-1", **headers}
    path = f"/api/v1/facts{asked.query}"
    answer = client.generic("POST", path, asked.body, content_type="application/json", headers=told)
    return comparable(answer.status_code, answer.content, dict(answer.headers.items()))


async def through_route(route: FactRoute, asked: Input, headers: dict[str, str]) -> Answer:
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": asked.body, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        "query_string": asked.query.removeprefix("?").encode(),
        "request_id": "request-1",
    }
    await route(scope, receive, send)
    told = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return comparable(sent[0]["status"], sent[1]["body"], told)


def comparable(status: int, content: bytes, headers: dict[str, str]) -> Answer:
    named = {name.lower(): value for name, value in headers.items()}
    kept = {name: named[name] for name in SAME if name in named}
    if seconds := kept.get("retry-after", ""):
        kept["retry-after"] = "SECONDS"
        content = content.replace(b" %s " % seconds.encode(), b" SECONDS ")
    return Answer(status, IDS.sub(b"ID", content), kept)


def told(**more: Any) -> bytes:
    """An order of Mia's, of one way."""
    mia = {"external": "mia-WAY", "name": "Mia"}
    return json.dumps(order("o-WAY", "3.60", **{"at": AT, "customer": mia, **more})).encode()


AT = ago()
ENGLISH: dict[str, str] = {}
GERMAN = {"Accept-Language": "de-DE,de;q=0.9,en;q=0.5"}
INPUTS = {
    "an order": Input(told()),
    "why is not wanted": Input(told(), {"Prefer": "return=minimal"}),
    "the same again": Input(told(), times=2),
    "a guest's": Input(told(customer=None)),
    "in German": Input(told(), GERMAN),
    "wrong in German": Input(b'{"type": "order"}', GERMAN),
    "a language that nobody speaks": Input(b"{}", {"Accept-Language": "tlh"}),
    "no JSON": Input(b"{"),
    "empty": Input(b""),
    "a list": Input(b"[]"),
    "an unknown field": Input(told(colour="red")),
    "an unknown type": Input(told(type="party")),
    "no time": Input(told(at="noon")),
    "a time to come": Input(told(at="2190-01-01T00:00:00Z")),
    "a bank card": Input(told(number="4111 1111 1111 1111")),
    "a line feed": Input(told(number="1\n2")),
    "a tier": Input(
        b'{"type": "tier_set", "key": "g-WAY", "at": "2026-01-01T00:00:00Z", "tier": "regular",'
        b' "programme": "corner_club", "customer": {"external": "mia-WAY"}}'
    ),
    "what is unknown beside the address": Input(told(), query="?colour=red"),
    "the key in the address": Input(told(), query="?key=rgl_secret"),
    "a refund that waits": Input(
        b'{"type": "refund", "key": "r-WAY", "at": "2026-01-01T00:00:00Z", "order": "x-WAY",'
        b' "currency": "EUR", "amount": "1.00", "customer": {"external": "mia-WAY"}}'
    ),
}


@pytest.mark.parametrize("limited", [False, True])
def test_both_ways_answer_the_same(
    route: FactRoute, limited: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_still(monkeypatch)
    cafe()
    differing = {}
    for name, asked in INPUTS.items():
        allowed = key("facts:write", per_minute=1 if limited else 1000)
        for _ in range(asked.times + limited):
            answers = []
            for way in ("wayone", "waytwo"):
                using = {"Authorization": f"Bearer {allowed}", **asked.headers}
                own = Input(asked.body.replace(b"WAY", way.encode()), query=asked.query)
                if way == "wayone":
                    answer = through_django(own, using)
                else:
                    using["Authorization"] = f"Bearer {again(allowed, limited)}"
                    answer = asyncio.run(through_route(route, own, using))
                answer.body = answer.body.replace(way.encode(), b"WAY")
                answers.append(answer)
            if answers[0] != answers[1]:
                differing[name] = answers
    assert differing == {}


KEYS: dict[str, str] = {}


def again(allowed: str, limited: bool) -> str:
    """A second key of the same kind, so that each way uses up a limit of its own."""
    if not limited:
        return allowed
    return KEYS.setdefault(allowed, key("facts:write", per_minute=1))


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer rgl_wrong"}])
def test_without_a_key_both_ways_refuse(route: FactRoute, headers: dict[str, str]) -> None:
    cafe()
    asked = Input(told())
    answers = [
        through_django(asked, headers),
        asyncio.run(through_route(route, asked, headers)),
    ]
    assert answers[0] == answers[1]
    assert answers[0].status == 401


def test_a_key_that_may_not_write_is_refused_both_ways(route: FactRoute) -> None:
    cafe()
    headers = {"Authorization": f"Bearer {key('redeem')}"}
    answers = [
        through_django(Input(told()), headers),
        asyncio.run(through_route(route, Input(told()), headers)),
    ]
    assert answers[0] == answers[1]
    assert answers[0].status == 403


async def many(route: FactRoute, bodies: Sequence[bytes], allowed: str) -> list[Answer]:
    headers = {"Authorization": f"Bearer {allowed}"}
    return list(
        await asyncio.gather(*(through_route(route, Input(one), headers) for one in bodies))
    )


def bodies(count: int) -> list[bytes]:
    return [
        told(key=f"o{number}", customer={"external": f"c{number % 7}"}) for number in range(count)
    ]


def test_many_at_once_are_each_booked_once(route: FactRoute) -> None:
    caller = cafe()
    sent = bodies(60)
    answers = asyncio.run(many(route, [*sent, *sent, b"{", *sent], caller.key))
    states = [json.loads(one.body).get("state") for one in answers]
    assert [states.count(one) for one in ("recorded", "known", None)] == [60, 120, 1]
    assert FactRow.objects.filter(type="order").count() == 60


def test_a_revoked_key_ends_within_a_second(route: FactRoute) -> None:
    cafe()
    allowed = key("facts:write")
    first, second = bodies(2)
    assert asyncio.run(many(route, [first], allowed))[0].status == 200
    api_keys.revoke(allowed[: api_keys.SHOWN], datetime.now(UTC))
    time.sleep(grouped.KEPT_SECONDS)
    assert asyncio.run(many(route, [second], allowed))[0].status == 401


def test_a_group_that_fails_is_taken_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    caller = cafe()
    real = grouped.answer

    def failing(asked: Sequence[Sent], keys: Keys) -> list[Reply]:
        if len(asked) > 1 or b"o3" in asked[0].body:
            raise ValueError
        return real(asked, keys)

    monkeypatch.setattr(grouped, "answer", failing)
    route = FactRoute()
    answers = asyncio.run(many(route, bodies(6), caller.key))
    route.close()
    assert [one.status for one in answers] == [200, 200, 200, 500, 200, 200]
    assert FactRow.objects.filter(type="order").count() == 5


def used() -> int:
    """How many requests were counted in all."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(sum(used), 0) FROM regulars_api_use")
        return int(cursor.fetchone()[0])


@pytest.mark.parametrize(("forgotten", "counted"), [(False, 6), (True, 12)])
def test_who_is_tried_again_is_counted_once(
    monkeypatch: pytest.MonkeyPatch, forgotten: bool, counted: int
) -> None:
    """Saboteur: a writer that forgets whom it counted."""
    caller, real, sizes = cafe(), grouped.answer, list[int]()

    def failing(asked: Sequence[Sent], keys: Keys) -> list[Reply]:
        sizes.append(len(asked))
        replies = real(asked, keys)
        if forgotten:
            keys.counted.clear()
        if len(sizes) == 1:
            raise ValueError
        return replies

    monkeypatch.setattr(grouped, "answer", failing)
    writer = group.Writer(lambda _done: None)
    told = [Sent(body=body, authorization=f"Bearer {caller.key}") for body in bodies(6)]
    before, now = used(), clock.now()
    monkeypatch.setattr(clock, "now", lambda: now)
    future: asyncio.Future[Reply] = asyncio.Future(loop=asyncio.new_event_loop())
    answers = writer._answers([group.Waiting(one, time.monotonic(), future) for one in told])
    future.get_loop().close()
    assert sizes == [6, 1, 1, 1, 1, 1, 1]
    assert [one.status for one in answers] == [200] * 6
    assert used() - before == counted


def test_a_commit_whose_end_is_unknown_has_one_effect(monkeypatch: pytest.MonkeyPatch) -> None:
    caller = cafe()
    real = grouped.answer
    lost: list[int] = []

    def losing(asked: Sequence[Sent], keys: Keys) -> list[Reply]:
        replies = real(asked, keys)
        if not lost:
            lost.append(len(asked))
            raise OperationalError("the connection was lost while it was committed")
        return replies

    monkeypatch.setattr(grouped, "answer", losing)
    route = FactRoute()
    answers = asyncio.run(many(route, bodies(1), caller.key))
    answers += asyncio.run(many(route, bodies(1), caller.key))
    route.close()
    assert [json.loads(one.body)["state"] for one in answers] == ["known", "known"]
    assert FactRow.objects.filter(type="order").count() == 1


def test_a_database_that_is_away_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(asked: Sequence[Sent], keys: Keys) -> list[Reply]:
        raise OperationalError("nobody there")

    monkeypatch.setattr(grouped, "answer", away)
    route = FactRoute()
    (answer,) = asyncio.run(many(route, bodies(1), "rgl_any"))
    route.close()
    assert (answer.status, answer.headers["retry-after"]) == (503, "SECONDS")


def test_who_finds_no_room_is_told_to_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    caller = cafe()
    monkeypatch.setattr(room, "MOST_WAITING", 3)
    begun, released, real = threading.Event(), threading.Event(), grouped.answer

    def holding(asked: Sequence[Sent], keys: Keys) -> list[Reply]:
        begun.set()
        assert released.wait(240)
        return real(asked, keys)

    async def while_one_is_booked(route: FactRoute) -> list[Answer]:
        first, *others = [[one] for one in bodies(20)]
        ahead = asyncio.create_task(many(route, first, caller.key))
        assert await asyncio.to_thread(begun.wait, 240)
        rest = [asyncio.create_task(many(route, one, caller.key)) for one in others]
        while sum(one.done() for one in rest) < 16:
            await asyncio.sleep(0.01)
        released.set()
        return [answer for task in (ahead, *rest) for answer in await task]

    monkeypatch.setattr(grouped, "answer", holding)
    route = FactRoute()
    statuses = [one.status for one in asyncio.run(while_one_is_booked(route))]
    route.close()
    assert statuses == [200] * 4 + [503] * 16
    assert FactRow.objects.filter(type="order").count() == 4


def test_who_waited_too_long_is_not_booked(monkeypatch: pytest.MonkeyPatch) -> None:
    caller = cafe()
    monkeypatch.setattr(group, "PATIENCE", -1.0)
    route = FactRoute()
    (answer,) = asyncio.run(many(route, bodies(1), caller.key))
    route.close()
    assert answer.status == 503
    assert not FactRow.objects.exists()


def test_a_body_that_is_too_large_reaches_nobody(route: FactRoute) -> None:
    with pytest.raises(body.TooLarge):
        asyncio.run(through_route(route, Input(b" " * (7 * 1024 * 1024)), {}))


def test_a_closed_writer_takes_nothing() -> None:
    writer = Writer(lambda answered: None)
    writer.close()
    waiting: Any = None
    assert not writer.put(waiting)
