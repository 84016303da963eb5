"""A32: whoever guesses codes is told of in the log, at the guess that was one too many, once."""

from __future__ import annotations

import logging

import pytest
from api_shop import standing

from api_kit import Caller, cafe, key, stand_still  # isort: skip - found by api_shop

from regulars.api import codes

pytestmark = pytest.mark.django_db
MOST = 6


def alarms(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> list[int]:
    """After which of a dozen guesses with one key something was said, and nothing else was done."""
    stand_still(monkeypatch)
    monkeypatch.setattr(codes, "WRONG_BY_KEY", MOST)
    caplog.set_level(logging.WARNING, "regulars.api")
    cafe()
    thief, before, found = Caller(key("redeem")), standing(), []
    for number in range(2 * MOST):
        caplog.clear()
        thief.post("/vouchers/find", {"code": f"GUESS{number:09d}"})
        told = [one for one in caplog.messages if "codes are being guessed" in one]
        assert not any("GUESS" in one for one in told), "codes stay out of the log"
        found += [number + 1] * len(told)
    assert standing() == before
    return found


def test_a32_guessing_is_told_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    assert alarms(monkeypatch, caplog) == [MOST]


def test_a32_saboteur_who_does_not_count(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(codes, "_note_wrong", lambda *told: None)
    assert alarms(monkeypatch, caplog) == []
