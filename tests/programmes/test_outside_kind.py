"""A package of somebody else brings a kind of rule: it is there like one of ours."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent / "outside"
CLUB = str(HERE / "club.yaml")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder into which the outside wheel was installed."""
    folder = tmp_path_factory.mktemp("outside")
    build = ["-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(HERE)]
    subprocess.run([sys.executable, *build], check=True, capture_output=True)
    wheel = next(folder.glob("*.whl"))
    target = folder / "site"
    pip = ["-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", str(target)]
    subprocess.run([sys.executable, *pip, str(wheel)], check=True, capture_output=True)
    return target


def regulars(*words: str, path: Path | None = None) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(path or "")}
    command = [str(Path(sys.executable).with_name("regulars")), *words]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_without_the_package_the_kind_is_unknown() -> None:
    done = regulars("programme", "show", CLUB)
    assert done.returncode == 2
    assert "unknown kind 'per_kilometre'" in done.stderr


def test_it_stands_in_the_schema(installed: Path) -> None:
    done = regulars("programme", "schema", path=installed)
    assert done.returncode == 0, done.stderr
    assert "per_kilometre" in json.dumps(json.loads(done.stdout))


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("en", "Every kilometre earns 2 points."), ("de", "Jeder Kilometer bringt 2 Punkte.")],
)
def test_it_speaks_in_the_programme(installed: Path, language: str, sentence: str) -> None:
    done = regulars("programme", "show", CLUB, "--lang", language, path=installed)
    assert done.returncode == 0, done.stderr
    assert sentence in done.stdout


def test_its_cases_are_checked(installed: Path) -> None:
    done = regulars("check", CLUB, str(HERE / "cases.yaml"), path=installed)
    assert (done.returncode, "RIDE-01" in done.stdout) == (0, True), done.stdout + done.stderr


def test_a_wrong_case_is_found(installed: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text((HERE / "cases.yaml").read_text().replace("points: 42", "points: 43"))
    done = regulars("check", CLUB, str(wrong), path=installed)
    assert done.returncode == 1
    assert "42" in done.stdout
