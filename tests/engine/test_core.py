"""What every programme does, case by case: orders, grants, attributes, refunds, reversals, and
effects."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from core_kit import (
    Spy,
    at,
    balance,
    changes,
    does,
    edition,
    grant,
    held,
    owed,
    programme,
    rows,
    standing,
    told,
    whys,
)
from histories import day, order, refund

from regulars.engine.core import undo
from regulars.engine.happenings import (
    Attribute,
    Effect,
    Promise,
    Reversal,
)
from regulars.engine.kinds.metrics.earned import Earned
from regulars.engine.run import CLAW, EARN, Run
from regulars.engine.state import Payment, Record, Voucher
from regulars.ledger.lots import FOREVER, Debt, Lot

LISTENS = [one for one in edition().earn if one.id != "spy"]


def of(**fields: Any) -> Any:
    """The programme with this spy instead."""
    return programme({"earn": [*LISTENS, Spy(id="spy", **fields)]})


@pytest.mark.parametrize(
    ("wanted", "explained", "fields", "paid", "spy", "quick"),
    [
        (set(), False, {}, {}, {}, True),
        ({"other"}, False, {}, {}, {}, True),
        ({"o1"}, False, {}, {}, {}, False),
        (None, False, {}, {}, {}, False),
        (set(), True, {}, {}, {}, False),
        (set(), False, {"discount_minor": 1}, {}, {}, False),
        (set(), False, {"covered_minor": 1}, {}, {}, False),
        (set(), False, {}, {"o2": []}, {}, False),
        (set(), False, {}, {}, {"opens": True}, False),
    ],
)
def test_the_common_order_goes_the_quick_way(
    wanted: set[str] | None,
    explained: bool,
    fields: dict[str, int],
    paid: dict[str, list[Payment]],
    spy: dict[str, bool],
    quick: bool,
) -> None:
    run = standing(of=of(**spy))
    run.wanted, run.whys, run.state.paid = wanted, [] if explained else None, paid
    does(run, order("o1", 10, 50, **fields))
    keeps = wanted is None or "o1" in wanted
    recorded = "o1" if keeps or spy else ""
    by_length = [{"id": "spy", "key": "o1", "amount": 5000, "recorded": recorded}]
    assert told(run, "order") == ([] if quick else by_length)
    assert told(run, "quick") == ([{"id": "spy", "key": "o1", "amount": 5000}] if quick else [])
    assert (list(run.records), run.record) == (["o1"] if keeps else [], None)
    assert run.state.paid == paid
    share = 5000 - sum(fields.values())
    assert balance(run) == share // 100


def test_a_rule_without_a_quick_way_acts_at_length_beside_those_that_have_one() -> None:
    run = standing(of=of(quick=False))
    run.wanted, run.whys = set(), None
    does(run, order("o1", 10, 50))
    assert told(run) == [{"id": "spy", "key": "o1", "amount": 5000, "recorded": ""}]
    assert balance(run) == 50


def test_a_record_is_of_one_order_alone() -> None:
    run = does(standing(), order("o1", 10, 50), order("o2", 11, 20))
    assert {key: one.at for key, one in run.records.items()} == {"o1": at(10), "o2": at(11)}
    assert [one["recorded"] for one in told(run, "order")] == ["o1", "o2"]
    assert run.records["o2"].given == {"spend": 20, "star": 2}


def test_what_pays_for_an_order_is_spent_with_it_and_no_other() -> None:
    """A voucher of 12 pays 12 of 50, so 38 points; it is used up, that of another order stays."""
    run = standing()
    for number, value in (("1", 1200), ("2", 700)):
        kept = Voucher(f"v{number}", "gift", "gift", 1, value=value)
        run.state.vouchers[kept.id] = kept
        paying = Payment("gift", value, voucher=kept.id, kept=kept)
        run.state.paid[f"o{number}"] = [paying]
    does(run, order("o1", 10, 50))
    assert balance(run) == 38
    assert list(run.state.vouchers) == ["v2"]
    assert list(run.state.paid) == ["o2"]
    assert [one.amount_minor for one in run.records["o1"].payments] == [1200]


def test_an_order_that_nothing_pays_for_leaves_alone_what_pays_for_others() -> None:
    run = standing()
    run.state.paid["o2"] = [Payment("gift", 700)]
    does(run, order("o1", 10, 50))
    assert list(run.state.paid) == ["o2"]
    assert balance(run) == 50


@pytest.mark.parametrize(
    ("asset", "amount", "row", "lot"),
    [
        ("points", 7, EARN, Lot(at(40), at(10), "g", "grant", 7)),
        ("points", 1, EARN, Lot(at(40), at(10), "g", "grant", 1)),
        ("stars", 7, EARN, Lot(FOREVER, at(10), "g", "grant", 7)),
        ("", 7, EARN, Lot(at(40), at(10), "g", "grant", 7)),
        ("points", 0, "", None),
        ("points", -7, CLAW, None),
        ("points", -1, CLAW, None),
    ],
)
def test_a_grant_gives_or_takes(asset: str, amount: int, row: str, lot: Lot | None) -> None:
    run = does(standing(), grant("g", amount, asset))
    name = asset or "points"
    booked = ("g", "grant", row, name, abs(amount))
    assert rows(run) == ([booked] if row else [])
    assert held(run, name) == ([lot] if lot else [])
    assert owed(run, name) == ([Debt("g", -amount)] if amount < 0 else [])
    assert balance(run, name) == amount
    assert whys(run) == [("grant", "granted", amount, name)]
    assert run.state.due == (lot.expires if lot else FOREVER)


def test_what_a_grant_takes_goes_off_the_lots_that_end_first() -> None:
    run = does(standing(), grant("g1", 10, days=1), grant("g2", 10, days=2), grant("g3", -12))
    assert held(run) == [Lot(at(32), at(2), "g2", "grant", 8)]
    assert (balance(run), owed(run)) == (8, [])


def test_a_grant_of_what_nobody_knows_does_nothing() -> None:
    run = does(standing(), grant("g", 7, "gems"))
    assert (run.rows, run.whys, run.changes) == ([], [], [])


def test_a_grant_is_heard_by_what_counts_its_asset() -> None:
    """Also of an asset that the edition in force no longer has, which nothing counts there."""
    metrics = [
        Earned(id="earned", asset="points"),
        Earned(id="granted", asset="points", by=("grant",)),
    ]
    first = {"metrics": metrics}
    second = {
        "metrics": metrics,
        "assets": edition().assets[:1],
        "earn": [one for one in edition().earn if one.id != "star"],
    }
    of = programme(first, second)
    run = does(standing(of=of), grant("g1", 7), grant("g2", 5, "stars"))

    def read(name: str) -> Any:
        reads = of.editions[0].handlers[name].read
        return reads(run, name) if reads is not None else None

    assert (read("earned"), read("granted")) == (7, 7)
    run.edition = of.editions[1]
    does(run, grant("g3", 4, days=120), grant("g4", 3, "stars", days=120))
    assert (read("earned"), read("granted")) == (11, 11)
    assert balance(run, "stars") == 8


def test_an_attribute_is_what_was_said_last_and_an_empty_one_is_none() -> None:
    def said(name: str, value: str) -> Attribute:
        return Attribute(key=f"{name}{value}", at=day(10), name=name, value=value)

    run = does(standing(), said("zone", "a"), said("segment", "b"))
    assert run.state.attributes == {"zone": "a", "segment": "b"}
    does(run, said("zone", "c"), said("segment", ""), said("never", ""))
    assert run.state.attributes == {"zone": "c"}


def bought(of: Any = None) -> Run:
    """An order of 50 euros, ten days in, and nothing told yet."""
    run = does(standing(of=of), order("o1", 10, 50))
    run.changes.clear()
    run.rows.clear()
    run.whys = []
    return run


@pytest.mark.parametrize(("euros", "cancelled", "left"), [(20, False, 30), (0, True, 0)])
def test_a_refund_is_accepted_and_every_rule_undoes(
    euros: float, cancelled: bool, left: int
) -> None:
    run = does(bought(), refund("f1", 12, "o1", euros, cancelled=cancelled))
    assert changes(run) == [("refund", "f1", "accepted", "")]
    assert balance(run) == left
    assert told(run, "undo") == [
        {"id": "spy", "key": "f1", "of": "o1", "by": "f1", "cancelled": cancelled}
    ]
    assert told(run, "objects") == [{"id": "spy", "key": "f1", "of": "o1", "to_it": "f1"}]
    assert (run.records["o1"].back, run.records["o1"].closed) == (2000 * (not cancelled), cancelled)


@pytest.mark.parametrize(
    ("fact", "objects", "code"),
    [
        (refund("f1", 12, "o9", 20), "", "order_unknown"),
        (refund("f1", 12, "o1", 51), "", "exceeds_order"),
        (refund("f1", 12, "o1", 20), "return_window_closed", "return_window_closed"),
    ],
)
def test_a_refund_is_refused_and_changes_nothing(fact: Any, objects: str, code: str) -> None:
    run = bought(of(objects=objects))
    before = run.programme.dump(run.state), msgspec.json.encode(run.records)
    does(run, fact)
    assert changes(run) == [("refund", "f1", "refused", code)]
    assert whys(run) == [("refund", code, 0, "")]
    assert told(run, "undo") == []
    run.state.at = at(10)
    assert (run.programme.dump(run.state), msgspec.json.encode(run.records)) == before


def test_a_refund_that_nothing_speaks_against_says_nothing_itself() -> None:
    assert [one[:2] for one in whys(does(bought(), refund("f1", 12, "o1", 20)))] == [
        ("spend", "taken_back"),
        ("star", "taken_back"),
    ]


def test_an_order_is_undone_by_the_rules_it_was_bought_under() -> None:
    of = programme({}, {"earn": [Spy(id="other")]})
    run = bought(of)
    run.edition = of.editions[1]
    does(run, refund("f1", 120, "o1", 20))
    assert {one["id"] for one in told(run)} == {"spy"}
    assert balance(run) == 30


def test_undoing_is_of_a_part_where_nobody_says_that_it_never_was() -> None:
    run = bought()
    run.key = "x"
    undo(run, run.records["o1"])
    assert [(one["by"], one["cancelled"]) for one in told(run, "undo")] == [("x", False)]


def test_a_promise_is_known_and_goes_to_its_rule_alone() -> None:
    of = programme({"earn": [*edition().earn, Spy(id="other")]})
    run = does(standing(of=of), Promise(key="p", at=day(10), rule="spy", ordinal="3"))
    assert run.known == {("spy", "3")}
    assert told(run) == [{"id": "spy", "key": "p"}]


def redeemed(rule: str, of: Any = None, **fields: Any) -> Run:
    run = standing(of=of)
    run.records["r1"] = Record("r1", "a", at(9), rule=rule, **fields)
    return run


@pytest.mark.parametrize(
    ("rule", "redemption", "closed", "code"),
    [
        ("spy", "r2", False, "not_redeemed"),
        ("spy", "r1", True, "closed"),
        ("spy", "r1", False, ""),
        ("mute", "r1", False, ""),
        ("nobody", "r1", False, ""),
    ],
)
def test_a_redemption_is_given_back_once_by_its_rule(
    rule: str, redemption: str, closed: bool, code: str
) -> None:
    run = redeemed(rule, closed=closed)
    does(run, Reversal(key="x", at=day(10), redemption=redemption))
    assert changes(run) == ([("reversal", "x", "refused", code)] if code else [])
    called = [{"id": "spy", "key": "x", "of": "r1", "by": "x"}] if rule == "spy" else []
    assert told(run) == ([] if code else called)


def test_a_redemption_is_given_back_by_the_rules_it_was_made_under() -> None:
    of = programme({}, {"earn": LISTENS})
    run = redeemed("spy", of)
    run.edition = of.editions[1]
    does(run, Reversal(key="x", at=day(120), redemption="r1"))
    assert [one["of"] for one in told(run, "reversed")] == ["r1"]


@pytest.mark.parametrize(("rule", "called"), [("spy", ["w"]), ("mute", []), ("nobody", [])])
def test_an_effect_goes_to_the_rule_that_sent_it(rule: str, called: list[str]) -> None:
    run = does(standing(), Effect(key="e", at=day(10), holder="m1", rule=rule, what="w"))
    assert [one["word"] for one in told(run, "effect")] == called
