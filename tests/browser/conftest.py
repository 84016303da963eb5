"""The server of the test run, a browser for each file, visits that end with their test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from browser.chromium import launched, program
from browser.house import House, shared_house
from browser.visiting import Visit

Visits = Callable[..., Visit]


@pytest.fixture(scope="session")
def house() -> Iterator[House]:
    program()
    with shared_house() as made:
        yield made


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with launched() as browser:
        yield browser


@pytest.fixture
def visit(house: House, chromium: Browser) -> Iterator[Visits]:
    """Opens a window for somebody; at the end nothing may have gone wrong in any of them."""
    opened: list[Visit] = []

    def open_one(who: str = "otto", **options: Any) -> Visit:
        opened.append(Visit(chromium, house, who, **options))
        return opened[-1]

    yield open_one
    for one in opened:
        one.close()
    assert [trouble for one in opened for trouble in one.troubles] == []
