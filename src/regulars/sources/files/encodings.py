"""Which encoding a text file is in: told by its mark, by being UTF-8, or by its letters."""

from __future__ import annotations

import codecs
import io
from pathlib import Path

from regulars.sources.files.opened import Guarded, nothing
from regulars.sources.files.problems import FileProblem
from regulars.sources.files.shapes import Limits

BLOCK = 1 << 18
FAR = 256 * 2**20
ENOUGH = 1 << 16
CANDIDATES = ("cp1252", "cp1250", "iso8859-2")
WRITTEN = frozenset(
    "äöüßÄÖÜẞąćęłńóśźżĄĆĘŁŃÓŚŹŻăâîșț\u015f\u0163ĂÂÎȘȚ\u015e\u0162"
    "áàãåæçéèêëíìïñòôõøœúùûýčďěňřšťůžőűÁÀÃÅÆÇÉÈÊËÍÌÏÑÒÔÕØŒÚÙÛÝČĎĚŇŘŠŤŮŽŐŰđĐ"
)
SIGNS = frozenset("€£–—„”“’‘…°§\u00a0")
"""Letters and other signs that orders in Central and Western Europe are written with."""


def encoding_of(path: Path, limits: Limits, told: str = "") -> str:
    """The encoding as Python names it. Raises FileProblem if the one told is unknown."""
    if told:
        return _known(path, told)
    with io.BufferedReader(Guarded(path, limits, nothing), BLOCK) as stream:
        head = stream.read(BLOCK)
        marked = _marked(head)
        return marked or _by_content(_telling(head, stream))


def _known(path: Path, told: str) -> str:
    try:
        # Python knows codecs that are no encodings of text, such as base64: these it refuses.
        io.TextIOWrapper(io.BytesIO(), told).close()
        name = codecs.lookup(told).name
    except (LookupError, ValueError) as error:
        raise FileProblem("bad_encoding", file=path.name, encoding=told) from error
    return "utf-8-sig" if name == "utf-8" else name


def _marked(head: bytes) -> str:
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    return ""


def _telling(head: bytes, stream: io.BufferedReader[Guarded]) -> bytes:
    """Lines with bytes beyond ASCII: of the head, or of the first block further on."""
    block, read, first = head, len(head), 0
    while block and block.isascii() and read < FAR:
        block = stream.read(BLOCK)
        read, first = read + len(block), 1
    lines = block.split(b"\n")
    inner = lines[first:-1] if len(lines) > 2 else lines
    return b"\n".join(line for line in inner or lines if not line.isascii())[:ENOUGH]


def _by_content(sample: bytes) -> str:
    """UTF-8 if most lines are that, so that one broken line does not change the reading of all
    others; else the code page in which the signs make letters."""
    lines = sample.split(b"\n")
    if 2 * sum(map(_is_utf8, lines)) >= len(lines):
        return "utf-8-sig"
    return _by_letters(sample)


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _by_letters(sample: bytes) -> str:
    scores = {name: _score(sample, name) for name in CANDIDATES}
    best = max(CANDIDATES, key=lambda name: scores[name])
    return best if scores[best] >= 5 else _guessed(sample)


def _score(sample: bytes, encoding: str) -> int:
    """How many tenths of the signs beyond ASCII are letters that orders are written with."""
    beyond = [sign for sign in sample.decode(encoding, "replace") if not sign.isascii()]
    known = sum(2 if sign in WRITTEN else 1 if sign in SIGNS else -2 for sign in beyond)
    return known * 5 // len(beyond)


def _guessed(sample: bytes) -> str:
    from charset_normalizer import from_bytes  # noqa: PLC0415 - slow to load, seldom needed

    found = from_bytes(sample).best()
    return found.encoding if found else "cp1252"
