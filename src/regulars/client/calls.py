"""Requests, sent again where they are lost."""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar
from urllib.parse import quote, urlencode
from uuid import uuid4

import msgspec

from regulars.client.shapes import (
    Adjustment,
    Adjustments,
    Batch,
    Edition,
    Explained,
    Member,
    Preview,
    Problem,
    Quote,
    Recorded,
    Redemption,
    Voucher,
)

T = TypeVar("T")
TRIES = 4
AGAIN = frozenset({429, 503})
WORKING = "idempotency_working"
"""The first of our tries is still at work."""
BATCH_SECONDS = 600.0
MOST_WAIT = 30.0
MOST_FACTS = 10_000
PATH = "/api/v1"


class Refused(Exception):
    """The server refused a request; nothing was changed."""

    def __init__(self, status: int, problem: Problem) -> None:
        super().__init__(f"{problem.message} {problem.remedy} ({problem.code} {problem.place})")
        self.status, self.problem = status, problem


class Client:
    """Somebody with a key, at an address such as https://loyalty.example.com. Raises ValueError
    where one of them cannot be."""

    def __init__(
        self, address: str, key: str, *, language: str = "en", seconds: float = 20
    ) -> None:
        if not address.startswith(("http://", "https://")):
            raise ValueError(f"{address} is no address: it begins with https:// (or http://).")
        base = address.rstrip("/").removesuffix(PATH)
        self._base = f"{base}{PATH}"
        self._headers = {"Authorization": f"Bearer {_one_word(key)}", "Accept-Language": language}
        self._seconds = seconds

    def record(self, fact: dict[str, Any]) -> Recorded:
        """Record one fact. Raises Refused."""
        request = self._request("POST", "/facts", msgspec.json.encode(fact))
        return _sent(request, Recorded, self._seconds)

    def record_all(self, facts: Iterable[dict[str, Any]]) -> Iterator[Recorded]:
        """Record any number of facts, ten thousand at a time."""
        batch: list[dict[str, Any]] = []
        for fact in facts:
            batch.append(fact)
            if len(batch) == MOST_FACTS:
                yield from self._batch(batch).facts
                batch = []
        if batch:
            yield from self._batch(batch).facts

    def join(self, programme: str, customer: dict[str, Any], since: str | None = None) -> Member:
        """Let somebody join a programme. Raises Refused."""
        told = {"programme": programme, "customer": customer}
        return self._post("/members", told | ({"since": since} if since else {}), Member)

    def member(self, programme: str, member: str) -> Member:
        """Where a member stands. Raises Refused."""
        return self._get(f"/members/{quote(programme)}/{quote(member)}", {}, Member)

    def explain(self, programme: str, member: str, **when: str) -> Explained:
        """A balance line by line; `asset`, `at` and `known_at` say which. Raises Refused."""
        return self._get(f"/members/{quote(programme)}/{quote(member)}/explain", when, Explained)

    def quote(self, programme: str, member: str, cart: dict[str, Any]) -> Quote:
        """What a cart would earn, and what may be used on it. Raises Refused."""
        return self._post("/quotes", {"programme": programme, "member": member, **cart}, Quote)

    def redeem(self, asked: dict[str, Any]) -> Redemption:
        """Turn points into a reward, or set it aside. Raises Refused."""
        return self._post("/redemptions", asked, Redemption)

    def confirm(self, key: str) -> Redemption:
        """Keep what was set aside. Raises Refused."""
        return self._post("/redemptions/confirm", {"key": key}, Redemption)

    def release(self, key: str) -> Redemption:
        """Give back what was set aside. Raises Refused."""
        return self._post("/redemptions/release", {"key": key}, Redemption)

    def voucher(self, code: str, shopper: str = "") -> Voucher:
        """Look a voucher up by its code. Raises Refused."""
        return self._post("/vouchers/find", {"code": code, "shopper": shopper}, Voucher)

    def adjust(self, asked: dict[str, Any]) -> Adjustment:
        """Give or take by hand, or ask a second hand to. Raises Refused."""
        return self._post("/adjustments", asked, Adjustment)

    def adjustments(self, **which: str) -> Adjustments:
        """What was given by hand; `state`, `limit` and `cursor` say which. Raises Refused."""
        return self._get("/adjustments", which, Adjustments)

    def approve(self, adjustment: str) -> Adjustment:
        """Let be what another hand asked for. Raises Refused."""
        return self._post("/adjustments/approve", {"adjustment": adjustment}, Adjustment)

    def refuse(self, adjustment: str) -> Adjustment:
        """Turn down what waits. Raises Refused."""
        return self._post("/adjustments/refuse", {"adjustment": adjustment}, Adjustment)

    def preview(self, file: str) -> Preview:
        """What the edition of a programme file would change. Raises Refused."""
        return self._post("/editions/preview", {"file": file}, Preview)

    def publish(self, file: str, **how: str) -> Edition:
        """Publish an edition; `begins` and `reason` say how. Raises Refused."""
        return self._post("/editions/publish", {"file": file, **how}, Edition)

    def withdraw(self, programme: str, edition: str) -> Edition:
        """Take an edition back before it begins. Raises Refused."""
        told = {"programme": programme, "edition": edition}
        return self._post("/editions/withdraw", told, Edition)

    def _batch(self, facts: list[dict[str, Any]]) -> Batch:
        return self._post("/facts/batch", {"facts": facts}, Batch, BATCH_SECONDS)

    def _get(self, path: str, query: dict[str, str], shape: type[T]) -> T:
        told = f"?{urlencode(query)}" if query else ""
        return _sent(self._request("GET", path + told, None), shape, self._seconds)

    def _post(self, path: str, body: Any, shape: type[T], seconds: float = 0) -> T:
        """Send as one request, however often it takes."""
        request = self._request("POST", path, msgspec.json.encode(body))
        request.add_header("Idempotency-Key", uuid4().hex)
        return _sent(request, shape, max(seconds, self._seconds))

    def _request(self, method: str, path: str, body: bytes | None) -> urllib.request.Request:
        headers = {**self._headers, "Content-Type": "application/json"}
        return urllib.request.Request(  # noqa: S310 - the address is the caller's own
            self._base + path, data=body, headers=headers, method=method
        )


