"""Rules to begin with, by what somebody wishes: each with figures that make a whole sentence.

What a wish needs besides (stamps, a metric, tiers, a name of an act) is added where it is missing.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from regulars.programmes.editing.answering import free_id

Entry = dict[str, Any]
COFFEE = {"en": "a coffee", "de": "ein Kaffee"}
STAMPS = {
    "id": "stamps",
    "name": {"en": "stamp", "de": "Stempel"},
    "many": {"en": "stamps", "de": "Stempel"},
}
CREDIT = {
    "id": "credit",
    "name": {"en": "credit", "de": "Guthaben"},
    "currency": "CUR",
    "decimals": "PLACES",
}
TIERS = [
    {"id": "guest", "name": {"en": "Guest", "de": "Gast"}, "from": 0},
    {
        "id": "regular",
        "name": {"en": "Regular", "de": "Stammgast"},
        "many": {"en": "Regulars", "de": "Stammgäste"},
        "from": 200,
    },
]
SPEND = {"id": "spend", "kind": "spent"}
OF_GOODS = ("per_amount", "per_item")
"""Kinds of earning that can leave goods out."""
REVIEW = {"review": {"en": "a review", "de": "eine Bewertung"}}

WISHES: Mapping[str, tuple[Entry, ...]] = {
    "earn": (
        {"kind": "per_amount", "step": "1.00 CUR", "points": 1, "full_steps": True},
        {"kind": "per_item", "points": 1, "asset": "stamps"},
        {"kind": "per_order", "points": 1, "asset": "stamps", "minimum": "5.00 CUR"},
        {
            "kind": "by_steps",
            "steps": [{"from": "20.00 CUR", "points": 5}, {"from": "50.00 CUR", "points": 20}],
        },
        {"kind": "on_sign_up", "points": 20},
        {"kind": "per_activity", "activity": "review", "points": 10},
    ),
    "change": (
        {"kind": "multiply", "factor": 2, "when": {"weekday": "tuesday"}},
        {"kind": "add", "points": 10, "minimum": "30.00 CUR"},
    ),
    "limit": (
        {"kind": "points_per_day", "most": 100},
        {"kind": "points_per_week", "most": 300},
        {"kind": "points_per_month", "most": 1000},
        {"kind": "points_per_year", "most": 5000},
        {"kind": "points_per_order", "most": 100},
        {"kind": "times_per_day", "most": 1},
        {"kind": "times_per_month", "most": 4},
        {"kind": "cooldown", "wait": "PT2H"},
    ),
    "standing": (
        {"kind": "rolling", "metric": "spend", "months": 12},
        {"kind": "rolling_kept", "metric": "spend", "months": 12, "kept": 12},
        {"kind": "calendar_year", "metric": "spend"},
        {"kind": "lifetime", "metric": "spend"},
        {"kind": "invited", "valid": "P1Y"},
    ),
    "rewards": (
        {"kind": "price", "price": 60, "name": COFFEE},
        {"kind": "every", "each": 9, "asset": "stamps", "name": COFFEE},
        {"kind": "birthday", "window": "week", "name": {"en": "one drink", "de": "ein Getränk"}},
        {
            "kind": "spend",
            "price": 100,
            "value": "1.00 CUR",
            "name": {"en": "points", "de": "Punkte"},
        },
        {"kind": "credit", "asset": "credit", "name": {"en": "credit", "de": "Guthaben"}},
        {
            "kind": "gift",
            "on": "order",
            "nth": 10,
            "points": 50,
            "name": {"en": "50 points", "de": "50 Punkte"},
        },
        {"kind": "discount", "percent": 10, "name": {"en": "Members", "de": "Mitglieder"}},
        {"kind": "right", "name": {"en": "free delivery", "de": "kostenlose Lieferung"}},
        {
            "kind": "statement",
            "step": 100,
            "value": "1.00 CUR",
            "months": [1, 4, 7, 10],
            "name": {"en": "a voucher", "de": "ein Gutschein"},
        },
    ),
    "referrals": (
        {
            "kind": "two_sided",
            "offer": {"amount": "5.00 CUR", "from": "15.00 CUR"},
            "pays": [{"at_least": "15.00 CUR", "advocate": [{"amount": 50}]}],
            "review": {"wait": "P14D"},
        },
    ),
}
"""What can be added, by section and in the order in which it is offered; CUR is the currency."""


def wishes(data: Any) -> list[tuple[str, str]]:
    """What can be added to a programme: section and kind. A standing only where there is none."""
    return [
        (section, str(one["kind"]))
        for section, several in WISHES.items()
        for one in several
        if section != "standing" or not data.get("standing")
    ]


def added(data: Any, section: str, kind: str, places: int = 2) -> tuple[Any, str]:
    """The data with a rule more, and its place. `places` are the decimals of the currency.
    Raises KeyError for a wish that is none."""
    found = [one for one in WISHES.get(section, ()) if one["kind"] == kind]
    if not found or (section, kind) not in wishes(data):
        raise KeyError(kind)
    entry = _here(copy.deepcopy(found[0]), str(data.get("currency", "EUR")), places)
    entry |= _left_out(data, section, kind)
    new = _with_needs(copy.deepcopy(data), entry, section, places)
    if section == "standing":
        new["standing"] = entry
        return new, "standing"
    new[section] = [*(new.get(section) or []), {"id": _id(new, kind), **entry}]
    return new, f"{section}[{len(new[section]) - 1}]"


def _left_out(data: Any, section: str, kind: str) -> Entry:
    """What other rules let earn nothing earns nothing here either, until somebody says otherwise:
    so what the programme says of it stays so."""
    if section != "earn" or kind not in OF_GOODS:
        return {}
    found = [one["except"] for one in data.get("earn") or [] if one.get("except")]
    return {"except": copy.deepcopy(found[0])} if found else {}


def _here(value: Any, currency: str, places: int) -> Any:
    if isinstance(value, dict):
        return {name: _here(one, currency, places) for name, one in value.items()}
    if isinstance(value, list):
        return [_here(one, currency, places) for one in value]
    if value == "PLACES":
        return places
    if isinstance(value, str) and value.endswith("CUR"):
        whole = value.replace("CUR", currency)
        return whole if places else whole.replace(".00", "")
    return value


def _with_needs(new: Any, entry: Entry, section: str, places: int) -> Any:
    """What the rule names, where the programme does not have it."""
    known = {str(one.get("id")) for one in new.get("assets") or []}
    for asset in (STAMPS, CREDIT):
        if entry.get("asset") == asset["id"] and asset["id"] not in known:
            made = _here(copy.deepcopy(asset), str(new.get("currency", "EUR")), places)
            new["assets"] = [*new["assets"], made]
    if entry.get("activity") == "review" and "review" not in (new.get("activities") or {}):
        new["activities"] = {**(new.get("activities") or {}), **REVIEW}
    if section == "standing" and not new.get("tiers"):
        new["tiers"] = copy.deepcopy(TIERS)
    metrics = [str(one.get("id") or one.get("kind")) for one in new.get("metrics") or []]
    if "metric" in entry and entry["metric"] not in metrics:
        new["metrics"] = [*(new.get("metrics") or []), dict(SPEND)]
    return new


def _id(data: Any, kind: str) -> str:
    sections = ("assets", "metrics", "earn", "change", "limit", "rewards", "referrals")
    taken = {
        str(one.get("id") or one.get("kind"))
        for section in sections
        for one in data.get(section) or []
    }
    return free_id(kind, taken)
