"""What is held of each asset, as Points owed tells it: amounts and money in words."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

from django.utils import timezone
from msgspec import Struct

from regulars.console.insights.answers import Row
from regulars.console.insights.scene import Scene
from regulars.db.queries.programmes import running
from regulars.db.worths import Worth, worths
from regulars.engine.edition import Asset, Edition
from regulars.engine.money import to_minor
from regulars.words import formats
from regulars.words.amounts import named


class Held(Struct, frozen=True, kw_only=True):
    """One asset of a programme with its row of the answer, and how its worth is known, the dearest
    way first."""

    edition: Edition
    asset: Asset
    row: Row
    ways: list[Worth]

    @property
    def key(self) -> str:
        return str(self.row["asset"])

    @property
    def best(self) -> Worth | None:
        return self.ways[0] if self.ways else None


def held_of(scene: Scene) -> Iterator[Held]:
    """What is held of each asset that still is one, what is worth most first."""
    editions = {one.id: one.edition for one in running(timezone.now())}
    rows = scene.of("owed").rows("assets")
    for row in sorted(rows, key=lambda one: (-(one["worth"] or 0), -one["owed"])):
        programme, _slash, name = row["asset"].partition("/")
        edition = editions.get(programme)
        asset = next((one for one in edition.assets if one.id == name), None) if edition else None
        if edition is not None and asset is not None:
            ways = [one for one in worths(edition) if one.asset == name]
            yield Held(edition=edition, asset=asset, row=row, ways=ways)


def amount(scene: Scene, one: Held, value: Decimal | int | None) -> str:
    """So much of an asset, with its name."""
    if value is None:
        return "–"
    if one.asset.currency:
        return money_of(value, one.asset.currency, scene.language)
    whole = Decimal(value).quantize(Decimal(1), rounding=ROUND_HALF_UP)
    return f"{scene.number(whole)}\xa0{named(one.asset, int(whole) * 10**one.asset.decimals)}"


def bare(scene: Scene, one: Held, value: Decimal | int, *, sign: bool = False) -> str:
    """So much of an asset as a figure, without its name; `sign` writes + or − before it."""
    size = Decimal(value).copy_abs()
    if one.asset.currency:
        currency = one.asset.currency
        text = formats.money(rounded(size, currency), currency, scene.language)
    else:
        text = scene.number(size.quantize(Decimal(1), rounding=ROUND_HALF_UP))
    nothing = not any(letter in "123456789" for letter in text)
    return text if nothing or (value > 0 and not sign) else f"{'+' if value > 0 else '−'}{text}"


def span(scene: Scene, one: Held, low: Decimal | int, high: Decimal | int) -> str:
    """From one amount to another, the name said once."""
    if one.asset.currency:
        return f"{amount(scene, one, low)}–{amount(scene, one, high)}"
    return f"{bare(scene, one, low)}–{amount(scene, one, high)}"


def money_of(value: Decimal | int, currency: str, language: str) -> str:
    return formats.whole_money(rounded(value, currency), currency, language)


def rounded(value: Decimal | int, currency: str) -> int:
    return to_minor(Decimal(value).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP), currency)


def minor(scene: Scene, value: Decimal | int | None) -> int | None:
    """Money of the answer in smallest units."""
    currency = scene.of("owed").currency
    return None if value is None else rounded(value, currency)


def told(scene: Scene, value: Decimal | int | None) -> str:
    """Money of the answer, in whole units."""
    currency, found = scene.of("owed").currency, minor(scene, value)
    return "–" if found is None else formats.whole_money(found, currency, scene.language)


def of_hundred(scene: Scene, value: Decimal, currency: str) -> str:
    """What a hundred are worth: one alone is often worth parts of a cent."""
    return formats.money(rounded(100 * value, currency), currency, scene.language)


def cost(scene: Scene) -> Decimal | None:
    """What the likely part costs, where the cost of the dearest way is known for all of it."""
    total = Decimal(0)
    for one in held_of(scene):
        likely = one.row["likely_worth"]
        if not likely:
            continue
        if one.best is None or one.best.cost is None:
            return None
        total += likely * one.best.cost / one.best.worth
    return total or None
