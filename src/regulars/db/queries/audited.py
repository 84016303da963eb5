"""What the things are called of which was written down that something was done to them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from urllib.parse import urlsplit
from uuid import UUID

from django.db.models import Model
from msgspec import Struct

from regulars.db.models import (
    Adjustment,
    ApiKey,
    AttemptRow,
    Cashier,
    Customer,
    Endpoint,
    FactKey,
    HookSource,
    IdentifierRow,
    ImportRun,
    PaperCode,
    Place,
    Staff,
    TillDeed,
    TillDevice,
)

CUSTOMER, PLACE, TILL, CASHIER = "customer", "place", "till", "cashier"
KEY, WEBHOOK, PROGRAMME, REWARD, SHOP = "key", "webhook", "programme", "reward", "shop"
IMPORT, PAPER, STAFF = "import", "paper", "staff"
Names = dict[str, "Meant"]


class Meant(Struct, frozen=True):
    """A thing: of which kind, what it is called (empty: it has no name), what tells it apart on
    its page, and for somebody without a name an identifier that they are known by."""

    kind: str
    name: str
    told: tuple[str, ...] = ()
    known_by: tuple[str, str] | None = None


def meant(said: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Meant]:
    """By the word for what was done and what it was done to: the thing, where it is known."""
    by_kind: dict[str, set[str]] = {}
    pairs = list(said)
    for what, about in pairs:
        by_kind.setdefault(what.partition(".")[0], set()).add(about)
    known = {kind: LOOK[kind](about) for kind, about in by_kind.items() if kind in LOOK}
    found = {pair: known.get(pair[0].partition(".")[0], {}).get(pair[1]) for pair in pairs}
    return {pair: one for pair, one in found.items() if one is not None}


def places() -> dict[str, str]:
    """What places are called, by code."""
    return dict(Place.objects.values_list("code", "name"))


def _uuids(texts: Iterable[str]) -> list[UUID]:
    found = []
    for text in texts:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found


def _whose(numbers: Mapping[str, int]) -> Names:
    """The customers by these numbers."""
    rows = list(Customer.objects.filter(pk__in=set(numbers.values())))
    known = _known_by([row.pk for row in rows if not row.name])
    people = {
        row.pk: Meant(CUSTOMER, row.name, (str(row.public_id),), known.get(row.pk)) for row in rows
    }
    return {key: people[number] for key, number in numbers.items() if number in people}


def _known_by(nameless: list[int]) -> dict[int, tuple[str, str]]:
    """An identifier of each, the same one whenever it is asked."""
    rows = IdentifierRow.objects.filter(customer_id__in=nameless).order_by("-kind", "-value")
    return {row.customer_id: (row.kind, row.value) for row in rows}


def _by_key(keys: set[str], *tables: type[Model]) -> Names:
    numbers: dict[str, int] = {}
    for table in tables:
        rows = table._default_manager.filter(key__in=keys)
        numbers |= dict(rows.values_list("key", "customer_id"))
    return _whose(numbers)


def _adjustments(ids: set[str]) -> Names:
    rows = Adjustment.objects.filter(pk__in=_uuids(ids)).values_list("pk", "customer_id")
    return _whose({str(pk): number for pk, number in rows})


def _rewards(abouts: set[str]) -> Names:
    shelves = {one: one.split("/") for one in abouts if one.count("/") == 1 and ":" not in one}
    found = {one: Meant(REWARD, told[1], (*told,)) for one, told in shelves.items()}
    return found | _by_key(abouts - set(shelves), FactKey, AttemptRow)


def _places(codes: set[str]) -> Names:
    rows = Place.objects.filter(pk__in=codes).values_list("code", "name")
    return {code: Meant(PLACE, name) for code, name in rows}


def _scans(abouts: set[str]) -> Names:
    """What scanning gives is said of a place; a code for paper of itself, and has a page while it
    is in use."""
    rows = PaperCode.objects.filter(pk__in=_uuids(abouts)).values_list("pk", "name", "ended_at")
    papers = {
        str(pk): Meant("" if ended_at else PAPER, name, (str(pk),)) for pk, name, ended_at in rows
    }
    return papers | _places(abouts)


def _tills(abouts: set[str]) -> Names:
    devices = TillDevice.objects.filter(pk__in=_uuids(abouts)).values_list("pk", "name")
    return {str(pk): Meant(TILL, name) for pk, name in devices} | _by_key(abouts, TillDeed)


def _cashiers(ids: set[str]) -> Names:
    rows = Cashier.objects.filter(pk__in=_uuids(ids)).values_list("pk", "name")
    return {str(pk): Meant(CASHIER, name) for pk, name in rows}


def _keys(prefixes: set[str]) -> Names:
    rows = ApiKey.objects.filter(prefix__in=prefixes).values_list("prefix", "name")
    return {prefix: Meant(KEY, name) for prefix, name in rows}


def _webhooks(ids: set[str]) -> Names:
    """By their hosts: what follows in an address may be a secret."""
    rows = Endpoint.objects.filter(pk__in=_uuids(ids)).values_list("pk", "url")
    return {str(pk): Meant(WEBHOOK, urlsplit(url).hostname or "", (str(pk),)) for pk, url in rows}


def _shops(ids: set[str]) -> Names:
    rows = HookSource.objects.filter(pk__in=_uuids(ids))
    return {str(row.pk): Meant(SHOP, row.shop or row.source) for row in rows}


def _imports(ids: set[str]) -> Names:
    """Files that were brought in. What the command line brought in has no page."""
    rows = ImportRun.objects.filter(pk__in=_uuids(ids)).values_list("pk", "file_name", "proposal")
    return {
        str(pk): Meant(IMPORT if proposal is not None else "", name, (str(pk),))
        for pk, name, proposal in rows
    }


def _customers(ids: set[str]) -> Names:
    rows = Customer.objects.filter(public_id__in=_uuids(ids)).values_list("public_id", "pk")
    return _whose({str(public_id): number for public_id, number in rows})


def _colleagues(ids: set[str]) -> Names:
    rows = Staff.objects.filter(pk__in=_uuids(ids))
    return {str(row.pk): Meant(STAFF, row.name or row.email, (str(row.pk),)) for row in rows}


def _programmes(ids: set[str]) -> Names:
    return {one: Meant(PROGRAMME, one, (one,)) for one in ids}


LOOK: dict[str, Callable[[set[str]], Names]] = {
    "adjustment": _adjustments,
    "reward": _rewards,
    "voucher": lambda keys: _by_key(keys, FactKey, AttemptRow),
    "place": _places,
    "scan": _scans,
    "till": _tills,
    "cashier": _cashiers,
    "key": _keys,
    "webhook": _webhooks,
    "shop": _shops,
    "programme": _programmes,
    "import": _imports,
    "staff": _colleagues,
    "customer": _customers,
    "consent": _customers,
}
"""Who knows what things are called, by the kind of what was done."""
