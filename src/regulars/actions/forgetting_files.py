"""Somebody who is forgotten goes from what imports keep as well: the examples that a file's columns
were shown with, and the rows that did not go in and wait to be corrected."""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec
from msgspec import Struct, structs

from regulars.actions.drafts import Draft, draft_of, mapping_of, rejected_file
from regulars.db.models import ImportRun
from regulars.sources.files.guard import freed
from regulars.sources.files.shapes import ENCODED, Limits

LEAST_DIGITS = 7
"""So many of the last digits of a phone number are its own, however its beginning is written."""
NOT_DIGITS = re.compile(r"\D")


class Traces(Struct, frozen=True, kw_only=True):
    """By what rows of files are somebody's: texts in small letters, the ends of phone numbers."""

    texts: frozenset[str]
    endings: frozenset[str]

    def of(self, cell: str) -> bool:
        """Whether a cell names them, also one that is guarded from being a formula."""
        cell = freed(cell.strip())
        digits = NOT_DIGITS.sub("", cell)[-LEAST_DIGITS:]
        return cell.casefold() in self.texts or digits in self.endings

    def within(self, text: str) -> bool:
        """Whether a longer text does."""
        small = text.casefold()
        return any(one in small for one in self.texts)

    def anywhere(self, told: object) -> bool:
        """Whether any text in what was read from JSON does."""
        return any(self.of(text) or self.within(text) for text in _texts(told))


def _texts(told: object) -> Iterator[str]:
    if isinstance(told, str):
        yield told
    elif isinstance(told, dict):
        for pair in told.items():
            yield from _texts(list(pair))
    elif isinstance(told, list):
        for one in told:
            yield from _texts(one)


def traces(names: Iterable[str], identifiers: Iterable[tuple[str, str]]) -> Traces:
    """Of somebody of these names, with these identifiers by kind."""
    known = list(identifiers)
    texts = {one.casefold() for one in names} | {one.casefold() for _kind, one in known}
    phones = {NOT_DIGITS.sub("", one)[-LEAST_DIGITS:] for kind, one in known if kind == "phone"}
    return Traces(
        texts=frozenset(texts - {""}),
        endings=frozenset(one for one in phones if len(one) == LEAST_DIGITS),
    )


def forget_in_files(whose: Traces) -> None:
    """Take somebody out of every import that is still known."""
    for run in ImportRun.objects.select_for_update().exclude(proposal=None):
        if whose.anywhere(run.proposal):
            bare = msgspec.to_builtins(without_examples(draft_of(run)))
            ImportRun.objects.filter(id=run.id).update(proposal=bare)
    for run in ImportRun.objects.exclude(rejected_path=""):
        if (path := rejected_file(run)) is not None:
            _rewrite(run, path, whose)


def without_examples(draft: Draft) -> Draft:
    """What is known of a file without anything that stands in its rows."""
    found, check = draft.found, draft.check
    if found is not None:
        columns = tuple(structs.replace(one, examples=()) for one in found.columns)
        asked = tuple(structs.replace(one, example="") for one in found.questions)
        found = structs.replace(found, columns=columns, questions=asked)
    if check is not None:
        check = structs.replace(check, first=(), problems=())
    return structs.replace(draft, found=found, check=check)


def _rewrite(run: ImportRun, path: Path, whose: Traces) -> None:
    """Write the rows anew that are not theirs, in the same encoding; killed, all is as before."""
    mapping = mapping_of(run)
    layout = mapping.layout if mapping else None
    encoding = layout.encoding if layout and layout.encoding in ENCODED else "utf-8-sig"
    delimiter = layout.delimiter if layout and layout.format == "delimited" else ","
    fresh = path.with_suffix(".fresh")
    # Cells that were too many for their row stand in the last one, together.
    csv.field_size_limit(2 * Limits().line_bytes)
    gone = 0
    with (
        path.open(encoding=encoding, errors="replace", newline="") as old,
        fresh.open("w", encoding=encoding, errors="replace", newline="") as new,
    ):
        writer = csv.writer(new, delimiter=delimiter)
        for row in csv.reader(old, delimiter=delimiter):
            if any(map(whose.of, row)):
                gone += 1
            else:
                writer.writerow(row)
    if gone:
        os.replace(fresh, path)
    else:
        fresh.unlink()
