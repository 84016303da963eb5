"""Cases run: events become facts, assertions are read at their instants."""

from __future__ import annotations

import pytest
from run_kit import outcomes, told

PASS = {
    "what an order earns": """
        events: [{t: @1, type: order, id: o1, member: a, eligible: "20.90"}]
        expect:
          - {member: a, points: 20, granted: {id: o1, points: 20}}
          - {order: o1, pays: "20.90"}
    """,
    "at equal instants the event is read": """
        events: [{t: @1, type: grant, member: a, points: 5}]
        expect:
          - {at: "2025-03-01T09:59:59+01:00", points: 0}
          - {at: @1, points: 5}
    """,
    "a late arrival is not read before it came": """
        events:
          - {t: @1, received: @3, type: order, id: o1, member: a, eligible: "10"}
        expect:
          - {at: @2, member: a, points: 0}
          - {at: @3, member: a, points: 10, lot_earned_at: "2025-03-01"}
    """,
    "an id that was seen is a repeated delivery": """
        events:
          - {t: @1, type: grant, id: g, member: a, points: 5}
          - {t: @1, type: grant, id: g, member: a, points: 5}
          - {t: @1, type: grant, member: a, points: 5}
          - {t: @1, type: grant, member: a, points: 5}
        expect: [{points: 15}]
    """,
    "a refund waits for its order": """
        events:
          - {t: @2, type: refund, id: f1, order: o1, eligible: "4"}
          - {t: @1, received: @3, type: order, id: o1, member: a, eligible: "10"}
        expect:
          - {at: @2, parked: f1}
          - {at: @3, member: a, points: 6, accepted: f1}
    """,
    "what is given is there, lots by their date": """
        given:
          {member: a, lots: [["2024-03-05", 30], ["2024-06-01", 20]], spend_year: "95.5", stamps: 2}
        events: [{t: @1, type: order, id: o1, member: a, eligible: "5", drinks: 1}]
        expect:
          - {at: "2025-03-01T09:00:00Z", points: 55}
          - {at: "2025-03-01T08:00:00Z", points: 50, tier: guest, stamps: 2, spend_year: "95.50"}
          - {points: 55, tier: regular, spend_2025: "100.50", stamps: 0, vouchers_open: 1}
          - {at: "2025-03-04T23:00:00Z", points: 25, expired: 30, points_expire_at: "2025-06-01"}
    """,
    "several members, a household, nobody by name": """
        given: {members: {a: {points: 10}, b: {points: 20}}, household: {home: [c, d]}}
        events:
          - {t: @1, type: order, member: c, eligible: "10"}
          - {t: "2025-03-01T11:00:00+01:00", type: order, member: d, eligible: "10"}
        expect: [{a_points: 10, b_points: 20}, {account: home, points: 20}, {member: d, points: 20}]
    """,
    "a refusal tells what it takes": """
        given: {member: a, points: 40}
        events: [{t: @1, type: redeem, id: r1, member: a, reward: mug}]
        expect: [{refused: {id: r1, reason: insufficient_points, needs: 50, has: 40}, points: 40}]
    """,
    "a redemption goes back": """
        given: {member: a, points: 60}
        events:
          - {t: @1, type: redeem, id: r1, member: a, reward: mug}
          - {t: @2, type: reverse_redemption, redemption: r1}
        expect: [{at: @1, points: 10}, {points: 60, accepted: r1}]
    """,
    "a job that a case names runs then and only then": """
        given: {member: a, points: 250}
        events:
          - {t: "2025-04-02T00:00:00+02:00", type: clock}
          - {t: "2025-04-03T00:00:00+02:00", type: clock, job: quarterly}
        expect:
          - {at: "2025-04-02T00:00:00+02:00", points: 250}
          - {points: 50, voucher_value: "2.00"}
    """,
    "one setting at a time": """
        events: [{t: @1, type: order, member: a, eligible: "250"}]
        expect_by_policy: {truncate: 200, drop: 0}
    """,
    "a setting that the case fixes": """
        given: {member: a, policy: {daily.most: 30, thresholds: {regular: 1000}}}
        events: [{t: @1, type: order, member: a, eligible: "250"}]
        expect: [{points: 30, tier: guest}]
    """,
    "a new edition that is only named is the old one with these settings": """
        events:
          - {t: @1, type: order, member: a, eligible: "10"}
          - t: "2025-03-02T00:00:00+01:00"
            type: rule_change
            edition: spring
            policy: {buying.points: 3}
          - {t: @2, type: order, member: a, eligible: "10"}
        expect: [{points: 40}]
    """,
    "an earlier order can be refunded": """
        given:
          member: a
          points: 10
          orders: [{id: o0, member: a, t: "2025-02-01", eligible: "30", points_left: 10}]
        events: [{t: @1, type: refund, id: f1, order: o0, eligible: "30"}]
        expect: [{points: -20}]
    """,
    "two become one": """
        given: {members: {a: {points: 10}, b: {points: 20}}}
        events: [{t: @1, type: activity, kind: merge, from: b, into: a}]
        expect: [{member: a, points: 30}]
    """,
    "who is erased leaves balanced books": """
        given: {member: a, points: 30, liability_total_points: 100}
        events: [{t: @1, type: activity, kind: erase_personal_data, member: a}]
        expect: [{member: a, exists: false}, {liability_total_points: 70, ledger_sum_check: ok}]
    """,
    "a set tier, and orders in the order of time": """
        events:
          - {t: @2, type: order, id: o2, member: a, eligible: "1"}
          - {t: @1, received: @2, type: order, id: o1, member: a, eligible: "1"}
          - {t: @3, type: set_tier, member: a, tier: regular}
        expect: [{tier: regular, orders_in_sequence: [o1, o2]}]
    """,
}


