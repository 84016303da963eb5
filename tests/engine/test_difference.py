"""What is booked again, so that what was booked becomes what is wanted."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from histories import net
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from regulars.engine import difference as differing
from regulars.engine.difference import difference
from regulars.engine.run import Row


def row(key: str, amount: int, at: int = 1) -> Row:
    return Row(key, "spend", "earn", at, "points", amount)


SAME = [row("a", 1), row("b", 2), row("c", 3)]


@pytest.mark.parametrize(
    ("booked", "wanted", "rows"),
    [
        ([], [], []),
        (SAME, SAME, []),
        ([], SAME, SAME),
        (SAME, [], [replace(one, amount=-one.amount) for one in SAME]),
        (SAME, [*SAME, row("d", 4)], [row("d", 4)]),
        (SAME, [row("d", 4), *SAME], [row("d", 4)]),
        (SAME, [SAME[0], row("d", 4), *SAME[1:]], [row("d", 4)]),
        (SAME, [SAME[0], row("b", 5), SAME[2]], [row("b", 3)]),
        (SAME, [SAME[0], SAME[2]], [row("b", -2)]),
        (SAME, [SAME[0], row("b", 2, at=7), SAME[2]], [row("b", 2, at=7), row("b", -2)]),
        (SAME, SAME[::-1], []),
        ([row("a", 1)], [row("a", 1), row("a", 1)], [row("a", 1)]),
        ([row("a", 2)], [row("a", 1), row("a", 1)], []),
        ([row("a", 1)] * 3, [row("a", 1)], [row("a", -2)]),
        ([row("a", 1), row("c", 3)], [row("b", 2), row("a", 1)], [row("b", 2), row("c", -3)]),
        ([row("b", 2), row("a", 1)], [row("a", 1), row("c", 3)], [row("c", 3), row("b", -2)]),
    ],
)
def test_what_is_the_same_stays_and_the_rest_is_netted(
    booked: list[Row], wanted: list[Row], rows: list[Row]
) -> None:
    assert difference(booked, wanted) == rows


@pytest.mark.parametrize("part", ["rule", "step", "asset", "lot"])
def test_a_row_is_another_where_one_of_its_names_is(part: str) -> None:
    other = replace(row("a", 1), **{part: "other"})
    assert difference([row("a", 1)], [other]) == [other, row("a", -1)]


ROWS = st.lists(
    st.builds(row, st.sampled_from("ab"), st.integers(-2, 2), st.integers(1, 2)), max_size=6
)


@given(ROWS, ROWS)
def test_booked_and_its_difference_come_to_what_is_wanted(
    booked: list[Row], wanted: list[Row]
) -> None:
    rows = difference(booked, wanted)
    assert net([*booked, *rows]) == net(wanted)
    assert all(one.amount for one in rows)
    names = [replace(one, amount=0) for one in rows]
    assert len(names) == len(set(names))


def test_saboteur_a_difference_that_forgets_the_instant(monkeypatch: pytest.MonkeyPatch) -> None:
    def timeless(one: Row) -> Row:
        return Row(one.key, one.rule, one.step, 0, one.asset, 0, one.lot)

    monkeypatch.setattr(differing, "_named", timeless)
    moved: Iterable[Row] = difference([row("a", 1)], [row("a", 1, at=7)])
    assert net([row("a", 1), *moved]) != net([row("a", 1, at=7)])
