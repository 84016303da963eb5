"""The documents as the tests read them: pages, fenced blocks, code inside sentences."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
ROOT_PAGES = ["README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"]
FENCE = re.compile(r"^ *```(\w*)[^\n]*\n(.*?)^ *```", flags=re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`([^`\n]+(?:\n[^`\n]+)?)`")
SHELL = {"", "sh", "console"}

sys.path.insert(0, str(ROOT / "tools"))


class Block(Struct, frozen=True, kw_only=True):
    """A fenced block: its language and its text without the indentation of a list."""

    language: str
    text: str


def pages() -> list[Path]:
    """Every page that people read, without decision records: those tell of their day."""
    found = [path for path in DOCS.rglob("*.md") if path.parent.name != "decisions"]
    return [*(ROOT / name for name in ROOT_PAGES), *sorted(found)]


def title(path: Path) -> str:
    return str(path.relative_to(ROOT))


def blocks(path: Path) -> Iterator[Block]:
    for language, text in FENCE.findall(path.read_text(encoding="utf-8")):
        lines = text.splitlines()
        indent = min((len(line) - len(line.lstrip()) for line in lines if line), default=0)
        yield Block(language=language, text="\n".join(line[indent:] for line in lines) + "\n")


def shell_lines(path: Path) -> Iterator[str]:
    """The commands of a page's shell blocks, continued lines joined, settings before them off."""
    for block in blocks(path):
        if block.language not in SHELL:
            continue
        for line in block.text.replace("\\\n", " ").splitlines():
            yield re.sub(r"^(?:\$ )?(?:[A-Z_]+=\S+ )*", "", line.strip())


def inline(path: Path) -> Iterator[str]:
    """Code inside sentences."""
    text = FENCE.sub("", path.read_text(encoding="utf-8"))
    for found in INLINE.findall(text):
        yield " ".join(found.split())
