"""What the frame of every page needs: the business, the reader and the sections they may open."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, resolve, reverse
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from msgspec import Struct

from regulars.console.permissions import may, right_of
from regulars.db.models import Staff


class Section(Struct, frozen=True):
    """One entry of the navigation; shown to those who may open its page."""

    key: str
    url_name: str
    icon: str
    label: str | Promise


class Entry(Struct, frozen=True):
    """A section as this reader sees it."""

    key: str
    url: str
    icon: str
    label: str
    current: bool


SECTIONS = (
    Section("today", "console:today", "today", _("Today")),
    Section("customers", "console:customers", "people", _("Customers")),
    Section("programme", "console:programme", "rules", _("Programme")),
    Section("rewards", "console:rewards", "gift", _("Rewards")),
    Section("insights", "console:insights", "chart", _("Insights")),
    Section("settings", "console:settings", "gear", _("Settings")),
)

ACCOUNTS = "/console/accounts/"
"""One's own password, second factor and devices stand among the settings."""


def shell(request: HttpRequest) -> dict[str, object]:
    """The context of `console/base.html`; safe on error pages and before set-up."""
    user = getattr(request, "user", None)
    reader = user if isinstance(user, Staff) else None
    business = getattr(request, "business", None)
    return {
        "business": business,
        "business_name": business.name if business else "Regulars",
        "currency": business.currency if business else "EUR",
        "reader": reader,
        "sections": sections(reader, request.path) if reader else [],
        "customers_url": _open_to(reader, "console:customers") if reader else "",
        "home_url": _address("console:today") or "/",
        "language_url": _address("console:language"),
        "languages": [
            {"code": code, "name": LANGUAGE_NAMES[code], "current": code == get_language()}
            for code, _name in settings.LANGUAGES
        ],
        "request_id": getattr(request, "request_id", ""),
    }


LANGUAGE_NAMES = {"en": "English", "de": "Deutsch", "pl": "Polski", "ro": "Română"}
"""Each in its own words, so that everybody finds theirs."""


def sections(reader: Staff, path: str) -> list[Entry]:
    """The sections that exist and that `reader` may open; the one `path` lies in is current."""
    found = [(section, _open_to(reader, section.url_name)) for section in SECTIONS]
    lies = path.replace(ACCOUNTS, reverse("console:settings"), 1)
    inside = [url for _section, url in found if url and lies.startswith(url)]
    current = max(inside, key=len, default="")
    return [
        Entry(section.key, url, section.icon, str(section.label), url == current)
        for section, url in found
        if url
    ]


def _open_to(reader: Staff, name: str) -> str:
    url = _address(name)
    right = right_of(resolve(url).func, name) if url else None
    return url if right is not None and may(reader, right) else ""


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
