"""The API of this installation on a loopback port, in this process, for as long as it is needed."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, responses
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import msgspec
from django.core.wsgi import get_wsgi_application
from django.db import connections
from msgspec import Struct

from regulars.api.grouped import Keys, Sent, answer
from regulars.run.facts import PATH

LOOPBACK = "127.0.0.1"
JSON = "application/json"


class Quiet(WSGIRequestHandler):
    """Says nothing of each request."""

    def log_message(self, format: str, *told: Any) -> None:
        """Nothing."""


class Once(WSGIServer):
    """One request after the other, in one thread."""

    def server_close(self) -> None:
        """The thread's connections end with it."""
        connections.close_all()
        super().server_close()


class Reached(Struct, frozen=True):
    """An answer: its status, and what it says."""

    status: int
    body: Any


class Api(Struct):
    """The way to the API: its port, and the key of who asks."""

    port: int
    key: str = ""

    def get(self, path: str) -> Reached:
        """What is at an address."""
        return self._ask("GET", path, None)

    def post(self, path: str, body: bytes) -> Reached:
        """What is answered to something sent."""
        return self._ask("POST", path, body)

    def _ask(self, method: str, path: str, body: bytes | None) -> Reached:
        line = HTTPConnection(LOOPBACK, self.port, timeout=60)
        try:
            headers = {"Authorization": f"Bearer {self.key}", "Content-Type": JSON}
            line.request(method, f"/api/v1{path}", body, headers)
            answer = line.getresponse()
            return Reached(answer.status, msgspec.json.decode(answer.read()))
        finally:
            line.close()


class Ways:
    """The two ways in which the server takes single facts, in turn: in groups past Django, and
    through it as everything else."""

    def __init__(self) -> None:
        self.django = get_wsgi_application()
        self.keys = Keys()
        self.turn = 0

    def __call__(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        """One request."""
        facts = (environ["REQUEST_METHOD"], environ["PATH_INFO"]) == ("POST", PATH)
        self.turn += facts
        if not facts or self.turn % 2:
            return self.django(environ, start)
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        sent = Sent(body=body, authorization=environ["HTTP_AUTHORIZATION"])
        (reply,) = answer([sent], self.keys)
        told = {**reply.headers, "Content-Type": JSON, "Content-Length": str(len(reply.body))}
        start(f"{reply.status} {responses[reply.status]}", list(told.items()))
        return [reply.body]


@contextmanager
def served() -> Iterator[Api]:
    """The API, ready for requests from this machine alone."""
    server = make_server(LOOPBACK, 0, Ways(), Once, Quiet)
    thread = threading.Thread(target=_serve, args=(server,), daemon=True)
    thread.start()
    try:
        yield Api(server.server_port)
    finally:
        server.shutdown()
        thread.join()


def _serve(server: WSGIServer) -> None:
    with server:
        server.serve_forever(poll_interval=0.02)
