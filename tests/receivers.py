"""Receivers of webhooks on this machine: good ones, and ones that behave as badly as they like."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from django.db.models import Min
from msgspec import Struct, field

from ports import free_port
from regulars.actions import delivering, webhooks
from regulars.actions.delivering import Postbox
from regulars.channels.webhooks import Networks
from regulars.channels.webhooks.sending import Sender
from regulars.db.models import Delivery

TLS = b"\x16"
"""With which a greeting of TLS begins."""
LOOPBACK = Networks.of(["127.0.0.0/8"])


class Got(Struct, frozen=True):
    """A request as it came."""

    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]


class Receiver(Struct):
    """What came, and what to answer: a status, or a status with headers."""

    url: str = ""
    got: list[Got] = field(default_factory=list)
    answer: Callable[[Got], tuple[int, dict[str, str]]] = lambda got: (204, {})

    def ids(self) -> list[str]:
        return [one.id for one in self.got]


@contextmanager
def receiver(status: int = 204, **headers: str) -> Iterator[Receiver]:
    """A receiver that answers alike, until a test gives it another `answer`."""
    told = {name.replace("_", "-"): text for name, text in headers.items()}
    mine = Receiver(answer=lambda got: (status, told))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            length = int(self.headers["content-length"])
            body = self.rfile.read(length)
            if len(body) < length:
                return  # the sender broke off
            got = Got({name.lower(): text for name, text in self.headers.items()}, body)
            mine.got.append(got)
            code, said = mine.answer(got)
            self.send_response(code)
            for name, text in {**said, "Content-Length": "0"}.items():
                self.send_header(name, text)
            self.end_headers()

        def log_message(self, *told: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    mine.url = f"http://127.0.0.1:{server.server_port}/hooks"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield mine
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


@contextmanager
def raw(talk: Callable[[socket.socket], None]) -> Iterator[str]:
    """A receiver that talks as it likes, once it has read what came; its address."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.05)
    stop = threading.Event()
    talks: list[threading.Thread] = []

    def serve() -> None:
        while not stop.is_set():
            try:
                client, _address = listener.accept()
            except OSError:
                continue
            talks.append(threading.Thread(target=_talk, args=(client, talk), daemon=True))
            talks[-1].start()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
    finally:
        stop.set()
        thread.join(5)
        listener.close()
        for one in talks:
            one.join(5)


def _talk(client: socket.socket, talk: Callable[[socket.socket], None]) -> None:
    with client:
        client.settimeout(60)
        try:
            _read(client)
            talk(client)
        except OSError:
            return


def _read(client: socket.socket) -> None:
    """The whole request: what is left unread when a socket is closed breaks the connection."""
    came = b""
    while b"\r\n\r\n" not in came:
        if not (more := client.recv(65536)):
            return
        came += more
        if came.startswith(TLS):
            return
    head, _, body = came.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)content-length: *(\d+)", head)
    while length and len(body) < int(length[1]):
        if not (more := client.recv(65536)):
            return
        body += more


def closed_port() -> str:
    """An address at which nobody listens."""
    return f"http://127.0.0.1:{free_port()}/"


class Clock(Struct):
    """A clock that tests turn on."""

    now: datetime = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def turn(self, **span: float) -> None:
        self.now += timedelta(**span)


@contextmanager
def postbox(clock: Clock, *, time_limit: float = 60.0) -> Iterator[Postbox]:
    """What sends, with a clock of its own."""
    with Sender(LOOPBACK, time_limit=time_limit) as sender:
        yield Postbox(sender, clock)


def due() -> datetime | None:
    """When the next delivery is due, or its endpoint may be tried again."""
    waiting = Delivery.objects.filter(state="waiting", endpoint__state="active")
    firsts = waiting.values_list("endpoint__quiet_until").annotate(Min("next_at"))
    return min((max(first, quiet or first) for quiet, first in firsts), default=None)


def let_time_pass(box: Postbox, clock: Clock, until: datetime) -> None:
    """Send whatever becomes due up to a moment, at the moment at which it does."""
    while True:
        box.empty()
        moment = due()
        if moment is None or moment > until:
            clock.now = max(clock.now, until)
            return
        stuck = moment <= clock.now
        clock.now = clock.now + timedelta(minutes=1) if stuck else moment


__all__ = ["Clock", "Receiver", "delivering", "postbox", "raw", "receiver", "webhooks"]
