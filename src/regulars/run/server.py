"""The one ASGI application that granian serves, on one port.

`/livez`, `/readyz` and `/metrics` are answered here, the routes of the settings by their own
handlers, all else by Django through a2wsgi. Every answer, errors included, carries a request id.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import random
import threading
import time
from collections.abc import Callable
from typing import Any, cast

import msgspec
from a2wsgi import WSGIMiddleware

from regulars.run import body, proxies
from regulars.run.body import BodyLimit
from regulars.run.counting import kind_of
from regulars.run.crowd import App, Crowd, Message, Receive, Scope, Send
from regulars.run.metrics import KIND as FIGURES
from regulars.run.metrics import Metrics, is_here
from regulars.run.readiness import Readiness

log = logging.getLogger("regulars.server")

MEGABYTE = 1024 * 1024
THREADS = 8
DRAIN_SECONDS = 10.0
OBJECTS = 100_000
"""So many new ones, and garbage is looked for among them."""
# Pages send forms; only the import of files and batches of facts take more.
DEFAULT_BODY = 6 * MEGABYTE
BODY_LIMITS = [
    BodyLimit(
        prefix="/console/customers/imports/new/",
        size=4097 * MEGABYTE,
        gate="UPLOAD_GATE",
        by=b"cookie",
    ),
    BodyLimit(
        prefix="/api/v1/facts/batch", size=64 * MEGABYTE, gate="BATCH_GATE", by=b"authorization"
    ),
]
API = "/api/"
TEXT, JSON = b"text/plain; charset=utf-8", b"application/json"
AGAIN = b"idempotency-key"
"""A request with this header is answered as before, which the routes past Django do not know."""
PLAIN_HEADERS = (
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
)


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """A method and a path that are answered by `app`, past Django. `close` ends what it began."""

    method: str
    path: str
    app: App
    close: Callable[[], None] | None = None


def make() -> Server:
    """The application of this installation; what a worker of granian calls once."""
    import django  # noqa: PLC0415 - reads settings that the process tree set
    from django.conf import settings  # noqa: PLC0415 - the same
    from django.utils.module_loading import import_string  # noqa: PLC0415 - the same

    try:
        django.setup()
        routes = [import_string(name)() for name in getattr(settings, "ROUTES", [])]
    except Exception:
        log.exception("Django does not start")
        raise SystemExit(1) from None
    return Server(pages=Pages(_django), routes=routes, may_upload=_asked_at_gate)


def _django() -> Any:
    """Every page there is. Without them the process is of no use: it ends, and is started again."""
    from django.core.wsgi import (  # noqa: PLC0415 - reads settings that the process tree set
        get_wsgi_application,
    )

    try:
        pages = get_wsgi_application()
    except Exception:
        log.exception("Django does not start")
        os._exit(1)
    _collect_seldom()
    return pages


def _asked_at_gate(gate: str, told: str) -> bool:
    found = _setting(gate)
    return bool(found and found(told))


def _setting(name: str) -> Callable[..., Any] | None:
    """What a setting names, if it does."""
    from django.conf import settings  # noqa: PLC0415 - what the process tree set
    from django.utils.module_loading import import_string  # noqa: PLC0415 - the same

    named = getattr(settings, name, "")
    found: Callable[..., Any] | None = import_string(named) if named else None
    return found


def _collect_seldom() -> None:
    """What is loaded now stays: it is not looked through for garbage again and again. A group of
    facts makes some ten thousand objects, hardly any of them in circles."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(OBJECTS, 20, 50)


Asked = Callable[[str, str], bool]
"""Whether a gate lets the sender of this header in."""


def nobody(_gate: str, _told: str) -> bool:
    return False


ENGLISH = {
    408: "The request did not arrive whole.",
    413: "The request is larger than this address takes.",
    500: "Something went wrong here.",
    503: "Too busy. Try again in a moment.",
}
"""Where no settings say how to say it."""


