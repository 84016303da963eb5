"""From the text of a cell to its value, remembered, so that a value met again costs a look-up."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Hashable, Sequence
from typing import TypeVar

from regulars.identity import fold, is_surely_a_card, looks_like_payment_card, without_cards
from regulars.sources.files.dates import DateReader, Instant
from regulars.sources.files.guard import freed
from regulars.sources.files.numbers import to_micro

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
REMEMBERED = 200_000
LIMIT = 10_000
NAME = 200
CODE = 100

CANCELLED = """cancelled canceled cancel void voided annulled storniert storno annulliert
abgebrochen anulowane anulowana anulowany anulat anulata anulată"""
REFUNDED = """refund refunded return returned returns credit gutschrift rückgabe retoure retour
erstattet erstattung rückerstattung rückerstattet zwrot zwrócone korekta retur returnat rambursat
rambursare"""
_CANCELLED = frozenset(map(fold, CANCELLED.split()))
_REFUNDED = frozenset(map(fold, REFUNDED.split()))


class CellProblem(Exception):
    """A cell that cannot be read: its field, a code of ROW_SENTENCES, and what fills it."""

    def __init__(self, field: str, code: str, params: dict[str, str] | None = None) -> None:
        super().__init__(code)
        self.field, self.code = field, code
        self.params = {name: without_cards(value) for name, value in (params or {}).items()}


class Remembered(dict[K, V]):
    """Reads columns by `parse`, which raises CellProblem; each distinct key is parsed once.

    It is a dictionary that fills itself, so that a column is read without a loop of our own.
    A key that cannot be read stands for `fallback`.
    """

    def __init__(self, parse: Callable[[K], V], fallback: V) -> None:
        super().__init__()
        self._parse, self._fallback = parse, fallback
        self._bad: dict[K, CellProblem] = {}

    def __missing__(self, key: K) -> V:
        try:
            value = self[key] = self._parse(key)
        except CellProblem as problem:
            value = self[key] = self._fallback
            self._bad[key] = problem
        return value

    def column(self, keys: Sequence[K]) -> tuple[list[V], dict[int, CellProblem]]:
        """The values, the fallback where bad, and the problems by place."""
        if len(self) > REMEMBERED:
            self.clear()
            self._bad.clear()
        values = list(map(self.__getitem__, keys))
        if not self._bad or self._bad.keys().isdisjoint(keys):
            return values, {}
        return values, {place: self._bad[key] for place, key in enumerate(keys) if key in self._bad}


def clean(field: str, cell: str, limit: int = LIMIT) -> str:
    """The cell without blanks around and without a formula's guard. Raises CellProblem if it is
    longer than `limit` or holds what is no text."""
    if len(cell) > LIMIT:
        raise CellProblem(field, "too_long", {"limit": str(limit)})
    text = cell.strip()
    if not text.isprintable():
        text = " ".join(text.split())
        if any(unicodedata.category(sign) in ("Cc", "Cs") or sign == "\ufffd" for sign in text):
            raise CellProblem(field, "unreadable")
    text = freed(text)
    if len(text) > limit:
        raise CellProblem(field, "too_long", {"limit": str(limit)})
    return text


def text_reader(field: str, limit: int) -> Callable[[str], str | None]:
    """Reads text of at most `limit` characters; empty is None. Payment cards are masked."""

    def read(cell: str) -> str | None:
        return without_cards(clean(field, cell, limit)) or None

    return read


def code_reader(field: str, *, needed: bool = False) -> Callable[[str], str | None]:
    """Reads a code or number of an order; what a spreadsheet made of an integer is undone.
    What can hardly be anything but the number of a payment card is refused, and masked where it
    stands among other words."""

    def read(cell: str) -> str | None:
        text = clean(field, cell, CODE)
        if not text and needed:
            raise CellProblem(field, "missing")
        whole, point, rest = text.partition(".")
        if point and whole.isdigit() and not rest.strip("0"):
            text = whole
        if is_surely_a_card(text):
            raise CellProblem(field, "looks_like_payment_card")
        return (without_cards(text) if _has_words(text) else text) or None

    return read


def _has_words(text: str) -> bool:
    return " " in text and any(map(str.isalpha, text))


def name_reader(field: str) -> Callable[[str], str | None]:
    """Reads a product's name, cut where it is too long to keep. The number of a payment card is
    refused, and masked where it stands among other words."""

    def read(cell: str) -> str | None:
        text = clean(field, cell)[:NAME]
        if looks_like_payment_card(text):
            raise CellProblem(field, "looks_like_payment_card")
        return without_cards(text) or None

    return read


def number_reader(field: str, decimal: str) -> Callable[[str], int | None]:
    """Reads a number to millionths; empty is None."""

    def read(cell: str) -> int | None:
        text = clean(field, cell)
        if not text:
            return None
        value = to_micro(text[:80], decimal)
        if value is None or len(text) > 80:
            raise CellProblem(field, "bad_number", {"value": text[:60]})
        return value

    return read


def currency_reader(default: str) -> Callable[[str], str]:
    """Reads a currency; empty is the default."""

    def read(cell: str) -> str:
        text = clean("currency", cell).upper() or default
        if not (len(text) == 3 and text.isascii() and text.isalpha()):
            raise CellProblem("currency", "bad_currency" if text else "missing", {"value": text})
        return text

    return read


def instant_reader(dates: DateReader) -> Callable[[tuple[str, ...]], Instant]:
    """Reads when something was ordered, from one cell or from a date and a time."""

    def read(cells: tuple[str, ...]) -> Instant:
        text = clean("at", cells[0])
        clock = clean("time", cells[1]) if len(cells) > 1 else ""
        if not text:
            raise CellProblem("at", "missing")
        found = dates.instant(text[:60], clock[:60]) if len(text) <= 60 else None
        if found is None:
            raise CellProblem("at", "bad_date", {"value": f"{text} {clock}".strip()[:60]})
        return found

    return read


def moment_reader(field: str, dates: DateReader) -> Callable[[str], Instant | None]:
    """Reads a moment; empty is None."""

    def read(cell: str) -> Instant | None:
        text = clean(field, cell)
        found = dates.instant(text) if text and len(text) <= 60 else None
        if text and found is None:
            raise CellProblem(field, "bad_date", {"value": text[:60]})
        return found

    return read


def status_of(cell: str) -> int:
    """0 for an order, 1 for a refund, 2 for a cancelled order."""
    words = set(fold(clean("kind", cell)).split())
    if words & _CANCELLED:
        return 2
    return 1 if words & _REFUNDED else 0
