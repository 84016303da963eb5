"""Every line of an explanation, and they add up to the balance."""

from __future__ import annotations

import pytest
from histories import AT_END, RICH, day, folded, histories, order, refund, runs
from hypothesis import given
from hypothesis import strategies as st

from regulars.engine import explaining
from regulars.engine.calendar import instant_of
from regulars.engine.explaining import explain, explained
from regulars.engine.happenings import FoldFact, Promise
from regulars.engine.run import GIVES


def adds_up(facts: list[FoldFact], until: int) -> None:
    wanted = folded(facts, until=until)
    for index, asset in enumerate(RICH.asset_names):
        lines = explain(RICH, facts, asset, until)
        assert sum(line.amount for line in lines) == wanted.state.holdings[index].balance
        assert all(line.at <= until for line in lines)


@runs(120, 10_000)
@given(histories(), st.integers(0, 500))
def test_explained_lines_add_up_to_the_balance(facts: list[FoldFact], days: int) -> None:
    adds_up(facts, instant_of(day(days)))


@runs(60, 2_000)
@given(histories())
def test_telling_why_changes_nothing(facts: list[FoldFact]) -> None:
    plain, told = folded(facts), explained(RICH, facts, AT_END)
    assert told.rows == plain.rows
    assert RICH.dump(told.state) == RICH.dump(plain.state)


def test_lines_name_fact_rule_step_and_why() -> None:
    coffee = Promise(key="r1", at=day(3), rule="coffee", ordinal="r1", price=50, asset="points")
    facts: list[FoldFact] = [order("o1", 1, 100), refund("f1", 2, "o1", 30), coffee]
    lines = explain(RICH, facts, "points")
    assert [(one.fact, one.rule, one.step, one.amount) for one in lines] == [
        ("o1", "spend", "earn", 100),
        ("f1", "spend", "claw", -30),
        ("r1", "coffee", "price", -50),
    ]
    whys = [(why.rule, why.code, why.amount) for why in lines[0].whys if why.asset == "points"]
    assert ("spend", "earned_per_amount", 100) in whys
    assert ("beans", "not_modified", 0) in whys
    assert lines[1].whys[0].code == "taken_back"


def test_saboteur_a_step_that_counts_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        explaining, "GIVES", {step: sign for step, sign in GIVES.items() if step != "claw"}
    )
    with pytest.raises(AssertionError):
        adds_up([order("o1", 1, 100), refund("f1", 2, "o1", 30)], AT_END)
