"""A real Chromium: set-up, an authenticator app, a passkey by a virtual authenticator."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.utils import timezone
from doors import totp
from playwright.sync_api import Page, expect

from browser.chromium import follow, launched, window
from browser.served import served
from regulars.actions.entry import setup_link
from staff import PASSWORD

pytestmark = pytest.mark.browser
SECOND = "/console/accounts/second"
VIRTUAL = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def house(own_database: None) -> Iterator[str]:
    """The address of the console, served from a thread on a database of its own."""
    with served() as address:
        yield address


@pytest.fixture
def page() -> Iterator[Page]:
    with launched() as browser:
        yield window(browser, timezone_id="Europe/Berlin", locale="en-GB").new_page()


@pytest.fixture
def start(house: str) -> str:
    return f"{house}/console/enter/{setup_link(timezone.now())}/"


def set_up(page: Page, start: str) -> None:
    page.goto(start)
    expect(page.locator("#id_zone")).to_have_value("Europe/Berlin")
    money = page.locator("#id_currency")
    expect(money).to_have_value("GBP")
    for country, currency in (("CH", "CHF"), ("DE", "EUR")):
        page.select_option("#id_region", country)
        expect(money).to_have_value(currency)
    money.select_option("CHF")
    page.select_option("#id_region", "GB")
    expect(money).to_have_value("CHF")
    fields = {"business": "Corner Coffee", "name": "Olga", "email": "olga@corner.example"}
    for name, value in {**fields, "password": PASSWORD}.items():
        page.fill(f"#id_{name}", value)
    follow(page.locator("main button.primary"))


def sign_in(page: Page, house: str) -> None:
    page.context.clear_cookies()
    page.goto(f"{house}/console/accounts/login/")
    page.fill("#id_login", "olga@corner.example")
    page.fill("#id_password", PASSWORD)
    follow(page.locator("main button.primary"))
    assert page.url == f"{house}{SECOND}/enter/"


def test_an_app_and_a_passkey_let_their_person_in(start: str, house: str, page: Page) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    set_up(page, start)
    page.goto(f"{house}{SECOND}/app/add/")
    page.fill("#id_password", PASSWORD)
    follow(page.locator("main button.primary"))
    assert page.evaluate("document.querySelector('.qr').naturalWidth") > 0
    page.fill("#id_code", totp(page.text_content("details code") or ""))
    follow(page.locator("main button.primary"))
    assert page.url == f"{house}{SECOND}/codes/"
    code = page.locator(".codes code").first.text_content() or ""

    tools = page.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    made = tools.send("WebAuthn.addVirtualAuthenticator", {"options": VIRTUAL})
    page.goto(f"{house}{SECOND}/passkeys/add/")
    page.click("main button.primary")
    page.wait_for_url(f"{house}{SECOND}/")
    kept = tools.send("WebAuthn.getCredentials", {"authenticatorId": made["authenticatorId"]})
    assert len(kept["credentials"]) == 1

    sign_in(page, house)
    page.click("text=Use your passkey")
    page.wait_for_url(re.compile(rf"{house}/(console/)?$"))
    sign_in(page, house)
    page.fill("#id_code", code)
    follow(page.locator("main button.primary"))
    page.goto(f"{house}/console/settings/account/")
    expect(page.locator("h1")).to_have_text("My account")
    assert not [line for line in said if "Content Security Policy" in line]


def test_a_refused_passkey_says_what_to_do(start: str, house: str, page: Page) -> None:
    set_up(page, start)
    page.goto(f"{house}{SECOND}/passkeys/add/")
    page.fill("#id_password", PASSWORD)
    follow(page.locator("main button.primary"))
    page.evaluate(
        "() => { navigator.credentials.create = () => Promise.reject(new Error('stopped')) }"
    )
    page.click("main button.primary")
    expect(page.locator("[data-problem=refused]")).to_be_visible()
    expect(page.locator("[data-problem=missing]")).to_be_hidden()
    assert page.url == f"{house}{SECOND}/passkeys/add/"
