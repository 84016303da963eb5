"""Amounts of what a programme gives, and its texts, in the reader's language."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import get_language

from regulars.engine.edition import Asset, Edition
from regulars.engine.kinds.metrics.earned import Earned
from regulars.engine.kinds.metrics.spent import Spent
from regulars.engine.money import to_minor
from regulars.engine.texts import in_language
from regulars.words import formats
from regulars.words.plurals import several


def language() -> str:
    """The active language."""
    return get_language() or "en"


def said(text: Any) -> str:
    """A text of the programme in the active language."""
    return in_language(text, language())


def capital(text: str) -> str:
    """The same with a large first letter, as a heading begins."""
    return text[:1].upper() + text[1:]


def asset_of(edition: Edition, name: str) -> Asset:
    """An asset by its id; the main one where it is empty."""
    return next((one for one in edition.assets if one.id == name), edition.assets[0])


def units(amount: int, asset: Asset, *, sign: bool = False) -> str:
    """So much of an asset, as a figure: money where it is money."""
    if asset.currency:
        shown = formats.money(amount, asset.currency, language())
        return f"+{shown}" if sign and amount > 0 else shown
    value = Decimal(amount).scaleb(-asset.decimals)
    return formats.signed(value, language()) if sign else formats.number(value, language())


def named(asset: Asset, amount: int | None = None, *, apart: bool = False) -> str:
    """What so many of an asset are called, as it stands after the number, or `apart`, in a line of
    its own; without a number, several."""
    if asset.many is None or (amount is not None and abs(amount) == 10**asset.decimals):
        return said(asset.name)
    number = None if amount is None else Decimal(amount).scaleb(-asset.decimals)
    return several(said(asset.many), language(), number, apart=apart)


def much(amount: int, asset: Asset, *, sign: bool = False) -> str:
    """So much of an asset with its name: "1 point", "50 points"."""
    figure = units(amount, asset, sign=sign)
    return figure if asset.currency else f"{figure}\xa0{named(asset, amount)}"


def of_metric(value: Decimal, metric: str, edition: Edition, *, bare: bool = False) -> str:
    """So much of what a ladder counts: money where that is spent, an asset by its name unless
    `bare`, else the number alone."""
    rule = next((one for one in edition.metrics if one.name_in_state == metric), None)
    if isinstance(rule, Spent):
        return formats.money(to_minor(value, edition.currency), edition.currency, language())
    if isinstance(rule, Earned) and not bare:
        asset = asset_of(edition, rule.asset or "")
        return much(int(value.scaleb(asset.decimals)), asset)
    return formats.number(value, language())


def reward_name(edition: Edition, rule: str) -> str:
    """What a reward is called; its id where it has no name."""
    names = {one.name_in_state: getattr(one, "name", "") for one in edition.rewards}
    return capital(said(names[rule])) if names.get(rule) else rule


def tapped(edition: Edition, activity: str, asset: str, amount: int) -> str:
    """What one tap or scan is: an act by its name, else so much of an asset: "1 stamp"."""
    if activity:
        return capital(said(edition.activities.get(activity, activity.replace("_", " "))))
    return much(amount, asset_of(edition, asset))
