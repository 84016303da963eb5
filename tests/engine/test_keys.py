"""Keys that the engine makes are keys: never longer, and always the same for the same parts."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from regulars.engine.keys import MOST, made

PARTS = st.lists(st.text("ab", max_size=MOST), min_size=1, max_size=6)


def test_what_fits_stays_readable() -> None:
    assert made("club", "coffee", "m1", 3) == "club/coffee/m1/3"
    assert made("x" * MOST) == "x" * MOST


def test_only_the_longest_part_is_hashed() -> None:
    key = made("club", "coffee", "m" * MOST, 3)
    assert key.startswith("club/coffee/")
    assert key.endswith("/3")
    assert len(key) == len("club/coffee//3") + 32


@given(PARTS)
def test_a_made_key_is_no_longer_than_a_key(parts: list[str]) -> None:
    assert len(made(*parts)) <= MOST
    assert made(*parts) == made(*parts)


@given(PARTS)
def test_other_parts_make_another_key(parts: list[str]) -> None:
    assert made(*parts) != made(*parts[:-1], f"{parts[-1]}c")
