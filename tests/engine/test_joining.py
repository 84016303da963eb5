"""Who cannot be made one."""

from __future__ import annotations

import pytest
from histories import RICH, day, order, said, yes

from regulars.engine import joining
from regulars.engine.desk import Desk
from regulars.engine.happenings import Erasure
from regulars.ledger.refused import Refused


@pytest.mark.parametrize(("into", "other"), [("m1", "m2"), ("m2", "m1")])
def test_nobody_is_joined_with_somebody_who_was_erased(into: str, other: str) -> None:
    desk = Desk(RICH, yes)
    desk.record(order("o1", 1, 100), "m1")
    desk.record(order("o2", 2, 50), "m2")
    desk.record(Erasure(key="gone", at=day(3)), "m2")
    before = said(desk.programme, desk.book("m1").state)
    with pytest.raises(Refused) as refusal:
        joining.join(desk, into, other)
    assert refusal.value.code == "member_gone"
    assert (said(desk.programme, desk.book("m1").state), desk.links) == (before, {})
    assert [desk.book(one).state.gone for one in ("m1", "m2")] == [False, True]


def test_saboteur_nobody_looks_whether_somebody_was_erased(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(joining, "_erased", lambda book: False)
    with pytest.raises(pytest.fail.Exception):
        test_nobody_is_joined_with_somebody_who_was_erased("m1", "m2")
