"""An owner makes a key, sees it once, and ends it: in a dialog, and without a script on a page."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from browser.chromium import follow
from browser.visiting import PHONE, Visit

pytestmark = pytest.mark.browser
Visits = Callable[..., Visit]
KEYS = "/console/settings/keys/"


def made(owner: Visit, name: str) -> str:
    """A key that somebody makes in the console."""
    owner.go(KEYS)
    follow(owner.page.locator(".head .btn.primary"))
    owner.page.fill("#id_name", name)
    owner.page.check("input[value='programmes:read']")
    follow(owner.page.locator("main form button.primary"))
    return owner.page.input_value("#secret")


def test_a_key_is_made_seen_once_and_ended(visit: Visits) -> None:
    otto = visit()
    key = made(otto, "printer")
    assert re.fullmatch(r"rgl_[a-z0-9]{40}", key)
    asked = otto.context.request.get(
        f"{otto.house.address}/api/v1/programmes", headers={"Authorization": f"Bearer {key}"}
    )
    assert asked.status == 200
    otto.go(KEYS)
    assert key not in otto.page.content()
    row = otto.page.locator("tbody tr", has_text="printer")
    row.locator("a.danger").click()
    dialog = otto.page.locator("dialog[open]")
    expect(dialog).to_contain_text("End the key “printer”?")
    dialog.locator("[data-close]").click()
    expect(row).to_be_visible()
    row.locator("a.danger").click()
    dialog.locator("button.danger").click()
    expect(otto.page.locator(".banner.good")).to_contain_text("printer")
    expect(row).to_have_count(0)


def test_without_a_script_a_page_asks_instead(visit: Visits) -> None:
    otto = visit(java_script_enabled=False, viewport=PHONE)
    made(otto, "kiosk")
    otto.go(KEYS)
    row = otto.page.locator("tbody tr", has_text="kiosk")
    row.locator("a.danger").click()
    expect(otto.page.locator("h1")).to_have_text("End the key “kiosk”?")
    otto.page.click("main button.danger")
    expect(otto.page.locator(".banner.good")).to_contain_text("kiosk")
    expect(row).to_have_count(0)
