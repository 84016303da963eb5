"""Data as text of a file: on one line, or as an entry of a list that is read line by line."""

from __future__ import annotations

import json
import re

from regulars.programmes.documents import Data, DecimalText
from regulars.programmes.documents.scalars import plain

LONG = 88
"""An entry that would be longer stands on several lines."""
_BARE = re.compile(r"[^\W_](?:[\w .%€$£+/()-]*[\w.%€$£+/()-])?")
_WORDS_OF_OTHERS = frozenset({"yes", "no", "on", "off", "y", "n"})


def flow(data: Data, as_json: bool = False) -> str:
    """Data on one line: `{kind: price, price: 50}`; in JSON, which YAML reads too, in quotes."""
    if isinstance(data, dict):
        inside = ", ".join(pair(key, one, as_json) for key, one in data.items())
        return f"{{{inside}}}"
    if isinstance(data, list):
        return f"[{', '.join(flow(one, as_json) for one in data)}]"
    if data is None:
        return "null"
    if isinstance(data, bool):
        return "true" if data else "false"
    if isinstance(data, int | DecimalText):
        return str(data)
    return json.dumps(data, ensure_ascii=False) if as_json else _text(data)


def pair(key: str, data: Data, as_json: bool = False) -> str:
    """`price: 50`."""
    name = json.dumps(key, ensure_ascii=False) if as_json else _text(key)
    return f"{name}: {flow(data, as_json)}"


def _text(text: str) -> str:
    bare = _BARE.fullmatch(text) and plain(text) == text and isinstance(plain(text), str)
    if bare and text.lower() not in _WORDS_OF_OTHERS:
        return text
    return json.dumps(text, ensure_ascii=False)


def entry(data: Data, column: int) -> str:
    """An entry of a list whose dashes stand at `column`, with its line end: on one line where it is
    short, else with one field on each."""
    dash = " " * column + "- "
    whole = dash + flow(data)
    if len(whole) <= LONG or not isinstance(data, dict):
        return whole + "\n"
    lines = [pair(key, one) for key, one in data.items()]
    return dash + f"\n{' ' * (column + 2)}".join(lines) + "\n"


def section(key: str, data: Data) -> str:
    """A section of the file with its line end; its entries on lines of their own."""
    if isinstance(data, list) and data:
        return f"{_text(key)}:\n" + "".join(entry(one, 2) for one in data)
    if isinstance(data, dict) and len(pair(key, data)) > LONG:
        inside = "".join(f"  {pair(name, one)}\n" for name, one in data.items())
        return f"{_text(key)}:\n{inside}"
    return pair(key, data) + "\n"
