"""The faces served for a bench, and a cashier at a till without a browser."""

from __future__ import annotations

import http.client
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

from bench.faces_served import CASHIER, PIN

SCRIPT = Path(__file__).with_name("faces_served.py")
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@contextmanager
def served(folder: Path, tills: int, workers: int = 2) -> Iterator[tuple[int, list[str], str]]:
    """The folder served: its port, the links of tills, the link of a member."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    told = [sys.executable, str(SCRIPT), str(folder), str(port), str(tills), str(workers)]
    server = subprocess.Popen(told, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert server.stdout is not None
        lines = [server.stdout.readline().strip() for _ in range(tills + 1)]
        yield port, lines[:-1], lines[-1]
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=60)


class Counter:
    """A browser at the counter that was made a till, with somebody at work."""

    def __init__(self, port: int, link: str) -> None:
        self.wire = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.cookies: dict[str, str] = {}
        self._post(link, {}, self.get(link))
        page = self.get("/till/enter/")
        who = re.search(rf'value="([0-9a-f-]{{36}})"[^>]*>(?:(?!<input).)*{CASHIER}', page, re.S)
        assert who, "nobody can work at this till"
        self._post("/till/enter/", {"cashier": who.group(1), "pin": PIN}, page)
        self.token = self._token(self.get("/till/"))

    def find(self, text: str) -> str:
        """Whoever fits what is typed, as the list under the field shows them."""
        typing = {"HX-Request": "true", "HX-Trigger-Name": "q"}
        status, page = self._ask("/till/find/", self._body({"q": text}, self.token), typing)
        assert status == 200, (status, page[:300])
        return page

    def get(self, path: str) -> str:
        status, page = self._ask(path)
        assert status == 200, (path, status)
        return page

    def _post(self, path: str, values: dict[str, str], page: str) -> None:
        status, said = self._ask(path, self._body(values, self._token(page)))
        assert status == 302, (path, status, said[:300])

    @staticmethod
    def _token(page: str) -> str:
        found = TOKEN.search(page)
        assert found, "the page has no form"
        return found.group(1)

    @staticmethod
    def _body(values: dict[str, str], token: str) -> str:
        return urlencode({**values, "csrfmiddlewaretoken": token})

    def _ask(
        self, path: str, body: str | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, str]:
        cookies = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        self.wire.request(
            "GET" if body is None else "POST", path, body, {**FORM, **cookies, **(headers or {})}
        )
        answer = self.wire.getresponse()
        for told in answer.headers.get_all("Set-Cookie") or []:
            name, value = told.split(";")[0].split("=", 1)
            self.cookies[name] = value
        return answer.status, answer.read().decode()
