"""What parts of rules say: who may have a reward and how often, and the terms of a voucher."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from msgspec import Struct

from regulars.engine.texts import without_underscore
from regulars.words import formats
from regulars.words.programme.voice import Voice

ONLY: Final[dict[str, str]] = {
    "tier": _("Only for %(tier)s."),
    "who": _("Only %(who)s."),
    "membership": _("Only while the membership is paid."),
    "from": _("From %(from)s on."),
    "until": _("Until %(until)s."),
    "opens": _("Not from the same day on for all."),
    "cooldown": _("Again only after %(cooldown_within)s."),
    "basket": _("Only with goods for %(basket)s or more."),
    "balance": _("Only with a balance of %(balance)s or more."),
}
"""What an `only` says, by its fields."""

SHARE = _("%(percent)s of what the friend pays")
PER: Final[dict[str, str]] = {
    "order": _("At most %(times)s with one order."),
    "day": _("At most %(times)s a day."),
    "week": _("At most %(times)s a week."),
    "month": _("At most %(times)s a month."),
    "quarter": _("At most %(times)s a quarter."),
    "year": _("At most %(times)s a year."),
    "12_months": _("At most %(times)s in 12 months."),
    "ever": _("At most %(times)s in all."),
}
"""How often, by `per`."""

VOUCHER: Final[dict[str, str]] = {
    "valid": _("It is valid for %(valid)s."),
    "until": _("It is valid until %(until)s."),
    "from": _("It counts from a basket of %(from)s on."),
    "together": _("At most %(together)s count in one order."),
    "runs_down": _("What is left of it stays for the next order."),
}
"""What the terms of a voucher say, by their fields."""


def fields(part: Struct) -> dict[str, Any]:
    """What a part says, by the names in the file."""
    return {without_underscore(one): getattr(part, one) for one in part.__struct_fields__}


def often(count: int, voice: Voice) -> str:
    """ "once", "twice", "3 times"."""
    if count == 1:
        return gettext("once")
    if count == 2:
        return gettext("twice")
    return gettext("%(n)s times") % {"n": voice.number(str(count))}


def messages(name: str, part: Struct, voice: Voice) -> Iterator[tuple[str, dict[str, Any]]]:
    """Message and parameters of each sentence that a part says: `only` or `voucher`."""
    said = fields(part)
    known: Mapping[str, str] = ONLY if name == "only" else VOUCHER
    for field, message in known.items():
        if said.get(field):
            yield message, said
    if name == "only" and (said.get("times") or said.get("per")):
        told = {"times": often(said.get("times") or 1, voice)}
        yield gettext(PER[said.get("per") or "ever"]) % told, {}


def worth(part: Struct, voice: Voice) -> str:
    """What a voucher, an offer or a gift is worth: "€5 off", "10 % off", "50 points", an item."""
    said = fields(part)
    value = said.get("value") or (said.get("amount") if "claim" in said else None)
    if value:
        told = gettext("%(amount)s off") % {"amount": voice.money_text(value)}
    elif said.get("percent"):
        share = formats.share(str(Decimal(int(said["percent"])) / 100), voice.language)
        message = gettext("%(percent)s off") if "asset" not in said else gettext(SHARE)
        told = message % {"percent": share}
    elif said.get("amount"):
        return voice.counted(str(said["amount"]), said.get("asset"))
    else:
        return voice.code(str(said.get("item") or said.get("voucher") or ""))
    if "claim" not in said:
        return told
    least = {"off": told, "from": voice.money_text(said["from"]) if said.get("from") else ""}
    if least["from"]:
        return gettext("%(off)s a first order from %(from)s") % least
    return gettext("%(off)s a first order") % least
