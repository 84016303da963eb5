"""The API as strangers reach it: the web process itself on a port of loopback, over a database of
this test process, and the figures that no attack may change."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from django.db import connection
from msgspec import Struct

import server
from ports import free_port

sys.path.insert(0, str(Path(__file__).parents[1] / "api"))
SOURCE = Path(__file__).parents[2] / "src"
PATIENCE = 240.0
COUNTED = ("fact", "transfer", "promise", "attempt", "voucher", "customer", "holder", "api_key")
FIGURES = "SELECT number, figures::text, tier FROM regulars_holder ORDER BY number"


class Reply(Struct, frozen=True):
    """What came back."""

    status: int
    headers: dict[str, str]
    raw: bytes

    @property
    def said(self) -> Any:
        return json.loads(self.raw)

    @property
    def code(self) -> str:
        return str(self.said.get("code", ""))


class Shop:
    """A running web process."""

    def __init__(self, port: int, log: Path) -> None:
        self.port, self.log = port, log

    def ask(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] = {}
    ) -> Reply:
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)) as link:
            with suppress(BrokenPipeError, ConnectionResetError):
                link.request(method, f"/api/v1{path}", body=body, headers=dict(headers))
            answer = link.getresponse()
            told = {name.lower(): value for name, value in answer.getheaders()}
            return Reply(answer.status, told, answer.read())

    def send(self, key: str, path: str, body: Any, **headers: str) -> Reply:
        """A body of JSON, with a key; bytes as they are."""
        sent = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.ask("POST", path, sent, {"Authorization": f"Bearer {key}", **headers})

    def get(self, key: str, path: str, **headers: str) -> Reply:
        return self.ask("GET", path, None, {"Authorization": f"Bearer {key}", **headers})

    def raw(self, sent: bytes) -> bytes:
        """All that is said to these bytes until the server hangs up or falls silent."""
        said = b""
        link = socket.create_connection(("127.0.0.1", self.port), 2)
        with closing(link), suppress(OSError):
            link.sendall(sent)
            while part := link.recv(65_536):
                said += part
        return said


@contextmanager
def served() -> Iterator[Shop]:
    """The web process over the database that Django's connection means now."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder, (Path(folder) / "log").open("wb") as log:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("REGULARS_", "DJANGO_"))}
        own = {"REGULARS_DATABASE_URL": server.address(), "REGULARS_DATA": folder}
        own |= {"DJANGO_SETTINGS_MODULE": "regulars.settings", "PYTHONPATH": str(SOURCE)}
        own |= {"REGULARS_SECRET_KEY": "of-nobody-else-" * 4}
        command = [sys.executable, "-m", "regulars.run.web", "127.0.0.1", str(port), "1"]
        process = subprocess.Popen(
            command,
            env={**kept, **own},
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        shop = Shop(port, Path(folder) / "log")
        try:
            _wait(shop, process)
            yield shop
        finally:
            process.terminate()
            process.communicate(timeout=PATIENCE)


def _wait(shop: Shop, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        assert process.poll() is None, shop.log.read_text()
        with suppress(OSError, http.client.HTTPException):
            if shop.ask("GET", "/openapi.json").status == 200:
                return
        time.sleep(0.05)
    raise TimeoutError(shop.log.read_text())


def standing() -> tuple[object, ...]:
    """How many rows there are of everything that counts, and every member's figures."""
    with connection.cursor() as cursor:
        counts = []
        for name in COUNTED:
            cursor.execute(f"SELECT count(*) FROM regulars_{name}")
            counts.append((name, cursor.fetchone()[0]))
        cursor.execute(FIGURES)
        return (*counts, *cursor.fetchall())
