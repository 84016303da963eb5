"""The settings of the machine's own installation: `NAME=value` lines that the service reads, and
commands too where nobody says which installation they are about."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from pathlib import Path

PLACE = Path("/etc/regulars/settings.env")
CHOOSING = ("REGULARS_DATA", "DATABASE_URL")
"""Whoever sets one of these means an installation of their own."""


def read(text: str) -> dict[str, str]:
    """Names and values, as systemd reads such a file: comments and blank lines left out, a value in
    quotation marks without them."""
    pairs = (line.partition("=") for line in map(str.strip, text.splitlines()))
    return {
        name.strip(): _bare(value.strip())
        for name, sign, value in pairs
        if sign and not name.startswith(("#", ";"))
    }


def _bare(value: str) -> str:
    quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
    return value[1:-1] if quoted else value


def merged(text: str, ours: Mapping[str, str]) -> str:
    """`text` with our values in their lines, or below where they are missing; the rest stays."""
    left = dict(ours)
    lines = []
    for line in text.splitlines():
        name = line.partition("=")[0].strip()
        lines.append(f"{name}={left.pop(name)}" if name in left else line)
    return "\n".join([*lines, *(f"{name}={value}" for name, value in left.items())]) + "\n"


def apply(environ: MutableMapping[str, str], place: Path = PLACE) -> None:
    """Add what the file says; what is set already wins. Nothing where the file is not for us."""
    if any(environ.get(name) for name in CHOOSING):
        return
    try:
        text = place.read_text(encoding="utf-8")
    except OSError:
        return
    for name, value in read(text).items():
        environ.setdefault(name, value)
