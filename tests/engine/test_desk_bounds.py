"""What seems to have no end is done by parts: nothing raises, nothing is half kept."""

from __future__ import annotations

import pytest
from histories import day, edition, net, order, yes
from odd_kinds import PingPong

from regulars.engine import booking
from regulars.engine import desk as desks
from regulars.engine.compiling import compiled
from regulars.engine.desk import Desk
from regulars.engine.fold import fold
from regulars.engine.happenings import Effect, FoldFact, Grant, VoucherUse

CARDS = compiled([edition()])


def stamps(key: str, days: float, count: int) -> FoldFact:
    return Grant(key=key, at=day(days), asset="stars", amount=count * 10)


def cards(desk: Desk) -> int:
    return len(desk.book("m1").state.vouchers)


def whole(desk: Desk) -> None:
    """What is booked is what is known, and time can pass."""
    for holder, book in desk.books.items():
        again = fold(desk.programme, book.facts.values(), until=book.state.at, holder=holder)
        assert net(book.booked) == net(again.rows)


def test_five_hundred_full_cards_are_given_at_once_and_a_thousand_are_held() -> None:
    """Who holds that many gets the next one when one is used."""
    desk = Desk(CARDS, yes)
    assert desk.record(stamps("g1", 1, 50_000), "m1").status == "accepted"
    assert cards(desk) == booking.MOST_WANTS == 500
    for number in range(3):
        desk.record(order(f"o{number}", 2 + number, 1), "m1")
    assert cards(desk) == booking.MOST_OPEN == 1000
    used = next(iter(desk.book("m1").state.vouchers))
    desk.record(VoucherUse(key="u1", at=day(6), voucher=used), "m1")
    assert cards(desk) == 1000
    assert used not in desk.book("m1").state.vouchers
    whole(desk)


def test_more_than_can_be_given_at_once_is_given_by_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(booking, "MOST_WANTS", 10)
    desk = Desk(CARDS, yes)
    desk.record(stamps("g1", 1, 127), "m1")
    assert cards(desk) == 10
    assert [one.to for one in desk.book("m1").run.changes if one.what == "giving"] == ["paused"]
    whole(desk)
    assert desk.record(stamps("g1", 1, 127), "m1").status == "known"
    desk.record(order("o1", 2, 1), "m1")
    assert cards(desk) == 20
    desk.record(stamps("g0", 0.5, 1), "m1")
    assert cards(desk) == 25
    assert desk.book("m1").state.holdings[1].balance == 3 * 10
    whole(desk)


def test_rules_that_feed_each_other_hold_up_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desks, "MOST_ROUNDS", 10)
    desk = Desk(compiled([edition(earn=[PingPong(id="ball")], limit=[])]), yes)
    assert desk.record(order("o1", 1, 1), "m1").status == "accepted"
    assert desk.record(order("o1", 1, 1), "m1").status == "known"
    sent = [fact for book in desk.books.values() for fact in book.facts.values()]
    assert sum(isinstance(fact, Effect) for fact in sent) == 11
    assert len(desk.outbox) == 1
    assert desk.record(order("o2", 2, 1), "m3").status == "accepted"
    whole(desk)


def test_one_fact_may_concern_as_many_others_as_it_likes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desks, "MOST_ROUNDS", 10)
    crowd = tuple(f"n{number}" for number in range(50))
    desk = Desk(compiled([edition(earn=[PingPong(id="ball", crowd=crowd)], limit=[])]), yes)
    desk.record(order("o1", 1, 1), "m1")
    assert len(desk.books) == 51
    assert not desk.outbox
