"""The numbers that the page on measures works out are the numbers that the measures give."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

from regulars.insight import MEASURES
from regulars.insight.scores import SEGMENT_MAP

PAGE = Path(__file__).parents[2] / "docs" / "concepts" / "measures.md"


@pytest.fixture
def page() -> str:
    return PAGE.read_text(encoding="utf-8")


def test_the_worked_numbers_hold(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = re.search(r"```csv\n(.*?)```", page, flags=re.DOTALL)
    assert table is not None
    (tmp_path / "orders.csv").write_text(table[1], encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    found = doctest.testfile(str(PAGE), module_relative=False, encoding="utf-8")
    assert found.attempted > 20
    assert found.failed == 0


def test_every_measure_has_its_chapter(page: str) -> None:
    chapters = re.findall(r"^## (.*)$", page, flags=re.MULTILINE)
    assert chapters[2:] == [measure.kind for measure in MEASURES]


def test_the_segment_map_is_the_one_in_use(page: str) -> None:
    for r, names in SEGMENT_MAP.items():
        assert f"| {r} | {' | '.join(names)} |" in page
