"""Pieces of pages: tables, and the names of types as people read them."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from msgspec import Meta

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
SOURCE = ROOT / "src" / "regulars"
MADE = "*This page is made from the code of this version.*"

Cells = Iterable[object]


def table(head: Cells, rows: Iterable[Cells]) -> str:
    lines = [head, ["---"] * len(list(head)), *rows]
    return "\n".join(f"| {' | '.join(map(_cell, line))} |" for line in lines)


def _cell(value: object) -> str:
    return " ".join(str(value).split()).replace("|", "\\|")


def annotation(hint: Any) -> tuple[Any, Meta | None]:
    if typing.get_origin(hint) is typing.Annotated:
        kind, *metas = typing.get_args(hint)
        return kind, next((meta for meta in metas if isinstance(meta, Meta)), None)
    return hint, None


def type_name(hint: Any, meta: Meta | None = None) -> str:
    hint, inner = annotation(hint)
    meta = meta or inner
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Literal:
        return ", ".join(f"`{value}`" for value in arguments)
    if origin in (typing.Union, types.UnionType):
        kinds = [type_name(kind) for kind in arguments if kind is not type(None)]
        return " or ".join([*kinds, *(["nothing"] if type(None) in arguments else [])])
    if origin in (tuple, list):
        return f"list of {type_name(arguments[0])}"
    if origin is dict:
        return "mapping of texts"
    return PLAIN.get(hint, getattr(hint, "__name__", str(hint))) + _bounds(meta)


PLAIN: dict[Any, str] = {
    str: "text", int: "whole number", float: "number", bool: "yes or no",
}  # fmt: skip


def _bounds(meta: Meta | None) -> str:
    if meta is None:
        return ""
    said = [
        f"from {meta.ge}" if meta.ge is not None else "",
        f"above {meta.gt}" if meta.gt is not None else "",
    ]
    said += [f"to {meta.le}" if meta.le is not None else ""]
    if meta.max_length is not None:
        said.append(f"at most {meta.max_length} letters")
    if meta.pattern:
        said.append(f"`{meta.pattern}`")
    text = " ".join(filter(None, said))
    return f", {text}" if text else ""
