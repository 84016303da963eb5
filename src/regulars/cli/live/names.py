"""Who somebody of a case is in the database, and back."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, TypeVar

import msgspec
from msgspec import Struct, field

from regulars.engine import arrivals
from regulars.engine.happenings import Activity, FoldFact, Opening
from regulars.engine.run import Change, Row

T = TypeVar("T")
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)")
OF_PEOPLE = ("referral", "friends")
"""Openings that speak of other people."""
NAMING = frozenset({"referral", "from", "into"})
"""Labels of acts that name them."""

PUBLIC_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Names(Struct):
    """The customers that stand for the people of a case: `customers` by name, and by what the
    engine calls each (`numbers`)."""

    customers: dict[str, int] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, customer: int, number: str) -> None:
        """Somebody of the case is this customer."""
        self.customers[name] = customer
        self.numbers[number] = name

    def number(self, name: str) -> str:
        """What the engine calls somebody; the name itself where nobody is called so."""
        return next((one for one, known in self.numbers.items() if known == name), name)

    def told(self, fact: FoldFact) -> FoldFact:
        """A fact as it is told to the database: people by what the engine calls them."""
        if isinstance(fact, Activity):
            labels = fact.labels
            people = {key: self.number(labels[key]) for key in NAMING & labels.keys()}
            return msgspec.structs.replace(fact, labels={**labels, **people}) if people else fact
        if not isinstance(fact, Opening) or fact.what not in OF_PEOPLE:
            return fact
        details = {self.number(key): self.number(one) for key, one in fact.details.items()}
        return msgspec.structs.replace(fact, name=self.number(fact.name), details=details)

    def text(self, told: str) -> str:
        """A text from the database with the names of the case in it."""
        return PUBLIC_ID.sub(lambda found: self.numbers.get(found[0], found[0]), told)

    def _said(self, value: Any, kind: type[T]) -> T:
        body = msgspec.json.encode(value).decode()
        return msgspec.json.decode(self.text(body), type=kind)

    def fact(self, fact: FoldFact) -> FoldFact:
        """A fact from the database with the names of the case in it."""
        found = arrivals.decode(self.text(arrivals.encode(fact).decode()))
        assert isinstance(found, FoldFact)  # noqa: S101 - it was one
        return found

    def rows(self, rows: list[Row]) -> list[Row]:
        """The same of transfers."""
        return self._said(rows, list[Row])

    def changes(self, changes: list[Change]) -> list[Change]:
        """The same of changes."""
        return self._said(changes, list[Change])

    def params(self, params: dict[str, Any]) -> dict[str, Any]:
        """The same of what completes an answer."""
        return {key: self._plain(one) for key, one in params.items()}

    def _plain(self, value: Any) -> Any:
        if isinstance(value, str):
            return moment(self.text(value))
        if isinstance(value, list | tuple):
            return type(value)(self._plain(one) for one in value)
        return value


def moment(text: str) -> Any:
    """The instant that a text is, else the text: what is kept as JSON has lost which it was."""
    if not INSTANT.fullmatch(text):
        return text
    return datetime.fromisoformat(text)
