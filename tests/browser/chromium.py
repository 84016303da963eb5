"""The one way to a Chromium: the machine's own; without one, tests that need it are skipped.

A click only begins to lead somewhere. What a test does next may find the page before, or half of
the next: `follow` clicks and waits, `expect` waits, and reading at once is for pages that stand."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, expect, sync_playwright

PATIENCE_MS = 120_000
"""For whatever waits for a page: much more than a machine needs that has other things to do."""
expect.set_options(timeout=PATIENCE_MS)
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MISSING = "there is no Chromium on this machine: install one (on Debian: apt-get install chromium)"


def program() -> str:
    """Where it lies. Skips the test without one; fails it where everything has to be tested."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None and os.environ.get("CI") == "true":
        pytest.fail(MISSING)
    if found is None:
        pytest.skip(MISSING)
    return found


@contextmanager
def launched() -> Iterator[Browser]:
    """A browser without windows, at its end closed. While it runs, Django refuses to ask the
    database from this thread: prepare rows before."""
    with sync_playwright() as tools:
        browser = tools.chromium.launch(executable_path=program(), args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


def window(browser: Browser, **options: Any) -> BrowserContext:
    """A browser window of its own cookies, in which everything waits long enough."""
    context = browser.new_context(**options)
    context.set_default_timeout(PATIENCE_MS)
    return context


def follow(what: Locator) -> None:
    """Click what leads to a page, and wait until that page stands; it may have the same address."""
    with what.page.expect_navigation():
        what.click()
