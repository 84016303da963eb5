"""Every given case runs through the engine and ends as it says; those that do not are listed."""

from __future__ import annotations

import pytest
from given_cases import (
    BLUEPRINTS,
    CONCEPTS,
    GIVEN,
    MORE,
    editions,
    explained,
    given,
    more,
    named,
    ready_made,
    set_aside,
)

from regulars.programmes.cases.parsing import Parsed
from regulars.programmes.cases.running import run_case
from shared import shared_path


def failures(parsed: Parsed, name: str) -> list[str]:
    """What the runs of a case found that was not as expected."""
    case = next(one for one in parsed.cases if one.id == name)
    found = [run_case(case, run, editions()).difference for run in case.runs if case.runnable]
    return [f"{one.reason}, {one.because}" for one in found if one]


RUN = [name for name in named(GIVEN) if name not in set_aside()]


@pytest.mark.parametrize("name", RUN or ["the given cases"])
def test_a_given_case_ends_as_it_says(name: str) -> None:
    shared_path("reference-programmes")
    told = [str(one.reason) for one in given().problems]
    assert name in {one.id for one in given().cases}, told
    assert failures(given(), name) == []


@pytest.mark.parametrize("name", named(CONCEPTS))
def test_a_case_that_explains_a_concept_ends_as_it_says(name: str) -> None:
    assert failures(explained(), name) == []


@pytest.mark.parametrize("name", named(BLUEPRINTS))
def test_a_case_beside_a_ready_programme_ends_as_it_says(name: str) -> None:
    assert failures(ready_made(), name) == []


@pytest.mark.parametrize("name", named(*MORE))
def test_a_case_of_our_own_ends_as_it_says(name: str) -> None:
    assert more().problems == ()
    assert failures(more(), name) == []


def test_the_cases_beside_ready_programmes_can_all_be_read() -> None:
    assert ready_made().problems == ()


def test_the_cases_that_explain_can_all_be_read() -> None:
    assert explained().problems == ()
    assert len(explained().cases) >= 20


def test_what_is_set_aside_is_a_given_case_and_does_not_run() -> None:
    shared_path("reference-programmes")
    assert set(set_aside()) <= set(named(GIVEN))
    readable = {one.id for one in given().cases}
    runs = {name for name in set_aside() if name in readable and not failures(given(), name)}
    assert runs == set()


def test_each_reason_says_something() -> None:
    assert all(len(why) > 20 for why in set_aside().values())
