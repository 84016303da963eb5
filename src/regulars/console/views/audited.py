"""What was done, as people read it in the audit log: what it was done to, with a link to its page,
and what else was written down, with words for codes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy
from msgspec import Struct

from regulars.actions.audit import Entry
from regulars.console.machine_forms import kinds, scopes
from regulars.console.templatetags.look import moment, number
from regulars.console.views.customers.rows import shown_identifier
from regulars.db.queries import audited, programmes
from regulars.db.queries.audited import Meant
from regulars.words.amounts import asset_of, language, much, named, reward_name, said
from regulars.words.formats import money

LONGEST = 80
WHOLE = re.compile("-?[0-9]{1,18}")
PAGES = {
    audited.CUSTOMER: "console:customer",
    audited.PLACE: "console:places",
    audited.TILL: "console:tills",
    audited.CASHIER: "console:tills",
    audited.KEY: "console:keys",
    audited.WEBHOOK: "console:webhook",
    audited.PROGRAMME: "console:programme_editions",
    audited.REWARD: "console:reward",
    audited.IMPORT: "console:import_run",
    audited.PAPER: "console:paper",
    audited.STAFF: "console:colleague",
}
LABELS = {
    "a_day": pgettext_lazy("audit log", "a day"),
    "active": pgettext_lazy("audit log", "let in"),
    "activity": pgettext_lazy("audit log", "activity"),
    "also": pgettext_lazy("audit log", "with it"),
    "amount": pgettext_lazy("audit log", "amount"),
    "asset": pgettext_lazy("audit log", "of"),
    "begins": pgettext_lazy("audit log", "begins"),
    "code": pgettext_lazy("audit log", "code"),
    "cost": pgettext_lazy("audit log", "costs"),
    "edition": pgettext_lazy("audit log", "edition"),
    "from": pgettext_lazy("audit log", "before"),
    "gave": pgettext_lazy("audit log", "gave"),
    "gives": pgettext_lazy("audit log", "gives"),
    "grants_a_day": pgettext_lazy("audit log", "gives by hand a day"),
    "kind": pgettext_lazy("audit log", "kind"),
    "left": pgettext_lazy("audit log", "left"),
    "made": pgettext_lazy("audit log", "new key"),
    "message": pgettext_lazy("audit log", "message"),
    "offered": pgettext_lazy("audit log", "on offer"),
    "on_screen": pgettext_lazy("audit log", "on a screen"),
    "per_minute": pgettext_lazy("audit log", "requests a minute"),
    "pin": pgettext_lazy("audit log", "new PIN"),
    "place": pgettext_lazy("audit log", "place"),
    "places": pgettext_lazy("audit log", "places"),
    "price_back": pgettext_lazy("audit log", "price given back"),
    "programme": pgettext_lazy("audit log", "programme"),
    "reason": pgettext_lazy("audit log", "reason"),
    "restate": pgettext_lazy("audit log", "the file wins"),
    "role": pgettext_lazy("audit log", "role"),
    "reward": pgettext_lazy("audit log", "reward"),
    "rule": pgettext_lazy("audit log", "voucher"),
    "scopes": pgettext_lazy("audit log", "may"),
    "source": pgettext_lazy("audit log", "source"),
    "strict": pgettext_lazy("audit log", "all or nothing"),
    "to": pgettext_lazy("audit log", "after"),
    "types": pgettext_lazy("audit log", "hears of"),
    "undos_a_day": pgettext_lazy("audit log", "takes back a day"),
    "url": pgettext_lazy("audit log", "address"),
    "worth": pgettext_lazy("audit log", "worth"),
}
"""What is written down beside an act, by its name there; anything else is shown by its name."""
UNTOLD = ("picture",)
"""The mark of a file, which tells people nothing."""


class About(Struct, frozen=True):
    """What something was done to: as it is called, and its page, if it has one."""

    name: str
    page: str = ""


class Reader:
    """Reads entries: looks up once what all of them are about."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._meant = audited.meant((one.what, one.about) for one in entries)
        self._places = audited.places()
        running = programmes.running(timezone.now()) if entries else []
        self._programmes = {one.id: one.edition for one in running}
        self._numbers = {
            (one.id, each.edition): each.number for one in running for each in one.editions
        }

    def about(self, one: Entry) -> About:
        """What an entry is about; what is gone without a trace is said to be."""
        found = self._meant.get((one.what, one.about))
        if found is None:
            return About(_("no longer there") if _is_random(one.about) else one.about)
        return About(self._called(found), self._page(found))

    def details(self, one: Entry) -> str:
        """What else was written down, in one line."""
        told = [
            f"{LABELS.get(name, name)}: {self._value(name, value, one)}"
            for name, value in one.details.items()
            if value not in ("", [], None) and name not in UNTOLD and not _is_told(name, one)
        ]
        return "; ".join(told)

    def _called(self, found: Meant) -> str:
        if found.kind == audited.PROGRAMME and found.told[0] in self._programmes:
            return said(self._programmes[found.told[0]].name)
        if found.kind == audited.REWARD:
            return self._reward(*found.told)
        known = found.known_by
        return found.name or (shown_identifier(*known) if known else _("No name"))

    def _reward(self, programme: str, reward: str) -> str:
        edition = self._programmes.get(programme)
        return reward_name(edition, reward) if edition else reward

    def _asset(self, programme: str, asset: str) -> str:
        edition = self._programmes.get(programme)
        known = edition is not None and asset in [one.id for one in edition.assets]
        return named(asset_of(edition, asset)) if edition and known else asset

    def _much(self, programme: str, asset: str, amount: str) -> str:
        """So much of an asset, with its sign: "−5 points"."""
        edition = self._programmes.get(programme)
        if edition is None or asset not in [one.id for one in edition.assets]:
            return f"{amount} {asset}".replace("-", "−")
        return much(int(amount), asset_of(edition, asset), sign=True)

    def _money(self, minor: str, programme: str) -> str:
        edition = self._programmes.get(programme)
        known = edition is not None and minor.isdecimal()
        return money(int(minor), edition.currency, language()) if edition and known else minor

    def _page(self, found: Meant) -> str:
        gone = found.kind in (audited.PROGRAMME, audited.REWARD)
        if found.kind not in PAGES or (gone and found.told[0] not in self._programmes):
            return ""
        try:
            return reverse(PAGES[found.kind], args=found.told)
        except NoReverseMatch:
            return ""

    def _value(self, name: str, value: Any, one: Entry) -> str:
        """A value in words, by what it is told as; as it stands where nothing better is known."""
        told = READ[name](self, value, one) if name in READ else ""
        text = told or ", ".join(_flat(value))
        return text if told or len(text) <= LONGEST else f"{text[:LONGEST]}…"

    def _at(self, value: Any, _one: Entry) -> str:
        codes = value if isinstance(value, list) else [value]
        return ", ".join(self._places.get(str(code), str(code)) for code in codes)

    def _programme(self, value: Any, _one: Entry) -> str:
        return said(self._programmes[value].name) if value in self._programmes else ""

    def _edition(self, value: Any, one: Entry) -> str:
        """Its number, by which all pages call it."""
        known = self._numbers.get((one.about, str(value)))
        return "" if known is None else number(known)

    def _handed(self, value: Any, one: Entry) -> str:
        return self._reward(_programme_of(one), str(value))

    def _priced(self, value: Any, one: Entry) -> str:
        return self._money(str(value), one.about.partition("/")[0])

    def _given(self, value: Any, one: Entry) -> str:
        return self._asset(_programme_of(one), str(value))

    def _amount(self, value: Any, one: Entry) -> str:
        if "asset" not in one.details or not WHOLE.fullmatch(str(value)):
            return ""
        return self._much(_programme_of(one), str(one.details["asset"]), str(value))

    def _gave(self, value: Any, _one: Entry) -> str:
        """What programmes gave, by their ids and the assets': "+1 stamp"."""
        if not _is_by_asset(value):
            return ""
        told = [
            self._much(programme, asset, str(amount))
            for programme, gave in value.items()
            for asset, amount in gave.items()
        ]
        return ", ".join(told)

    def _act(self, value: Any, one: Entry) -> str:
        edition = self._programmes.get(_programme_of(one))
        return said(edition.activities.get(str(value), str(value))) if edition else ""


