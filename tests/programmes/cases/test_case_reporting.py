"""The table, the figures, what no case touched, and JUnit XML."""

from __future__ import annotations

from xml.etree import ElementTree

import msgspec
import pytest
from cases_kit import case
from hypothesis import given
from hypothesis import strategies as st

from regulars.programmes.cases import reporting
from regulars.programmes.cases.comparing import Difference
from regulars.programmes.cases.problems import Located, Reason
from regulars.programmes.cases.reporting import (
    Outcome,
    Report,
    Untouched,
    counts,
    junit,
    outcome,
    rows,
    untouched,
)

GOOD = Outcome(case="one", edition="cafe", file="a.yaml", line=3, verdict="passed")
BAD = msgspec.structs.replace(
    GOOD, case="two", verdict="failed", line=9, reason=Reason("other", {"x": 1}), value="drop"
)
WAITING = msgspec.structs.replace(GOOD, case="three", verdict="listed", file="b.yaml")
PROPERTY = msgspec.structs.replace(GOOD, case="four", verdict="not_run")
BROKEN = Located("c.yaml", 7, "", Reason("case_twice", {}))


def test_a_run_that_was_compared_has_an_outcome() -> None:
    found = case("expect: [{points: 1}]")
    right = outcome(found, found.runs[0], None, ["earn"])
    assert (right.verdict, right.line, right.rules) == ("passed", 1, {"earn"})
    wrong = outcome(found, found.runs[0], Difference(Reason("other"), 3, Reason("why")))
    assert (wrong.verdict, wrong.line, wrong.because) == ("failed", 3, Reason("why"))
    nothing = case("expect: [{property: adds_up}]")
    assert outcome(nothing, nothing.runs[0], None).verdict == "not_run"


def test_clean_means_that_nothing_failed_and_everything_ran() -> None:
    assert Report((GOOD, WAITING, PROPERTY)).clean
    assert not Report((GOOD, BAD)).clean
    assert not Report((GOOD,), (BROKEN,)).clean
    cannot = msgspec.structs.replace(PROPERTY, reason=Reason("cannot"))
    assert not Report((GOOD, cannot)).clean


def test_the_table_has_a_line_per_run_and_figures_per_file() -> None:
    report = Report((GOOD, BAD, WAITING, PROPERTY))
    assert [(one.case, one.policy, one.verdict) for one in rows(report)] == [
        ("one", "", "passed"),
        ("two", "drop", "failed"),
        ("three", "", "listed"),
        ("four", "", "not_run"),
    ]
    told = [(one.file, one.cases, one.passed, one.failed, one.listed) for one in counts(report)]
    assert told == [("a.yaml", 3, 1, 1, 0), ("b.yaml", 1, 0, 0, 1), ("", 4, 1, 1, 1)]


def test_what_no_case_touched_is_listed_per_edition() -> None:
    touched = msgspec.structs.replace(GOOD, rules=frozenset({"earn", "spend"}))
    rules = {"cafe": ["tier", "earn", "spend", "expiry"], "shop": ["earn"], "till": []}
    assert untouched(rules, [touched, GOOD]) == [
        Untouched("cafe", ("tier", "expiry")),
        Untouched("shop", ("earn",)),
    ]
    assert untouched({"cafe": ["earn"]}, [touched]) == []


def test_junit_has_a_suite_per_file_and_figures_that_add_up() -> None:
    said = junit(Report((GOOD, BAD, WAITING, PROPERTY), (BROKEN,)), lambda reason: reason.code)
    root = ElementTree.fromstring(said)
    assert root.attrib == {"tests": "5", "failures": "1", "errors": "1", "skipped": "2"}
    assert [suite.get("name") for suite in root] == ["c.yaml", "a.yaml", "b.yaml"]
    failure = root.find(".//failure")
    assert failure is not None
    assert failure.get("message") == "other"
    assert failure.text == "other\na.yaml:9"
    assert [one.get("name") for one in root.iter("testcase")][:3] == [
        "c.yaml:7",
        "one",
        "two [drop]",
    ]


@given(st.text(max_size=20), st.text(max_size=20))
def test_junit_is_well_formed_whatever_stands_in_a_case(name: str, sentence: str) -> None:
    assert well_formed(name, sentence)


def test_signs_that_xml_cannot_hold_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert well_formed("one", "\x00")
    monkeypatch.setattr(reporting, "_xml", str)
    with pytest.raises(ElementTree.ParseError):
        well_formed("one", "\x00")


def well_formed(name: str, sentence: str) -> bool:
    one = msgspec.structs.replace(BAD, case=name, file=name, edition=name, value=sentence)
    report = Report((one,), (msgspec.structs.replace(BROKEN, file=name),))
    root = ElementTree.fromstring(junit(report, lambda _: sentence))
    return len(list(root.iter("testcase"))) == 2
