"""By keyboard alone, in the dark, and without scripts."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from browser.chromium import follow
from browser.house import PASSWORD, House
from browser.visiting import PHONE, Visit

pytestmark = pytest.mark.browser
Visits = Callable[..., Visit]
FOCUSED = """
() => {
  const one = document.activeElement, box = one.getBoundingClientRect();
  const style = getComputedStyle(one);
  return {
    name: one.tagName + " " + (one.innerText || one.getAttribute("aria-label") || one.name || ""),
    seen: box.width > 0 && box.height > 0 && box.right > 0 && box.bottom > 0,
    ring: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0,
  };
}
"""


def focused(visit: Visit) -> str:
    return str(visit.page.evaluate("document.activeElement.outerHTML"))


def test_the_first_stop_leads_past_the_menu(visit: Visits) -> None:
    otto = visit()
    otto.go("/console/customers/")
    otto.page.keyboard.press("Tab")
    skip = otto.page.locator(".skip")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    otto.page.keyboard.press("Enter")
    expect(otto.page.locator("#main")).to_be_focused()
    otto.page.keyboard.press("Tab")
    assert otto.page.evaluate("document.activeElement.closest('main') !== null")


@pytest.mark.parametrize("path", ["/console/", "/console/customers/", "/console/insights/"])
def test_every_stop_is_seen(path: str, visit: Visits) -> None:
    otto = visit()
    otto.go(path)
    stops = []
    for _ in range(45):
        otto.page.keyboard.press("Tab")
        stop = otto.page.evaluate(FOCUSED)
        if stop["name"].startswith("BODY"):  # the end of the page was reached
            break
        stops.append(stop)
    ringed = {stop["name"] for stop in stops if stop["seen"] and stop["ring"]}
    assert {stop["name"] for stop in stops} == ringed, "parts of a date field share its name"
    assert len(ringed) > 20


def test_the_menu_of_a_phone_opens_and_gives_the_focus_back(visit: Visits) -> None:
    otto = visit(viewport=PHONE)
    otto.go("/console/")
    menu = otto.page.locator("header.bar button")
    menu.focus()
    otto.page.keyboard.press("Enter")
    expect(otto.page.locator("#side nav")).to_be_visible()
    otto.page.keyboard.press("Escape")
    expect(otto.page.locator("#side nav")).to_be_hidden()
    expect(menu).to_be_focused()
    otto.page.keyboard.press("Enter")
    expect(otto.page.locator("#side nav")).to_be_visible()
    customers = otto.page.locator("#side nav a", has_text="Customers")
    for _ in range(8):
        otto.page.keyboard.press("Tab")
        if "Customers" in focused(otto):
            break
    expect(customers).to_be_focused()
    otto.page.keyboard.press("Enter")
    expect(otto.page.locator("h1")).to_have_text("Customers")


def test_a_dialog_holds_the_focus_and_gives_it_back(visit: Visits) -> None:
    otto = visit()
    otto.go("/console/settings/staff/")
    follow(otto.page.locator("main a", has_text="Vera").first)
    opener = otto.page.locator("[data-dialog=leave]")
    opener.focus()
    otto.page.keyboard.press("Enter")
    dialog = otto.page.locator("dialog#leave")
    expect(dialog).to_be_visible()
    inside = "document.querySelector('dialog').contains(document.activeElement)"
    assert otto.page.evaluate(inside), "the focus is in the dialog"
    for _ in range(6):
        otto.page.keyboard.press("Tab")
        at = otto.page.evaluate("document.activeElement.closest('main') === null")
        assert at, "nothing behind a dialog can be reached"
    otto.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()


def test_the_tabs_of_insights_are_links_and_a_chart_is_read_by_arrows(visit: Visits) -> None:
    otto = visit()
    otto.go("/console/insights/")
    otto.page.locator(".tabs a", has_text="Rhythm").focus()
    otto.page.keyboard.press("Enter")
    otto.page.wait_for_url(re.compile("/rhythm/"))
    current = otto.page.locator(".tabs a[aria-current=page]")
    expect(current).to_have_text("Rhythm")
    plot = otto.page.locator(".plot").first
    plot.focus()
    otto.page.keyboard.press("End")
    tip = plot.locator(".tip")
    expect(tip).to_be_visible()
    last = tip.inner_text()
    otto.page.keyboard.press("Home")
    expect(tip).not_to_have_text(last)
    expect(tip).not_to_be_empty()
    otto.page.keyboard.press("Escape")
    expect(tip).to_be_hidden()


def test_the_dark_is_dark(visit: Visits) -> None:
    shades = {}
    for scheme in ("light", "dark"):
        otto = visit(color_scheme=scheme)
        otto.go("/console/")
        colour = otto.page.evaluate("getComputedStyle(document.body).backgroundColor")
        shades[scheme] = sum(int(part) for part in re.findall(r"\d+", colour)[:3])
    assert shades["light"] > 600
    assert shades["dark"] < 150


def test_without_scripts_everything_that_matters_is_there(house: House, visit: Visits) -> None:
    plain = visit("", java_script_enabled=False)
    plain.go("/console/accounts/login/")
    plain.page.fill("#id_login", "max@corner-coffee.example")
    plain.page.fill("#id_password", PASSWORD)
    with house.alone():
        follow(plain.page.locator("main button.primary"))
    assert plain.page.url == f"{house.address}/console/"
    assert "Look after these people" in plain.text()
    plain.go("/console/customers/")
    plain.page.fill("#find", "mueller")
    follow(plain.page.locator("form button:has-text('Show')"))
    first = plain.page.locator("#people tbody th a").first
    name = first.inner_text()
    follow(first)
    expect(plain.page.locator("h1")).to_contain_text(name)
    assert "What happened" in plain.text()
    plain.go("/console/insights/")
    expect(plain.page.locator("table.heat").first).to_be_visible()
    plain.page.locator("details.data summary").first.click()
    expect(plain.page.locator("details.data table").first).to_be_visible()
    plain.go("/console/insights/sales/")
    expect(plain.page.locator("svg:visible .hit").first).to_be_attached()
