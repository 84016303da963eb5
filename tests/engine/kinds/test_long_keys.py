"""Facts that follow from facts with keys as long as keys may be can be stored and read."""

from __future__ import annotations

import msgspec
import pytest
from referral_kit import Shop, changed, edition

from regulars.engine import keys
from regulars.engine.happenings import FoldFact
from regulars.engine.kinds.referrals.payout import Gift
from regulars.engine.kinds.referrals.two_sided import TwoSided
from regulars.engine.sealing import seal

ADVOCATE, FRIEND = "a" * 200, "f" * 200
ORDER = "o" * 200


def stored(fact: FoldFact) -> FoldFact:
    read: FoldFact = msgspec.json.decode(msgspec.json.encode(fact), type=FoldFact)
    return read


def shop() -> Shop:
    """A friend who got a voucher for an order."""
    found = edition("store_10_10")
    rule = found.referrals[0]
    assert isinstance(rule, TwoSided)
    pay = msgspec.structs.replace(
        rule.pays[0],
        friend=[Gift(voucher="welcome", value="5 USD")],
    )
    made = Shop(changed(found, pays=[pay]), ADVOCATE)
    made.people.code("CODE", ADVOCATE)
    made.order(ORDER, "03-01 10:00", FRIEND, codes=["CODE"], email="f@x.de")
    return made


def test_everything_that_is_made_can_be_stored_and_read() -> None:
    made = shop()
    made.pass_to("05-01")
    desk = made.desk
    facts = [fact for book in desk.books.values() for fact in book.facts.values()]
    kinds = {type(fact).__name__ for fact in facts}
    assert {"Order", "Promise", "Effect"} <= kinds
    assert [stored(fact) for fact in facts] == facts
    for book in desk.books.values():
        sealed = seal(desk.programme, book.state, book.run.records, book.state.at)
        assert [stored(one) for one in sealed] == sealed


def test_what_was_given_under_a_hashed_key_is_taken_back() -> None:
    made = shop()
    state = made.desk.book(FRIEND).state
    assert [one.kind for one in state.vouchers.values()] == ["welcome"]
    assert all(len(key) <= keys.MOST for key in state.vouchers)
    made.refund("r1", "03-02 10:00", ORDER, 8000, full=True)
    assert made.desk.book(FRIEND).state.vouchers == {}


def test_saboteur_keys_that_are_only_joined(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "MOST", 10_000)
    with pytest.raises(msgspec.ValidationError, match="length <= 200"):
        test_everything_that_is_made_can_be_stored_and_read()
