"""The one way to a Chromium: the machine's own; without one, tests that need it are skipped."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, sync_playwright

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
