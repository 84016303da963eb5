"""The first view of the till and of a member's card on a cheap phone with a slow line: what goes
over the wire, and when the page can be used.

The line is that of many laboratories' "slow 4G": 1.6 Mbit/s down, 750 kbit/s up, 150 ms there and
back; the processor is slowed four times. A page can be used when its scripts have run
(DOMContentLoaded) and something is to be seen (first contentful paint).
"""

from __future__ import annotations

import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, ViewportSize

from bench.faces import served
from bench.faces_served import CASHIER, PIN
from browser.chromium import launched

PROGRAM = Path(sys.executable).with_name("regulars")
CUSTOMERS = 800
ROUNDS = 5
MOST_KB, MOST_MS = 100, 1000
PHONE: ViewportSize = {"width": 390, "height": 844}
LINE = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1_600_000 / 8,
    "uploadThroughput": 750_000 / 8,
}
SLOWER = {"rate": 4}
USABLE = """
    () => Math.max(
        performance.getEntriesByType("navigation")[0].domContentLoadedEventEnd,
        performance.getEntriesByName("first-contentful-paint")[0].startTime)
"""
PAINTED = "() => performance.getEntriesByName('first-contentful-paint').length > 0"


def run(place: Path) -> list[dict[str, Any]]:
    """Two rows for each face; less is better, so ratios are turned round."""
    folder = place / f"faces-{CUSTOMERS}"
    told = [str(PROGRAM), "demo", "--prepare", "--data", str(folder)]
    subprocess.run([*told, "--customers", str(CUSTOMERS)], check=True, stdout=subprocess.DEVNULL)
    with served(folder, 1, workers=1) as (port, links, member), launched() as browser:
        address = f"http://127.0.0.1:{port}"
        till = _at_work(browser, address + links[0])
        card = _signed_in(browser, address + member)
        return [
            *_rows("till", _views(browser, till, f"{address}/till/")),
            *_rows("card", _views(browser, card, f"{address}/my/")),
        ]


def _at_work(browser: Browser, link: str) -> Any:
    context = browser.new_context()
    page = context.new_page()
    page.goto(link)
    page.click("main button[type=submit]")
    page.wait_for_url("**/till/enter/")
    page.get_by_label(CASHIER).check(force=True)
    page.fill("#pin", PIN)
    page.click("main form button[type=submit]")
    page.wait_for_url("**/till/")
    return _cookies(context)


def _signed_in(browser: Browser, link: str) -> Any:
    context = browser.new_context()
    page = context.new_page()
    page.goto(link)
    page.click("main form .btn.main")
    page.wait_for_url("**/my/")
    return _cookies(context)


def _cookies(context: BrowserContext) -> Any:
    try:
        return context.storage_state()
    finally:
        context.close()


def _views(browser: Browser, state: Any, address: str) -> list[tuple[float, float]]:
    """(kilobytes, milliseconds) of each first view, every time with nothing kept."""
    return [_view(browser, state, address) for _round in range(ROUNDS)]


def _view(browser: Browser, state: Any, address: str) -> tuple[float, float]:
    context = browser.new_context(viewport=PHONE, storage_state=state)
    page = context.new_page()
    wire = _slowed(context, page)
    came: list[float] = []
    wire.on("Network.loadingFinished", lambda told: came.append(told["encodedDataLength"]))
    page.goto(address, wait_until="networkidle")
    page.wait_for_function(PAINTED)
    usable = float(page.evaluate(USABLE))
    context.close()
    return sum(came) / 1000, usable


def _slowed(context: BrowserContext, page: Page) -> CDPSession:
    wire = context.new_cdp_session(page)
    wire.send("Network.enable")
    wire.send("Network.emulateNetworkConditions", LINE)
    wire.send("Emulation.setCPUThrottlingRate", SLOWER)
    return wire


def _rows(face: str, views: list[tuple[float, float]]) -> list[dict[str, Any]]:
    weights, times = zip(*views, strict=True)
    return [
        _row(f"{face}-first-view-kb", max(weights), "kB", MOST_KB),
        _row(f"{face}-usable-ms", statistics.median(times), "ms", MOST_MS),
    ]


def _row(name: str, value: float, unit: str, most: int) -> dict[str, Any]:
    return {
        "name": name,
        "value": round(value, 1),
        "unit": unit,
        "reference": "bound; slow 4G, processor slowed 4 times",
        "reference_value": most,
        "ratio": round(most / value, 3),
        "aim": 1,
    }
