"""Whatever stands in a file of cases, reading it ends in cases or in problems that have words."""

from __future__ import annotations

import json
import os
from datetime import date

import pytest
from cases_kit import EDITIONS
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.programmes.cases.parsing import parse
from regulars.programmes.cases.reading import read_cases
from regulars.programmes.cases.values import SCALARS
from regulars.programmes.cases.vocabulary import vocabulary
from regulars.words.cases import CASE_REASONS

FILES = 10_000 if os.environ.get("REGULARS_TORTURE") else 100
WORDS = vocabulary()
KEYS = sorted(
    {
        *WORDS.case,
        *WORDS.given.keys,
        *(key for group in WORDS.events.values() for key in group.keys),
        *(key for group in WORDS.activities.values() for key in group.keys),
        *(key for group in WORDS.shapes.values() for key in group.keys),
        *WORDS.expect.keys,
        *WORDS.expect.subjects,
        "at",
        "stars",
        "anna_stars",
        "turnover_2024",
    }
)
VALUES = ["", "anna", "none", "2025-01-01", "2025-01-01T00:00:00Z", "12.50", "ANNACODE", "drop"]
VALUES += [*WORDS.events, *WORDS.activities, "cafe", "P1M", "0", "9" * 30]
scalars = st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from(VALUES)
data = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4)
    ),
    max_leaves=12,
)
events = st.lists(
    st.fixed_dictionaries(
        {"t": st.just("2025-01-01T00:00:00Z"), "type": st.sampled_from(sorted(WORDS.events))},
        optional=dict.fromkeys(("id", "member", "kind", "order", "lines", "code"), data),
    )
    | data,
    max_size=3,
)
whole = st.fixed_dictionaries(
    {"id": st.sampled_from(["one", "two"]), "edition": st.sampled_from(["cafe", "cave"])},
    optional={
        "given": data,
        "events": events | data,
        "expect": st.lists(st.dictionaries(st.sampled_from(KEYS), data, max_size=4)) | data,
        "expect_by_policy": data,
    },
)


@settings(deadline=None, max_examples=FILES)
@given(st.lists(whole | data, max_size=2))
def test_any_data_end_in_cases_or_in_problems_with_words(cases: list[object]) -> None:
    end_well(cases)


def test_a_reader_that_lets_errors_through_would_be_noticed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    case = {"id": "one", "edition": "cafe", "given": {"birth_date": "31.12."}, "expect": []}
    end_well([case])
    monkeypatch.setitem(SCALARS, "day", date.fromisoformat)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="isoformat"):
        end_well([case])


def end_well(cases: list[object]) -> None:
    file = read_cases(json.dumps(cases), "any.json")
    found = parse(file.cases, EDITIONS)
    for problem in (*file.problems, *found.problems):
        sentence = CASE_REASONS.get(problem.reason.code)
        assert problem.line >= 1
        if sentence:
            assert sentence % problem.reason.params
        else:
            assert not problem.reason.code.startswith("case_")
    assert len(found.cases) + len({one.path.split("]")[0] for one in found.problems}) <= len(
        file.cases
    )
