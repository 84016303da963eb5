"""The list of measures is cheap, complete, and says what each one means."""

from __future__ import annotations

import subprocess
import sys

import msgspec
import pytest

from regulars import insight
from regulars.insight import MEASURES, Measure, Params

HEAVY = ("ibis", "duckdb", "pandas", "pyarrow", "numpy", "polars", "django")


def test_listing_imports_nothing_heavy() -> None:
    listing = (
        "import sys; from regulars.insight import MEASURES, rfm;"
        "print(len([(m.kind, m.definition) for m in MEASURES]),"
        f"[name for name in {HEAVY} if name in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", listing], capture_output=True, text=True)
    assert shown.stdout == f"{len(MEASURES)} []\n", shown.stderr


def test_names_are_unique_and_found() -> None:
    kinds = [measure.kind for measure in MEASURES]
    assert len(set(kinds)) == len(kinds)
    assert [insight.measure(kind) for kind in kinds] == MEASURES
    for measure in MEASURES:
        assert getattr(insight, measure.kind.replace("-", "_")) is measure


@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.kind)
def test_each_measure_says_who_when_and_what(measure: Measure[Params]) -> None:
    for sentence in (measure.definition, measure.who, measure.when, measure.what):
        assert sentence.endswith(".")
        assert len(sentence) <= 200


@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.kind)
def test_each_parameter_is_described(measure: Measure[Params]) -> None:
    schema = msgspec.json.schema(measure.params_type)["$defs"][measure.params_type.__name__]
    for name, field in schema["properties"].items():
        assert field.get("description"), name