def said(status: int, scope: Scope, request_id: str) -> tuple[bytes, bytes]:
    """What the server says by itself, in the sender's language: its kind, and itself."""
    machine = scope["path"].startswith(API)
    say = _setting("API_REFUSAL" if machine else "PAGE_REFUSAL")
    if say is None:
        return TEXT, f"{ENGLISH[status]} ({request_id})\n".encode()
    limit = body.limit_for(scope["path"], BODY_LIMITS)
    most = (limit.size if limit else DEFAULT_BODY) // MEGABYTE
    told = say(status, _header(scope, b"accept-language"), request_id, most)
    return (JSON if machine else TEXT), cast(bytes, told)


async def come_again(scope: Scope, send: Send) -> None:
    """What those are told for whom there is neither a thread nor a database."""
    kind, content = said(503, scope, _header(scope, b"x-request-id"))
    length = (b"content-length", str(len(content)).encode())
    headers = [(b"content-type", kind), length, (b"retry-after", b"1"), *PLAIN_HEADERS]
    await send({"type": "http.response.start", "status": 503, "headers": headers})
    await send({"type": "http.response.body", "body": content})


class Pages:
    """The pages, loaded once the server has said that it is ready, or when the first is asked for.

    Orders need none of them, and loading them takes longer than all else of a start.
    """

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make = make
        self._app: App | None = None
        self._lock = threading.Lock()
        self._begun = False
        self._crowd = Crowd(come_again)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self._app
        if app is None:
            app = await asyncio.to_thread(self._load)
        await self._crowd.through(app, scope, receive, send)

    def begin(self) -> None:
        """Load them now, beside whatever else there is to do."""
        if not self._begun:
            self._begun = True
            threading.Thread(target=self._load, name="pages", daemon=True).start()

    def _load(self) -> App:
        with self._lock:
            if self._app is None:
                # a2wsgi types its messages more closely than ASGI itself does.
                self._app = cast(App, WSGIMiddleware(self._make(), workers=THREADS))
            return self._app


class Server:
    """Chooses who answers, and keeps what holds for every answer."""

    def __init__(
        self, *, pages: Pages, routes: list[Route] | None = None, may_upload: Asked = nobody
    ) -> None:
        self._pages = pages
        self._routes = list(routes or [])
        self._may_upload = may_upload
        self._readiness = Readiness()
        self._metrics = Metrics()
        fact_paths = {route.path for route in self._routes}
        self._fact_path = min(fact_paths, default="")
        self._busy = 0
        self._names = random.Random()  # noqa: S311 - of requests: unique, and no secret
        self._proxies = proxies.parse(os.environ.get("REGULARS_PROXIES", ""))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        else:
            await send({"type": "websocket.close", "code": 1000})

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            # granian's `receive` returns a future, not a coroutine; awaiting it is all we may do.
            message = await receive()
            if message["type"] == "lifespan.shutdown":
                await self._drain()
                for route in self._routes:
                    if route.close is not None:
                        await asyncio.to_thread(route.close)
                self._readiness.close()
                self._metrics.close()
            await send({"type": message["type"] + ".complete"})
            if message["type"] == "lifespan.shutdown":
                return

    async def _drain(self) -> None:
        """Let requests under way end: a thread still waiting on this loop would block the exit."""
        until = time.monotonic() + DRAIN_SECONDS
        while self._busy and time.monotonic() < until:
            await asyncio.sleep(0.01)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = Answer(send, f"{self._names.getrandbits(64):016x}")
        self._busy += 1
        began = time.perf_counter()
        try:
            if scope["path"] == "/metrics" and await self._may_measure(scope):
                return await self._measured(answer)
            await self._choose(proxies.settle(scope, self._proxies), receive, answer)
        except body.TooLarge:
            await self._told(413, scope, answer)
        except body.CutShort:
            await self._told(408, scope, answer)
        except Exception:
            log.exception("request %s failed", answer.request_id)
            if answer.started:
                # Half an answer is out: the server must break the connection, not round it off.
                raise
            await self._told(500, scope, answer)
        finally:
            self._busy -= 1
            kind = kind_of(scope["path"], self._fact_path)
            self._metrics.counts.note(kind, answer.status, time.perf_counter() - began)

    async def _told(self, status: int, scope: Scope, answer: Answer) -> None:
        """What is wrong with a request, before anybody could answer it."""
        kind, content = await asyncio.to_thread(said, status, scope, answer.request_id)
        await answer.whole(status, kind, content)

    async def _choose(self, scope: Scope, receive: Receive, answer: Answer) -> None:
        path = scope["path"]
        if path == "/livez":
            return await answer.plain(200, "live")
        if path == "/readyz":
            return await self._ready(answer)
        for route in self._routes:
            if path != route.path or scope["method"] != route.method:
                continue
            if not _header(scope, AGAIN):
                scope["request_id"] = answer.request_id
                return await route.app(scope, receive, answer.send)
        return await self._page(scope, receive, answer)

    async def _may_measure(self, scope: Scope) -> bool:
        if is_here(scope):
            return True
        told = _header(scope, b"authorization")
        return bool(told) and await asyncio.to_thread(_asked_at_gate, "METRICS_GATE", told)

    async def _measured(self, answer: Answer) -> None:
        ready = not await self._readiness.reasons()
        await answer.whole(200, FIGURES, await self._metrics.text(ready=ready))

    async def _ready(self, answer: Answer) -> None:
        reasons = await self._readiness.reasons()
        status = 503 if reasons else 200
        await answer.json(status, {"ready": not reasons, "reasons": reasons})
        if not reasons:
            self._pages.begin()

    async def _limit(self, scope: Scope, length: int | None) -> int:
        """A large body is taken only from somebody who may send one: others could fill the disk."""
        limit = body.limit_for(scope["path"], BODY_LIMITS)
        if limit is None or (length is not None and length <= DEFAULT_BODY):
            return DEFAULT_BODY
        told = _header(scope, limit.by)
        allowed = await asyncio.to_thread(self._may_upload, limit.gate, told)
        return limit.size if allowed else DEFAULT_BODY

    async def _page(self, scope: Scope, receive: Receive, answer: Answer) -> None:
        """Django answers, once the body is here."""
        length = body.announced(scope["headers"])
        limit = await self._limit(scope, length)
        whole = await body.read(receive, limit=limit, length=length)
        drop = (b"content-length", b"transfer-encoding", b"x-request-id")
        headers = [pair for pair in scope["headers"] if pair[0].lower() not in drop]
        headers.append((b"x-request-id", answer.request_id.encode()))
        if whole.size or length is not None:
            headers.append((b"content-length", str(whole.size).encode()))
        try:
            await self._pages({**scope, "headers": headers}, whole.receive, answer.send)
        finally:
            whole.close()


