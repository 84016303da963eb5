"""Take the pictures of the documentation anew, from a running `regulars demo`.

    python tools/pictures.py ADDRESS LINK [--out FOLDER]

ADDRESS is where the demonstration is open, LINK the one-time link that it printed. Starts and
stops nothing but a browser (Chromium, on this machine). Each page is taken wide and as a phone
shows it.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "pictures"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
SIZES = {"": {"width": 1280, "height": 880}, "-phone": {"width": 390, "height": 844}}
PAGES = {
    "today": "/console/",
    "customers": "/console/customers/?filter=regulars",
    "customer": "",
    "repeat": "/console/insights/",
    "segments": "/console/insights/standing/",
    "imports": "/console/customers/imports/",
}
"""Pictures and their pages; the customer is the first of the list."""
MOST_BYTES = 300_000
PATIENCE_MS = 60_000


def main() -> int:
    parser = argparse.ArgumentParser(description="Take the pictures of the documentation.")
    parser.add_argument("address", help="such as http://127.0.0.1:8000")
    parser.add_argument("link", help="the one-time link that `regulars demo` printed")
    parser.add_argument("--out", type=Path, default=FOLDER, help="where to write them")
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    base = asked.address.rstrip("/")
    with browser() as chromium:
        state = signed_in(chromium, asked.link)
        for ending, size in SIZES.items():
            context = chromium.new_context(
                viewport=size, locale="en-GB", color_scheme="light", storage_state=state
            )
            for name, path in PAGES.items():
                picture(context.new_page(), base, path, asked.out / f"{name}{ending}.png")
            context.close()
    return 0


@contextmanager
def browser() -> Iterator[Any]:
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        raise SystemExit(f"No browser: install one of {', '.join(BROWSERS)}.")
    with sync_playwright() as playwright:
        options = [
            "--no-sandbox",
            "--disable-gpu",
            "--disable-background-networking",
            "--lang=en-GB",
        ]
        opened = playwright.chromium.launch(executable_path=found, args=options)
        try:
            yield opened
        finally:
            opened.close()


def signed_in(chromium: Any, link: str) -> Any:
    """Use the link up; the cookies that let the pages be seen."""
    context = chromium.new_context(locale="en-GB")
    page = context.new_page()
    answer = page.goto(link)
    if answer is None or not answer.ok:
        raise SystemExit("The link is spent: start `regulars demo` again for a new one.")
    page.locator("main button[type=submit]").first.click()
    page.wait_for_load_state()
    state = context.storage_state()
    context.close()
    return state


def picture(page: Any, base: str, path: str, target: Path) -> None:
    """One page, its first screen, once what it waits for is there."""
    page.goto(f"{base}{path or first_customer(page, base)}")
    page.wait_for_function("!document.querySelector('[aria-busy=true]')", timeout=PATIENCE_MS)
    page.evaluate("document.activeElement?.blur()")
    page.screenshot(path=target, animations="disabled")
    page.close()
    size = target.stat().st_size
    if size > MOST_BYTES:
        raise SystemExit(f"{target} has {size:,} bytes, more than {MOST_BYTES:,}.")
    sys.stdout.write(f"{target.name}: {size:,} bytes\n")


def first_customer(page: Any, base: str) -> str:
    page.goto(f"{base}{PAGES['customers']}")
    href: str = page.locator("main tbody th a, main tbody td a").first.get_attribute("href")
    return href


if __name__ == "__main__":
    sys.exit(main())
