"""The server of the test run, a browser for each file, visits that end with their test; the club at
a time that stands still."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser

from attacks.canaries import Story
from browser.chromium import launched
from browser.house import House, shared_house
from browser.visiting import Visit
from portal.portal_kit import BASE, NOW, Club
from regulars.api import clock as api_clock

Visits = Callable[..., Visit]


@pytest.fixture(scope="session")
def house() -> Iterator[House]:
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


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """What time it is: the one entry may be changed."""
    at = [NOW]
    monkeypatch.setattr(timezone, "now", lambda: at[0])
    monkeypatch.setattr(api_clock, "now", lambda: at[0])
    return at


@pytest.fixture
def installed(db: None, settings: Any, tmp_path: Path, clock: list[datetime]) -> Path:
    """The settings of a house of its own; its data folder."""
    settings.BASE_URL = BASE
    settings.DATA = tmp_path
    settings.DEMONSTRATION = True
    settings.ALLOWED_HOSTS = ["testserver"]
    return tmp_path


@pytest.fixture
def club(installed: Path) -> Club:
    return Club()


@pytest.fixture
def story(installed: Path) -> Story:
    """The club, in which Zoe has left every trace that somebody can leave."""
    return Story(installed)
