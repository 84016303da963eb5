"""The record of processing: what is kept of whom, why, how long, made from the privacy classes."""

from __future__ import annotations

from docs_text import MADE, table

from regulars.db import privacy
from regulars.db.privacy_beside import ABOUT_STAFF
from regulars.db.privacy_tables import ABOUT_CUSTOMERS, Held

PARTS: tuple[tuple[str, dict[str, Held]], ...] = (
    ("Customers", ABOUT_CUSTOMERS),
    ("People who work for the business", ABOUT_STAFF),
)
BEGIN = """\
What Regulars keeps of whom, why and for how long: the part of your record of processing (Article 30
of the GDPR) that the software knows. Every column of the database has a class; one that has none
fails the build of Regulars. Tables about nobody are left out."""
AFTER = {
    "goes": "the rows go",
    "emptied": "emptied of who it was",
    "stays": "stays under a number that leads to nobody",
    "": "holds nothing of its own",
}


def record_of_processing() -> str:
    """The page."""
    classes = [(f"`{name}`", text) for name, text in privacy.CARES.items()]
    parts = ["# What is kept of whom", MADE, BEGIN, "## Classes", table(("class", "what"), classes)]
    for title, tables in PARTS:
        parts += [f"## {title}", table(_head(title), (_row(title, *one) for one in tables.items()))]
    return "\n\n".join(parts) + "\n"


def _head(title: str) -> tuple[str, ...]:
    last = ("told as", "after erasure") if title == "Customers" else ()
    return ("table", "why", "how long", "columns by class", *last)


def _row(title: str, name: str, held: Held) -> tuple[str, ...]:
    columns = "; ".join(
        f"{care}: {', '.join(getattr(held, care).split())}"
        for care in privacy.CARES
        if getattr(held, care)
    )
    told = f"`{held.told_as}`" if held.told_as else "–"
    last = (told, AFTER[held.after]) if title == "Customers" else ()
    return (f"`{name}`", held.why, held.kept, columns, *last)
