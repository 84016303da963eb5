"""A result's table as rows of a download: people by the random id of their page and their name."""

from __future__ import annotations

from collections.abc import Iterator

from regulars.console.exports import Cell
from regulars.console.insights.answers import Answer, Row
from regulars.db.queries import results

BATCH = 5_000
PERSON = "customer_id"


def header(answer: Answer, table: str) -> list[str]:
    """The names of the columns, as the measure calls them."""
    return [head for name in answer.tables[table].kinds for head in _heads(name)]


def _heads(name: str) -> list[str]:
    return ["customer", "name"] if name == PERSON else [name]


def rows(answer: Answer, table: str) -> Iterator[list[Cell]]:
    """The rows; people are looked up some thousands at a time."""
    columns = list(answer.tables[table].kinds)
    found = answer.rows(table)
    for start in range(0, len(found), BATCH):
        batch = found[start : start + BATCH]
        people = results.people(row[PERSON] for row in batch) if PERSON in columns else {}
        for row in batch:
            yield _cells(row, columns, people)


def _cells(row: Row, columns: list[str], people: dict[str, results.Person]) -> list[Cell]:
    cells: list[Cell] = []
    for name in columns:
        if name == PERSON:
            found = people.get(row[name])
            cells += [str(found.public_id), found.name] if found else ["", ""]
        else:
            cells.append(row[name])
    return cells
