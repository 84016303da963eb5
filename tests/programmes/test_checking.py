"""Documents against types: each mistake with its exact line, path, code and parameters."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from msgspec import Struct
from toys import FAMILIES, Category, Earn, Fixed, Not, PerAmount, PerVisit, Shop, Tier

from regulars.engine.texts import Part
from regulars.programmes import documents
from regulars.programmes.checking import check, structure
from regulars.programmes.documents import Problem
from regulars.programmes.kinds import SameKind

GOOD = """\
format: 1
name: {en: Corner, de: Eck}
zone: Europe/Berlin
starts: 2026-01-31
shift: 1.50
tags: [a, b]
life: {life: fixed, after: P12M}
tiers:
  - id: regular
    from: 200
  - id: neighbour
    from: "600.5"
    name: Neighbour
earn:
  - kind: per_amount
    step: "1.00 EUR"
    except: gift_card
    when: {kind: not, not: {kind: category, category: [beans, ground]}}
  - kind: per_visit
    points: 10.0
    factor: 2
"""


def test_a_good_file_becomes_a_value() -> None:
    value, problems = check(documents.read(GOOD, "shop.yaml"), Shop, FAMILIES)
    assert problems == ()
    assert value == Shop(
        format=1,
        name={"en": "Corner", "de": "Eck"},
        zone="Europe/Berlin",
        starts="2026-01-31",
        shift="1.50",
        tags=("a", "b"),
        life=Fixed(after="P12M"),
        tiers=[
            Tier(id="regular", from_="200"),
            Tier(id="neighbour", from_="600.5", name="Neighbour"),
        ],
        earn=[
            PerAmount(
                step="1.00 EUR",
                except_=("gift_card",),
                when=Not(not_=Category(category=("beans", "ground"))),
            ),
            PerVisit(points=10, factor="2"),
        ],
    )


def test_a_value_written_as_json_is_the_same_file() -> None:
    value, _ = check(documents.read(GOOD, "shop.yaml"), Shop, FAMILIES)
    again, problems = check(documents.read(msgspec.json.encode(value), "shop.json"), Shop, FAMILIES)
    assert (again, problems) == (value, ())


HEAD = "format: 1\nname: Corner\n"
EARN = 'earn:\n  - kind: per_amount\n    step: "1.00 EUR"\n'

WRONG: list[tuple[str, str, list[tuple[int, str, str, dict[str, Any]]]]] = [
    (
        "unknown field",
        HEAD + "zonne: UTC\n" + EARN,
        [(3, "zonne", "unknown_field", {"field": "zonne", "nearest": "zone"})],
    ),
    (
        "unknown field, nothing near",
        HEAD + EARN + "    qqq: 1\n",
        [(6, "earn[0].qqq", "unknown_field", {"nearest": ""})],
    ),
    (
        "the field's name in code",
        HEAD + EARN + "    except_: a\n",
        [(6, "earn[0].except_", "unknown_field", {"nearest": "except"})],
    ),
    (
        "missing fields",
        "format: 1\nearn:\n  - kind: per_amount\n",
        [
            (1, "name", "missing_field", {"field": "name"}),
            (3, "earn[0].step", "missing_field", {"field": "step"}),
        ],
    ),
    (
        "missing kind",
        HEAD + "earn:\n  - step: 5\n",
        [
            (
                4,
                "earn[0].kind",
                "missing_kind",
                {"field": "kind", "known": ("moon_phase", "per_amount", "per_visit")},
            )
        ],
    ),
    (
        "unknown kind",
        HEAD + "earn:\n  -\n    kind: per_ammount\n",
        [(5, "earn[0].kind", "unknown_kind", {"value": "per_ammount", "nearest": "per_amount"})],
    ),
    (
        "kind that is no text",
        HEAD + "earn: [{kind: 5}]\n",
        [(3, "earn[0].kind", "unknown_kind", {"value": "5", "nearest": ""})],
    ),
    (
        "kind of another family",
        HEAD + EARN + "    when: {kind: per_visit}\n",
        [(6, "earn[0].when.kind", "unknown_kind", {"known": ("category", "not")})],
    ),
    (
        "closed union",
        HEAD + "life: {life: nevr}\n" + EARN,
        [(3, "life.life", "unknown_kind", {"field": "life", "nearest": "never"})],
    ),
    (
        "text for a list",
        HEAD + "tiers: none\n" + EARN,
        [
            (
                3,
                "tiers",
                "wrong_type",
                {"expected": ("list",), "got": "text", "value": "none"},
            )
        ],
    ),
    (
        "a list for the file",
        "- a\n",
        [(1, "", "wrong_type", {"expected": ("map",), "got": "list", "value": ""})],
    ),
    (
        "nothing",
        HEAD + "open:\n" + EARN,
        [(3, "open", "wrong_type", {"expected": ("truth",), "got": "nothing"})],
    ),
    (
        "yes",
        HEAD + "open: yes\n" + EARN,
        [(3, "open", "wrong_type", {"expected": ("truth",), "got": "text", "value": "yes"})],
    ),
    (
        "truth for a number",
        HEAD + EARN + "    points: true\n",
        [(6, "earn[0].points", "wrong_type", {"expected": ("whole_number",), "got": "truth"})],
    ),
    (
        "half a point",
        HEAD + EARN + "    points: 1.5\n",
        [(6, "earn[0].points", "wrong_type", {"got": "number", "value": "1.5"})],
    ),
    (
        "a number in quotes",
        HEAD + EARN + '    points: "5"\n',
        [(6, "earn[0].points", "wrong_type", {"got": "text", "value": "5"})],
    ),
    (
        "list for one value or a list of texts",
        HEAD + EARN + "    except: {a: 1}\n",
        [(6, "earn[0].except", "wrong_type", {"expected": ("list", "text"), "got": "map"})],
    ),
    (
        "too small",
        HEAD + EARN + "    points: 0\n",
        [(6, "earn[0].points", "too_small", {"limit": 1, "got": 0})],
    ),
    (
        "too large",
        HEAD + EARN + "    points: 1001\n",
        [(6, "earn[0].points", "too_large", {"limit": 1000, "got": 1001})],
    ),
    (
        "not above, below, a multiple",
        HEAD
        + "earn:\n- {kind: per_visit, points: 0}\n- {kind: per_visit, points: 100}\n"
        + "- {kind: per_visit, points: 7}\n",
        [
            (4, "earn[0].points", "not_above", {"limit": 0, "got": 0}),
            (5, "earn[1].points", "not_below", {"limit": 100, "got": 100}),
            (6, "earn[2].points", "not_multiple", {"limit": 5, "got": 7}),
        ],
    ),
    (
        "literal",
        HEAD + "stack: best\n" + EARN,
        [
            (
                3,
                "stack",
                "unknown_value",
                {"value": "best", "nearest": "best_of", "known": ("additive", "best_of")},
            )
        ],
    ),
    (
        "another format",
        "format: 2\nname: x\n" + EARN,
        [(1, "format", "unknown_value", {"value": "2", "known": ("1",)})],
    ),
    (
        "unknown language",
        "format: 1\nname:\n  en: x\n  dee: y\n" + EARN,
        [(4, "name.dee", "unknown_value", {"value": "dee", "nearest": "de"})],
    ),
    (
        "empty texts",
        "format: 1\nname: {}\nwords: {a: ''}\n" + EARN,
        [
            (2, "name", "too_few", {"limit": 1, "got": 0}),
            (3, "words.a", "too_short", {"limit": 1, "got": 0}),
        ],
    ),
    (
        "lengths",
        HEAD + "note: abcdef\ndays: []\ntags: [a]\nearn: []\n",
        [
            (3, "note", "too_long", {"limit": 5, "got": 6}),
            (4, "days", "too_few", {"limit": 1, "got": 0}),
            (6, "earn", "too_few", {"limit": 1, "got": 0}),
        ],
    ),
    (
        "too many",
        HEAD + "days: [1, 2, 3, 4]\n" + EARN,
        [(3, "days", "too_many", {"limit": 3, "got": 4})],
    ),
    (
        "twice in a list",
        HEAD + "tags:\n  - a\n  - b\n  - a\n" + EARN,
        [(6, "tags[2]", "duplicate_item", {"value": "a", "first": "tags[0]"})],
    ),
    (
        "a pattern without a form",
        HEAD + "code: ab\n" + EARN,
        [(3, "code", "bad_pattern", {"pattern": "^[A-Z]{3}$", "value": "ab"})],
    ),
    (
        "keys of a map",
        HEAD + "words:\n  Big: x\n" + EARN,
        [(4, "words.Big", "bad_form", {"form": "id", "value": "Big"})],
    ),
    (
        "beside each other in one line of many",
        HEAD + "zonne: x\ncode: 1\n" + EARN + "    points: -1\n    kid: 5\n",
        [
            (3, "zonne", "unknown_field", {}),
            (4, "code", "wrong_type", {}),
            (8, "earn[0].points", "too_small", {}),
            (9, "earn[0].kid", "unknown_field", {"nearest": "kind"}),
        ],
    ),
]


def told(problems: tuple[Problem, ...], asked: list[Any]) -> list[Any]:
    """The problems, with those parameters that the table names."""
    return [
        (
            one.line,
            one.path,
            one.code,
            {name: one.params.get(name) for name in (asked[at][3] if at < len(asked) else {})},
        )
        for at, one in enumerate(problems)
    ]


@pytest.mark.parametrize(
    ("text", "expected"), [one[1:] for one in WRONG], ids=[one[0] for one in WRONG]
)
def test_each_mistake_is_told_with_its_place(text: str, expected: list[Any]) -> None:
    value, problems = check(documents.read(text, "shop.yaml"), Shop, FAMILIES)
    assert value is None
    assert told(problems, expected) == expected


FORMS = [
    ("starts: 2026-02-30", "starts", "day"),
    ("starts: 31.01.2026", "starts", "day"),
    ("opened: 2026-01-31T10:00:00", "opened", "instant"),
    ("zone: Europe/ Berlin", "zone", "zone"),
    ("shift: '1,5'", "shift", "number"),
    ("tiers: [{id: Regular, from: 1}]", "tiers[0].id", "id"),
    ("tiers: [{id: a, from: -1}]", "tiers[0].from", "not_negative"),
    ("life: {life: fixed, after: 14 days}", "life.after", "duration"),
    ("earn: [{kind: per_amount, step: '5,00 EUR'}]", "earn[0].step", "money"),
    ("earn: [{kind: per_visit, points: 5, factor: 0.00}]", "earn[0].factor", "positive"),
]


@pytest.mark.parametrize(("line", "path", "form"), FORMS)
def test_each_form_of_text_has_its_name(line: str, path: str, form: str) -> None:
    text = HEAD + line + "\n" + ("" if line.startswith("earn") else EARN)
    _, problems = check(documents.read(text, "shop.yaml"), Shop, FAMILIES)
    assert [(one.line, one.path, one.code, one.params["form"]) for one in problems] == [
        (3, path, "bad_form", form)
    ]


def test_a_document_that_could_not_be_read_keeps_its_problems() -> None:
    document = documents.read("a: 1\na: 2\n", "shop.yaml")
    assert check(document, Shop, FAMILIES) == (None, document.problems)


TIERS = "tiers:\n  - id: a\n    from: 500\n  - id: a\n    from: 350\n"


def test_what_a_part_finds_wrong_gets_its_line() -> None:
    document = documents.read(HEAD + TIERS + "zone: Europe/Berlinn\n" + EARN, "shop.yaml")
    value, problems = check(document, Shop, FAMILIES)
    assert value is None
    assert problems == (
        Problem(6, "tiers[1].id", "repeated", {"value": "a", "first": "tiers[0].id"}),
        Problem(7, "tiers[1].from", "not_above_before", {"limit": "500", "got": "350"}),
        Problem(8, "zone", "unknown_zone", {"value": "Europe/Berlinn", "nearest": "Europe/Berlin"}),
    )
    assert structure(document, Shop, FAMILIES)[1] == ()


def test_parts_are_asked_only_when_the_shape_holds() -> None:
    document = documents.read(HEAD + TIERS + "qqq: 1\n" + EARN, "shop.yaml")
    _, problems = check(document, Shop, FAMILIES)
    assert [one.code for one in problems] == ["unknown_field"]


class Said(Struct, frozen=True):
    path: str
    code: str
    params: dict[str, Any] = {}


class Fussy(Earn, frozen=True, kw_only=True, tag="fussy"):
    """A kind that speaks in structs instead of tuples."""

    except_: tuple[str, ...] = ()

    def problems(self) -> list[Said]:
        return [Said("except", "no_such"), Said("", "never")]


def test_a_kind_inside_tells_its_own_problems() -> None:
    document = documents.read(HEAD + "earn:\n  - kind: fussy\n    except: [a]\n", "x.yaml")
    _, problems = check(document, Shop, {**FAMILIES, "earn": (Fussy,)})
    assert problems == (Problem(4, "earn[0]", "never"), Problem(5, "earn[0].except", "no_such"))


def test_a_single_value_is_named_as_the_file_has_it() -> None:
    class Inner(Part, frozen=True, kw_only=True):
        id: str

        def problems(self) -> list[Said]:
            return [Said("id", "no_such")]

    from regulars.programmes.findings import Found, located

    document = documents.read("a: {id: x}\nb: [{id: y}]\n", "x.yaml")
    found = [Found("a[0].id", "no_such"), Found("b[0].id", "no_such")]
    assert [one.path for one in located(document, found)] == ["a.id", "b[0].id"]
    assert Inner(id="x").problems()[0].path == "id"


class Impostor(Earn, frozen=True, kw_only=True, tag="per_amount"):
    """Calls itself like a built-in kind."""


def test_two_classes_of_one_kind_are_refused() -> None:
    document = documents.read(HEAD + EARN, "x.yaml")
    with pytest.raises(SameKind, match="per_amount"):
        check(document, Shop, {**FAMILIES, "earn": (PerAmount, Impostor)})


class Wrong(Part, frozen=True, kw_only=True):
    amount: float = 0.0


def test_a_float_has_no_place_in_a_file() -> None:
    with pytest.raises(TypeError, match="cannot stand in a file"):
        structure(documents.read("amount: 1.5", "x.yaml"), Wrong, {})
