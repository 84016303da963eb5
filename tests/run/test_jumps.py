"""A clock that jumps is told once, in the log (R33)."""

from __future__ import annotations

import pytest

from regulars.run import jumps
from regulars.run.jumps import Jumps

YEARS = 3653 * 86_400.0


class Clocks:
    """One on the wall, which somebody sets, and one that only goes on."""

    def __init__(self) -> None:
        self.wall, self.steady = 1.8e9, 5.0

    def go_on(self, seconds: float, set_by: float = 0.0) -> None:
        self.wall += seconds + set_by
        self.steady += seconds


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What is said while a clock goes on, is set an hour back, ten years ahead, and right again."""
    clocks = Clocks()
    watch = Jumps(lambda: clocks.wall, lambda: clocks.steady)
    for set_by in (0.0, 0.9, -3600.0, 0.0, YEARS, 3600.0 - YEARS, -2.5):
        clocks.go_on(0.25, set_by)
        watch.look()
    clocks.go_on(7200.0)
    watch.look()
    return caplog.messages


def test_r33_a_jump_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    assert told(caplog) == [
        "the clock of this machine jumped back by 3600 seconds",
        "the clock of this machine jumped ahead by 315619200 seconds",
        "the clock of this machine jumped back by 315615600 seconds",
    ]


def test_r33_saboteur_who_takes_every_clock_for_right(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jumps, "LEAST_SECONDS", 10 * YEARS)
    assert told(caplog) == []
