"""Little helpers for tests of the case language."""

from __future__ import annotations

from textwrap import dedent, indent

from regulars.programmes.cases.names import Names
from regulars.programmes.cases.parsing import Parsed, parse
from regulars.programmes.cases.reading import read_cases
from regulars.programmes.cases.shapes import Assertion, Case

NAMES = Names(
    assets=frozenset({"stars"}),
    counts=frozenset({"cups"}),
    metrics={"turnover": frozenset({"year", "12m"})},
    settings=frozenset({"rate"}),
    rewards=frozenset({"mug"}),
    activities=frozenset({"tasting"}),
    jobs=frozenset({"tidy"}),
    limits=frozenset({"per_day"}),
    campaigns=frozenset({"happy_hour"}),
    steps=frozenset({"newsletter"}),
    kinds=frozenset({"catering"}),
    tiers=frozenset({"regular", "friend_of_house"}),
    leagues=frozenset(),
    entitlements=frozenset(),
    partners=frozenset(),
    brands=frozenset(),
    fare_classes=frozenset(),
    plans=frozenset(),
    tenders=frozenset({"cash"}),
    reports=frozenset(),
    flags=frozenset(),
)
EDITIONS = {"cafe": NAMES}


def parsed(text: str, name: str = "cases.yaml") -> Parsed:
    """The cases of a file, with the names of one edition called `cafe`."""
    file = read_cases(dedent(text), name)
    assert file.problems == ()
    return parse(file.cases, EDITIONS)


def case(body: str) -> Case:
    """The one case with this body, which must be in order."""
    found = parsed(_whole(body))
    assert found.problems == ()
    return found.cases[0]


def wrong(body: str) -> list[tuple[int, str]]:
    """Line and code of everything that is wrong with a case of this body (line 1 is its id)."""
    return [(one.line, one.reason.code) for one in parsed(_whole(body)).problems]


def only(found: Case) -> Assertion:
    """The one assertion of a case with one run."""
    (run,) = found.runs
    (assertion,) = run.assertions
    return assertion


def _whole(body: str) -> str:
    return "- id: one\n  edition: cafe\n" + indent(dedent(body).strip("\n"), "  ")