def _header(scope: Scope, wanted: bytes) -> str:
    """A header of a request; cookies may come in several."""
    found = [value for name, value in scope["headers"] if name.lower() == wanted]
    return b"; ".join(found).decode("latin-1")


class Answer:
    """One answer on its way out: adds the request id, survives a reader who left."""

    def __init__(self, send: Send, request_id: str) -> None:
        self.request_id = request_id
        self._send = send
        self.started = False
        self.status = 500
        self._gone = False

    async def send(self, message: Message) -> None:
        """Hand on one message. Never raises: a2wsgi would wait for ever on a failed sender."""
        if message["type"] == "http.response.start":
            self.started = True
            self.status = message["status"]
            message = {**message, "headers": self._headers(message.get("headers", []))}
        if self._gone:
            return
        try:
            await self._send(message)
        except Exception:
            log.debug("the reader of request %s left", self.request_id)
            self._gone = True

    def _headers(self, given: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        names = {name.lower() for name, _ in given}
        # Named here, or the server would name itself.
        added = [(b"server", b"regulars")]
        if b"x-request-id" not in names:
            added.append((b"x-request-id", self.request_id.encode()))
        if b"x-content-type-options" not in names:
            added.append((b"x-content-type-options", b"nosniff"))
        return [*given, *added]

    async def plain(self, status: int, text: str) -> None:
        await self.whole(status, TEXT, text.encode() + b"\n")

    async def json(self, status: int, value: object) -> None:
        await self.whole(status, JSON, msgspec.json.encode(value))

    async def whole(self, status: int, kind: bytes, content: bytes) -> None:
        length = str(len(content)).encode()
        headers = [(b"content-type", kind), (b"content-length", length), *PLAIN_HEADERS]
        await self.send({"type": "http.response.start", "status": status, "headers": headers})
        await self.send({"type": "http.response.body", "body": content})