def _one_word(key: str) -> str:
    """The key without what surrounds it; it is never told, as an error may be logged."""
    key = key.strip()
    if not key or not key.isascii() or not key.isprintable() or " " in key:
        raise ValueError("The key is not one word: give the first line of what was shown.")
    return key


def _sent(request: urllib.request.Request, shape: type[T], seconds: float) -> T:
    """Send, and again where the way or the server failed: keys make that harmless."""
    for attempt in range(1, TRIES + 1):
        try:
            return msgspec.json.decode(_once(request, seconds), type=shape)
        except urllib.error.HTTPError as error:
            with error:
                refused = _refused(error)
            again = error.code in AGAIN or refused.problem.code == WORKING
            if not again or attempt == TRIES:
                raise refused from None
            time.sleep(_wait(error, attempt))
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            if attempt == TRIES:
                raise
            time.sleep(_pause(attempt))
    raise AssertionError("unreachable")


def _once(request: urllib.request.Request, seconds: float) -> bytes:
    with urllib.request.urlopen(request, timeout=seconds) as answer:  # noqa: S310 - the same
        said: bytes = answer.read()
    return said


def _refused(error: urllib.error.HTTPError) -> Refused:
    try:
        problem = msgspec.json.decode(error.read(), type=Problem)
    except msgspec.MsgspecError:
        problem = Problem(code="no_answer", message=f"The server answered {error.code}.")
    return Refused(error.code, problem)


def _wait(error: urllib.error.HTTPError, attempt: int) -> float:
    told = error.headers.get("Retry-After", "")
    return min(float(told), MOST_WAIT) if told.isdigit() else _pause(attempt)


def _pause(attempt: int) -> float:
    return min(0.25 * 2.0**attempt, MOST_WAIT)
