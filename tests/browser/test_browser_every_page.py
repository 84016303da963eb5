"""Every page × phone and desk × English and German: readable by all, quiet, nobody else asked."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from browser.house import House
from browser.pages import ELSEWHERE, OPEN_PAGES, PAGES, things
from browser.visiting import DESKTOP, PHONE, Visit, axe_script
from console.doors import pages

pytestmark = pytest.mark.browser
SIZES = (DESKTOP, PHONE)
FULL = bool(os.environ.get("REGULARS_TORTURE"))
JUDGED: dict[str, Sequence[object]] = {"en": SIZES, "de": SIZES if FULL else ()}
"""In a short run axe looks at each page in English alone: what it judges is no matter of words."""
COLOURS = ["color-contrast"]
BUT_COLOURS = {} if FULL else {name: {"enabled": False} for name in COLOURS}
"""Colours take most of the time. In a short run they are judged once in the light, on the desk, and
once in the dark, on the phone."""
Visits = Callable[..., Visit]
GRAVE = ("serious", "critical")
RUN_AXE = """
async ([only, rules]) => {
  for (const one of document.getAnimations()) one.cancel();
  const options = { resultTypes: ["violations"], rules };
  if (only) options.runOnly = { type: "rule", values: only };
  const found = await axe.run(document, options);
  return found.violations.map((one) => ({
    rule: one.id, impact: one.impact, where: one.nodes.map((node) => node.html.slice(0, 200)),
  }));
}
"""


@pytest.fixture(scope="module")
def known(house: House, chromium: Browser) -> Iterator[dict[str, str]]:
    owner = Visit(chromium, house, "otto")
    yield things(owner)
    owner.close()
    assert owner.troubles == []


def graves(visit: Visit, only: Sequence[str] = (), rules: object = None) -> list[str]:
    """What axe finds on the page as it stands, if it is serious: the whole page, and no answer to
    come. `only` these rules; `rules` are set otherwise."""
    visit.page.wait_for_load_state()
    expect(visit.page.locator(".htmx-request")).to_have_count(0)
    if not visit.page.evaluate("'axe' in window"):
        visit.page.evaluate(axe_script())
    found: list[dict[str, Any]] = visit.page.evaluate(RUN_AXE, [list(only) or None, rules or {}])
    return [f"{one['rule']}: {one['where'][0]}" for one in found if one["impact"] in GRAVE]


def flaws(
    visit: Visit, name: str, *, dark: bool = False, judged: Sequence[object] = SIZES
) -> list[str]:
    """What is wrong with the page as it stands, at both sizes, and in the dark if asked. Axe looks
    at the `judged` ones."""
    found = []
    for size in SIZES:
        visit.page.set_viewport_size(size)  # type: ignore[arg-type]
        if size in judged:
            rules = BUT_COLOURS if size is PHONE else None
            grave = graves(visit, rules=rules)
            found += [f"{name} at {size['width']}: {one}" for one in grave]
        if visit.sideways() > 0:
            found.append(f"{name} at {size['width']}: {visit.sideways()} px too wide")
    if dark:
        visit.page.emulate_media(color_scheme="dark")
        found += [f"{name}, dark: {one}" for one in graves(visit, COLOURS)]
        visit.page.emulate_media(color_scheme="light")
    visit.page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
    reports = visit.page.evaluate("window.reports")
    return [*found, *(f"{name}: the policy was broken: {one}" for one in reports)]


def test_no_page_is_forgotten() -> None:
    seen = {*PAGES, *OPEN_PAGES, *ELSEWHERE} - {"nowhere"}
    assert {page.name or "(first page)" for page in pages()} == seen


@pytest.mark.parametrize(("who", "language"), [("otto", "en"), ("gerda", "de")])
def test_every_page_of_somebody_signed_in(
    who: str, language: str, visit: Visits, known: dict[str, str]
) -> None:
    somebody, found = visit(who), []
    for name, pattern in PAGES.items():
        status = somebody.go(pattern.format(**known))
        assert status == (404 if name == "nowhere" else 200), (name, status)
        assert somebody.page.locator("html").get_attribute("lang") == language, name
        found += flaws(somebody, name, dark=language == "en", judged=JUDGED[language])
    assert found == []


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_page_of_a_stranger(language: str, visit: Visits) -> None:
    stranger, found = visit("", locale=language), []
    for name, path in OPEN_PAGES.items():
        assert stranger.go(path) == (404 if name == "console:entry" else 200), name
        assert stranger.page.locator("html").get_attribute("lang") == language, name
        found += flaws(stranger, name, dark=language == "en", judged=JUDGED[language])
    assert found == []


def test_saboteur_a_page_that_nobody_can_read(visit: Visits) -> None:
    otto = visit()
    otto.go("/console/settings/account/")
    assert flaws(otto, "account") == []
    otto.page.evaluate("document.querySelector('label').remove()")
    otto.page.evaluate("document.querySelector('h1').style.color = '#eee'")
    otto.page.evaluate("document.querySelector('main').style.minWidth = '2000px'")
    found = " ".join(flaws(otto, "account"))
    assert "label" in found
    assert "color-contrast" in found
    assert "too wide" in found


def test_saboteur_a_request_that_leaves(house: House, chromium: Browser) -> None:
    otto = Visit(chromium, house, "otto")
    otto.go("/console/settings/account/")
    with otto.page.expect_console_message(lambda one: "Content Security Policy" in one.text):
        otto.page.evaluate("new Image().src = 'http://elsewhere.example/pixel.gif'")
    otto.page.wait_for_function("window.reports.length > 0")
    assert otto.page.evaluate("window.reports") == ["img-src http://elsewhere.example/pixel.gif"]
    assert any("Content Security Policy" in trouble for trouble in otto.troubles)
    otto.close()
