"""Single facts that arrive together, answered together: one transaction books them all.

Each gets the answer that it would have got alone. What is wrong with one request never reaches the
group; a group that fails is taken apart, and each of its requests is tried alone.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import connection
from django.utils import translation
from msgspec import Struct, field, structs

from regulars.actions.record import Outcome, Source, record
from regulars.actions.replaying import completed
from regulars.api import answers, clock
from regulars.api.again import REPLAY
from regulars.api.answers import Speech
from regulars.api.asking import NoQuery
from regulars.api.codes import meant_in_facts
from regulars.api.door import BEARER, BEGINS, REMAINING, come_again, limit_headers
from regulars.api.facts import Shop, assets_of, read
from regulars.api.problems import Problem, converted
from regulars.db import api_keys, hot, programmes, tracing
from regulars.db.api_keys import KeyRow, Spent
from regulars.engine.arrivals import Arrival
from regulars.engine.compiled import Compiled

SCOPE, GRANTS = "facts:write", "grants:write"
KEPT_SECONDS = 0.5
"""How long a key is trusted without a look into the database: a revoked one ends within this."""
MOST_KEPT = 1000
REGION = "SELECT region FROM regulars_business WHERE id = 1"


class Sent(Struct, frozen=True, kw_only=True):
    """One request as it came."""

    body: bytes
    authorization: str = ""
    language: str = "en"
    request_id: str = ""
    minimal: bool = False
    query: dict[str, str] = {}


class Reply(Struct, frozen=True):
    """What one request gets."""

    status: int
    body: bytes
    headers: dict[str, str] = {}


class _Asked(Struct):
    """A request on its way: whose it is, its headers so far, its answer as soon as it has one."""

    sent: Sent
    key: KeyRow | None = None
    headers: dict[str, str] = field(default_factory=dict)
    arrival: Arrival | None = None
    reply: Reply | None = None

    def refuse(self, problem: Problem) -> None:
        """Answer with what is wrong."""
        with translation.override(self.sent.language):
            speech = Speech(self.sent.language, {}, self.sent.request_id)
            told = answers.rendered_problem(problem, speech)
        if told.status == 401:
            self.headers["WWW-Authenticate"] = "Bearer"
        self.reply = Reply(told.status, told.body, self.headers)


class Counted(NamedTuple):
    """How a request was counted: what was left when it came, and of which limit."""

    sent: Sent
    left: int
    spent: Spent


class Keys:
    """Keys found lately, and where national numbers are from, so that not every group looks them
    up. `counted` are the requests of this group, by their identity: who is tried again, because
    the group failed, is not counted again."""

    def __init__(self) -> None:
        self.counted: dict[int, Counted] = {}
        self._found: dict[str, tuple[float, KeyRow]] = {}
        self._region: tuple[float, str] = (-KEPT_SECONDS, "")

    def region(self) -> str:
        """The country whose national phone numbers are meant, as it is or was a moment ago."""
        at = time.monotonic()
        if at - self._region[0] >= KEPT_SECONDS:
            with connection.cursor() as cursor:
                found = hot.run(cursor, REGION).fetchone()
            self._region = (at, found[0] if found else "")
        return self._region[1]

    def found(self, told: str, now: datetime) -> KeyRow | None:
        """The key that this is, if it holds now or did a moment ago."""
        at = time.monotonic()
        kept = self._found.get(told)
        if kept is not None and at - kept[0] < KEPT_SECONDS:
            return kept[1]
        self._found.pop(told, None)
        with connection.cursor() as cursor:
            row = api_keys.found(cursor, told, now)
        if row is not None:
            while len(self._found) >= MOST_KEPT:
                del self._found[next(iter(self._found))]
            self._found[told] = (at, row)
        return row


def answer(group: Sequence[Sent], keys: Keys) -> list[Reply]:
    """The answers to requests that came together, in their order.

    Raises what booking raises, DatabaseError where the database does not answer: nothing is known
    then of what was booked, and the same requests may be answered again.
    """
    now = clock.now()
    asked = [_Asked(sent) for sent in group]
    _let_in(asked, keys, now)
    with connection.cursor() as cursor:
        running = programmes.running(cursor)
    shop = Shop(now=now, region=keys.region(), assets=assets_of(running))
    shops: dict[UUID, Shop] = {}
    for one in asked:
        if one.reply is None and one.key is not None:
            if one.key.id not in shops:
                meant = meant_in_facts(one.key, now, shop.region)
                shops[one.key.id] = structs.replace(shop, meant=meant)
            _read(one, one.key, shops[one.key.id])
    _book([one for one in asked if one.arrival is not None], running, now)
    return [one.reply for one in asked if one.reply is not None]


def unanswered(sent: Sent, code: str) -> Reply:
    """The answer to a request that cannot be served: busy, disk_full, or broken."""
    one = _Asked(sent, headers=come_again(code))
    one.refuse(Problem(code))
    assert one.reply is not None  # noqa: S101 - it was just refused
    return one.reply


def _let_in(asked: Sequence[_Asked], keys: Keys, now: datetime) -> None:
    """Whose requests they are; those of one key are counted against its limit together."""
    by_key: dict[UUID, list[_Asked]] = {}
    known: dict[str, KeyRow] = {}
    for one in asked:
        told = one.sent.authorization
        if told not in known or one.sent.query:
            try:
                known[told] = _key(one.sent, keys, now)
            except Problem as problem:
                one.refuse(problem)
                continue
        one.key = known[told]
        by_key.setdefault(one.key.id, []).append(one)
    for theirs in by_key.values():
        _count(theirs, now, keys.counted)


def _key(sent: Sent, keys: Keys, now: datetime) -> KeyRow:
    if any(BEGINS in text for pair in sent.query.items() for text in pair):
        raise Problem("api_key_in_address")
    if not sent.authorization.lower().startswith(BEARER):
        raise Problem("api_key_missing")
    key = keys.found(sent.authorization[len(BEARER) :].strip(), now)
    if key is None:
        raise Problem("api_key_unknown")
    return key


def _count(theirs: Sequence[_Asked], now: datetime, counted: dict[int, Counted]) -> None:
    """Count the requests of one key, each as if it had come alone, and once."""
    key = theirs[0].key
    assert key is not None  # noqa: S101 - they were gathered by it
    fresh = [one.sent for one in theirs if id(one.sent) not in counted]
    if fresh:
        with connection.cursor() as cursor:
            last = api_keys.spend(cursor, key, now, len(fresh))
        for left, sent in enumerate(reversed(fresh), last.left):
            counted[id(sent)] = Counted(sent, left, last)
    headers = limit_headers(counted[id(theirs[0].sent)].spent)
    for one in theirs:
        _, left, last = counted[id(one.sent)]
        one.headers = {**headers, REMAINING: str(max(left, 0))}
        if left < 0:
            one.headers["Retry-After"] = str(last.seconds)
            one.refuse(Problem("rate_limited", "", seconds=last.seconds))
        elif SCOPE not in key.scopes:
            one.refuse(Problem("scope_missing", "", scope=SCOPE))


def _read(one: _Asked, key: KeyRow, shop: Shop) -> None:
    try:
        if one.sent.query:
            converted(one.sent.query, NoQuery)
        one.arrival = read(one.sent.body, shop, may_grant=GRANTS in key.scopes)
    except Problem as problem:
        one.refuse(problem)


def _book(asked: Sequence[_Asked], running: dict[str, Compiled], now: datetime) -> None:
    if not asked:
        return
    explain = not all(one.sent.minimal for one in asked)
    arrivals = [one.arrival for one in asked if one.arrival is not None]
    alone = asked[0].sent.request_id if len(asked) == 1 else ""
    brought = {
        one.arrival.fact.key: one.sent.request_id for one in asked if one.arrival is not None
    }
    with tracing.under(alone, brought):
        outcomes = completed(record(arrivals, now=now, source=Source(explain=explain)))
    decimals = assets_of(running)
    for language in {one.sent.language for one in asked}:
        with translation.override(language):
            for one, outcome in zip(asked, outcomes, strict=True):
                if one.sent.language == language:
                    speech = Speech(language, running, one.sent.request_id, decimals)
                    one.reply = _told(one, _brief(one, outcome) if explain else outcome, speech)


def _told(one: _Asked, outcome: Outcome, speech: Speech) -> Reply:
    told = answers.rendered(outcome, speech)
    headers = one.headers | REPLAY if told.replay else one.headers
    return Reply(told.status, told.body, headers)


def _brief(one: _Asked, outcome: Outcome) -> Outcome:
    """The outcome without what the rules said, where that is not wanted."""
    if not one.sent.minimal:
        return outcome
    given = [structs.replace(given, whys=()) for given in outcome.given]
    return structs.replace(outcome, given=given)
