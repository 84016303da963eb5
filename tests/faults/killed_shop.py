"""An installation of its own whose server and database are killed while clients send orders."""

from __future__ import annotations

import http.client
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from booking_kit import CLUB, members, open_club, wrong
from django.db import connections
from msgspec import Struct, field
from processes import offspring, unread

from ports import free_port
from regulars.actions.api_keys import Wanted, create
from regulars.db.models import FactRow, TransferRow
from regulars.run import embedded, programs
from regulars.run.folder import Folder
from regulars.settings import _database

PATIENCE = 240.0
NAMES = tuple(f"guest-{one}" for one in range(40))
CENTS = 300
SCOPES = ("facts:write", "customers:read", "members:read")
HELD_BACK = 8
"""So many of a share cannot be sent before what strikes it lets them: fewer than lie behind the
point at which it is struck."""


@contextmanager
def pointed_at(url: str) -> Iterator[None]:
    """Django's connection on another database for as long as the block runs."""
    settings = connections["default"].settings_dict
    before = dict(settings)
    connections["default"].close()
    settings.update({**_database(url), "CONN_MAX_AGE": 0})
    try:
        yield
    finally:
        connections["default"].close()
        settings.clear()
        settings.update(before)


class Shop:
    """The server of a folder, which can be killed and started again. `more` goes into its
    environment, `options` to its command line; `names` are its members."""

    names: Sequence[str] = NAMES

    def __init__(
        self, folder: Folder, options: Sequence[str] = (), more: Mapping[str, str] | None = None
    ) -> None:
        self.folder, self.port = folder, free_port()
        self.options, self.more = list(options), dict(more or {})
        self.key = ""
        self.log = (folder.root.parent / "serve.log").open("ab")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> float:
        """Start it; the seconds until it was ready."""
        began = time.monotonic()
        told = ["--data", str(self.folder.root), "--port", str(self.port), *self.options]
        code = "import sys; from regulars.cli import main; sys.exit(main())"
        self._process = subprocess.Popen(
            [sys.executable, "-c", code, "serve", *told],
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=self.log,
            env={k: v for k, v in os.environ.items() if not k.startswith("REGULARS_")} | self.more,
        )
        until = began + PATIENCE
        while not self.is_ready():
            assert self._process.poll() is None, Path(self.log.name).read_text()[-2000:]
            assert time.monotonic() < until, "the server is not ready"
            time.sleep(0.02)
        return time.monotonic() - began

    def break_on_purpose(self, code: str) -> None:
        """Run some code at the start of every process of the server, from its next start on."""
        place = self.folder.root.parent / "broken"
        place.mkdir(exist_ok=True)
        place.joinpath("sitecustomize.py").write_text(code)
        self.more["PYTHONPATH"] = str(place)

    def ask(self, path: str, body: object = None, timeout: float = 60) -> tuple[int, Any]:
        """What it answers to somebody who has the key; 0 where it does not answer."""
        told = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        method, sent = ("GET", None) if body is None else ("POST", json.dumps(body))
        with suppress(OSError, http.client.HTTPException):
            link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
            with closing(link):
                link.request(method, path, sent, told)
                with link.getresponse() as answer:
                    said = answer.read()
                    return answer.status, json.loads(said) if said[:1] in (b"{", b"[") else said
        return 0, None

    def is_ready(self) -> bool:
        return self.ask("/readyz")[0] == 200

    def reads(self) -> bool:
        """Whether it tells what a member has."""
        status, told = self.ask("/api/v1/customers/find", {"external": NAMES[0]})
        return status == 200 and self.ask(f"/api/v1/members/club/{told['customer']}")[0] == 200

    def pids(self) -> list[int]:
        """Its processes, the first being that which was started."""
        assert self._process is not None
        return [self._process.pid, *offspring(self._process.pid)]

    def kill(self) -> None:
        """Everything of the server at once, the database left alone."""
        assert self._process is not None
        for pid in self.pids():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._process.wait()

    def ask_to_stop(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()

    def stop(self) -> int:
        """As an operator stops it."""
        self.ask_to_stop()
        return 0 if self._process is None else self._process.wait(PATIENCE)

    def change_workers(self) -> None:
        """As an operator has it start its workers anew."""
        assert self._process is not None
        self._process.send_signal(signal.SIGHUP)

    def kill_database(self) -> None:
        """End the database without letting it write anything out. The server may start it again
        before anybody could see that it is gone."""
        tools = programs.find(self.folder)
        ran = programs.run(
            tools,
            self.folder,
            *["pg_ctl", "stop", "--pgdata=postgres", "--mode=immediate", "--no-wait", "--silent"],
        )
        assert ran.ok, ran.said

    def prepare(self) -> None:
        """A programme, members, and a key, while the server runs."""
        open_club(text=CLUB)
        members(self.names)
        wanted = Wanted(name="till", scopes=SCOPES, per_minute=1_000_000)
        self.key = create(wanted, datetime.now(UTC)).key


KeyOf = Callable[[int, int], str]


class Sales(Struct):
    """What is to be sent, what was acknowledged, and how the clients fared."""

    seed: int
    waiting: deque[int] = field(default_factory=deque)
    acknowledged: dict[int, str] = field(default_factory=dict)
    allowed: int = 0
    retries: int = 0
    unclear: list[str] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    cut: set[int] = field(default_factory=set)
    over: bool = False
    last: float = 0.0
    named: KeyOf = lambda number, _attempt: str(number)
    names: Sequence[str] = NAMES
    apart: timedelta = timedelta(minutes=1)

    def key(self, number: int, attempt: int) -> str:
        """The key of a sale: the same, however often it is sent, unless it is `named` otherwise."""
        return f"sale-{self.seed}-{self.named(number, attempt)}"

    def body(self, number: int, key: str) -> bytes:
        """An order, always the same under its number."""
        chance = random.Random(self.seed * 1_000_003 + number)
        at = datetime(2026, 10, 1, 8, tzinfo=UTC) + self.apart * number
        told = {
            "type": "order",
            "key": key,
            "at": at.isoformat(),
            "currency": "EUR",
            "amount": f"{CENTS // 100}.00",
            "customer": {"external": chance.choice(self.names)},
        }
        return json.dumps(told).encode()


class Client(threading.Thread):
    """Sends orders, each again and again until it is acknowledged."""

    def __init__(self, shop: Shop, sales: Sales) -> None:
        super().__init__()
        self._shop, self._sales = shop, sales
        self._link: http.client.HTTPConnection | None = None
        self._wait = ""
        self.waits_for: int | None = None

    def run(self) -> None:
        with suppress(IndexError):
            self._sell_all()
        self._hang_up()

    def _sell_all(self) -> None:
        """Until none is left: that is an IndexError."""
        sales = self._sales
        while not sales.over:
            number = sales.waiting.popleft()
            while number >= sales.allowed and not sales.over:
                time.sleep(0.002)
            attempt = 0
            while not sales.over and not self._tried(number, attempt):
                attempt += 1
                sales.retries += 1
                time.sleep(0.02)

    def _tried(self, number: int, attempt: int) -> bool:
        try:
            return self._sell(number, attempt)
        finally:
            self.waits_for = None

    def _sell(self, number: int, attempt: int) -> bool:
        sales = self._sales
        try:
            status, told = self._post(number, sales.body(number, sales.key(number, attempt)))
        except (OSError, http.client.HTTPException, ValueError):
            sales.cut.add(number)
            self._hang_up()
            return False
        sales.cut.discard(number)
        if status == 200:
            sales.acknowledged[number] = told["state"]
            sales.last = time.monotonic()
            return True
        sales.refused[f"{status} {told.get('code')}"] += 1
        if status not in (429, 503) or not self._wait or not told.get("message"):
            sales.unclear.append(f"{status} {told} Retry-After: {self._wait}")
        return False

    def _post(self, number: int, body: bytes) -> tuple[int, Any]:
        if self._link is None:
            self._link = http.client.HTTPConnection("127.0.0.1", self._shop.port, timeout=120)
        told = {"Authorization": f"Bearer {self._shop.key}", "Content-Type": "application/json"}
        self._link.request("POST", "/api/v1/facts", body, told)
        self.waits_for = number
        with self._link.getresponse() as answer:
            self._wait = answer.headers.get("Retry-After", "")
            return answer.status, json.loads(answer.read())

    def _hang_up(self) -> None:
        if self._link is not None:
            self._link.close()
            self._link = None


@contextmanager
def running(folder: Folder, shop: Shop | None = None) -> Iterator[Shop]:
    """The shop, its database held by this process too."""
    with embedded.running(folder) as addresses:
        shop = shop or Shop(folder)
        try:
            shop.start()
            with pointed_at(addresses.app):
                shop.prepare()
                yield shop
        finally:
            shop.stop()
            shop.log.close()
            embedded.revive(folder)


@contextmanager
def held(shop: Shop) -> Iterator[Callable[[], None]]:
    """Nothing is booked until what is given is called, or the block ends."""
    with psycopg.connect(embedded.superuser_address(shop.folder, "regulars")) as link:
        link.execute("LOCK TABLE regulars_factkey")
        yield link.rollback


def await_stuck(shop: Shop, sales: Sales, clients: Sequence[Client]) -> None:
    """Wait, while bookings are `held`, until the server has read an order of every client that it
    cannot book: an answer that was on its way at first is none of these."""
    booked = set(stored(sales))

    def stuck(number: int | None) -> bool:
        return number is not None and sales.key(number, 0) not in booked

    await_(lambda: all(stuck(client.waits_for) for client in clients))
    await_(lambda: unread(shop.port) == 0)


def stored(sales: Sales) -> list[str]:
    """The keys of the sales that are booked."""
    facts = FactRow.objects.filter(key__startswith=f"sale-{sales.seed}-")
    return list(facts.values_list("key", flat=True))


def all_told(sales: Sales) -> None:
    """Whatever is booked was acknowledged, when nobody books any more."""
    await_(lambda: set(stored(sales)) <= {sales.key(one, 0) for one in sales.acknowledged})


def disagreeing(sales: Sales) -> list[str]:
    """What of the sales is not booked as it was acknowledged."""
    keys = stored(sales)
    found = [f"{len(keys)} stored for {len(sales.acknowledged)} acknowledged"]
    lost = {sales.key(one, 0) for one in sales.acknowledged} - set(keys)
    earned = sum(
        row.amount * (1 if row.target == "available" else -1)
        for row in TransferRow.objects.filter(rule="buy", fact__startswith=f"sale-{sales.seed}-")
    )
    wanted = len(sales.acknowledged) * CENTS // 100
    if len(keys) == len(set(keys)) == len(sales.acknowledged) and not lost and earned == wanted:
        found = []
    return [*found, *sorted(lost)[:5], *sales.unclear[:5], *wrong()]


class Struck(Struct, frozen=True):
    """How often something was killed while so many orders were sent, and how."""

    orders: int
    kills: int
    clients: int = 8


def sell(shop: Shop, sales: Sales, struck: Struck, strike: Callable[[], float]) -> list[float]:
    """Send orders while something is struck again and again, each time somewhere in the midst of
    its share of them; the seconds until it worked again."""
    sales.waiting = deque(range(struck.orders))
    chance = random.Random(sales.seed)
    clients = [Client(shop, sales) for _ in range(struck.clients)]
    for client in clients:
        client.start()
    seconds = []
    share = struck.orders // struck.kills
    try:
        for number in range(struck.kills):
            sales.allowed = max(sales.allowed, share * (number + 1) - HELD_BACK)
            point = share * number + chance.randrange(1, max(share - HELD_BACK, 2))
            await_(lambda: len(sales.acknowledged) >= point)  # noqa: B023 - called at once
            seconds.append(strike())
        sales.allowed = struck.orders
        await_(lambda: len(sales.acknowledged) == struck.orders)
    finally:
        sales.over = True
        for client in clients:
            client.join()
        print(*sales.unclear[:3], sep="\n", end="")
    return seconds


@contextmanager
def selling(shop: Shop, sales: Sales, clients: int = 4, first: int = 0) -> Iterator[list[Client]]:
    """Orders are sent for as long as the block runs; those under way are sent to their end."""
    sales.waiting, sales.allowed = deque(range(first, 1_000_000)), 1_000_000
    threads = [Client(shop, sales) for _ in range(clients)]
    for thread in threads:
        thread.start()
    try:
        yield threads
        sales.waiting.clear()
        await_(lambda: not any(thread.is_alive() for thread in threads))
    finally:
        sales.waiting.clear()
        sales.over = True
        for thread in threads:
            thread.join()
        print(len(sales.acknowledged), dict(sales.refused), *sales.unclear[:3], sep="\n")


def await_more(sales: Sales, count: int) -> float:
    """Wait until so many more orders are acknowledged; the seconds it took."""
    before, began = len(sales.acknowledged), time.monotonic()
    await_(lambda: len(sales.acknowledged) >= before + count)
    return time.monotonic() - began


def await_(question: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not question():
        assert time.monotonic() < until, "nothing is acknowledged any more"
        time.sleep(0.01)
