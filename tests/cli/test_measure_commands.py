"""`regulars measure owed`: what members hold, from the books of the installation."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from console.shelf_kit import Shop
from regulars.cli import main, measure
from regulars.run.folder import Folder, prepare


@pytest.fixture
def shop(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """A business with a member who has 1,000 points, which the command finds opened already."""

    @contextmanager
    def opened(_data: str | None) -> Iterator[Folder]:
        yield prepare(tmp_path / "d")

    monkeypatch.setattr(measure, "installation", opened)
    return Shop()


def test_points_owed_are_read_from_the_books(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["measure", "owed", "--format", "json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["measure"], answer["headline"]["holders"]) == ("owed", 1)

    assert main(["measure", "owed", "--table", "journal", "--format", "csv"]) == 0
    last = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))[-1]
    assert (last["asset"], float(last["closing"])) == ("corner_club/points", 1000)
    moved = [float(last[one]) for one in ("earned", "taken_back", "used", "ended")]
    assert float(last["opening"]) + moved[0] - sum(moved[1:]) == 1000


def test_before_anything_was_earned_it_is_too_early(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    gone = (shop.now - timedelta(days=800)).date().isoformat()
    assert main(["measure", "owed", "--as-of", gone]) == 1
    assert "Nothing has been earned up to this day." in capsys.readouterr().err


@pytest.mark.parametrize("more", ["--orders o.csv", "--counts gross"])
def test_what_was_booked_is_of_no_file(more: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["measure", "owed", *more.split()]) == 2
    assert "leave --orders and --counts away" in capsys.readouterr().err
