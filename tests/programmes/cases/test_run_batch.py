"""Files in any order: told apart, read, run, and everything wrong told at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from run_kit import SHOP, checked, shop

from regulars.programmes.cases.batch import File, check_files, read_files
from regulars.programmes.cases.reporting import counts

CASES = """
    - id: first
      edition: shop
      events: [{t: "2025-03-01T10:00:00Z", type: order, id: o1, member: a, eligible: "20"}]
      expect: [{points: 20}]
    - id: second
      edition: shop
      events: [{t: "2025-03-01T10:00:00Z", type: order, id: o1, member: a, eligible: "20"}]
      expect: [{points: 21}]
    - id: third
      edition: shop
      expect: [{property: balance_adds_up, between: [all, none]}]
"""
PAGE = "# Page\n\nProse.\n\n```yaml\n- id: page\n  edition: shop\n  given: {member: a}\n" + (
    '  events: [{t: "2025-03-01T10:00:00Z", type: clock}]\n  expect: [{points: 0}]\n```\n'
)


@pytest.mark.parametrize("turned", [False, True])
def test_files_come_in_any_order(turned: bool) -> None:
    files = {"shop_yaml": SHOP, "cases_yaml": CASES, "page_md": PAGE}
    found = checked(**dict(sorted(files.items(), reverse=turned)))
    assert found.report.problems == ()
    verdicts = {one.case: one.verdict for one in found.report.outcomes}
    expected = {"first": "passed", "second": "failed", "third": "not_run", "page": "passed"}
    assert verdicts == expected
    assert counts(found.report)[-1].cases == 4
    assert not found.report.clean


def test_rules_without_a_case_are_named() -> None:
    (left,) = checked(shop_yaml=SHOP, cases_yaml=CASES).untouched
    assert left.edition == "shop"
    assert {"stamping", "mug", "card", "quarterly"} <= set(left.rules)
    assert "buying" not in left.rules


def test_a_ready_programme_serves_where_no_file_has_the_edition() -> None:
    case = File("cases.yaml", PAGE.partition("```yaml\n")[2].removesuffix("```\n").encode())
    assert check_files([case], lambda: {"shop": shop()}).report.clean
    other = check_files([case], dict).report
    assert [one.reason.code for one in other.problems] == ["case_unknown_edition_alone"]


def test_a_given_file_goes_before_a_ready_one() -> None:
    asked: list[str] = []
    files = [File("shop.yaml", SHOP.encode()), File("page.md", PAGE.encode())]
    check_files(files, lambda: asked.append("asked") or {})
    assert asked == []


def test_what_is_in_order_runs_whatever_is_wrong_beside_it() -> None:
    found = checked(shop_yaml=SHOP, cases_yaml=CASES.replace("type: order", "type: ordre", 1))
    assert [one.reason.code for one in found.report.problems] == ["case_unknown_type"]
    assert {one.case for one in found.report.outcomes} == {"second", "third"}
    assert not found.report.clean


def test_everything_wrong_is_told_at_once() -> None:
    found = checked(
        shop_yaml=SHOP.replace("per_amount", "per_ammount"),
        cases_yaml=CASES.replace("type: order", "type: ordre"),
        broken_json="{",
        page_md="no case here",
    )
    codes = {(one.file, one.reason.code) for one in found.report.problems}
    assert ("shop.yaml", "unknown_kind") in codes
    assert ("page.md", "case_none_in_file") in codes
    assert {name for name, _ in codes} >= {"shop.yaml", "cases.yaml", "broken.json", "page.md"}
    assert found.report.outcomes == ()


def test_an_edition_stands_in_one_file() -> None:
    found = checked(shop_yaml=SHOP, again_yaml=SHOP)
    assert [one.reason.code for one in found.report.problems] == ["case_edition_twice"]


def test_what_is_found_in_a_folder_may_be_something_else() -> None:
    other = [("page.md", b"# Only prose"), ("site.yaml", b"title: Site\n"), ("list.yaml", b"- 1\n")]
    assert read_files([File(*one, found=True) for one in other]).problems == []
    assert len(read_files([File(*one) for one in other]).problems) >= 3


def test_progress_is_told() -> None:
    seen: list[tuple[int, int]] = []
    files = [File("shop.yaml", SHOP.encode()), File("cases.yaml", CASES.encode())]
    check_files(files, dict, lambda done, all_: seen.append((done, all_)))
    assert seen == [(1, 3), (2, 3), (3, 3)]


def test_the_code_of_the_runner_reads_nothing_out_of_names() -> None:
    """No word of an edition of the tests above stands in the code that runs them."""
    folder = Path(__file__).parents[3] / "src" / "regulars" / "programmes" / "cases"
    code = "\n".join(path.read_text() for path in folder.rglob("*.py"))
    for name in ("buying", "stamping", "quarterly", "Corner shop", "mug"):
        assert f'"{name}"' not in code
