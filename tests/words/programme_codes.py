"""Every code that the engine can say, read from its source, with the parameters beside it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from regulars import engine

SOURCE = Path(engine.__file__).parent


class Said(Struct, frozen=True):
    """One place that says a code: `code` is a pattern, `params` those that stand beside it."""

    code: str
    params: frozenset[str]
    place: str

    def fits(self, code: str) -> bool:
        return re.fullmatch(self.code, code) is not None


def said(name: str, position: int) -> list[Said]:
    """Every call of `name` (`say`, `Sentence`, `refused`) with the code at this position."""
    return [one for path in sorted(SOURCE.rglob("*.py")) for one in _in_file(path, name, position)]


def _in_file(path: Path, name: str, position: int) -> Iterator[Said]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    calls = {}
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            for node in ast.walk(function):
                if isinstance(node, ast.Call) and _called(node) == name:
                    calls[node] = function
    for call, function in calls.items():
        if len(call.args) > position:
            for code in _codes(call.args[position], function):
                params = frozenset(word.arg or "**" for word in call.keywords)
                yield Said(code, params, f"{path.name}:{call.lineno}")


def _called(call: ast.Call) -> str:
    function = call.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _codes(node: ast.expr, function: ast.FunctionDef) -> Iterator[str]:
    """The codes that an expression can be, as patterns; `.+` where the source does not tell."""
    if isinstance(node, ast.Constant):
        yield re.escape(str(node.value))
    elif isinstance(node, ast.IfExp):
        yield from _codes(node.body, function)
        yield from _codes(node.orelse, function)
    elif isinstance(node, ast.JoinedStr):
        yield "".join(_part(one) for one in node.values)
    elif isinstance(node, ast.BinOp):
        for left in _codes(node.left, function):
            yield from (left + right for right in _codes(node.right, function))
    elif isinstance(node, ast.Name):
        yield from _assigned(node.id, function) or [".+"]
    else:
        yield ".+"


def _part(node: ast.expr) -> str:
    return re.escape(str(node.value)) if isinstance(node, ast.Constant) else ".+"


def _assigned(name: str, function: ast.FunctionDef) -> list[str]:
    found: list[str] = []
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and any(_is(one, name) for one in node.targets):
            if not _names(node.value, name):
                found += _codes(node.value, function)
            else:
                found += [one for one in _codes_but(node.value, name, function) if one != ".+"]
        if isinstance(node, ast.AugAssign) and _is(node.target, name):
            found += [f"{one}{more}" for one in found for more in _codes(node.value, function)]
    return [one for one in found if one]


def _codes_but(node: ast.expr, name: str, function: ast.FunctionDef) -> Iterator[str]:
    """The codes of an expression that may also leave `name` as it is."""
    if isinstance(node, ast.IfExp):
        yield from _codes_but(node.body, name, function)
        yield from _codes_but(node.orelse, name, function)
    elif not _is(node, name):
        yield from _codes(node, function)


def _is(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _names(node: ast.expr, name: str) -> bool:
    return any(isinstance(one, ast.Name) and one.id == name for one in ast.walk(node))
