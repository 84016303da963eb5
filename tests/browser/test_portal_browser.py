"""The member's phone and the invited friend in a real browser: a story, and every page."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from playwright.sync_api import Browser, expect

from browser.chromium import follow, window
from browser.house import House
from browser.test_browser_every_page import JUDGED, flaws
from browser.visiting import PHONE, Visit

pytestmark = pytest.mark.browser
Visits = Callable[..., Visit]
MOST_SECONDS = 240.0
PAGES = ("/my/", "/my/history/", "/my/rewards/", "/my/share/", "/my/profile/")


def address_of_member(house: House, owner: Visit) -> str:
    """The e-mail address of the member whom the demonstration names, as the console shows it."""
    told = re.search(r"See the phone of (.+), a member", house.out.read_text())
    assert told, house.out.read_text()
    owner.go(f"/console/customers/?q={told[1]}")
    follow(owner.page.locator("#people tbody th a", has_text=told[1]).first)
    expect(owner.page.locator("h1")).to_contain_text(told[1])
    found = re.search(r"[\w.+-]+@[\w-]+\.[\w.]+", owner.text())
    assert found
    return found[0]


def newest_mail(owner: Visit, to: str) -> str:
    """The newest mail to an address, as the owner reads it in the console; nothing without one."""
    owner.go("/console/settings/mail/")
    cards = owner.page.locator("main section.card", has_text=to)
    return cards.first.inner_text() if cards.count() else ""


def mailed(owner: Visit, to: str, pattern: str, before: str = "") -> str:
    """What a mail to an address says that is newer than the one `before`."""
    code = re.search(pattern, before)
    until = time.monotonic() + MOST_SECONDS
    while time.monotonic() < until:
        found = re.search(pattern, newest_mail(owner, to))
        if found and (code is None or found[0] != code[0]):
            return found[0]
        time.sleep(0.2)
    raise AssertionError(f"no mail to {to}")


def come_in(phone: Visit, owner: Visit, email: str) -> None:
    before = newest_mail(owner, email)
    phone.go("/my/sign-in/")
    phone.page.fill("input[name=email]", email)
    follow(phone.page.locator("main .btn.main"))
    phone.page.wait_for_url("**/my/sign-in/code/")
    code = mailed(owner, email, r"\b\d{3} \d{3}\b", before)
    phone.page.fill("input[name=code]", code)
    follow(phone.page.locator("main .btn.main"))
    phone.page.wait_for_url("**/my/")


def test_a_member_and_a_friend_without_a_script(house: House, visit: Visits) -> None:
    owner = visit("otto")
    email = address_of_member(house, owner)
    phone = visit("", viewport=PHONE, java_script_enabled=False)
    come_in(phone, owner, email)
    expect(phone.page.locator(".mcard .qr").first).to_be_visible()
    phone.page.click(".qrbox")
    expect(phone.page.locator("#big")).to_be_visible()
    phone.page.click("#big")
    expect(phone.page.locator("#big")).to_be_hidden()

    follow(phone.page.locator(".tabs a >> nth=2"))
    before = phone.text(".top .end")
    follow(phone.page.locator(".goods .btn.main >> nth=0"))
    expect(phone.page.locator(".ticket")).to_be_visible()
    assert phone.text(".top .end") != before
    follow(phone.page.locator(".note.good .btn"))
    expect(phone.page.locator(".ticket")).to_have_count(0)
    assert phone.text(".top .end") == before

    follow(phone.page.locator(".tabs a >> nth=1"))
    expect(phone.page.locator(".lines li .why").nth(2)).to_be_attached()
    follow(phone.page.locator(".tabs a >> nth=3"))
    link = re.search(r"/r/[\w-]+/", phone.text(".linkbox"))
    assert link

    friend = visit("", viewport=PHONE, java_script_enabled=False)
    assert friend.go(link[0]) == 200
    friend.page.fill("input[name=email]", "fritzi@example.com")
    follow(friend.page.locator("main .btn.main"))
    confirm = mailed(owner, "fritzi@example.com", r"/r/confirm/[\w-]+/")
    assert friend.go(confirm) == 200
    friend.page.fill("input[name=name]", "Fritzi Fern")
    friend.page.click("main .btn.main")
    friend.page.wait_for_url("**/my/")
    expect(friend.page.locator(".mcard .who")).to_have_text("Fritzi Fern")
    phone.page.reload()
    expect(phone.page.locator(".list")).to_contain_text("Fritzi")
    assert "Fern" not in phone.text()


def test_every_page_reads_well_in_two_languages(house: House, visit: Visits) -> None:
    owner = visit("otto")
    email = address_of_member(house, owner)
    phone = visit("", viewport=PHONE, reduced_motion="reduce")
    found = []
    for page in ("/my/sign-in/", "/r/nothing/"):
        phone.go(page)
        found += flaws(phone, page)
    come_in(phone, owner, email)
    phone.go("/my/share/")
    link = re.search(r"/r/[\w-]+/", phone.text(".linkbox"))
    assert link
    for language in ("de", "en"):
        phone.go("/my/profile/")
        phone.page.check(f"input[name=language][value={language}]", force=True)
        follow(phone.page.locator("#about .btn"))
        phone.page.wait_for_url("**/my/profile/?saved=about*")
        for page in (*PAGES, link[0]):
            assert phone.go(page) == 200
            assert phone.page.locator("html").get_attribute("lang") == language, page
            dark, judged = language == "en", JUDGED[language]
            found += flaws(phone, f"{page} {language}", dark=dark, judged=judged)
    assert found == []


SHOP_PAGE = """<!doctype html><html lang="de"><title>Shop</title>
<style>button { display: none !important } * { color: red }</style>
<h1>Beans</h1><script src="{home}/static/regulars/widget.js" async></script></html>"""


@contextmanager
def shop(home: str) -> Iterator[str]:
    """A shop's page at an origin of its own; its address."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = SHOP_PAGE.replace("{home}", home).encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *told: object) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_the_panel_opens_in_a_named_shop_by_a_tap(
    house: House, visit: Visits, chromium: Browser
) -> None:
    owner = visit("otto")
    with shop(house.address) as named, shop(house.address) as strange:
        owner.go("/console/settings/look/")
        owner.page.fill("textarea[name=origins]", named)
        follow(owner.page.locator("main button.primary"))
        for address, shown in ((named, 1), (strange, 0)):
            context = window(chromium)
            page = context.new_page()
            page.goto(address)
            button = page.get_by_role("button", name="Deine Prämien")
            expect(button).to_be_visible()
            assert len(page.frames) == 1, "it never opens by itself"
            panel = page.frame_locator("iframe").locator(".panel-page .list")
            if shown:
                button.click()
                expect(panel).to_be_visible()
                expect(panel).to_contain_text("Deine Karte")
                page.frames[1].wait_for_load_state()  # and its script listens
                page.frame_locator("iframe").get_by_role("link", name="Öffnen").press("Escape")
                expect(page.locator("iframe")).to_be_hidden()
            else:
                with page.expect_console_message(lambda one: "frame-ancestors" in one.text):
                    button.click()
                expect(panel).to_have_count(0)
            page.keyboard.press("Escape")
            expect(button).to_be_visible()
            context.close()
    # The installation is shared: nobody is named for the tests that come.
    owner.page.fill("textarea[name=origins]", "")
    follow(owner.page.locator("main button.primary"))
