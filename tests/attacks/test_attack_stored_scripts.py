"""A15: whatever people can store, no page runs it, nor shows it as anything but text."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from django.template import engines
from django.test import Client
from hostile_shop import ALL, PAYLOADS, build
from playwright.sync_api import Browser, Page

from browser.chromium import program, window
from browser.pages import PAGES
from browser.served import served
from console.insights_kit import the_time_is
from regulars.console import middleware
from server import Server, fresh_database
from staff import MORNING as NOW

pytestmark = pytest.mark.browser
FULL = bool(os.environ.get("REGULARS_TORTURE"))
EACH = 1 if FULL else 3
"""In a short run each page is looked at with some of the texts, and each text on some of them."""
HOOK = """
window.hits = [];
window.hit = () => window.hits.push("a script ran");
window.alert = window.confirm = window.prompt = window.hit;
document.addEventListener("securitypolicyviolation", (event) => {
  window.hits.push("the policy stopped " + event.violatedDirective + " " + event.sourceFile);
});
"""
LOOK = """
() => {
  const found = [...window.hits];
  for (const one of document.querySelectorAll("*")) {
    const name = one.tagName.toLowerCase();
    if (name.startsWith("x-canary")) found.push("an element of theirs");
    // Asked of the prototype: a field called "attributes" hides the form's own.
    const keys = Element.prototype.getAttributeNames.call(one);
    for (const key of keys) {
      const value = Element.prototype.getAttribute.call(one, key);
      if (/^on/i.test(key)) found.push(`a handler on ${name}`);
      if (key === "style") found.push(`a style on ${name}`);
      if (/^\\s*javascript:/i.test(value) && ["href", "src", "action"].includes(key))
        found.push(`an address that runs on ${name}`);
    }
    if (name === "script" && !one.src && one.type !== "application/json")
      found.push("a script of theirs");
  }
  if (document.body.innerText.includes("49")
      && document.body.innerText.includes("' onerror='hit()' x='49")) found.push("a template ran");
  return found;
}
"""


class Shop:
    """Where it is served, who is signed in, and what there is to look at."""

    def __init__(self, address: str, session: str, things: dict[str, list[str]]) -> None:
        self.address = address
        self.session = session
        self.things = things

    def paths(self) -> list[str]:
        """Every page with everything, and what pages repeat of their address."""
        first = {name: values[0] for name, values in self.things.items() if name != "done"}
        first |= {"one": self.things["people"][0], "other": self.things["people"][1]}
        first["number"] = quote(f"G{ALL}")
        for step in ("open", "seen", "bad"):
            first[step] = first[step].rstrip("/").rpartition("/")[2]
        found = [pattern.format(**first) for pattern in PAGES.values()]
        found += [f"/console/customers/{one}/" for one in self.things["people"][1:]]
        found += [f"/console/customers/{one}/edit/" for one in self.things["people"][1::EACH]]
        found += [f"/console/settings/staff/{one}/" for one in self.things["staff"][1:]]
        found += self.things["done"]
        for number, text in enumerate(PAYLOADS):
            found += self.repeated(quote(text, safe=""))[number % EACH :: EACH]
        return found

    def repeated(self, text: str) -> list[str]:
        """Pages that show what stands in their address."""
        return [
            f"/console/customers/?q={text}",
            f"/console/customers/?tag={text}&segment={text}&filter={text}&sort={text}",
            f"/console/insights/sales/?as_of={text}&counts={text}&period={text}",
            f"/console/customers/guests/?q={text}&who={text}",
            f"{self.things['open'][0]}columns/?saved={text}",
        ]


@pytest.fixture(scope="module")
def shop(
    django_db_setup: None,
    cluster: Server,
    django_db_blocker: Any,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Shop]:
    """The hostile business, served from a thread on a database of its own."""
    program()
    from django.conf import settings

    folder, before = tmp_path_factory.mktemp("hostile"), settings.DATA
    name = f"t_{os.urandom(6).hex()}"
    settings.DATA = folder
    with django_db_blocker.unblock(), fresh_database(cluster, name), the_time_is(NOW):
        owner, things = build(folder, NOW)
        client = Client()
        client.force_login(owner)
        with served() as address:
            yield Shop(address, client.cookies["sessionid"].value, things)
    settings.DATA = before


@pytest.fixture
def page(shop: Shop, chromium: Browser) -> Iterator[Page]:
    context = window(chromium)
    context.add_cookies([{"name": "sessionid", "value": shop.session, "url": shop.address}])
    context.add_init_script(HOOK)
    yield context.new_page()
    context.close()


def look(page: Page, address: str) -> list[str]:
    """What of theirs came to life on a page: opened, touched, every part unfolded."""
    answer = page.goto(address)
    assert answer is not None
    assert answer.status < 500, address
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
    return list(page.evaluate(LOOK))


def test_nothing_stored_comes_to_life(shop: Shop, page: Page) -> None:
    found, showing = {}, 0
    for path in shop.paths():
        if alive := look(page, shop.address + path):
            found[path] = alive
        showing += "&lt;x-canary" in page.content()
    assert found == {}
    assert showing > (80 if FULL else 60), f"{showing} pages show what they were given"


def test_the_attacks_are_shown_as_they_were_written(shop: Shop, page: Page) -> None:
    for number, payload in enumerate(PAYLOADS[:-1]):
        page.goto(f"{shop.address}/console/customers/{shop.things['people'][number]}/")
        assert " ".join(page.inner_text("h1").split()) == payload
        text = page.inner_text("main")
        assert all(one in text for one in PAYLOADS), "tags and notes"


def test_saboteur_templates_that_trust_everybody(
    shop: Shop, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines["console"].engine, "autoescape", False)
    found = look(page, f"{shop.address}/console/customers/{shop.things['people'][0]}/")
    assert "an element of theirs" in found
    page.wait_for_function("window.hits.some((one) => one.includes('stopped script-src'))")
    found = page.evaluate("window.hits")
    assert "a script ran" not in found, "the policy is the second lock"


def test_saboteur_both_locks_open(shop: Shop, page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines["console"].engine, "autoescape", False)
    monkeypatch.setitem(middleware.HEADERS, "Content-Security-Policy", "")
    address = f"{shop.address}/console/customers/{shop.things['people'][0]}/"
    page.goto(address)
    page.wait_for_function("window.hits.length > 0")
    assert "a script ran" in page.evaluate("window.hits")
