"""Who never saw a file: a ready programme, two rules changed, tried, looked at, published."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect

from browser.chromium import follow, launched, window
from browser.served import served
from browser.visiting import DESKTOP, PHONE, Visit, axe_script
from regulars.db.models import Business, Role, Staff

pytestmark = pytest.mark.browser
Visits = Callable[..., Visit]
PAGE = "/console/programme/draft/corner_club/"
GRAVE = """
axe.run(document, {resultTypes: ["violations"]}).then((found) => found.violations
  .filter((one) => ["serious", "critical"].includes(one.impact))
  .map((one) => `${one.id}: ${one.nodes[0].html.slice(0, 200)}`))
"""
WORDS = {
    "en": ("Every full 1 euro spent earns 1 point", "A coffee costs 50", "24 points"),
    "de": ("Jeder volle Betrag von 1 Euro bringt 1 Punkt", "Ein Kaffee kostet 50", "24 Punkte"),
}


@pytest.fixture
def cookies(own_database: None) -> Callable[[str], str]:
    """A business without a programme; the session of its owner, who reads a language."""
    now = timezone.now()
    Business.objects.create(name="Corner Coffee", zone="Europe/Berlin", created_at=now)

    def session(language: str) -> str:
        email = f"{language}@corner.example"
        owner = Staff.objects.create(
            email=email, name="Olga", role=Role.OWNER, language=language, created_at=now
        )
        client = Client()
        client.force_login(owner, "allauth.account.auth_backends.AuthenticationBackend")
        return client.cookies["sessionid"].value

    return session


@pytest.fixture
def shop(cookies: Callable[[str], str]) -> Iterator[str]:
    """The address of the console, served from a thread on a database of its own."""
    with served() as address:
        yield address


def flaws(page: Page) -> list[str]:
    """What axe finds grave on the page as it stands, all its parts open, and what is too wide."""
    page.wait_for_load_state()
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    page.evaluate(axe_script())
    found: list[str] = page.evaluate(GRAVE)
    wide = int(page.evaluate("document.documentElement.scrollWidth - innerWidth"))
    return [*found, *([f"{wide} px too wide"] if wide > 0 else [])]


def change(page: Page, sentence: str, field: str, value: str) -> None:
    """Choose a sentence, change a field of its form, keep it."""
    follow(page.locator(".rules ol a", has_text=sentence).first)
    box = page.locator(f"#form input[name='{field}']")
    expect(box).to_be_visible()
    box.fill(value)
    follow(page.locator("#form button[value=save]"))
    expect(page.locator("main .banner.good")).to_be_visible()


@pytest.mark.parametrize(("language", "size"), [("en", DESKTOP), ("de", PHONE)])
def test_a_ready_one_is_chosen_changed_tried_looked_at_and_published(
    language: str, size: dict[str, int], shop: str, cookies: Callable[[str], str]
) -> None:
    session, (spent, coffee, tried) = cookies(language), WORDS[language]
    with launched() as browser:
        context = window(browser, viewport=size)
        context.add_cookies([{"name": "sessionid", "value": session, "url": shop}])
        page = context.new_page()
        page.goto(f"{shop}/console/programme/")
        follow(page.locator("a[href$='/ready/cafe_points/']"))
        page.fill("#own-name", "Round the Corner")
        follow(page.locator("#adapt button"))
        expect(page.locator("#sent")).to_have_text("Round the Corner")
        change(page, spent, "earn[0].points", "2")
        change(page, coffee, "rewards[0].price", "45")
        assert flaws(page) == []
        page.fill("#t2", "12.40")
        follow(page.locator("#try-it form button").first)
        expect(page.locator(".receipt .total")).to_contain_text(tried)
        follow(page.locator(".head .actions a.primary"))
        expect(page.locator("#pv")).to_be_visible()
        assert flaws(page) == []
        follow(page.locator("main form button.primary"))
        expect(page.locator("main .banner.good")).to_be_visible()
        expect(page.locator("main")).to_contain_text("Round the Corner")


def test_without_a_script_a_rule_is_added_and_a_mistake_is_told(visit: Visits) -> None:
    lena = visit("otto", java_script_enabled=False)
    page = lena.page
    lena.go(f"{PAGE}add/")
    follow(page.locator("button[value='earn.on_sign_up']"))
    box = page.locator("#form input[name$='.points']")
    box.fill("many")
    follow(page.locator("#form button[value=save]"))
    expect(page.locator("#form .err")).to_contain_text("“many” is none")
    box.fill("15")
    follow(page.locator("#form button[value=save]"))
    expect(page.locator(".rules")).to_contain_text("15 points")
    follow(page.locator(".actions form button"))
    expect(page.locator("main .banner.good")).to_be_visible()
