"""A29: no regular expression of ours takes more than a moment, whatever it is given."""

from __future__ import annotations

import ast
import re
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

import pytest

from regulars.actions import following
from regulars.engine import texts
from regulars.programmes.cases import keys
from regulars.programmes.loading import programme_schema

SOURCE = Path(__file__).parents[2] / "src"
CALLS = {"compile", "search", "match", "fullmatch", "sub", "split", "findall", "finditer"}
SIZE = 100_000
MOST_SECONDS = 0.2
"""Of the processor. The slowest takes a thirtieth of it; one that looks back takes minutes."""
WORTH_READING = re.compile(
    r"\bre\.|PATTERN|regexp_|Regex|\b(?:form|Meta|compiled)\("  # what `compiled` looks for
)
SIGNS = "0a A.,-@=:;/'\"\t\n＝ł%_+("
SPOILERS = ("", "\x00", "!")
PER_CLASS = {"CATEGORY_DIGIT": "0", "CATEGORY_SPACE": " ", "CATEGORY_WORD": "a"}
OTHERWISE = {"CATEGORY_NOT_DIGIT": "a", "CATEGORY_NOT_SPACE": "a", "CATEGORY_NOT_WORD": "!"}
LITERALS_OF_DATABASE = re.compile(r"regexp_\w+\([^,]+, '([^']+)'\)")
HANDED = {"form": 1, "Meta": None, "compiled": 0}
"""What takes a pattern as text (`texts.compiled` makes it one in the end): which argument it is."""
OF_WORDS = "(made of the vocabulary)"
MADE_ELSEWHERE = {
    following.__name__: (  # of names, each as it is
        "re.compile('\\\\b(' + '|'.join(map(re.escape, renamed)) + ')\\\\b')",
    ),
    texts.__name__: ("re.compile(own, re.ASCII)",),  # what it is handed: see HANDED
    keys.__name__: ("re.compile(pattern, re.ASCII)",),  # from the vocabulary: asked for below
}


