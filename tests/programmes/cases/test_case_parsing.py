"""What is told of a wrong case: code and line of everything at once; and what a right one says."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from cases_kit import EDITIONS, case, parsed, wrong

from regulars.programmes.cases.names import Names, together
from regulars.programmes.cases.parsing import parse
from regulars.programmes.cases.reading import read_cases
from regulars.programmes.cases.values import Fields, Key

GOOD = "expect: [{points: 1}]"
ORDER = (
    'events: [{t: "2025-01-01T10:00:00Z", type: order, member: anna, %s}]\nexpect: [{points: 1}]'
)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (GOOD, []),
        (ORDER % "eligible: 3", []),
        (ORDER % "cups: 3", []),
        (ORDER % "cusp: 3", [(3, "case_unknown_word")]),
        (ORDER % "zzz: 3", [(3, "case_unknown_word_alone")]),
        (ORDER % "eligible: 3, gross: 4", [(3, "case_two_bases")]),
        (ORDER % "eligible: lots", [(3, "case_bad_number")]),
        (ORDER % "campaigns: [happy_hours]", [(3, "case_unknown_name")]),
        (ORDER % "kind: spaceflight", [(3, "case_unknown_name_alone")]),
        (ORDER % "channel: tills", [(3, "case_unknown_code")]),
        (ORDER % "lines: [{sku: a}]", [(3, "case_key_missing")]),
        (ORDER % "lines: {sku: a, amount: 3}", []),
        (ORDER % "lines: 3", [(3, "case_not_a_list")]),
        (ORDER % "discount: [a]", [(3, "case_not_a_map")]),
        (ORDER % "discount: {line: a, amount: 2}", []),
        (ORDER % "tender: {cash: 2, shells: 3}", [(3, "case_unknown_name_alone")]),
        ("events: [{type: order}]\n" + GOOD, [(3, "case_key_missing")]),
        ("events: [{t: soon, type: clock}]\n" + GOOD, [(3, "case_bad_instant")]),
        ("events: [{id: x}]\n" + GOOD, [(3, "case_no_type")]),
        ("events: [3]\n" + GOOD, [(3, "case_not_a_map")]),
        ("events: 3\n" + GOOD, [(3, "case_not_a_list")]),
        ("events: [{type: ordr}]\n" + GOOD, [(3, "case_unknown_type")]),
        ("events: [{type: every}]\n" + GOOD, [(3, "case_unknown_type_alone")]),
        ("given: {member: anna, turnover_2024: 3, turnover_12m: 4}\n" + GOOD, []),
        ("given: {turnover_week: 3}\n" + GOOD, [(3, "case_unknown_word")]),
        ("given: {stars_week: 3}\n" + GOOD, []),
        ("given: {tier: reglar}\n" + GOOD, [(3, "case_unknown_name")]),
        ("given: {lots: [[2025-01-01]]}\n" + GOOD, [(3, "case_not_so_many")]),
        ("given: {members: {anna: {starz: 1}}}\n" + GOOD, [(3, "case_unknown_word")]),
        ("given: {policy: {rate: 2, stack_mode: drop}}\n" + GOOD, []),
        ("given: {policy: {rates: 2}}\n" + GOOD, [(3, "case_unknown_name")]),
        ("given: 7\n" + GOOD, [(3, "case_not_a_map")]),
        ("given: {}\nevents: []\n" + GOOD, []),
        ("given:\nevents:\n" + GOOD, []),
        ("why: x", [(1, "case_expects_nothing")]),
        ("expect: []", [(1, "case_expects_nothing")]),
        (GOOD + "\nexpect_by_policy: {drop: 3}", [(1, "case_expects_twice")]),
        ("expect: [{at: 2025-01-01T10:00:00Z}]", [(3, "case_asserts_nothing")]),
        ("expect: [{pionts: 1}]", [(3, "case_unknown_word")]),
        ("expect: [{at: 2025-01-01, points: 1}]", [(3, "case_bad_instant")]),
        ("expect: [3]", [(3, "case_not_a_map")]),
        ("expect: [{pays: 3}]", [(3, "case_no_subject")]),
        ("expect: [{order: o, pays: 3}]", []),
        ("expect: [{accepted: nowhere}]", [(3, "case_unknown_event_alone")]),
        ("expect: [{refused: {id: x, reason: y}}]", [(3, "case_unknown_code_alone"), (3, "")]),
        ("expect_by_policy: {dorp: 3}", [(3, "case_unknown_policy")]),
        ("expect_by_policy: 3", [(3, "case_not_a_map")]),
        ("expectt: []\n" + GOOD, [(3, "case_unknown_word")]),
    ],
)
def test_everything_wrong_is_told_with_its_line(body: str, expected: list[tuple[int, str]]) -> None:
    found = wrong(body)
    assert [line for line, _ in found] == [line for line, _ in expected]
    assert all(
        code == other for (_, code), (_, other) in zip(found, expected, strict=True) if other
    )


def test_all_problems_of_a_file_come_at_once_and_good_cases_stay() -> None:
    text = """
    - {id: one, edition: cafe, expect: [{points: 1}]}
    - {id: two, edition: cave, expect: [{points: 1}]}
    - {id: one, edition: cafe, expect: [{point: 1}]}
    """
    found = parsed(text)
    assert [one.id for one in found.cases] == ["one"]
    told = [(one.line, one.reason.code, one.reason.params) for one in found.problems]
    assert told == [
        (3, "case_unknown_edition", {"word": "cave", "nearest": "cafe"}),
        (4, "case_twice", {"case": "one", "where": "cases.yaml:2"}),
        (4, "case_unknown_word", {"word": "point", "nearest": "points"}),
    ]


def test_ids_are_unique_over_all_files() -> None:
    text = "- {id: one, edition: cafe, expect: [{points: 1}]}"
    nodes = [node for name in ("a.yaml", "b.yaml") for node in read_cases(text, name).cases]
    (problem,) = parse(nodes, EDITIONS).problems
    assert (problem.file, problem.reason.params["where"]) == ("b.yaml", "a.yaml:1")


def test_without_editions_any_name_will_do_but_words_stay_closed() -> None:
    text = "- {id: a, edition: x, given: {moons: 3, moons_2024: 4}, expect: [{moons: 3}]}"
    file = read_cases(text, "a.yaml")
    (found,) = parse(file.cases).cases
    assert found.given.fields.names == {
        Key("moons"): Decimal(3),
        Key("moons", "2024"): Decimal(4),
    }
    bad = read_cases("- {id: a, edition: x, expect: [{moons: [3]}]}", "a.yaml")
    assert [one.reason.code for one in parse(bad.cases).problems] == ["case_unknown_word"]


def test_a_rule_change_brings_the_names_of_the_next_edition() -> None:
    body = """
    - id: one
      edition: cafe
      events: [{t: "2025-01-01T10:00:00Z", type: rule_change, edition: next}]
      expect: [{moons: 3, stars: 2}]
    """
    nodes = read_cases(body, "a.yaml").cases
    following = Names(assets=frozenset({"moons"}), counts=frozenset(), metrics={})
    assert parse(nodes, {**EDITIONS, "next": following}).problems == ()
    assert [one.reason.code for one in parse(nodes, EDITIONS).problems] == ["case_unknown_word"]


def test_names_of_several_editions_are_joined() -> None:
    first = Names(tiers=frozenset({"a"}), metrics={"m": frozenset({"year"}), "n": frozenset()})
    second = Names(tiers=frozenset({"b"}), metrics={"m": frozenset({"12m"}), "n": frozenset("x")})
    both = together([first, second])
    assert both.tiers == {"a", "b"}
    assert both.metrics == {"m": {"year", "12m"}, "n": frozenset()}
    assert together([first, Names()]).tiers is None


def test_an_event_says_when_it_happened_and_when_it_arrived() -> None:
    found = case("""
    events:
      - {t: "2025-01-01T10:00:00Z", received: "2025-01-02T10:00:00Z", type: order, id: o, cups: 2,
         lines: [{sku: 12, amount: "3.50"}]}
      - {t: "2025-01-03T10:00:00Z", type: activity, kind: tasting, member: anna, stars: 2}
    expect: [{points: 1}]
    """)
    order, tasting = found.events
    assert order.at == datetime(2025, 1, 1, 10, tzinfo=UTC)
    assert order.received == datetime(2025, 1, 2, 10, tzinfo=UTC)
    assert order.fields.names == {Key("cups"): Decimal(2)}
    assert order.fields.words == {
        "lines": (Fields({"sku": "12", "amount": Decimal("3.50")}, {}, 5),)
    }
    assert tasting.received == tasting.at
    assert (tasting.type, tasting.kind, tasting.member) == ("activity", "tasting", "anna")
    assert (found.ids["order"], found.ids["member"]) == (("o",), ("anna",))


def test_given_says_whose_state_it_is() -> None:
    one = case("given: {member: anna, points: 3, members: {ben: {stars: 1}}}\n" + GOOD)
    assert list(one.given.members) == ["anna", "ben"]
    assert one.given.members["anna"].words["points"] == Decimal(3)
    shared = case("given: {household: {home: [anna, ben]}, points: 3}\n" + GOOD)
    assert shared.given.households == {"home": ("anna", "ben")}
    assert shared.about
    assert (shared.about.kind, shared.about.id) == ("account", "home")


def test_by_policy_is_one_run_per_value() -> None:
    found = case("expect_by_policy: {drop: 3, defer: {stars: 4, points: 5}}")
    assert [(run.setting, run.value) for run in found.runs] == [
        ("overflow", "drop"),
        ("overflow", "defer"),
    ]
    first, second = (run.assertions[0].checks for run in found.runs)
    assert [(one.key.word, one.expected) for one in first] == [("points", 3)]
    assert [(one.key.word, one.expected) for one in second] == [("stars", 4), ("points", 5)]


def test_a_case_of_a_property_is_not_run() -> None:
    found = case("expect: [{property: refunds_add_up, between: [a, b]}]")
    assert not found.runnable
    assert wrong("expect: [{property: p, betwen: 1}]") == [(3, "case_unknown_word")]
