"""Scripts on pages of a few lines, without a server: what a story cannot come to by itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from regulars import console, till

pytestmark = pytest.mark.browser
ADDRESS = "http://shop.example/"
CARD = "0d3f8a8e-1111-4222-8333-444455556666"
DESK = """<html lang="en"><body data-currency="EUR">
<form id="find-form"><input name="a" id="find-amount"><input name="q" id="q"></form>
<form><input id="amount" maxlength="14"></form>
<script>document.forms[0].addEventListener("submit", (event) => event.preventDefault());</script>
"""
TYPED = """
(text) => {
  const now = performance.now() + 60_000;
  performance.now = () => now;
  for (const key of [...text, "Enter"]) {
    const pressed = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true });
    document.activeElement.dispatchEvent(pressed);
    if (key.length === 1) document.execCommand("insertText", false, key);
  }
}
"""
"""A hand scanner types a line into the field that is being typed in, all at one instant."""
WAITING = """<html lang="en"><body data-currency="EUR" data-cashier="1" data-queue="/queue/"
  data-state="/state/" data-enter="/enter/">
<a id="sent" data-sent="all sent" data-waiting="waiting: {n}"><span></span></a>
<script>localStorage.setItem("regulars-till-queue", JSON.stringify([
  { key: "k1", at: "2026-11-22T10:00:00Z", amount_minor: 840, who: "RC-1" }]));</script>
"""
COPIED = """<html><body><input id="secret" value="abc">
<button type="button" data-copy="#secret" data-done="Copied"><svg></svg>Copy</button>
"""


def script(room: object, name: str) -> str:
    folder = Path(str(getattr(room, "__file__", ""))).parent
    return (folder / "static" / "regulars" / name).read_text(encoding="utf-8")


def opened(chromium: Browser, body: str, told: dict[str, object] | None = None) -> Page:
    """A page of its own; addresses in `told` answer with that, all others with the page."""
    page = chromium.new_page()
    asked: list[str] = []

    def answer(route: Route) -> None:
        path = "/" + route.request.url.removeprefix(ADDRESS)
        asked.append(path)
        if told and path in told:
            route.fulfill(json=told[path])
        else:
            route.fulfill(body=body, content_type="text/html")

    page.route("**/*", answer)
    page.goto(ADDRESS)
    page.asked = asked  # type: ignore[attr-defined]
    return page


def test_a_scan_leaves_the_amount_as_it_was_typed(chromium: Browser) -> None:
    page = opened(chromium, DESK)
    page.add_script_tag(content=script(till, "till.js"))
    page.fill("#amount", "8.40")
    page.evaluate(TYPED, CARD)
    expect(page.locator("#q")).to_have_value(CARD)
    expect(page.locator("#amount")).to_have_value("8.40")
    expect(page.locator("#find-amount")).to_have_value("8.40")
    page.close()


def test_what_waits_is_sent_once(chromium: Browser) -> None:
    told: dict[str, object] = {
        "/state/": {"csrf": "c"},
        "/queue/": {"results": [{"key": "k1", "booked": True, "message": ""}]},
    }
    page = opened(chromium, WAITING, told)
    page.add_script_tag(content=script(till, "till.js"))
    expect(page.locator("#sent")).to_have_text("all sent")
    sent = [path for path in page.asked if path in told]  # type: ignore[attr-defined]
    assert sent == ["/state/", "/queue/"]
    page.close()


def test_a_copy_button_keeps_its_picture_and_works_without_https(chromium: Browser) -> None:
    page = opened(chromium, COPIED)
    page.evaluate("""Object.defineProperty(navigator, "clipboard", {
      value: { writeText: async () => {} }, configurable: true })""")
    page.clock.install()
    page.add_script_tag(content=script(console, "console.js"))
    button = page.get_by_role("button")
    button.click()
    expect(button).to_have_text("Copied")
    button.click()
    page.clock.run_for(2500)
    expect(button).to_have_text("Copy")
    expect(button.locator("svg")).to_have_count(1)
    page.evaluate("""Object.defineProperty(navigator, "clipboard", { value: undefined })""")
    button.click()
    expect(page.locator("#secret")).to_have_js_property("selectionEnd", 3)
    expect(button).to_have_text("Copy")
    page.close()
