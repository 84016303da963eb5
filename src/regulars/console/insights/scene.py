"""What all figures of a page share: the answers, what was asked, who reads."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils.translation import gettext as _
from msgspec import Struct

from regulars.actions.results import Wish
from regulars.console.charts.figures import Note
from regulars.console.insights.answers import Answer, definition
from regulars.console.insights.asking import Asked
from regulars.console.insights.links import address
from regulars.words import formats

Number = int | Decimal


class Scene(Struct, frozen=True, kw_only=True):
    """The answers by the key of their wish, and the reader's language, zone and rights."""

    asked: Asked
    answers: Mapping[str, Answer]
    language: str
    zone: str
    today: date
    places: Mapping[str, str] = {}
    products: Mapping[str, str] = {}
    may_export: bool = False

    def of(self, kind: str, **params: str) -> Answer:
        """The answer to a measure as asked."""
        return self.answers[self.asked.wish(kind, **params).key]

    def number(self, value: Number) -> str:
        return formats.number(value, self.language)

    def hundred(self, share: Decimal | None) -> str:
        """A fraction as so many of a hundred."""
        return self.number(whole_percent(share))

    def share(self, value: Decimal | None) -> str:
        return "–" if value is None else formats.share(value, self.language)

    def money(self, answer: Answer, amount: Decimal | int | None) -> str:
        """An amount in words, without its cents."""
        return formats.whole_money(answer.minor(amount), answer.currency, self.language)

    def place(self, code: str | None) -> str:
        return self.places.get(code or "", code or "")


def whole_percent(share: Decimal | None) -> int:
    """A fraction as whole hundredths, as people say it."""
    return int((Decimal(share or 0) * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def furnished(scene: Scene, answer: Answer, table: str) -> dict[str, Any]:
    """What every figure takes from its answer: the definition, the export, why it is empty."""
    kind = answer.wish.kind
    notes = tuple(Note(term=_("Careful"), text=text) for text in answer.notes)
    return {
        "counts": definition(kind, scene.zone) + notes,
        "csv_url": csv_url(scene, answer.wish, table) if answer.ready else "",
        "empty": "" if answer.ready else answer.reason,
    }


def csv_url(scene: Scene, wish: Wish, table: str) -> str:
    """Where a table of a result is downloaded; nothing for those who may not."""
    if not scene.may_export:
        return ""
    return address("insights_csv", wish.params, kind=wish.kind, table=table)