@pytest.mark.parametrize("name", PASS)
def test_it_ends_as_it_says(name: str) -> None:
    assert told(PASS[name]) == []


@pytest.mark.parametrize("name", PASS)
def test_another_number_would_be_noticed(name: str) -> None:
    before, expect, after = PASS[name].partition("expect")
    for number in ("points: ", "truncate: "):
        after = after.replace(number, f"{number}1").replace(f"{number}1-", f"{number}-1")
    after = after.replace("tier: regular, orders", "tier: guest, orders")
    assert told(before + expect + after) != []


FAIL = {
    "case_other_amount_at_end case_because_given": """
        events: [{t: @1, type: order, id: o1, member: a, eligible: "20"}]
        expect: [{points: 10}]
    """,
    "case_other_amount case_because_lot_lives": """
        events:
          - {t: "2024-04-01T10:00:00+02:00", type: grant, id: g1, member: a, points: 10}
          - {t: "2025-01-01T10:00:00+01:00", type: grant, id: g2, member: a, points: 50}
        expect: [{at: @1, points: 50}]
    """,
    "case_other_amount_at_end case_because_nothing": """
        events: [{t: @1, type: clock}]
        expect: [{member: a, points: 10}]
        given: {member: a}
    """,
    "case_event_refused case_because_refused": """
        events: [{t: @1, type: redeem, id: r1, member: a, reward: mug}]
        expect: [{accepted: r1}]
    """,
    "case_cannot_read case_unknown_member": """
        events: [{t: @1, type: order, member: anna, eligible: "20"}]
        expect: [{member: ana, points: 20}]
    """,
    "case_cannot_read case_not_told": """
        events: [{t: @1, type: order, member: a, eligible: "20"}]
        expect: [{member: a, streak: 1}]
    """,
    "case_other_amount_at_end case_given_ignored": """
        given: {member: a, streak: 3}
        events: [{t: @1, type: clock}]
        expect: [{points: 30}]
    """,
    "case_no_setting": """
        events: [{t: @1, type: clock}]
        given: {member: a}
        expect_by_policy: {by_stay_date: {points: 0}}
    """,
}


@pytest.mark.parametrize("codes", FAIL)
def test_what_differs_is_told_with_its_cause(codes: str) -> None:
    assert told(FAIL[codes]) == [codes]


def test_the_rules_that_had_a_part_are_noted() -> None:
    (found,) = outcomes(PASS["what an order earns"])
    assert "buying" in found.rules
    assert not {"mug", "card", "quarterly"} & found.rules
