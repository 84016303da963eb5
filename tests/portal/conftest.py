"""The club of these tests, at a time that stands still."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from portal_kit import BASE, NOW, Club


@pytest.fixture
def club(db: None, settings: Any, tmp_path: Path, clock: list[datetime]) -> Club:
    settings.BASE_URL = BASE
    settings.DATA = tmp_path
    settings.DEMONSTRATION = True
    settings.ALLOWED_HOSTS = ["*"]
    return Club()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """What time it is: the one entry may be changed."""
    at = [NOW]
    monkeypatch.setattr(timezone, "now", lambda: at[0])
    return at
