"""Every kind with every number that it can be told, in programmes that are in order."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from msgspec import Struct, inspect

from regulars.engine.texts import NUMBER_FORMS
from regulars.programmes.kinds import fields_of
from regulars.programmes.places import place

Data = Any
ISSUE = {"item": "cake", "percent": 10, "together": 2}
WHO = {"age_from": 18, "age_below": 65}
ONLY = {"who": WHO, "times": 2, "per": "month", "balance": 5}
GIFT = [{"amount": 50, "who": WHO}, {"asset": "credit", "percent": 5}]
PAY = {"id": "order", "when": WHO, "advocate": GIFT, "friend": GIFT}

SHORT, LONG = {"kind": "after", "life": "P1Y"}, {"kind": "month_end", "months": 24}
BY_TIER = {"kind": "by_tier", "tiers": [{"tier": "regular", "expire": LONG}], "other": SHORT}

KINDS: dict[str, list[dict[str, Data]]] = {
    "metrics": [
        {"kind": "activities", "activity": "visit", "when": WHO},
        {"kind": "counted", "of": "loaves", "when": WHO},
        {"kind": "earned"},
        {"kind": "orders", "when": WHO},
        {"kind": "readings", "activity": "reading", "when": WHO},
        {"kind": "return_rate", "orders": 5},
        {"kind": "spent", "when": WHO},
        {"kind": "streak", "activity": "visit", "when": WHO},
        {"kind": "told"},
    ],
    "earn": [
        {
            "kind": "by_steps",
            "of": "loaves",
            "steps": [{"count": 3, "points": 5}, {"count": 6, "points": 12}],
            "when": WHO,
        },
        {"kind": "on_sign_up", "points": 50, "when": WHO},
        {"kind": "per_activity", "activity": "visit", "points": 2, "each": 1, "when": WHO},
        {"kind": "per_amount", "points": 1, "step": "1 EUR", "when": WHO},
        {
            "kind": "per_count",
            "of": "loaves",
            "points": 1,
            "step": 2,
            "at_least": 4,
            "when": WHO,
        },
        {"kind": "per_item", "points": 1, "when": WHO},
        {"kind": "per_order", "points": 1, "when": WHO},
        {"kind": "per_reading", "activity": "reading", "points": 1, "each": 100, "when": WHO},
    ],
    "change": [
        {"kind": "add", "points": 10, "when": WHO, "who": WHO},
        {"kind": "multiply", "factor": 2, "when": WHO, "who": WHO},
    ],
    "limit": [
        {"kind": "cooldown", "of": "welcome", "wait": "P1D"},
        *(
            {"kind": f"points_{per}", "most": 200}
            for per in (
                *("ever", "per_day", "per_month", "per_order"),
                *("per_quarter", "per_week", "per_year"),
            )
        ),
        {"kind": "points_per_campaign", "campaign": "summer", "most": 200},
        {"kind": "points_rolling", "most": 200, "within": "P30D"},
        *(
            {"kind": f"times_{per}", "of": "welcome", "most": 3}
            for per in ("ever", "per_day", "per_month", "per_quarter", "per_week", "per_year")
        ),
    ],
    "life": [
        {"kind": "after", "life": "P1Y"},
        BY_TIER,
        {"kind": "inactivity", "life": "P1Y"},
        {"kind": "month_by_month", "months": 6},
        {"kind": "month_end", "months": 12},
        {"kind": "never"},
        {"kind": "newest_prolongs", "life": "P1Y"},
        {"kind": "yearly", "day": "12-31"},
    ],
    "standing": [
        *(
            {"kind": kind, "metric": "spend", "months": 12, "kept": 12, "first": {"year": 2026}}
            for kind in ("anniversary", "rolling_kept")
        ),
        *(
            {"kind": f"calendar_{unit}", "metric": "spend", "more": 1, "extra_months": 2}
            for unit in ("month", "quarter", "year")
        ),
        {"kind": "invited"},
        {"kind": "lifetime", "metric": "spend"},
        {"kind": "rolling", "metric": "spend", "months": 12},
    ],
    "rewards": [
        {"kind": "birthday", "name": "cake", "days": 7, "points": 10, "only": ONLY},
        {
            "kind": "birthday",
            "name": "cake",
            "days_by_tier": {"regular": 14},
            "voucher": ISSUE,
            "by_itself": True,
        },
        {"kind": "credit", "name": "credit", "asset": "credit"},
        {"kind": "discount", "name": "sale", "percent": 10, "when": WHO, "only": ONLY},
        {"kind": "every", "name": "coffee", "each": 10, "voucher": ISSUE},
        {"kind": "every", "name": "coffee", "each": 10, "item": "coffee"},
        {
            "kind": "gift",
            "name": "cake",
            "on": "order",
            "nth": 3,
            "when": WHO,
            "voucher": ISSUE,
            "only": ONLY,
        },
        {"kind": "gift", "name": "cake", "on": "order", "points": 5},
        {
            "kind": "milestone",
            "name": "prize",
            "of": "points",
            "steps": [{"at": 10, "points": 5}, {"at": 20, "voucher": ISSUE}],
        },
        {"kind": "offered", "name": "offer", "points": 10},
        {"kind": "offered", "name": "offer", "voucher": ISSUE},
        {"kind": "partner", "name": "fair", "rates": [{"times": 2}], "only": ONLY},
        {"kind": "period", "name": "guarantee", "length": "P2Y"},
        {
            "kind": "price",
            "name": "coffee",
            "price": 50,
            "and": {"credit": 1},
            "multiples": True,
            "most": 500,
            "value": "5 EUR",
            "stock": 10,
            "only": ONLY,
        },
        {"kind": "price", "name": "coffee", "levels": [50, 100], "voucher": ISSUE},
        {
            "kind": "price",
            "name": "gems",
            "price": 50,
            "gives": 5,
            "gives_asset": "credit",
            "most_held": 50,
        },
        {"kind": "right", "name": "lounge", "only": ONLY},
        {
            "kind": "spend",
            "name": "points",
            "price": 100,
            "value": "1 EUR",
            "share": 50,
            "only": ONLY,
        },
        {
            "kind": "statement",
            "name": "statement",
            "step": 50,
            "least": 150,
            "value": "5 EUR",
            "months": [1, 7],
            "day": 15,
            "voucher": {"together": 2, "valid": "P1Y"},
        },
        {"kind": "statement", "name": "statement", "step": 1, "value": "1 EUR", "voucher": ISSUE},
    ],
    "referrals": [
        {
            "kind": "two_sided",
            "offer": {"percent": 10},
            "pays": [PAY],
            "every": 3,
            "milestones": [{"friends": 5, "gives": GIFT}],
            "risk": {
                "per_ip": {"most": 3, "then": "hold"},
                "many": {"most": 3, "then": "hold"},
            },
            "at_most": [
                {"id": "many", "rewards": 5, "per": "month", "who": WHO},
                {"id": "much", "amount": 500, "per": "year"},
            ],
        }
    ],
}


class Number(Struct, frozen=True):
    """Where a number stands in a sample: `path` from the sample on."""

    section: str
    index: int
    path: tuple[str | int, ...]

    @property
    def name(self) -> str:
        told = ".".join(map(str, self.path))
        return f"{self.section}-{self.index}-{KINDS[self.section][self.index]['kind']}.{told}"

    @property
    def declared(self) -> tuple[str, str, str]:
        """Section, kind and field, whatever its place in a list or its name in a map."""
        kind = KINDS[self.section][self.index]["kind"]
        return self.section, kind, ".".join("*" if _free(one) else str(one) for one in self.path)


def _free(step: str | int) -> bool:
    return isinstance(step, int) or step in ("credit", "regular")


def numbers() -> list[Number]:
    """Every number that the samples say."""
    return [
        Number(section, index, path)
        for section, samples in KINDS.items()
        for index, sample in enumerate(samples)
        for path in _paths(sample)
    ]


def _paths(data: Data) -> Iterator[tuple[str | int, ...]]:
    if isinstance(data, int) and not isinstance(data, bool):
        yield ()
    if isinstance(data, dict | list):
        for step, inside in data.items() if isinstance(data, dict) else enumerate(data):
            yield from ((step, *rest) for rest in _paths(inside))


def declared(cls: type[Struct]) -> set[str]:
    """The fields of a kind that take numbers, those of its parts with them."""
    return {".".join(path) for path in _fields(inspect.type_info(cls), ())}


def _fields(shape: inspect.Type, seen: tuple[type, ...]) -> Iterator[tuple[str, ...]]:
    here = place(shape)
    of: Any = here.type
    if isinstance(of, inspect.IntType) or here.form in NUMBER_FORMS:
        yield ()
    elif isinstance(of, inspect.UnionType):
        for one in of.types:
            yield from _fields(one, seen)
    elif isinstance(of, inspect.DictType):
        yield from (("*", *rest) for rest in _fields(of.value_type, seen))
    elif isinstance(of, inspect.ListType | inspect.VarTupleType):
        yield from (("*", *rest) for rest in _fields(of.item_type, seen))
    elif isinstance(of, inspect.StructType) and of.cls not in seen:
        for field in fields_of(of.cls):
            for rest in _fields(field.type, (*seen, of.cls)):
                yield field.encode_name, *rest


def programme(section: str, sample: dict[str, Data], decimals: int = 0) -> str:
    """A programme file with one sample in it, which begins in line 2."""
    file: dict[str, Data] = {
        "format": 1,
        "edition": "shop",
        "name": "Shop",
        "assets": [
            {"id": "points", "name": "point", "decimals": decimals},
            {"id": "credit", "name": "credit", "currency": "EUR", "decimals": 2},
        ],
        "activities": {"visit": "a visit", "reading": "a reading", "offer": "an offer"},
        "campaigns": {"summer": "summer"},
        "counts": {"loaves": "loaves"},
        "metrics": [{"id": "spend", "kind": "spent"}],
        "earn": [{"id": "welcome", "kind": "on_sign_up", "points": 1}],
        "standing": {"id": "ladder", "kind": "lifetime", "metric": "spend"},
        "tiers": [
            {"id": "guest", "name": "guest", "from": 0},
            {"id": "regular", "name": "regular", "from": 100},
        ],
    }
    if section == "life":
        file["assets"][0]["expire"] = sample
    elif section == "standing":
        file["standing"] = sample
    else:
        file[section] = [*file.get(section, ()), {"id": "it", **sample}]
    return json.dumps(file, indent=1)


def told(number: Number, value: Data, decimals: int = 0) -> str:
    """The programme of a sample with another number in one place."""
    sample = deepcopy(KINDS[number.section][number.index])
    inside: Any = sample
    for step in number.path[:-1]:
        inside = inside[step]
    inside[number.path[-1]] = value
    return programme(number.section, sample, decimals)
