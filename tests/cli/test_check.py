"""`regulars check`: what it prints, and how it ends."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from regulars.cli import main

PROGRAMME = """
format: 1
edition: stall
name: Market stall
zone: Europe/Berlin
currency: EUR
assets: [{id: points, name: point}]
earn: [{id: buying, kind: per_amount, step: 1.00 EUR, points: 1}]
rewards: [{id: apple, kind: price, price: 10, name: an apple}]
"""
CASE = """
- id: apples
  edition: stall
  events: [{t: "2025-03-01T10:00:00+01:00", type: order, id: o1, member: anna, eligible: "60.00"}]
  expect: [{at: "2025-03-01T10:00:00+01:00", points: POINTS}]
"""
COMMAND = "from regulars.cli import main; raise SystemExit(main())"


@pytest.fixture
def stall(tmp_path: Path) -> Path:
    (tmp_path / "stall.yaml").write_text(PROGRAMME)
    (tmp_path / "cases.yaml").write_text(CASE.replace("POINTS", "60"))
    return tmp_path


def check(*arguments: object) -> int:
    return main(["check", *map(str, arguments)])


def test_all_is_well(stall: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(stall / "cases.yaml", stall / "stall.yaml") == 0
    told = capsys.readouterr().out
    assert "apples  stall    passed" in told
    assert "stall: no case touches apple." in told
    assert told.endswith("1 case: 1 passed, 0 failed, 0 not run.\n")


def test_a_folder_is_looked_through(stall: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (stall / "notes.md").write_text("# Nothing to run")
    assert check(stall) == 0
    assert "1 passed" in capsys.readouterr().out


def test_the_first_difference_in_a_sentence(
    stall: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (stall / "cases.yaml").write_text(CASE.replace("POINTS", "50"))
    assert check(stall) == 1
    told = capsys.readouterr().out
    assert "At 2025-03-01T10:00:00+01:00 anna has 60 points, expected 50." in told
    assert "o1 brought 60 points at 2025-03-01T10:00+01:00, by buying." in told
    assert "cases.yaml line 5: apples:" in told


def test_in_german(stall: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(stall, "--lang", "de") == 0
    assert capsys.readouterr().out


def test_junit(stall: Path, tmp_path: Path) -> None:
    (stall / "cases.yaml").write_text(CASE.replace("POINTS", "50"))
    target = tmp_path / "out.xml"
    assert check(stall, "--junit", target) == 1
    root = ElementTree.parse(target).getroot()
    assert (root.get("tests"), root.get("failures")) == ("1", "1")


def test_live_runs_every_case_twice(stall: Path) -> None:
    told = subprocess.run(
        [sys.executable, "-c", COMMAND, "check", "--live", str(stall)],
        env={**os.environ, "DATABASE_URL": "postgresql://nobody@nowhere/not_this_one"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (told.stderr, told.returncode) == ("", 0)
    assert "1 passed" in told.stdout


def test_everything_unreadable_at_once(stall: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (stall / "stall.yaml").write_text(PROGRAMME.replace("per_amount", "per_ammount"))
    (stall / "cases.yaml").write_text(CASE.replace("points:", "pionts:"))
    assert check(stall) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert "did you mean 'per_amount'?" in told.err
    assert "did you mean “points”?" in told.err
    assert "Traceback" not in told.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "Name a programme file"),
        (["missing.yaml"], "missing.yaml"),
        (["."], "holds no file"),
    ],
)
def test_what_cannot_be_done_is_one_line(
    arguments: list[str],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert check(*arguments) == 2
    told = capsys.readouterr().err
    assert said in told
    assert told.count("\n") == 1


def test_the_vocabulary_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert check("--vocabulary") == 0
    told = capsys.readouterr().out
    for word in ("reverse_redemption", "limits_used", "voucher_status", "insufficient_points"):
        assert word in told


def test_it_starts_without_a_database(stall: Path) -> None:
    loaded = (
        "import sys; from regulars.cli import main; code = main(sys.argv[1:]);"
        "heavy = ('django.db', 'psycopg', 'duckdb', 'pandas', 'ibis');"
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", loaded, "check", str(stall)],
        capture_output=True,
        text=True,
        check=True,
        env={},
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_an_outcome_is_not_written_over_a_file_that_is_checked(
    stall: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (stall / "cases.yaml").read_bytes()
    assert check(stall, "--junit", stall / "cases.yaml") == 2
    assert (stall / "cases.yaml").read_bytes() == before
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert "is one of the files that are checked" in said.err
