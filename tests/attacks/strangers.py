"""Raw requests to the real server, as strangers and colleagues send them."""

from __future__ import annotations

import http.client
import re
import socket
import time
from collections.abc import Iterable, Mapping
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from msgspec import Struct

from browser.house import PASSWORD, House


class Reply(Struct, frozen=True, kw_only=True):
    """What came back, and after how many seconds."""

    status: int
    headers: dict[str, str]
    text: str
    seconds: float


class Caller:
    """Sends requests to the house, with the cookies of somebody who signed in, or of nobody."""

    def __init__(self, house: House, who: str = "") -> None:
        parts = urlsplit(house.address)
        self.host, self.port = "127.0.0.1", parts.port or 80
        self.name = parts.netloc
        self.cookies: dict[str, str] = {}
        if who:
            with house.alone():
                self._sign_in(f"{who}@corner-coffee.example")

    def ask(
        self,
        path: str,
        method: str = "GET",
        body: bytes | Iterable[bytes] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """One request; a server that hangs up early has still answered."""
        told = {"Host": self.name, **(headers or {})}
        if self.cookies:
            told["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        began = time.monotonic()
        with closing(http.client.HTTPConnection(self.host, self.port, timeout=60)) as link:
            with suppress(BrokenPipeError, ConnectionResetError):
                link.request(method, path, body=body, headers=told)
            answer = link.getresponse()
            text = answer.read().decode(errors="replace")
            self._keep(answer)
            found = {name.lower(): value for name, value in answer.getheaders()}
        spent = time.monotonic() - began
        return Reply(status=answer.status, headers=found, text=text, seconds=spent)

    def send(self, path: str, values: Mapping[str, str], **headers: str) -> Reply:
        """A form, with the token of this browser."""
        told = {"Content-Type": "application/x-www-form-urlencoded", **headers}
        token = {"csrfmiddlewaretoken": self.cookies.get("csrftoken", "")}
        return self.ask(path, "POST", urlencode({**token, **values}).encode(), told)

    def _keep(self, answer: http.client.HTTPResponse) -> None:
        for line in answer.headers.get_all("Set-Cookie", []):
            name, _, rest = line.partition("=")
            self.cookies[name] = rest.partition(";")[0]

    def _sign_in(self, email: str) -> None:
        path = "/console/accounts/login/"
        self.ask(path)
        answer = self.send(path, {"login": email, "password": PASSWORD})
        assert answer.status == 302, answer.text[:500]


def raw(house: House, sent: bytes, seconds: float = 20) -> bytes:
    """What the server says to these bytes, as far as it says anything."""
    parts = urlsplit(house.address)
    with closing(socket.create_connection(("127.0.0.1", parts.port or 80), seconds)) as link:
        try:
            link.sendall(sent)
            return link.recv(65_536)
        except OSError:
            return b""


def memory(pid: int) -> int:
    """Bytes that a process and all that it started hold (proportional set size where told)."""
    total = 0
    for one in family(pid):
        try:
            text = Path(f"/proc/{one}/smaps_rollup").read_text()
        except OSError:
            continue
        found = re.search(r"^Pss:\s+(\d+) kB", text, re.MULTILINE)
        total += int(found[1]) * 1024 if found else 0
    return total


def family(pid: int) -> set[int]:
    """A process, its children and theirs."""
    parents: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents.setdefault(int(fields[1]), []).append(int(path.parent.name))
    found, todo = set(), [pid]
    while todo:
        one = todo.pop()
        found.add(one)
        todo += parents.get(one, [])
    return found
