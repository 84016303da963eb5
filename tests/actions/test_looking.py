"""A look between two jobs shows what it shows after them; what missed each other is found."""

from __future__ import annotations

import random
import sys
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "engine"))
sys.path.insert(0, str(Path(__file__).parent))
import crowd
from crowd import CHANGE, CROWD, FIRST, HOLDERS, SECOND
from live import LONG_AGO, Live
from test_live import plain

from people import line, order, refund, who
from regulars.actions import looking, passing
from regulars.actions.looking import look
from regulars.actions.passing import pass_time
from regulars.actions.quoting import figure
from regulars.actions.record import record
from regulars.actions.refused import Refused
from regulars.actions.sweeping import sweep
from regulars.db import histories
from regulars.db.models import EditionRow, HolderState, TransferRow
from regulars.engine.arrivals import Arrival
from regulars.engine.calendar import datetime_of
from regulars.engine.state import BEGINNING

pytestmark = pytest.mark.usefixtures("own_database")
SEEN = ("balances", "tier", "tier_until", "expiring", "progress", "edition", "next_due")
YEARS = [timedelta(days=days) for days in (1, 40, 200, 400)]


def crowded() -> Live:
    """The crowd, before anything happened."""
    return Live(CROWD, [FIRST, SECOND], CHANGE)


def known(customer: int, now: datetime) -> dict[str, object]:
    """What a look shows, without what only a writer can say."""
    seen = look(customer, "crowd", now)
    told = {name: getattr(seen, name) for name in SEEN}
    vouchers = [(one.rule, one.value_minor, one.item, one.expires_at) for one in seen.vouchers]
    return {**told, "vouchers": sorted(map(str, vouchers))}


def lived(seed: int) -> tuple[Live, datetime]:
    """A history over the database up to some moment, and that moment."""
    live, now = crowded(), 0
    for now, one in plain(seed)[: random.Random(seed).randrange(30, 90)]:
        live.arrive(one, now)
    return live, datetime_of(now)


def differing(seed: int) -> list[str]:
    """Who looks different before and after the job, at some moments that follow a history."""
    live, last = lived(seed)
    found = []
    for span in YEARS:
        now = last + span
        before = {name: known(live.numbers[name], now) for name in HOLDERS}
        rows = TransferRow.objects.count()
        assert {name: known(live.numbers[name], now) for name in HOLDERS} == before
        assert TransferRow.objects.count() == rows
        pass_time(now)
        found += [one for one in HOLDERS if known(live.numbers[one], now) != before[one]]
    return found


@pytest.mark.parametrize("seed", range(2))
def test_a_look_between_two_jobs_shows_the_same(seed: int) -> None:
    assert differing(seed) == []


def test_a_look_at_what_is_stored_alone_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking, "instant_of", lambda now: BEGINNING)
    assert differing(0) != []


def test_nobody_is_no_member() -> None:
    live = crowded()
    with pytest.raises(Refused, match="not_member"):
        look(1, "crowd", LONG_AGO)
    with pytest.raises(Refused, match="programme_unknown"):
        look(live.numbers["anna"], "crows", LONG_AGO)


def test_a_metric_is_read_as_of_now() -> None:
    live = crowded()
    anna = live.numbers["anna"]
    assert figure(anna, "crowd", "spend", crowd.CHANGE) == 0
    bought(order("o1", line("a", "40.00"), at=crowd.CHANGE), now=crowd.CHANGE)
    assert figure(anna, "crowd", "spend", crowd.CHANGE) == 40
    assert figure(anna, "crowd", "spend", crowd.CHANGE + timedelta(days=800)) == 0


def bought(*facts: object, now: datetime) -> None:
    """Anna did this; her refund comes before her order."""
    record([Arrival(fact=one, who=who("anna")) for one in facts], now=now)  # type: ignore[arg-type]


def missed(monkeypatch: pytest.MonkeyPatch) -> Live:
    """A refund and its order, each booked by somebody who did not see the other."""
    live = crowded()
    now = crowd.CHANGE
    back = refund("r1", line("a", "10.00"), at=now, of="shop:o1")
    with monkeypatch.context() as patch:
        bought(back, now=now)
        patch.setattr(histories, "waiting_for", lambda cursor, keys: [])
        bought(order("o1", line("a", "40.00"), at=now), now=now)
    return live


def available(live: Live) -> int:
    return look(live.numbers["anna"], "crowd", crowd.CHANGE).balances["points"].available


def test_what_missed_each_other_is_booked_by_the_sweeper(monkeypatch: pytest.MonkeyPatch) -> None:
    live = missed(monkeypatch)
    assert available(live) == 80
    assert sweep(crowd.CHANGE, since=LONG_AGO) == 1
    assert available(live) == 60
    assert sweep(crowd.CHANGE, since=LONG_AGO) == 0
    rows = TransferRow.objects.count()
    bought(refund("r1", line("a", "10.00"), at=crowd.CHANGE, of="shop:o1"), now=crowd.CHANGE)
    assert TransferRow.objects.count() == rows


def test_who_waits_for_the_unknown_goes_on_waiting() -> None:
    live = crowded()
    bought(refund("r1", line("a", "10.00"), at=crowd.CHANGE, of="shop:o1"), now=crowd.CHANGE)
    assert sweep(crowd.CHANGE, since=LONG_AGO) == 0
    assert available(live) == 0


def test_one_holder_who_cannot_be_booked_holds_up_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    live = crowded()
    for name in HOLDERS:
        fact = order(f"o-{name}", line("a", "10.00"), at=crowd.START)
        record([Arrival(fact=fact, who=who(name))], now=crowd.START)
    passed = passing.Sitting.write

    def broken(self: passing.Sitting) -> None:
        if any(row.number in self.desks["crowd"].books for row in self.rows if is_anna(row)):
            raise RuntimeError("timers do not move on")
        passed(self)

    def is_anna(row: passing.HolderRow) -> bool:
        return row.customer_id == live.numbers["anna"]

    monkeypatch.setattr(passing.Sitting, "write", broken)
    pass_time(datetime_of(crowd.END))
    late = HolderState.objects.filter(due_at__lte=datetime_of(crowd.END))
    assert [row.customer_id for row in late] == [live.numbers["anna"]]


def test_an_edition_begins_for_members_for_whom_nothing_else_is_due() -> None:
    crowded()
    assert EditionRow.objects.filter(spread_at=None, begins__isnull=False).count() == 1
    pass_time(crowd.CHANGE)
    assert not EditionRow.objects.filter(spread_at=None, begins__isnull=False).exists()
    heads = [msgspec.json.decode(row.head) for row in HolderState.objects.all()]
    assert {one["snapshot"]["state"]["edition"] for one in heads} == {1}
