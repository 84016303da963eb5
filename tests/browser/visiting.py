"""Somebody at a browser: signed in, with a screen of some size, watched for what must not be."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

from browser.chromium import follow, window
from browser.house import PASSWORD, House

DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
COUNT_REPORTS = """
window.reports = [];
document.addEventListener("securitypolicyviolation", (event) => {
  window.reports.push(event.violatedDirective + " " + event.blockedURI);
});
"""

EXPECTED = ("the server responded with a status of 4", "htmx:sendAbort", "htmx:afterRequest")
"""Refusals; and questions that a newer one overtook: what fails says "htmx:sendError"."""


class Visit:
    """A browser window of its own cookies. `troubles` holds every word of the browser's console
    that is a complaint, every page error, and every request for another host."""

    def __init__(self, browser: Browser, house: House, who: str = "", **options: Any) -> None:
        self.house = house
        state = _signed_in(browser, house, who) if who else None
        chosen = {"viewport": DESKTOP, "timezone_id": "Europe/Berlin", "locale": "en-GB"}
        self.context: BrowserContext = window(browser, **chosen | options, storage_state=state)
        self.troubles: list[str] = []
        self.context.on("request", lambda request: self._ask(request.url))
        if options.get("java_script_enabled", True):
            self.context.add_init_script(COUNT_REPORTS)
        self.page: Page = self.context.new_page()
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.troubles.append(f"error: {error}"))

    def _ask(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme != "data" and parts.netloc != urlsplit(self.house.address).netloc:
            self.troubles.append(f"a request left: {url}")

    def _hear(self, message: ConsoleMessage) -> None:
        expected = any(one in message.text for one in EXPECTED)
        if message.type in ("error", "warning") and not expected:
            self.troubles.append(f"{message.type}: {message.text} ({self.page.url})")

    def go(self, path: str) -> int:
        """Open a page of the console; its status."""
        answer = self.page.goto(path if "://" in path else self.house.address + path)
        return answer.status if answer else 0

    def text(self, selector: str = "main") -> str:
        """What stands there once the page is whole, blanks as one."""
        self.page.wait_for_load_state()
        return " ".join(self.page.inner_text(selector).split())

    def sideways(self) -> int:
        """By how many pixels the page is wider than the screen."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - innerWidth"))

    def close(self) -> None:
        self.context.close()


def _signed_in(browser: Browser, house: House, who: str) -> dict[str, Any]:
    """Cookies of a colleague, who signs in with the password once a process."""
    key = (house.address, who)
    if key not in _cookies:
        context = window(browser)
        page = context.new_page()
        page.goto(f"{house.address}/console/accounts/login/")
        page.fill("#id_login", f"{who}@corner-coffee.example")
        page.fill("#id_password", PASSWORD)
        with house.alone():
            follow(page.locator("main button.primary"))
        assert page.url == f"{house.address}/console/"
        _cookies[key] = json.loads(json.dumps(context.storage_state()))
        context.close()
    return _cookies[key]


_cookies: dict[tuple[str, str], dict[str, Any]] = {}


def axe_script() -> str:
    """The accessibility checker's own script, from its package."""
    import axe_playwright_python

    return (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
