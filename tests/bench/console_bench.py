"""Console lists and search with 1 M customers and 10 M orders, over HTTP, p95 of each page.

The business is brought in by the ordinary import, once, and kept in the bench's folder.
"""

from __future__ import annotations

import csv
import http.client
import random
import re
import signal
import socket
import statistics
import subprocess
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

CUSTOMERS = 1_000_000
ORDERS_EACH = 10
REQUESTS = 60
BOUND_MS = 150
PAGES = {
    "console-list": "/console/customers/",
    "console-list-by-name": "/console/customers/?sort=name",
    "console-list-drifting": "/console/customers/?filter=drifting",
    "console-search": "/console/customers/?q={word}",
    "console-today": "/console/",
}
FIRST = ["Anna", "Łukasz", "Jörg", "Ștefan", "Mary", "Emre", "Siobhán", "Giulia", "Piotr", "Noor"]
LAST = ["Müller", "Kowalski", "Popescu", "Weiß", "Smith", "Yıldız", "Moreau", "Ferrari", "Nowak"]


def run(place: Path, customers: int = CUSTOMERS) -> list[dict[str, Any]]:
    """A row for each page: p95 in milliseconds against the bound."""
    folder = place / f"console-{customers}"
    if not (folder / "ready").exists():
        _prepare(folder, customers)
    return _measure(folder, customers)


def _prepare(folder: Path, customers: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o711)
    orders = folder / "orders.csv"
    write_orders(orders, customers)
    script = Path(__file__).with_name("console_prepared.py")
    subprocess.run([sys.executable, str(script), str(orders), str(folder / "data")], check=True)
    orders.unlink()
    (folder / "ready").touch()


def write_orders(path: Path, customers: int) -> None:
    """Ten orders of one line for each customer, in the order of time."""
    dice = random.Random(7)
    start = datetime(2025, 11, 20, 8)
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(
            ["Order number", "Ordered at", "Customer ID", "Name", "Product", "Quantity", "Price"]
        )
        total = customers * ORDERS_EACH
        for number in range(total):
            who = dice.randrange(customers)
            at = start + timedelta(seconds=31_536_000 * number // total)
            name = f"{FIRST[who % 10]} {LAST[who // 10 % 9]}{who}"
            rows.writerow([number, at.isoformat(" "), who, name, f"P{who % 60}", 1, "4.20"])


def _measure(folder: Path, customers: int) -> list[dict[str, Any]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    script = Path(__file__).with_name("console_served.py")
    server = subprocess.Popen(
        [sys.executable, str(script), str(folder / "data"), str(port)],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert server.stdout is not None
        entry = server.stdout.readline().strip()
        link = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        cookies = _sign_in(link, entry)
        return [
            _row(name, _times(link, page, cookies, customers), customers)
            for name, page in PAGES.items()
        ]
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=60)


def _sign_in(link: http.client.HTTPConnection, entry: str) -> str:
    link.request("GET", entry)
    answer = link.getresponse()
    page = answer.read().decode()
    cookies = _cookies(answer)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert token, "the entry page has no form"
    body = urlencode({"csrfmiddlewaretoken": token.group(1)})
    headers = {"Cookie": cookies, "Content-Type": "application/x-www-form-urlencoded"}
    link.request("POST", entry, body, headers)
    answer = link.getresponse()
    answer.read()
    assert answer.status == 302, answer.status
    return _cookies(answer)


def _cookies(answer: http.client.HTTPResponse) -> str:
    set_cookies = answer.headers.get_all("Set-Cookie") or []
    return "; ".join(cookie.split(";")[0] for cookie in set_cookies)


def _times(
    link: http.client.HTTPConnection, page: str, cookies: str, customers: int
) -> list[float]:
    dice = random.Random(3)
    times = []
    for _request in range(REQUESTS):
        who = dice.randrange(customers)
        word = dice.choice([f"{LAST[who // 10 % 9]}{who}", str(who), FIRST[who % 10]])
        started = time.perf_counter()
        link.request("GET", page.format(word=quote(word)), headers={"Cookie": cookies})
        answer = link.getresponse()
        answer.read()
        times.append((time.perf_counter() - started) * 1000)
        assert answer.status == 200, (page, answer.status)
    return times


def _row(name: str, times: list[float], customers: int) -> dict[str, Any]:
    p95 = statistics.quantiles(times, n=20)[-1]
    return {
        "name": name,
        "value": round(p95, 1),
        "unit": "ms",
        "reference": f"bound, {customers:,} customers, {customers * ORDERS_EACH:,} orders",
        "reference_value": BOUND_MS,
        "ratio": round(BOUND_MS / p95, 3),
        "aim": 1,
    }
