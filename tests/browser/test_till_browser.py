"""A cashier with a queue: pair, sign in, find, sell, use, undo, enrol, scan; and no connection."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
import segno
from playwright.sync_api import Browser, Response, expect
from test_browser_every_page import flaws

from browser.chromium import follow
from browser.house import House
from browser.visiting import PHONE, Visit

pytestmark = pytest.mark.browser
Visits = Callable[..., Visit]
MEMBER = "Anna Kowalska"
PIN = "2846"
KEPT = """
navigator.serviceWorker.ready.then(() => navigator.serviceWorker.controller
  && caches.has("regulars-till-1"))
"""
"""What is needed without a connection is there, and whoever keeps it answers for this page."""
SCAN = """
(text) => {
  const now = performance.now();
  performance.now = () => now;
  for (const key of [...text, "Enter"]) document.activeElement.dispatchEvent(
    new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  delete performance.now;
}
"""
"""A hand scanner types a line within a blink, however long the machine pauses in it."""
CAMERA = """
delete window.BarcodeDetector;
navigator.mediaDevices.getUserMedia = async () => {
  const canvas = document.createElement("canvas"), pen = canvas.getContext("2d");
  canvas.width = 480;
  canvas.height = 360;
  setInterval(() => {
    pen.fillStyle = "#c9c4b8";
    pen.fillRect(0, 0, 480, 360);
    pen.fillStyle = "#222";
    CODE.forEach((row, y) => row.forEach((dark, x) => {
      if (dark) pen.fillRect(120 + 6 * x, 60 + 6 * y, 6, 6);
    }));
  }, 50);
  return canvas.captureStream(20);
};
"""
"""A camera before which somebody holds a code, in a browser that reads no codes itself."""
NO_CAMERA = """
navigator.mediaDevices.getUserMedia = async () => {
  throw new DOMException("", "NotAllowedError");
};
"""


@pytest.fixture(scope="module")
def code(house: House, chromium: Browser) -> Callable[[str], str]:
    """Makes a link for a till, as an owner does."""

    def made(name: str) -> str:
        otto = Visit(chromium, house, "otto")
        otto.go("/console/settings/tills/")
        otto.page.select_option("#id_place", label="Market Street")
        otto.page.fill("#id_name", name)
        follow(otto.page.get_by_text("Make a code"))
        link = otto.page.input_value("#address")
        otto.close()
        assert otto.troubles == []
        return link

    return made


def at_work(visit: Visit, link: str) -> Visit:
    """A browser that was made a till, with Mia at it."""
    visit.go(link)
    follow(visit.page.locator("main button[type=submit]"))
    visit.page.wait_for_url("**/till/enter/")
    sign_in(visit)
    return visit


def sign_in(visit: Visit) -> None:
    visit.page.check("input[name=cashier] >> nth=0", force=True)
    visit.page.fill("#pin", PIN)
    follow(visit.page.locator("main form button[type=submit]"))
    visit.page.wait_for_url("**/till/")


def number(visit: Visit, label: str = "Points") -> int:
    """What the member has, as the page shows it."""
    told = visit.page.locator(f".holds div:has(dt:text-is('{label}')) dd").inner_text()
    return int(re.sub(r"\D", "", told))


def choose(visit: Visit, name: str = MEMBER) -> None:
    """By one question: a later answer would put other rows under the finger."""
    visit.page.fill("#q", name[:8].lower())
    row = visit.page.locator(".picks li", has_text=name)
    follow(row.get_by_role("link"))
    expect(visit.page.locator("h1")).to_have_text(name)


def digits(visit: Visit, keys: str) -> None:
    for key in keys:
        visit.page.click(f"[data-keys=amount] [data-key='{key}']")


def test_a_coffee_is_sold_used_and_taken_back(visit: Visits, code: Any) -> None:
    till = at_work(visit("", reduced_motion="reduce"), code("till A"))
    page = till.page
    found = flaws(till, "idle", dark=True)
    digits(till, "840")
    choose(till)
    had = number(till)
    expect(page.locator("#book")).to_have_text("Book · €8.40 to pay")
    page.get_by_label("Use: A coffee").click()
    expect(page.locator(".uses .on")).to_contain_text("A coffee")
    expect(page.locator(".sum")).to_contain_text("−50 points")
    found += flaws(till, "sale", dark=True)
    digits(till, "5")
    expect(page.locator("#book")).to_have_text("Book · €84.05 to pay")
    page.click("[data-keys=amount] [data-key=back]")
    expect(page.locator("#book")).to_have_text("Book · €8.40 to pay")
    page.click("#book")
    expect(page.locator("h1")).to_have_text(f"Booked for {MEMBER}")
    expect(page.locator("main")).to_contain_text(f"{had - 50 + 8} points")
    found += flaws(till, "done", dark=True)
    follow(page.get_by_role("button", name="Undo"))
    expect(page.locator("h1")).to_have_text("Taken back")
    expect(page.locator("main")).to_contain_text(f"{had} points")
    choose(till)
    page.locator("#q").press_sequentially("anna h", delay=15)
    expect(page.locator(".t-pop .picks")).to_contain_text("Anna H")
    expect(page.locator(".t-pop .picks li", has_text=MEMBER)).to_have_count(0)
    choose(till, MEMBER)
    page.locator(".why-link").first.click()
    expect(page.locator("h1")).to_contain_text(f"Why {MEMBER} has {had} points")
    found += flaws(till, "why")
    assert found == []


def test_a_newcomer_joins_on_a_german_phone(visit: Visits, code: Any) -> None:
    till = at_work(visit("", viewport=PHONE, locale="de-DE", has_touch=True), code("till B"))
    page = till.page
    page.fill("#amount", "8,40")
    follow(page.get_by_label("Neues Mitglied"))
    page.fill("[name=contact]", "till.newcomer@example.com")
    page.fill("[name=name]", "Dana Beispiel")
    page.fill("[name=sent]", "anna")
    page.locator(".t-senders label", has_text="Anna K.").click()
    assert flaws(till, "enrol") == []
    page.set_viewport_size(PHONE)
    assert not page.is_checked("[name=agreed]"), "nobody is made to agree"
    page.check("[name=agreed]")
    follow(page.locator("main button[type=submit]"))
    expect(page.locator("h1")).to_have_text("Dana Beispiel ist jetzt Mitglied")
    assert flaws(till, "joined") == []
    page.set_viewport_size(PHONE)
    follow(page.get_by_role("link", name="Zum Einkauf über 8,40"))
    expect(page.locator("h1")).to_have_text("Dana Beispiel")
    expect(page.locator("#book")).to_have_text("Buchen · 8,40\xa0€ zu zahlen")
    follow(page.locator("#book"))
    expect(page.locator("h1")).to_contain_text("Dana Beispiel")
    expect(page.locator("main")).to_contain_text("8 Punkte")
    assert till.sideways() <= 0


def test_a_hand_scanner_and_a_camera_find_the_member(visit: Visits, code: Any) -> None:
    link = code("till C")
    till = at_work(visit(""), link)
    choose(till)
    address = till.page.url
    card = re.search(r"m=([0-9a-f-]{36})", address)
    assert card is not None
    till.go("/till/?a=4.20")
    till.page.focus("#amount")
    till.page.evaluate(SCAN, card[1])
    expect(till.page.locator("h1")).to_have_text(MEMBER)
    squares = [list(row) for row in segno.make(card[1], error="m", micro=False).matrix]
    till.page.add_init_script(CAMERA.replace("CODE", str(squares)))
    till.go("/till/")
    till.page.click("#camera")
    expect(till.page.locator("h1")).to_have_text(MEMBER)
    till.page.add_init_script(NO_CAMERA)
    till.go("/till/")
    till.page.get_by_label("Find or scan a card").click()
    expect(till.page.get_by_role("alert")).to_contain_text("may not use the camera")


def test_without_a_connection_sales_wait_and_count_once(visit: Visits, code: Any) -> None:
    till = at_work(visit(""), code("till D"))
    page = till.page
    choose(till)
    had, who = number(till), re.search(r"m=([0-9a-f-]{36})", page.url)
    stamps = number(till, "Stamps")
    assert who is not None
    page.wait_for_function(KEPT)
    digits(till, "640")
    expect(page.locator("#book")).to_have_text("Book · €6.40 to pay")
    page.select_option("#sale select[name=c]", label="Drinks")
    page.get_by_label("One piece more").click()
    expect(page.locator("#go input[name=n]")).to_have_value("2")
    expect(page.locator("#book")).to_be_enabled()
    till.context.set_offline(True)
    page.click("#book")
    expect(page.locator("#kept-banner")).to_contain_text("No connection. Keep selling.")
    expect(page.locator("#unsure")).to_contain_text("No answer came to this sale.")
    expect(page.locator("#kept-for")).to_contain_text("For Anna K.")
    page.click("#keep button[type=submit]")
    expect(page.locator("#kept")).to_contain_text("Anna K.")
    expect(page.locator("#kept")).to_contain_text("Drinks × 2")
    expect(page.locator("#kept")).to_contain_text("€6.40")
    expect(page.locator("#kept")).not_to_contain_text(who[1][-4:])
    page.fill("#kept-who", MEMBER)
    page.fill("#amount", "1.234")
    page.click("#keep button[type=submit]")
    expect(page.locator("#kept-bad")).to_contain_text("This is no amount.")
    expect(page.locator("#kept tr")).to_have_count(1)
    page.fill("#kept-who", "nobody@example.org")
    page.fill("#amount", "2.00")
    page.click("#keep button[type=submit]")
    expect(page.locator("#kept tr")).to_have_count(2)
    till.context.set_offline(False)
    expect(page.locator("#sent")).to_have_text("waiting: 1")
    page.click("#sent")
    expect(page.locator("#stuck-banner")).to_contain_text("What could not be booked")
    expect(page.locator("#kept .wrong")).to_contain_text("Nobody is known by this")
    page.get_by_role("button", name="Remove").click()
    expect(page.locator("#sent")).to_contain_text("all sent")
    page.reload()
    till.go(f"/till/?m={who[1]}")
    assert (number(till), number(till, "Stamps")) == (had + 6, stamps + 2)
    away = ("ERR_INTERNET_DISCONNECTED", "ERR_FAILED")
    till.troubles[:] = [one for one in till.troubles if not any(word in one for word in away)]


def test_without_a_script_the_till_sells(visit: Visits, code: Any) -> None:
    till = at_work(visit("", java_script_enabled=False), code("till E"))
    page = till.page
    page.fill("#q", "kowalska anna")
    follow(page.locator("#find-form button[data-scan]"))
    follow(page.locator(".picks li", has_text=MEMBER).get_by_role("link"))
    page.fill("#amount", "4.20")
    follow(page.get_by_text("Show the sum"))
    follow(page.locator("#book"))
    expect(page.locator("h1")).to_have_text(f"Booked for {MEMBER}")
    follow(page.get_by_role("button", name="Undo"))
    expect(page.locator("h1")).to_have_text("Taken back")


def test_the_first_view_is_light(visit: Visits, code: Any) -> None:
    till = at_work(visit(""), code("till F"))
    answers: list[Response] = []
    till.page.on("response", lambda answer: answers.append(answer))
    till.page.reload(wait_until="networkidle")
    sizes = [_wire(answer) for answer in answers]
    assert 0 < sum(sizes) <= 100_000, sizes


def _wire(answer: Response) -> int:
    told = answer.request.sizes()
    return int(told["responseBodySize"] + told["responseHeadersSize"])
