"""Vouchers as their pages tell them: what they are for, where they came from, how they ended."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from msgspec import Struct

from regulars.actions.vouchers_by_hand import GIVEN, VOIDED
from regulars.console.templatetags.look import short_day
from regulars.db.models import AuditRow, VoucherRow
from regulars.db.queries.programmes import names_of, running
from regulars.db.queries.vouchers import Listed, Traced
from regulars.engine.edition import Edition
from regulars.words import formats
from regulars.words.amounts import asset_of, language, much, reward_name, said

STATES = {
    "open": pgettext_lazy("voucher", "open"),
    "used": pgettext_lazy("voucher", "used"),
    "expired": pgettext_lazy("voucher", "ran out"),
    "revoked": pgettext_lazy("voucher", "taken back"),
}
TONES = {"open": "good", "revoked": "warn"}
ENDED = {
    "used": gettext_lazy("Used"),
    "expired": gettext_lazy("Ran out"),
    "revoked": gettext_lazy("Taken back"),
}
SOURCES = {
    "till": gettext_lazy("at the till"),
    "portal": gettext_lazy("on the phone"),
    "api": gettext_lazy("by a machine"),
    "staff": gettext_lazy("by the staff"),
}


class Shown(Struct, frozen=True, kw_only=True):
    """A voucher in a list. `until` is None where it lasts for ever; `tail` are its code's last
    letters, enough to tell vouchers apart and too few to use one."""

    name: str
    person: str
    rule: str
    state: str
    state_label: str
    tone: str
    issued_at: datetime
    until: str
    tail: str
    mark: str
    url: str


class Step(Struct, frozen=True, kw_only=True):
    """Something that happened to a voucher."""

    icon: str
    title: str
    at: datetime | None
    text: str = ""
    note: str = ""


def editions() -> dict[str, Edition]:
    """The editions in force, by programme."""
    return {one.id: one.edition for one in running(timezone.now())}


def shown(one: Listed, known: Mapping[str, Edition]) -> Shown:
    """A voucher as a line of a list."""
    row = one.row
    holder = one.customer.public_id if one.customer else ""
    return Shown(
        name=name_of(row, known.get(row.programme)),
        person=(one.customer and one.customer.name) or _("No name"),
        rule=rule_of(row, known.get(row.programme)),
        state=row.state,
        state_label=str(STATES.get(row.state, row.state)),
        tone=TONES.get(row.state, ""),
        issued_at=row.issued_at,
        until=until(row),
        tail=row.code[-4:],
        mark=one.mark,
        url=reverse("console:voucher", args=[holder, one.mark]) if holder else "",
    )


def name_of(row: VoucherRow, edition: Edition | None) -> str:
    """What it is for: an item, or money."""
    if edition is not None and row.item:
        named = reward_name(edition, row.item)
        if named != row.item:
            return named
    if row.value_minor and row.currency:
        return formats.money(row.value_minor, row.currency, language())
    return rule_of(row, edition)


def rule_of(row: VoucherRow, edition: Edition | None) -> str:
    """By which rule it was issued, as the rule is called."""
    return reward_name(edition, row.rule) if edition is not None else row.rule


def until(row: VoucherRow) -> str:
    """The last day on which it can be used."""
    if row.expires_at is None:
        return ""
    zone = timezone.get_current_timezone()
    return formats.last_usable_day(row.expires_at, language(), zone)


def steps(row: VoucherRow, traced: Traced, edition: Edition | None) -> list[Step]:
    """Where it came from, and how it ended, in order."""
    found = [_came(row, traced, edition)]
    if row.state in ENDED:
        note = _note(traced, VOIDED)
        text = str(SOURCES.get(traced.shown_at, "")) if row.state == "used" else ""
        ended = Step(
            icon="done" if row.state == "used" else "clock" if row.state == "expired" else "back",
            title=str(ENDED[row.state]),
            at=traced.ended_at,
            text=_by(note) or text,
            note=_reason(note),
        )
        found.append(ended)
    return found


def _came(row: VoucherRow, traced: Traced, edition: Edition | None) -> Step:
    programme = said(edition.name) if edition else row.programme
    values = {"rule": rule_of(row, edition), "programme": programme}
    if traced.origin == "hand":
        note = _note(traced, GIVEN)
        title = _("Handed out by the staff")
        text = _by(note) or _("under the terms of “%(rule)s”, %(programme)s") % values
        return Step(icon="plus", title=title, at=row.issued_at, text=text, note=_reason(note))
    if traced.origin == "asked":
        title = _("Turned into a voucher")
        return Step(icon="gift", title=title, at=row.issued_at, text=_asked(row, traced, edition))
    text = _("by the rule “%(rule)s” of %(programme)s") % values
    return Step(icon="star", title=_("Issued by itself"), at=row.issued_at, text=text)


def _asked(row: VoucherRow, traced: Traced, edition: Edition | None) -> str:
    """What was paid for it, and where."""
    told = _body(traced.attempt.body if traced.attempt else "")
    place = str(SOURCES.get(told.get("source", ""), ""))
    rule = rule_of(row, edition)
    rules = {one.name_in_state: one for one in edition.rewards} if edition else {}
    price = getattr(rules.get(row.rule), "price", None)
    if edition is None or not price:
        return f"{rule}, {place}".strip(", ")
    asset = asset_of(edition, str(getattr(rules[row.rule], "asset", "") or ""))
    values = {"rule": rule, "price": much(int(str(price)) * 10**asset.decimals, asset)}
    return f"{_('%(rule)s for %(price)s') % values}, {place}".strip(", ")


def _body(text: str) -> dict[str, Any]:
    import json  # noqa: PLC0415 - here alone

    found = json.loads(text) if text else {}
    return found if isinstance(found, dict) else {}


def _note(traced: Traced, what: str) -> AuditRow | None:
    return next((one for one in reversed(traced.notes) if one.what == what), None)


def _by(note: AuditRow | None) -> str:
    """Who did it."""
    if note is None:
        return ""
    who = names_of([note.who]).get(note.who, _("somebody who worked here"))
    return _("by %(who)s") % {"who": who}


def _reason(note: AuditRow | None) -> str:
    return str(note.details.get("reason", "")) if note is not None else ""


__all__ = ["Shown", "Step", "editions", "short_day", "shown", "steps"]
