"""Every page that somebody signed in can look at, with things to look at."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from browser.chromium import follow
from browser.visiting import Visit

ORDERS = "Order;Date;Customer;Item;Quantity;Price\nPG-{n};2026-10-{n};PG-K{n};Tea;{q};3.20\n"

PAGES = {
    "console:today": "/console/",
    "console:customers": "/console/customers/",
    "console:customer_new": "/console/customers/new/",
    "console:guest_orders": "/console/customers/guests/?q={number}",
    "console:customer": "/console/customers/{one}/",
    "console:consents": "/console/customers/consents/",
    "console:customer_consents": "/console/customers/{member}/consents/",
    "console:customer_forget": "/console/customers/{member}/forget/",
    "console:customer_edit": "/console/customers/{one}/edit/",
    "console:customer_identifiers": "/console/customers/{one}/identifiers/",
    "console:customer_merge": "/console/customers/{one}/merge/?other={other}",
    "console:adjustments": "/console/customers/adjustments/",
    "console:customer_adjust": "/console/customers/{member}/adjust/",
    "console:customer_voucher": "/console/customers/{member}/voucher/",
    "console:imports": "/console/customers/imports/",
    "console:import": "/console/customers/imports/new/",
    "console:import_columns": "/console/customers/imports/{open}/columns/",
    "console:import_preview": "/console/customers/imports/{seen}/preview/",
    "console:import_run": "/console/customers/imports/{bad}/",
    "console:programme": "/console/programme/",
    "console:programme_change": "/console/programme/change/",
    "console:programme_draft": "/console/programme/draft/corner_club/?at=referrals%5B0%5D&amount=9",
    "console:programme_add": "/console/programme/draft/corner_club/add/",
    "console:programme_cases": "/console/programme/draft/corner_club/cases/",
    "console:programme_look": "/console/programme/draft/corner_club/look/",
    "console:programme_ready": "/console/programme/ready/cafe_points/",
    "console:programme_editions": "/console/programme/editions/corner_club/",
    "console:programme_edition": "/console/programme/editions/corner_club/corner_club_1/",
    "console:rewards": "/console/rewards/",
    "console:reward": "/console/rewards/corner_club/coffee/",
    "console:vouchers": "/console/rewards/vouchers/",
    "console:voucher_new": "/console/rewards/vouchers/new/?q=anna",
    "console:insights_owed": "/console/insights/owed/",
    "console:insights": "/console/insights/",
    "console:insights_sales": "/console/insights/sales/",
    "console:insights_rhythm": "/console/insights/rhythm/",
    "console:insights_standing": "/console/insights/standing/",
    "console:insights_products": "/console/insights/products/",
    "console:insights_people": "/console/insights/people/?visits=4-7&days=0-7",
    "console:business": "/console/settings/business/",
    "console:look": "/console/settings/look/",
    "console:mail": "/console/settings/mail/",
    "console:audit": "/console/settings/audit/",
    "console:keys": "/console/settings/keys/",
    "console:key_new": "/console/settings/keys/new/",
    "console:key_revoke": "/console/settings/keys/{key}/revoke/",
    "console:webhooks": "/console/settings/webhooks/",
    "console:webhook_new": "/console/settings/webhooks/new/",
    "console:webhook": "/console/settings/webhooks/{webhook}/",
    "console:places": "/console/settings/places/",
    "console:place": "/console/settings/places/one/?code=Market+Street",
    "console:account": "/console/settings/account/",
    "console:staff": "/console/settings/staff/",
    "console:limits": "/console/settings/staff/limits/",
    "console:invite": "/console/settings/staff/invite/",
    "console:colleague": "/console/settings/staff/{staff}/",
    "console:tills": "/console/settings/tills/",
    "console:scans": "/console/settings/tills/scans/",
    "console:paper": "/console/settings/tills/scans/papers/{paper}/",
    "console:cashier_new": "/console/settings/tills/cashiers/new/",
    "console:cashier": "/console/settings/tills/cashiers/{cashier}/",
    "account_reauthenticate": "/console/accounts/confirm/",
    "account_change_password": "/console/accounts/password/change/",
    "mfa_index": "/console/accounts/second/",
    "mfa_activate_totp": "/console/accounts/second/app/add/",
    "mfa_list_webauthn": "/console/accounts/second/passkeys/",
    "mfa_add_webauthn": "/console/accounts/second/passkeys/add/",
    "usersessions_list": "/console/accounts/sessions/",
    "account_logout": "/console/accounts/logout/",
    "nowhere": "/console/nowhere/",
}
"""By the names of their addresses; two that need a second factor are looked at elsewhere."""
OPEN_PAGES = {
    "account_login": "/console/accounts/login/",
    "account_inactive": "/console/accounts/inactive/",
    "account_reset_password": "/console/accounts/password/forgot/",
    "account_reset_password_done": "/console/accounts/password/forgot/done/",
    "console:entry": "/console/enter/no-such-link/",
}
"""Those for somebody who is not signed in."""
ELSEWHERE = {
    "(first page)": "leads on",
    "console:language": "takes a choice",
    "console:settings": "leads on",
    "console:customers_export": "a file",
    "console:customer_data": "a file",
    "console:insights_csv": "a file",
    "console:programme_file": "a file",
    "console:programme_ready_publish": "takes a choice",
    "console:programme_withdraw": "takes a choice",
    "console:first_steps_hide": "takes a choice",
    "console:programme_begin": "takes a choice",
    "console:programme_case_keep": "takes a choice",
    "console:programme_give_up": "takes a choice",
    "console:import_rejected": "a file",
    "console:customer_identifier_remove": "takes a choice",
    "console:customer_tag_add": "takes a choice",
    "console:customer_tag_remove": "takes a choice",
    "console:customer_note_add": "takes a choice",
    "console:customer_redeem": "asks as console:key_revoke does",
    "console:customer_back": "asks as console:customer_adjust does",
    "console:adjustment_approve": "takes a choice",
    "console:adjustment_refuse": "takes a choice",
    "console:customer_note_remove": "takes a choice",
    "console:customer_link_undo": "takes a choice",
    "console:reward_picture": "takes a choice",
    "console:voucher": "needs a voucher: tests/console/test_vouchers_console.py",
    "console:voucher_end": "takes a choice",
    "console:import_save": "takes a choice",
    "console:import_start": "takes a choice",
    "console:import_discard": "takes a choice",
    "console:key_rotate": "asks as console:key_revoke does",
    "console:webhook_rotate": "asks as console:key_revoke does",
    "console:webhook_remove": "asks as console:key_revoke does",
    "console:webhook_types": "takes a choice",
    "console:webhook_pause": "takes a choice",
    "console:webhook_start": "takes a choice",
    "console:webhook_try": "takes a choice",
    "console:webhook_replay": "takes a choice",
    "console:webhook_replay_one": "takes a choice",
    "console:place_close": "asks as console:key_revoke does",
    "console:place_open": "takes a choice",
    "console:colleague_link": "takes a choice",
    "console:colleague_leave": "takes a choice",
    "console:colleague_return": "takes a choice",
    "console:scan_rule": "takes a choice",
    "console:paper_new": "takes a choice",
    "console:paper_end": "takes a choice",
    "console:till_revoke": "takes a choice",
    "console:cashier_active": "takes a choice",
    "account_set_password": "only without a password",
    "mfa_authenticate": "needs a second factor: tests/console/test_accounts_browser.py",
    "mfa_reauthenticate": "needs a second factor",
    "mfa_deactivate_totp": "needs a second factor",
    "mfa_view_recovery_codes": "needs a second factor",
    "mfa_generate_recovery_codes": "needs a second factor",
    "mfa_download_recovery_codes": "a file",
    "mfa_reauthenticate_webauthn": "needs a second factor",
    "mfa_remove_webauthn": "needs a second factor",
    "mfa_edit_webauthn": "needs a second factor",
}
"""Pages that are not in the two lists, and why."""


def things(owner: Visit) -> dict[str, str]:
    """What the addresses of `PAGES` speak of; makes the imports that are looked at."""
    owner.go("/console/customers/")
    people = owner.page.locator("#people tbody th a").evaluate_all(
        "all => all.map(one => one.getAttribute('href'))"
    )
    owner.go("/console/settings/staff/")
    vera = owner.page.locator("main a", has_text="Vera").first.get_attribute("href") or ""
    owner.go("/console/settings/tills/")
    mia = owner.page.locator("main a", has_text="Mia").first.get_attribute("href") or ""
    owner.go("/console/customers/?tier=members")
    member = owner.page.locator("#people tbody th a").first.get_attribute("href") or ""
    return {
        "member": _id(member),
        "key": _key(owner),
        "webhook": _webhook(owner),
        "paper": _paper(owner),
        "cashier": _id(mia),
        "one": _id(people[0]),
        "other": _id(people[1]),
        "staff": _id(vera),
        "number": "MS-100001",
        "open": _upload(owner, ORDERS.format(n=11, q=1), "/columns/"),
        "seen": _look_ahead(owner),
        "bad": _upload(owner, "no orders here\n", ""),
    }


def _key(owner: Visit) -> str:
    """Make a key; its id."""
    owner.go("/console/settings/keys/new/")
    owner.page.fill("#id_name", "web shop")
    owner.page.check("input[value='facts:write']")
    follow(owner.page.locator("main form button.primary"))
    owner.go("/console/settings/keys/")
    row = owner.page.locator("main tbody tr", has_text="web shop").first
    return _id(row.locator("a[href$='/revoke/']").get_attribute("href") or "")


def _webhook(owner: Visit) -> str:
    """Have an address told, and try it; its id. Nobody is there, nor is it asked who might be."""
    owner.go("/console/settings/webhooks/new/")
    owner.page.fill("#id_url", "https://nobody.invalid/hooks")
    owner.page.check("input[value='tier.changed']")
    follow(owner.page.locator("main form button.primary"))
    owner.go("/console/settings/webhooks/")
    address = owner.page.locator("main th a").last.get_attribute("href") or ""
    owner.go(address)
    follow(owner.page.locator(".head button.primary"))
    return _id(address)


def _paper(owner: Visit) -> str:
    """A code for paper in Market Street, where a scan gives a stamp from now on."""
    owner.go("/console/settings/tills/scans/")
    card = owner.page.locator("section.card", has_text="Market Street")
    card.locator("select").select_option(index=1)
    follow(card.locator("button", has_text="Save"))
    card.locator("input[name=name]").fill("At the window")
    follow(card.locator("button", has_text="paper"))
    return _id(owner.page.url)


def _id(address: str) -> str:
    found = re.search(r"[0-9a-f]{8}-[0-9a-f-]{27}", address)
    assert found is not None, address
    return found[0]


def _upload(owner: Visit, text: str, leads_to: str) -> str:
    """Send a file and wait until it was looked at; the id of its import."""
    page = owner.page
    owner.go("/console/customers/imports/new/")
    file = {"name": "orders.csv", "mimeType": "text/csv", "buffer": text.encode()}
    page.set_input_files("input[type=file]", [file])
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url(re.compile(f"[0-9a-f]{{8}}-.*{leads_to}"))
    return _id(page.url)


def _look_ahead(owner: Visit) -> str:
    run = _upload(owner, ORDERS.format(n=12, q="none"), "/columns/")
    owner.page.locator("main form button.primary, .foot-bar button.primary").last.click()
    # Its only row is not right, so there is nothing to begin with.
    expect(owner.page.locator(".foot-bar a[href$='/columns/']")).to_be_attached()
    return run
