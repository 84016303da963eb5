"""From the cells that tell of a person to a `Who`."""

from __future__ import annotations

from datetime import date

import msgspec
from msgspec import Struct

from regulars.engine.facts import Identifier, IdentifierKind, Profile, Who
from regulars.identity import IdentityError, normalise, without_cards
from regulars.sources.files.cells import CellProblem, clean
from regulars.sources.files.dates import DateReader

KINDS: dict[str, IdentifierKind] = {
    "customer": "external",
    "card": "card",
    "email": "email",
    "phone": "phone",
}
"""Fields that recognise a person, strongest first, and the kinds of their identifiers."""

PERSON = (*KINDS, "name", "first_name", "last_name", "birth_date", "country", "language")
LENGTHS = {"name": 200, "first_name": 100, "last_name": 99, "country": 60, "language": 10}
ATTRIBUTE = "attribute:"
ATTRIBUTE_LENGTH = 500
encode_who = msgspec.json.Encoder(order="deterministic").encode
decode_who = msgspec.json.Decoder(Who).decode


class Person(Struct, frozen=True, gc=False):
    """Whom a row is about: the customer's key for counting and grouping, and the whole `Who` as
    JSON. Both are None for a guest."""

    customer: str | None
    who: str | None


GUEST = Person(None, None)


class PersonReader:
    """Reads the person of a row from the cells of `fields`, in that order."""

    def __init__(self, fields: tuple[str, ...], region: str, dates: DateReader) -> None:
        self._fields, self._region, self._dates = fields, region, dates

    def read(self, cells: tuple[str, ...]) -> Person:
        """The person, or GUEST without an identifier. Raises CellProblem."""
        told = dict(zip(self._fields, cells, strict=True))
        found = [
            Identifier(kind, self._identifier(field, kind, told[field]))
            for field, kind in KINDS.items()
            if told.get(field, "").strip()
        ]
        if not found:
            return GUEST
        who = Who(identifiers=tuple(found), profile=self._profile(told))
        key = found[0].value if found[0].kind == "external" else f"{found[0].kind}:{found[0].value}"
        return Person(key, encode_who(who).decode())

    def _identifier(self, field: str, kind: str, cell: str) -> str:
        text = clean(field, cell)
        try:
            return normalise(kind, text, region=self._region)
        except IdentityError as error:
            params = {"value": text[:60]} | error.params
            if error.code == "looks_like_payment_card":
                params = {}
            raise CellProblem(field, error.code, params) from error

    def _profile(self, told: dict[str, str]) -> Profile | None:
        texts = {
            field: without_cards(clean(field, told[field], limit)) if told.get(field) else ""
            for field, limit in LENGTHS.items()
        }
        name = texts["name"] or f"{texts['first_name']} {texts['last_name']}".strip()
        profile = Profile(
            name=name,
            language=texts["language"],
            country=texts["country"],
            birth_date=self._birth_date(told.get("birth_date", "")),
            attributes=_attributes(told),
        )
        return None if profile == NOTHING_TOLD else profile

    def _birth_date(self, cell: str) -> date | None:
        text = clean("birth_date", cell)
        if not text:
            return None
        found = self._dates.day(text)
        if found is None:
            raise CellProblem("birth_date", "bad_date", {"value": text[:60]})
        return found


NOTHING_TOLD = Profile()


def _attributes(told: dict[str, str]) -> dict[str, str]:
    found = {
        field.removeprefix(ATTRIBUTE): without_cards(clean(field, cell, ATTRIBUTE_LENGTH))
        for field, cell in told.items()
        if field.startswith(ATTRIBUTE)
    }
    return {name: value for name, value in found.items() if value}