def compiled() -> Iterator[tuple[str, re.Pattern[str]]]:
    """Every pattern in the code, by where it stands: given as text, or kept by a module."""
    of_words = [*keys._windows().values(), *(one.pattern for one in keys._templates())]
    for number, pattern in enumerate(of_words):
        yield f"{keys.__name__}:1 {OF_WORDS} {number}", pattern
    for path in sorted(SOURCE.rglob("*.py")):
        name = ".".join(path.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__")
        if not WORTH_READING.search(text := path.read_text()):
            continue
        tree = ast.parse(text)
        yield from _kept_as_texts(tree, name)
        for node in ast.walk(tree):
            if _asks_re(node):
                yield from _pattern(node, name, path)
            elif isinstance(node, ast.Call) and _name_of(node.func) in HANDED:
                yield from _handed(node, name)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                for told in LITERALS_OF_DATABASE.findall(node.value):
                    yield f"{name}:{node.lineno} (SQL)", re.compile(told)


def _kept_as_texts(tree: ast.Module, name: str) -> Iterator[tuple[str, re.Pattern[str]]]:
    """What a module keeps as a text that is a pattern: `MONEY_PATTERN`."""
    for node in tree.body:
        target = node.targets[0] if isinstance(node, ast.Assign) else None
        if isinstance(target, ast.Name) and target.id.endswith("PATTERN"):
            text = getattr(import_module(name), target.id)
            yield f"{name}:{node.lineno} {target.id}", texts.compiled(text)


def _handed(node: ast.Call, name: str) -> Iterator[tuple[str, re.Pattern[str]]]:
    """A pattern written where it is handed on; a name stands for a text that a module keeps, what
    is read from a type (`of.pattern`) was handed to that type."""
    place = HANDED[_name_of(node.func)]
    given = [one.value for one in node.keywords if one.arg == "pattern"]
    given += node.args[place : place + 1] if place is not None else []
    for one in given:
        if isinstance(one, ast.Constant | ast.JoinedStr | ast.BinOp):
            yield f"{name}:{one.lineno} (text)", texts.compiled(ast.literal_eval(one))


def _name_of(called: ast.expr) -> str:
    return str(called.id) if isinstance(called, ast.Name) else ""


def _asks_re(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    owner = node.func.value
    asks = isinstance(owner, ast.Name) and owner.id == "re" and node.func.attr in CALLS
    return asks or node.func.attr in ("RegexField", "RegexValidator")


def _pattern(node: Any, name: str, path: Path) -> Iterator[tuple[str, re.Pattern[str]]]:
    place = f"{name}:{node.lineno}"
    if ast.unparse(node) in MADE_ELSEWHERE.get(name, ()):
        return
    try:
        yield place, re.compile(ast.literal_eval(node.args[0]))
    except ValueError:  # put together from parts: the module knows what came of it
        line = node.lineno
        for target in ast.walk(ast.parse(path.read_text())):
            if isinstance(target, ast.Assign | ast.AnnAssign) and target.lineno <= line <= (
                target.end_lineno or 0
            ):
                first = target.targets[0] if isinstance(target, ast.Assign) else target.target
                yield place, getattr(import_module(name), first.id)  # type: ignore[attr-defined]
                return
        pytest.fail(f"{place}: a pattern that cannot be looked at")


def example(parsed: Any) -> str:
    """A short text that the parsed pattern accepts, near enough to hurt it."""
    return "".join(_one(code, value) for code, value in parsed)


def _one(code: Any, value: Any) -> str:
    if code is sre.LITERAL:
        return chr(value)
    if code is sre.NOT_LITERAL or code is sre.ANY:
        return "a"
    if code is sre.IN:
        return _of_class(value)
    if code is sre.BRANCH:
        return example(value[1][0])
    if code is sre.SUBPATTERN:
        return example(value[3])
    if code in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT):
        return example(value[2]) * max(value[0], 1)
    return ""


def _of_class(parts: list[Any]) -> str:
    kind, value = parts[0]
    if kind is sre.NEGATE:
        return "a"
    if kind is sre.CATEGORY:
        return {**PER_CLASS, **OTHERWISE}.get(str(value), "a")
    return chr(value if kind is sre.LITERAL else value[0])


def hostile(pattern: re.Pattern[str]) -> Iterator[str]:
    """Long texts: one sign, or what the pattern likes, again and again, spoilt at the end."""
    told = (
        pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    )
    tree = parser.parse(told, pattern.flags)
    liked = {example(tree), *(example([one]) for one in tree), *SIGNS}
    for piece in sorted(filter(None, liked)):
        for spoiler in SPOILERS:
            yield piece * (SIZE // len(piece)) + spoiler


def ways(place: str) -> set[str]:
    """How the code asks a pattern that a module keeps by name; any way for others."""
    if OF_WORDS in place:
        return {"fullmatch"}
    module, _, line = place.partition(":")
    name = module.replace(".", "/")
    path = next(one for one in SOURCE.rglob("*.py") if name in str(one.with_suffix("")))
    told = path.read_text().splitlines()[int(line.split()[0]) - 1]
    kept = re.match(r"([A-Z_]+) = re\.compile", told)
    if kept is None:
        return {"fullmatch", "match", "search"}
    uses = rf"\b{kept[1]}\.(fullmatch|match|search|sub|split|findall|finditer)\b"
    found = {way for one in SOURCE.rglob("*.py") for way in re.findall(uses, one.read_text())}
    anywhere = {"sub": "search", "split": "search", "findall": "search", "finditer": "search"}
    return {anywhere.get(way, way) for way in found} or {"fullmatch", "match", "search"}


def slowest(pattern: re.Pattern[Any], *asked: str) -> float:
    """The longest that the pattern took, in seconds; stops at the first that takes too long."""
    worst = 0.0
    for text in hostile(pattern):
        for way in asked:
            read = text if isinstance(pattern.pattern, str) else text.encode()
            spent = _timed(getattr(pattern, way), read)
            if spent > MOST_SECONDS:  # whatever else the process did meanwhile, it did once
                spent = min(spent, _timed(getattr(pattern, way), read))
            worst = max(worst, spent)
            if worst > MOST_SECONDS:
                return worst
    return worst


def _timed(look: Callable[[Any], object], text: Any) -> float:
    began = time.thread_time()
    look(text)
    return time.thread_time() - began


FOUND = dict(compiled())


def test_all_patterns_were_found() -> None:
    calls = sum(
        len(re.findall(r"\bre\.(?:compile|search|match|fullmatch|sub|split|findall)\(", text))
        for text in (path.read_text() for path in SOURCE.rglob("*.py"))
    )
    assert len(FOUND) >= calls >= 20


def test_every_pattern_of_a_programme_file_was_found() -> None:
    asked = set(_asked(programme_schema()))
    found = {pattern.pattern for pattern in FOUND.values()}
    assert len(asked) >= 10
    assert {one for one in asked if texts.compiled(one).pattern not in found} == set()


def _asked(part: Any) -> Iterator[str]:
    if isinstance(part, dict) and isinstance(part.get("pattern"), str):
        yield part["pattern"]
    inside = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
    for one in inside:
        yield from _asked(one)


@pytest.mark.parametrize("place", sorted(FOUND))
def test_a_pattern_is_quick_whatever_it_reads(place: str) -> None:
    assert slowest(FOUND[place], *ways(place)) <= MOST_SECONDS


def test_saboteur_a_slow_pattern_is_noticed() -> None:
    assert _timed(re.compile(r"(a+)+b").match, "a" * 25 + "!") > MOST_SECONDS
    assert slowest(re.compile(r"a{1,20000}b"), "search") > MOST_SECONDS
