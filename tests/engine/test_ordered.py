"""How facts are put into order, whether they come as stored or all over the place."""

from __future__ import annotations

import pytest
from histories import day, folded, order, refund
from msgspec.structs import replace

from regulars.engine.compiling import compiled
from regulars.engine.edition import Asset, Edition
from regulars.engine.fold import LATE, fold, ordered, stands_for
from regulars.engine.happenings import FoldFact, Grant, Opening, Promise
from regulars.engine.kinds.earn.per_amount import PerAmount
from regulars.engine.kinds.life.after_earning import After
from regulars.engine.position import position

A, B, C = order("a", 1, 5), order("b", 2, 5), order("c", 3, 5)
AGAIN = replace(A, version=2, at=day(4))
BESIDE = replace(B, at=A.at)
SHORT = compiled(
    [
        Edition(
            format=1,
            programme="short",
            edition="a",
            name="Short",
            assets=[Asset(id="points", name="point", expire=After(life="P1D"))],
            earn=[PerAmount(id="spend", step="1 EUR", points="1")],
        )
    ]
)


def too_late(key: str, days: float, *, yes: bool) -> Promise:
    return Promise(key=f"late/{key}", at=day(days), rule=LATE, ordinal=key, target=key, yes=yes)


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ([A, B, C], [A, B, C]),
        ([C, A, B], [A, B, C]),
        ([BESIDE, A, C], [A, BESIDE, C]),
        ([A, B, AGAIN], [B, AGAIN]),
        ([AGAIN, B, A], [B, AGAIN]),
        ([A, B, replace(A, at=day(3))], [A, B]),
        ([B, A, replace(A, at=day(3))], [A, B]),
        ([A, refund("r", 2, "a"), C], [A, refund("r", 2, "a"), C]),
        ([refund("r", 0.5, "a"), A], [A, refund("r", 0.5, "a")]),
        ([A, refund("r", 2, "unknown"), C], [A, C]),
        ([A, B, too_late("a", 3, yes=False)], [B]),
        ([A, B, too_late("a", 3, yes=True)], [A, B]),
        ([A, refund("r", 2, "a"), too_late("a", 3, yes=False)], []),
    ],
)
def test_each_key_once_where_it_acts(given: list[FoldFact], wanted: list[FoldFact]) -> None:
    assert ordered(given).facts == wanted


def test_what_stands_before_a_position_knows_all_that_is_named_and_promised() -> None:
    promise = Promise(key="p", at=day(3), rule="free", ordinal="1")
    facts: list[FoldFact] = [A, B, refund("r", 2.5, "a"), promise]
    for given in (facts, facts[::-1]):
        whole = ordered(given)
        part = whole.before(position(B))
        assert part.facts == [A]
        assert (part.named, part.promised) == ({"a"}, {("free", "1")})
        assert len(part.instants) == 1


def test_an_opening_stands_for_a_fact_only_with_its_record() -> None:
    told = Opening(key="x", at=day(1), what="asset", name="a", amount=5)
    assert stands_for(told) == stands_for(A) == ""
    assert stands_for(replace(told, details={"part": "records"})) == "a"
    assert stands_for(replace(told, details={"part": "lots"})) == ""
    assert ordered([told, refund("r", 2, "a")]).facts == [told]


def test_time_passes_to_the_end_before_facts_that_are_later_still() -> None:
    later = fold(SHORT, [A, order("z", 300, 9)], until=A_DAY_OVER)
    assert later.state.holdings[0].balance == 0


def test_what_ends_when_a_fact_happens_is_gone_for_it() -> None:
    ends = replace(B, at=day(2), amount_minor=0, lines=())
    done = fold(SHORT, [A, ends])
    assert (done.state.holdings[0].balance, done.state.holdings[0].lots) == (0, [])


def test_the_holder_is_told_to_the_run() -> None:
    assert folded([Grant(key="g", at=day(1), asset="points", amount=3)]).run.holder == "m1"
    assert fold(SHORT, [A], holder="m1").run.holder == "m1"


A_DAY_OVER = ordered([order("end", 2.5, 1)]).instants[0]
