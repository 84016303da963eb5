"""A rule is taken out of a programme: what it gave stays, comes back to the point when its order
does, and an old order that is sent again or told anew is decided by the rules of its day (R15)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from booking_kit import AT, CLUB, FULL, NOW, back, bought, digest, members, open_club, points, wrong

from regulars.actions.passing import pass_time
from regulars.actions.publishing import publish
from regulars.actions.record import record
from regulars.db import programmes
from regulars.db.models import TransferRow
from regulars.engine.calendar import instant_of

pytestmark = [
    pytest.mark.slow,
    pytest.mark.usefixtures("own_database"),
    pytest.mark.timeout(7200 if FULL else 900),
]
CHANGE = NOW + timedelta(days=40)
LATE = CHANGE + timedelta(days=1)
BUY = "  - {id: buy, kind: per_amount, step: 1.00 EUR, points: 1}\n"


def without_the_rule() -> None:
    """The edition that begins later, in which purchases bring no points."""
    body = CLUB.replace("edition: club_STOCK", "edition: gone").replace("STOCK", "1000")
    assert BUY in body
    publish(body.replace(BUY, ""), now=NOW, begins=CHANGE, reason="no more points")


def history() -> list[int]:
    """What a member has: before the rule is gone, after it, when an old order is told as larger,
    when part of it comes back, and when all of it does."""
    (member,) = members(["k"])
    record([bought("old", 5000, "k"), bought("other", 1000, "k")], now=NOW)
    has = [points(member)]
    pass_time(LATE)
    record([bought("new", 7000, "k", at=LATE)], now=LATE)
    has.append(points(member))
    record([bought("old", 6000, "k", version=2)], now=LATE)
    has.append(points(member))
    for key, minor in (("part", 2000), ("rest", 4000)):
        record([back(key, "old", minor, "k", at=LATE)], now=LATE + timedelta(seconds=2))
        has.append(points(member))
    return has


def test_what_a_rule_gave_outlives_it() -> None:
    open_club()
    without_the_rule()
    assert history() == [60, 60, 70, 50, 10]
    assert not TransferRow.objects.filter(fact="new", rule="buy").exists()
    before = digest()
    again = [bought("other", 1000, "k"), bought("new", 7000, "k", at=LATE)]
    assert {one.state for one in record(again, now=LATE + timedelta(days=400))} == {"known"}
    assert digest() == before
    assert wrong() == []


def test_rules_that_reach_back_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    open_club()
    monkeypatch.setattr(programmes, "_ready", {})
    monkeypatch.setattr(programmes, "instant_of", lambda begins: instant_of(AT))
    without_the_rule()
    assert history()[0] == 0
