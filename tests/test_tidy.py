"""The house style, checked: sizes, floats, words, and what must never be committed."""

from __future__ import annotations

import ast
import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "regulars"
MOST_LINES = 400
MOST_FUNCTION_LINES = 50
MOST_PARAMETERS = 6
MANY_OF = {"__init__.py", "conftest.py"}
FLOATS_ALLOWED = ("insight", "console/charts", "run")


def committed() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


FILES = committed()
PYTHON = [path for path in FILES if path.suffix == ".py" and "migrations" not in path.parts]
CODE = [path for path in PYTHON if SOURCE in path.parents]
TEXTS = [
    path
    for path in FILES
    if path.suffix in {".py", ".md", ".html", ".txt", ".toml", ".yaml", ".css", ".js", ".po", ""}
]


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_files_are_small() -> None:
    lines = {name(path): len(path.read_text().splitlines()) for path in PYTHON}
    assert {at: count for at, count in lines.items() if count > MOST_LINES} == {}


def test_no_two_tests_have_one_file_name() -> None:
    """Test folders are no packages: of two files with one name, one would not be collected."""
    counted = Counter(path.name for path in PYTHON if ROOT / "tests" in path.parents)
    assert [one for one, count in counted.items() if count > 1 and one not in MANY_OF] == []


def test_functions_are_small() -> None:
    long = {
        f"{name(path)}:{node.name}": node.end_lineno - node.lineno + 1
        for path in PYTHON
        for node in functions(path)
        if node.end_lineno and node.end_lineno - node.lineno + 1 > MOST_FUNCTION_LINES
    }
    assert long == {}


def test_functions_take_few_parameters() -> None:
    many = {
        f"{name(path)}:{node.name}"
        for path in CODE
        for node in functions(path)
        if len([*node.args.args, *node.args.kwonlyargs]) - _has_self(node) > MOST_PARAMETERS
    }
    assert many == set()


def _has_self(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return bool(node.args.args) and node.args.args[0].arg in {"self", "cls"}


def test_no_float_touches_money_outside_insight() -> None:
    floats = set()
    for path in CODE:
        room = str(path.relative_to(SOURCE))
        if not room.startswith(("engine", "db", "identity", "ledger")):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            constant = isinstance(node, ast.Constant) and isinstance(node.value, float)
            if constant or (isinstance(node, ast.Name) and node.id == "float"):
                floats.add(f"{name(path)}:{node.lineno}")
    assert floats == set()


@pytest.mark.parametrize("room", ["engine", "identity", "insight", "ledger", "programmes"])
def test_pure_rooms_have_no_clock_and_no_chance(room: str) -> None:
    wrong = set()
    for path in CODE:
        if SOURCE / room not in path.parents:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute) and node.attr in {"now", "today", "utcnow"}:
                wrong.add(f"{name(path)}:{node.lineno}")
            if isinstance(node, ast.Import) and {alias.name for alias in node.names} & CHANCE:
                wrong.add(f"{name(path)}:{node.lineno}")
    assert wrong == set()


DOCUMENTED = {"engine", "identity", "insight", "ledger", "programmes", "actions"}
CHANCE = {"random", "secrets", "time", "uuid"}


def test_packages_and_pure_functions_are_documented() -> None:
    missing = set()
    for path in CODE:
        tree = ast.parse(path.read_text())
        if path.name == "__init__.py" and tree.body and not ast.get_docstring(tree):
            missing.add(name(path))
        if path.relative_to(SOURCE).parts[0] not in DOCUMENTED:
            continue
        for node in tree.body:
            public = isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
            if public and not ast.get_docstring(node):  # type: ignore[arg-type]
                missing.add(f"{name(path)}:{node.name}")  # type: ignore[attr-defined]
    assert missing == set()


FORBIDDEN = {
    "an address of a package registry": r"p[y]pi\.org|python[h]osted\.org|npm[j]s\.org",
    "a path of somebody's machine": r"(?<![\w.])/(?:w[o]rk|r[o]ot|h[o]me)/[a-z]",
    "work left open": r"\b(?:TO[D]O|FIX[M]E|X[X]X)\b|NotImplemented[E]rror",
    "loading that runs code": r"\bp[i]ckle\.|yaml\.l[o]ad\(|\be[v]al\(|\be[x]ec\(",
    "old letters for ș and ț": "[\u015e\u015f\u0162\u0163]",
}
LETTERS_ALLOWED = ("identity", "test", "corner_coffee", "headers")


@pytest.mark.parametrize("what", FORBIDDEN)
def test_nothing_forbidden_is_committed(what: str) -> None:
    pattern = re.compile(FORBIDDEN[what])
    found = set()
    for path in TEXTS:
        if "letters" in what and any(word in name(path) for word in LETTERS_ALLOWED):
            continue
        text = path.read_text(errors="replace")
        found |= {f"{name(path)}: {match.group()}" for match in pattern.finditer(text)}
    assert found == set()


def test_lock_files_hold_hashes_and_no_addresses() -> None:
    for path in (ROOT / "requirements").glob("*.txt"):
        text = path.read_text()
        assert "://" not in text, name(path)
        assert text.count("--hash=sha256:") >= text.count("=="), name(path)
