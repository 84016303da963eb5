"""What every column of the schema means for the people in it: its privacy class.

Each table that the database holds is described in `privacy_tables` or `privacy_beside`: why it is
kept, how long, and its columns by class. The member's own download, erasing and the record of
processing in the documentation are made from it; a column that is not described fails the build.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from regulars.db.privacy_beside import ABOUT_STAFF, OF_NOBODY
from regulars.db.privacy_tables import ABOUT_CUSTOMERS, Held

Care = Literal["who", "did", "made", "joins", "staff", "nobody"]
CARES: dict[Care, str] = {
    "who": "says who a customer is, or what somebody said of them. Told to them; gone after "
    "erasure.",
    "did": "what a customer did, agreed to, holds. Told to them; what the books need stays after "
    "erasure under a number that leads to nobody.",
    "made": "worked out from the two above, or a copy of them that goes by itself. Not told twice.",
    "joins": "a number, a key or a hash that joins rows or lets somebody in. Says nothing to "
    "whoever reads it.",
    "staff": "about somebody who works for the business. Not told to customers.",
    "nobody": "of the business or of the machine: about nobody.",
}
THEIRS: tuple[Care, ...] = ("who", "did")
"""The classes that a customer is told."""
TABLES: dict[str, Held] = {**ABOUT_CUSTOMERS, **ABOUT_STAFF, **OF_NOBODY}


class Column(Struct, frozen=True, kw_only=True):
    """A column with its class."""

    table: str
    name: str
    care: Care


def columns() -> Iterator[Column]:
    """Every column that is described."""
    for table, held in TABLES.items():
        for care in CARES:
            for name in getattr(held, care).split():
                yield Column(table=table, name=name, care=care)


def told(table: str) -> tuple[str, ...]:
    """The columns of a table that are a customer's own."""
    held = TABLES[table]
    return tuple(name for care in THEIRS for name in getattr(held, care).split())


def told_tables() -> dict[str, str]:
    """Under which name a customer is told of which table."""
    return {held.told_as: table for table, held in TABLES.items() if held.told_as}


def going() -> tuple[str, ...]:
    """The tables of which every row of a customer goes with them."""
    return tuple(table for table, held in TABLES.items() if held.after == "goes")