def _programme_of(one: Entry) -> str:
    return str(one.details.get("programme", ""))


def _begins(_reader: Reader, value: Any, _one: Entry) -> str:
    at = _instant(value)
    return moment(at) if at else ""


def _listed(words: Callable[[], Mapping[str, str]]) -> Read:
    """What codes in a list are called."""

    def read(_reader: Reader, value: Any, _one: Entry) -> str:
        called = words() if isinstance(value, list) else {}
        return " · ".join(str(called.get(one, one)) for one in value) if called else ""

    return read


Read = Callable[[Reader, Any, Entry], str]
READ: dict[str, Read] = {
    "activity": Reader._act,
    "amount": Reader._amount,
    "asset": Reader._given,
    "begins": _begins,
    "cost": Reader._priced,
    "edition": Reader._edition,
    "gave": Reader._gave,
    "gives": Reader._given,
    "place": Reader._at,
    "places": Reader._at,
    "programme": Reader._programme,
    "reward": Reader._handed,
    "rule": Reader._handed,
    "scopes": _listed(lambda: dict(scopes())),
    "types": _listed(lambda: dict(kinds())),
    "worth": Reader._priced,
}
"""How values are read, by what they are told as; empty where they are told as they stand."""


def _is_told(name: str, one: Entry) -> bool:
    """Whether something stands with something else already: an asset with its amount."""
    return name == "asset" and bool(WHOLE.fullmatch(str(one.details.get("amount", ""))))


def _is_by_asset(value: Any) -> bool:
    """Whether these are amounts by programme and asset."""
    return isinstance(value, dict) and all(
        isinstance(gave, dict) and all(isinstance(amount, int) for amount in gave.values())
        for gave in value.values()
    )


def _flat(value: Any) -> Iterator[str]:
    """A value without brackets: "corner_club points −4"."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from (f"{name} {one}" for one in _flat(inner))
    elif isinstance(value, list):
        yield from map(str, value)
    elif isinstance(value, bool) or value in ("True", "False"):
        yield _("yes") if value in (True, "True") else _("no")
    elif isinstance(value, int):
        yield number(value).replace("-", "−")
    else:
        yield str(value)


def _instant(text: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return found if found.tzinfo else None


def _is_random(about: str) -> bool:
    """Whether this is an id that tells people nothing."""
    letters = about.replace("-", "")
    return len(letters) == 32 and all(one in "0123456789abcdef" for one in letters)
