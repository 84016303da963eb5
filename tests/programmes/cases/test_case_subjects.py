"""What each key of an assertion is about."""

from __future__ import annotations

import pytest
from cases_kit import case, only, wrong

ANNA = 'events: [{t: "2025-01-01T10:00:00Z", type: order, id: o, member: anna}]\n'
TWO = (
    'events: [{t: "2025-01-01T10:00:00Z", type: order, id: o, member: anna},'
    ' {t: "2025-01-01T10:00:00Z", type: refund, id: r, order: o, member: ben}]\n'
)
CODE = (
    'events: [{t: "2025-01-01T10:00:00Z", type: order, id: o, member: ben, code: CLAIRECODE},'
    ' {t: "2025-01-01T10:00:00Z", type: order, id: p, member: ben, codes: [SHOPCODE]}]\n'
    "given: {codes: {SHOPCODE: {percent: 5}}}\n"
)
FLAT = 'events: [{t: "2025-01-01T10:00:00Z", type: order, account: flat, member: anna}]\n'


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("given: {member: dora}\n" + TWO + "expect: [{points: 1}]", ["member dora points"]),
        ("given: {account: flat}\n" + TWO + "expect: [{points: 1}]", ["account flat points"]),
        (ANNA + "expect: [{points: 1}]", ["member anna points"]),
        (FLAT + "expect: [{points: 1}]", ["account flat points"]),
        ("expect: [{points: 1}]", ["member  points"]),
        ("given: {members: {eve: {}}}\nexpect: [{points: 1}]", ["member eve points"]),
        (TWO + "expect: [{anna_points: 1}]", ["member anna points"]),
        (TWO + "expect: [{member: ben, anna_points: 1, points: 2}]",
         ["member anna points", "member ben points"]),
        (TWO + "expect: [{household: flat, points: 1}]", ["account flat points"]),
        (TWO + "expect: [{o_pays: 1}]", ["order o pays"]),
        (TWO + "expect: [{pays: 1}]", ["order o pays"]),
        (TWO + "expect: [{money: 1}]", ["refund r money"]),
        (TWO + "expect: [{order: o, pending: 1, pays: 2}]", ["order o pending", "order o pays"]),
        (TWO + "expect: [{member: ben, pending: 1, pays: 2}]",
         ["member ben pending", "order o pays"]),
        (TWO + "expect: [{refund: r, money: 1, voucher_value: 2}]",
         ["refund r money", "refund r voucher_value"]),
        (CODE + "expect: [{claire_stars: 1}]", ["member claire stars"]),
        (TWO + "expect: [{anna_for_ben: 1, anna_for_ben_at: 2025-01-01}]",
         ["member anna for ben", "member anna for_at ben"]),
        (ANNA + "expect: [{tier_for_2025: regular, turnover_2024: 1, turnover_year: 2}]",
         ["member anna tier_for 2025", "member anna turnover 2024", "member anna turnover year"]),
        (ANNA + "expect: [{anna_turnover_12m: 1}]", ["member anna turnover 12m"]),
        (TWO + "expect: [{referral: ben, state: held, reason: capped}]",
         ["referral ben state", "referral ben reason state"]),
        (TWO + "expect: [{order: o, qualifies: false, reason: capped}]",
         ["order o qualifies", "order o reason qualifies"]),
        (TWO + "expect: [{winner_total: a, value: 3}]",
         ["programme  winner_total", "programme  value winner_total"]),
        (TWO + "expect: [{average_of: a, value: 3}]", ["average_of a value"]),
        (TWO + "expect: [{task: call, member: ben}]", ["task call exists"]),
        (TWO + "expect: [{task: call, member: ben, exists: false}]", ["task call exists"]),
        (TWO + "expect: [{liability_total_points: 3}]", ["programme  liability_total_points"]),
        (TWO + "expect: [{accepted: o}]", ["event o accepted"]),
        (TWO + "expect: [{refused: {id: o, reason: step, needs: 5}}]",
         ["event o accepted", "event o reason", "event o needs"]),
        (TWO + "expect: [{granted: {id: o, points: 5, stars: 1}}]",
         ["event o points", "event o stars"]),
        (TWO + "expect: [{exactly_one_accepted: [o, r]}]", ["event o, r accepted_count"]),
        (TWO + "expect: [{parked: r, member: anna, points: 0}]",
         ["event r parked", "member anna points"]),
        ("expect: [{next_ships: [2025-01-01]}]", ["member  next_ships"]),
    ],
)  # fmt: skip
def test_each_key_belongs_to_the_one_that_has_such_a_thing(body: str, expected: list[str]) -> None:
    checks = only(case(body)).checks
    keys = [(one.subject, one.key) for one in checks]
    said = [
        " ".join(
            [of.kind, of.id, key.word, *filter(None, [key.window, key.about])],
        )
        for of, key in keys
    ]
    assert said == expected


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (TWO + "expect: [{points: 1}]", "case_no_subject"),
        (TWO + "expect: [{o_points: 1}]", "case_unknown_word"),
        (TWO + "expect: [{anna_pays: 1}]", "case_unknown_word_alone"),
        (CODE + "expect: [{shop_stars: 1}]", "case_unknown_word"),
        (TWO + "expect: [{anna_: 1}]", "case_unknown_word"),
    ],
)
def test_what_belongs_to_nobody_is_told(body: str, code: str) -> None:
    ((_, found),) = wrong(body)
    assert found.startswith(code.removesuffix("_alone"))


def test_a_task_is_told_apart_by_its_member() -> None:
    (check,) = only(case(TWO + "expect: [{task: call, member: ben, due: 2025-01-02}]")).checks
    assert check.subject.beside == {"member": "ben"}


@pytest.mark.parametrize(
    ("body", "how"),
    [
        ("{flags: [shared_card]}", "set"),
        ("{item_return_rate: 0.5}", "ratio"),
        ("{next_ships: [2025-01-01]}", "first"),
        ("{points: 1}", "exact"),
    ],
)
def test_how_a_key_is_compared_stands_in_the_vocabulary(body: str, how: str) -> None:
    (check,) = only(case(f"expect: [{body}]")).checks
    assert check.how == how
