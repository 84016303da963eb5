"""A client for the API: standard library and msgspec alone, nothing of the server.

    shop = Client("https://loyalty.example.com", key)
    shop.record({"type": "order", "key": "till-1:0042", ...})

What is lost on the way is sent again under the same key, so that it counts once.
"""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

import msgspec
from msgspec import Struct

T = TypeVar("T")
TRIES = 4
AGAIN = frozenset({429, 503})
MOST_WAIT = 30.0
MOST_FACTS = 10_000


class Balance(Struct, frozen=True):
    """What a member has of an asset, as decimal text: to spend, not yet to spend."""

    available: str
    pending: str


class Why(Struct, frozen=True):
    """What one rule gave, or why it gave nothing."""

    rule: str
    code: str
    message: str
    amount: str
    asset: str


class Given(Struct, frozen=True):
    """What one programme made of a fact, and where the member stands afterwards."""

    programme: str
    status: str
    gave: dict[str, str]
    why: list[Why]
    member: str
    balances: dict[str, Balance]
    tier: str
    revision: int
    code: str = ""
    message: str = ""


class Problem(Struct, frozen=True):
    """What was refused: code, sentence, place of the field, what to do, id of the request."""

    code: str
    message: str
    place: str = ""
    remedy: str = ""
    request_id: str = ""


class Recorded(Struct, frozen=True):
    """What became of a fact: recorded, restated, known, waiting or refused (with `error`)."""

    key: str
    state: str
    programmes: list[Given]
    error: Problem | None = None


class Batch(Struct, frozen=True):
    """What became of each fact of a batch, in their order."""

    recorded: int
    refused: int
    facts: list[Recorded]


class Voucher(Struct, frozen=True):
    """A voucher: `code` is what is shown and what an order names, `id` what facts call it."""

    id: str
    code: str
    kind: str
    item: str
    value: str
    currency: str
    state: str


class Member(Struct, frozen=True):
    """Where a member stands now."""

    member: str
    programme: str
    balances: dict[str, Balance]
    tier: str
    vouchers: list[Voucher]
    progress: dict[str, str]
    code: str
    revision: int


class Offer(Struct, frozen=True):
    """A reward for a member, and what speaks against it."""

    reward: str
    name: str
    may: bool
    price: str
    code: str = ""
    message: str = ""


class Quote(Struct, frozen=True):
    """What a cart would come to."""

    would_give: dict[str, str]
    why: list[Why]
    pays: str | None
    tier: str
    tier_after: str
    rewards: list[Offer]
    balances: dict[str, Balance]


class Redemption(Struct, frozen=True):
    """A redemption as it stands."""

    key: str
    accepted: bool
    state: str
    code: str
    message: str
    balances: dict[str, Balance]
    voucher: str = ""


class Line(Struct, frozen=True):
    """One line of a balance."""

    fact: str
    rule: str
    amount: str
    why: list[Why]


class Explained(Struct, frozen=True):
    """A balance line by line."""

    asset: str
    balance: str
    tier: str
    lines: list[Line]


class Refused(Exception):
    """The server refused a request; nothing was changed."""

    def __init__(self, status: int, problem: Problem) -> None:
        super().__init__(f"{problem.message} {problem.remedy} ({problem.code} {problem.place})")
        self.status, self.problem = status, problem


class Client:
    """Somebody with a key, at an address such as https://loyalty.example.com."""

    def __init__(
        self, address: str, key: str, *, language: str = "en", seconds: float = 20
    ) -> None:
        self._base = f"{address.rstrip('/')}/api/v1"
        self._headers = {"Authorization": f"Bearer {key}", "Accept-Language": language}
        self._seconds = seconds

    def record(self, fact: dict[str, Any]) -> Recorded:
        """Record one fact. Raises Refused."""
        return self._post("/facts", fact, Recorded)

    def record_all(self, facts: Iterable[dict[str, Any]]) -> Iterator[Recorded]:
        """Record any number of facts, ten thousand at a time."""
        batch: list[dict[str, Any]] = []
        for fact in facts:
            batch.append(fact)
            if len(batch) == MOST_FACTS:
                yield from self._post("/facts/batch", {"facts": batch}, Batch).facts
                batch = []
        if batch:
            yield from self._post("/facts/batch", {"facts": batch}, Batch).facts

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

    def _get(self, path: str, query: dict[str, str], shape: type[T]) -> T:
        told = f"?{urlencode(query)}" if query else ""
        return self._sent("GET", path + told, None, shape)

    def _post(self, path: str, body: Any, shape: type[T]) -> T:
        return self._sent("POST", path, msgspec.json.encode(body), shape)

    def _sent(self, method: str, path: str, body: bytes | None, shape: type[T]) -> T:
        """Send, and again where the way or the server failed: keys make that harmless."""
        for attempt in range(1, TRIES + 1):
            try:
                return msgspec.json.decode(self._once(method, path, body), type=shape)
            except urllib.error.HTTPError as error:
                with error:
                    refused = _refused(error)
                if error.code not in AGAIN or attempt == TRIES:
                    raise refused from None
                time.sleep(_wait(error, attempt))
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                if attempt == TRIES:
                    raise
                time.sleep(_pause(attempt))
        raise AssertionError("unreachable")

    def _once(self, method: str, path: str, body: bytes | None) -> bytes:
        headers = {**self._headers, "Content-Type": "application/json"}
        request = urllib.request.Request(  # noqa: S310 - the address is the caller's own
            self._base + path, data=body, headers=headers, method=method
        )
        with urllib.request.urlopen(request, timeout=self._seconds) as answer:  # noqa: S310
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
