"""What browsers say of themselves, in a word or two."""

from __future__ import annotations

import pytest

from regulars.words.browsers import device

IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15"
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("agent", "told"),
    [
        (f"{IPHONE} Version/18.1 Mobile/15E148 Safari/604.1", "Safari, iPhone"),
        (f"{IPHONE} CriOS/130.0 Mobile/15E148 Safari/604.1", "Chrome, iPhone"),
        (f"{IPHONE} FxiOS/132.0 Mobile/15E148 Safari/605.1.15", "Firefox, iPhone"),
        (f"{WINDOWS} Chrome/130.0 Safari/537.36 Edg/130.0", "Edge, Windows"),
        (f"{WINDOWS} Chrome/130.0 Safari/537.36 OPR/115.0", "Opera, Windows"),
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0",
            "Firefox, Linux",
        ),
        ("Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) Chrome/130.0 Safari/537.36", "Chrome, ChromeOS"),
        ("curl/8.5", ""),
        ("", ""),
    ],
)
def test_a_browser_is_told_by_its_name_and_system(agent: str, told: str) -> None:
    assert device(agent) == told
