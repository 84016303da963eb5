"""Who never saw a file: sentences changed in forms, tried, looked at, published."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from browser.visiting import PHONE, Visit

pytestmark = pytest.mark.browser
Visits = Callable[..., Visit]
PAGE = "/console/programme/draft/corner_club/"


def give_up(somebody: Visit) -> None:
    """Begin where nobody has begun."""
    somebody.go(PAGE)
    if somebody.page.locator("[data-dialog=give-up]").count():
        somebody.page.click("[data-dialog=give-up]")
        somebody.page.click("dialog[open] button.danger")


def change_one(somebody: Visit, sentence: str, field: str, value: str) -> None:
    """Choose a sentence, change a field of its form, keep it."""
    page = somebody.page
    page.locator(".rules ol a", has_text=sentence).first.click()
    box = page.locator(f"#form input[name='{field}']")
    expect(box).to_be_visible()
    box.fill(value)
    page.locator("#form button[value=save]").click()
    expect(page.locator("main .banner.good")).to_be_visible()


@pytest.mark.parametrize(("who", "size"), [("otto", None), ("gerda", PHONE)])
def test_two_rules_are_changed_tried_looked_at_and_published(
    who: str, size: dict[str, int] | None, visit: Visits
) -> None:
    """It begins later and is taken back again: others meet the programme as it is."""
    options = {"viewport": size, "has_touch": True} if size else {}
    somebody = visit(who, **options)
    page = somebody.page
    give_up(somebody)
    somebody.go("/console/programme/")
    page.locator(".actions a.primary").click()
    expect(page).to_have_url(f"{somebody.house.address}{PAGE}")
    spent, coffee = ("spent", "coffee costs") if who == "otto" else ("1 Euro", "Kaffee kostet")
    change_one(somebody, spent, "earn[0].points", "2")
    change_one(somebody, coffee, "rewards[0].price", "45")
    assert somebody.sideways() <= 0
    expect(page.locator(".rules .was")).not_to_have_count(0)
    page.fill("#t2", "12.40")
    page.locator("#try-it form button").first.click()
    expect(page.locator(".receipt .total")).to_contain_text("24")
    page.locator(".head .actions a.primary").click()
    expect(page.locator("#pv")).to_be_visible()
    assert somebody.sideways() <= 0
    later = datetime.now(UTC).date() + timedelta(days=60)
    page.fill("#day", later.isoformat())
    page.locator("main form button.primary").click()
    expect(page.locator("main .banner.good")).to_be_visible()
    page.locator("table.cards tbody th a").first.click()
    page.locator(".actions button.danger").click()
    expect(page.locator("main .banner.good")).to_be_visible()


def test_without_a_script_a_rule_is_added_and_a_mistake_is_told(visit: Visits) -> None:
    lena = visit("otto", java_script_enabled=False)
    page = lena.page
    lena.go(f"{PAGE}add/")
    page.locator("button[value='earn.on_sign_up']").click()
    box = page.locator("#form input[name$='.points']")
    box.fill("many")
    page.locator("#form button[value=save]").click()
    expect(page.locator("#form .err")).to_contain_text("“many” is none")
    box.fill("15")
    page.locator("#form button[value=save]").click()
    expect(page.locator(".rules")).to_contain_text("15 points")
    page.locator(".actions form button").click()
    expect(page.locator("main .banner.good")).to_be_visible()
