"""Case files: YAML, JSON, or Markdown with YAML blocks, to places that hold one case each."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import PurePath

from msgspec import Struct

from regulars.programmes.cases.problems import Located, Node, Reason
from regulars.programmes.documents import Document, read

MARKDOWN = frozenset({".md", ".markdown"})
FORMAT = 1
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})[ \t]*([\w+-]*)[^\n`]*$")
_CASE_WORDS = frozenset({"edition", "events", "expect", "expect_by_policy"})
_MEANT = re.compile(r"\b(?:edition|events|expect|expect_by_policy)\b[\"']?\s*:")
_FILE_WORDS = frozenset({"format", "cases"})


class CaseFile(Struct, frozen=True):
    """Where the cases of one file stand, and what is wrong with the file."""

    name: str
    cases: tuple[Node, ...] = ()
    problems: tuple[Located, ...] = ()


class Block(Struct, frozen=True):
    """A fenced block of a Markdown page: its text and the line (from 1) on which that begins."""

    text: str
    line: int


def read_cases(text: str | bytes, name: str) -> CaseFile:
    """The cases of the file called `name`: a bare list, or `format: 1` with `cases:`.

    In Markdown every block marked `yaml` that holds cases counts; prose and other blocks do not.
    """
    if PurePath(name).suffix.lower() not in MARKDOWN:
        return _of_document(read(text, name), name)
    page = _decoded(text)
    if page is None:
        return _of_document(read(text, name), name)
    return _of_page(page, name)


def holds_cases(document: Document) -> bool:
    """Whether a document is meant as cases, rather than as a programme or anything else."""
    data = document.data
    if isinstance(data, dict):
        return "cases" in data
    return isinstance(data, list) and any(
        isinstance(one, dict) and _CASE_WORDS & one.keys() for one in data
    )


def _decoded(text: str | bytes) -> str | None:
    if isinstance(text, str):
        return text
    try:
        return text.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None


def _of_page(page: str, name: str) -> CaseFile:
    files = [one for block in blocks(page) if (one := _of_block(block, name))]
    cases = tuple(case for file in files for case in file.cases)
    problems = [one for file in files for one in file.problems]
    if not cases and not problems:
        problems.append(_whole(name, "case_none_in_file"))
    return CaseFile(name, cases, tuple(problems))


def _of_block(block: Block, name: str) -> CaseFile | None:
    """The cases of a block; a broken one counts if it looks as if it held some."""
    document = read(block.text, name, block.line)
    meant = _MEANT.search(block.text) if document.problems else holds_cases(document)
    return _of_document(document, name) if meant else None


def _of_document(document: Document, name: str) -> CaseFile:
    if document.problems:
        return CaseFile(name, problems=_problems(document))
    node = Node(document, "", document.data)
    problems: list[Located] = []
    listed = _listed(node, problems) if isinstance(document.data, dict) else node
    if listed and not isinstance(listed.data, list):
        problems.append(listed.wrong("case_not_a_list"))
    cases = tuple(listed.items()) if listed else ()
    if not cases and not problems:
        problems.append(_whole(name, "case_none_in_file"))
    return CaseFile(name, cases, tuple(problems))


def _listed(node: Node, problems: list[Located]) -> Node | None:
    """The list under `cases`; the rest of the file must be what its format says."""
    version = node.child("format")
    if version is None:
        problems.append(node.wrong("case_no_format", format=FORMAT))
    elif version.data != FORMAT or isinstance(version.data, bool):
        problems.append(version.wrong("case_other_format", format=FORMAT))
    for entry in node.entries():
        if entry.key not in _FILE_WORDS:
            known = " · ".join(sorted(_FILE_WORDS))
            problems.append(entry.node.wrong("case_file_word", word=entry.key, known=known))
    return node.child("cases")


def blocks(page: str) -> Iterable[Block]:
    """The fenced blocks of a page that are marked as YAML or JSON."""
    fence, kind, begun = "", "", 0
    lines = page.split("\n")
    for at, line in enumerate(lines):
        found = _FENCE.match(line.rstrip("\r"))
        if not fence and found:
            fence, kind, begun = found[1], found[2].lower(), at + 1
        elif fence and found and found[1].startswith(fence) and not found[2]:
            if kind in ("yaml", "yml", "json"):
                yield Block("\n".join(lines[begun:at]), begun + 1)
            fence = ""
    if fence and kind in ("yaml", "yml", "json"):
        yield Block("\n".join(lines[begun:]), begun + 1)


def _problems(document: Document) -> tuple[Located, ...]:
    return tuple(
        Located(document.name, one.line, one.path, Reason(one.code, one.params))
        for one in document.problems
    )


def _whole(name: str, code: str) -> Located:
    return Located(name, 1, "", Reason(code))
