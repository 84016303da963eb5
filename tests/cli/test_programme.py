"""`regulars programme`: shows, lists, prints the schema, and says what is wrong with a file."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from regulars.blueprints import blueprints
from regulars.cli import main
from regulars.programmes.loading import abouts

PAGE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "programme.md"


def blocks(language: str) -> list[str]:
    """The blocks of the page that explains the command."""
    return re.findall(rf"```{language}\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


@pytest.fixture
def corner(tmp_path: Path) -> Path:
    """The file that the page writes."""
    path = tmp_path / "corner.yaml"
    path.write_text(blocks("yaml")[0], encoding="utf-8")
    return path


def test_the_page_shows_what_the_command_prints(
    corner: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["programme", "show", str(corner)]) == 0
    assert capsys.readouterr().out == blocks("text")[1]
    assert main(["programme", "show", "cafe_points"]) == 0
    assert capsys.readouterr().out.startswith(blocks("text")[0])


def test_another_language(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["programme", "show", "cafe_points", "--lang", "de"]) == 0
    assert "  1. Jeder volle Betrag von 1 Euro bringt 1 Punkt." in capsys.readouterr().out


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_wrong_file_is_told_line_by_line(
    corner: Path, language: str, capsys: pytest.CaptureFixture[str]
) -> None:
    text = corner.read_text(encoding="utf-8")
    corner.write_text(text.replace("per_amount", "per_ammount").replace("price: 60", "price: -60"))
    assert main(["programme", "show", str(corner), "--lang", language]) == 2
    heard = capsys.readouterr()
    assert heard.out == ""
    told = heard.err.replace(str(corner), "corner.yaml").splitlines()
    if language == "en":
        assert told == blocks("text")[2].splitlines()
    else:
        assert [line.split(":")[0] for line in told] == [
            "corner.yaml Zeile 18",
            "corner.yaml Zeile 21",
        ]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("nope", "ready are "),
        ("nope.yaml", "No such file"),
        (".", "Is a directory"),
    ],
)
def test_what_is_not_there_is_said_in_one_line(
    name: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["programme", "show", name]) == 2
    heard = capsys.readouterr()
    assert (heard.out, len(heard.err.splitlines())) == ("", 1)
    assert said in heard.err


def test_ready_programmes_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["programme", "list", "--lang", "de"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines if line[0] != " "] == list(blueprints())
    below = {line.strip() for line in lines if line[0] == " "}
    assert below == {about["de"] for about in abouts().values()}


def test_the_schema_is_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["programme", "schema"]) == 0
    assert "Edition" in json.loads(capsys.readouterr().out)["$defs"]


def test_it_needs_no_installation(tmp_path: Path) -> None:
    """In a process of its own, where nothing of Django is set up and no database is known."""
    code = "import sys; from regulars.cli import main; sys.exit(main(sys.argv[1:]))"
    done = subprocess.run(
        [sys.executable, "-c", code, "programme", "show", "cafe_points", "--lang", "de"],
        cwd=tmp_path,
        env={},
        capture_output=True,
        check=False,
        timeout=600,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert "Stammgäste" in done.stdout.decode()


def test_the_version_loads_nothing_heavy() -> None:
    code = (
        "import sys; from regulars.cli import main; main(['--version']); "
        "print(sorted(one for one in ('django', 'msgspec', 'babel') if one in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[1] == "[]"
