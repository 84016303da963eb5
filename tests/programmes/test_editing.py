"""A programme file changed in place: nothing touched, nothing changed; one value, one value."""

from __future__ import annotations

import copy
import os
from collections.abc import Iterator
from typing import Any

import pytest
from form_answers import untouched
from kind_samples import KINDS

from regulars.blueprints import PROGRAMME, blueprints
from regulars.engine.kinds import families
from regulars.programmes.documents import read
from regulars.programmes.editing import answering, changing
from regulars.programmes.editing.answering import Answering
from regulars.programmes.editing.asking import Asking, Knowing, class_at
from regulars.programmes.editing.changing import NotHere, edited
from regulars.programmes.editing.resting import brought_back, put_aside, resting
from regulars.programmes.editing.spelling import Reader
from regulars.programmes.kinds import tag_of
from regulars.programmes.places import same

TORTURE = bool(os.environ.get("REGULARS_TORTURE"))
FILES = {
    name: folder.joinpath(PROGRAMME).read_text(encoding="utf-8")
    for name, folder in blueprints().items()
}
CAFE = FILES["cafe_points"]
SECTIONS = ("assets", "metrics", "earn", "change", "limit", "tiers", "rewards", "referrals")
RULES = tuple(one for one in SECTIONS if one not in ("assets", "tiers"))


def said(text: str) -> Any:
    return read(text, "file").data


def lines(text: str) -> list[str]:
    return text.split("\n")


def differing(before: str, after: str) -> list[tuple[str, str]]:
    """The lines that differ, of two files with as many."""
    both = list(zip(lines(before), lines(after), strict=True))
    return [(one, other) for one, other in both if one != other]


def places(data: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    inside = data.items() if isinstance(data, dict) else enumerate(data)
    for key, value in inside:
        yield (*at, key)
        if isinstance(value, dict | list):
            yield from places(value, (*at, key))


def around(data: Any, at: tuple[Any, ...]) -> Any:
    for key in at[:-1]:
        data = data[key]
    return data


def asking(sign: str = ".") -> Asking:
    return Asking(families(), Knowing(sign=sign))


def answered(
    part: dict[str, Any], section: str, sent: dict[str, list[str]], sign: str = "."
) -> Any:
    cls = class_at(families(), section, part)
    assert cls is not None
    makes = asking(sign)
    return Answering(makes, Reader(sent, sign, "EUR")).part(cls, part)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("sign", [".", ","] if TORTURE else [","])
def test_a_form_that_nobody_touched_changes_nothing(name: str, sign: str) -> None:
    data = said(FILES[name])
    wanted = copy.deepcopy(data)
    for section in SECTIONS:
        for index, part in enumerate(data.get(section) or []):
            cls = class_at(families(), section, part)
            assert cls is not None
            sent = untouched(asking(sign).part(cls, part))
            wanted[section][index] = answered(part, section, sent, sign)
            assert same(wanted[section][index]) == same(part)
    assert edited(FILES[name], wanted) == FILES[name]


SAMPLES = [(family, one) for family, several in KINDS.items() for one in several]


@pytest.mark.parametrize(
    ("family", "part"), SAMPLES, ids=[f"{family}.{one['kind']}" for family, one in SAMPLES]
)
def test_the_form_of_every_kind_keeps_what_the_file_says(family: str, part: dict[str, Any]) -> None:
    """Untouched it says the same; a number that is changed, just that."""
    classes = {tag_of(cls): cls for cls in families()[family]}
    makes, cls = asking(","), classes[part["kind"]]
    sent = untouched(makes.part(cls, part, "here"))
    assert same(Answering(makes, Reader(sent, ",", "EUR")).part(cls, part, "here")) == same(part)
    for name, value in part.items():
        if isinstance(value, int) and not isinstance(value, bool):
            changed = {**sent, f"here.{name}": ["77"]}
            found = Answering(makes, Reader(changed, ",", "EUR")).part(cls, part, "here")
            assert same(found) == same({**part, name: 77})


@pytest.mark.parametrize("name", FILES)
def test_any_place_of_any_file_can_change(name: str) -> None:
    """`edited` reads what it wrote: what it returns says what was wanted, whatever the spelling."""
    several = list(places(said(FILES[name])))
    for at in several if TORTURE else several[:: len(several) // 6 + 1]:
        for what in ("other", "gone"):
            wanted = said(FILES[name])
            if what == "gone":
                del around(wanted, at)[at[-1]]
            else:
                around(wanted, at)[at[-1]] = "7 x"
            assert same(said(edited(FILES[name], wanted))) == same(wanted), at


def test_one_value_changes_one_line() -> None:
    wanted = said(CAFE)
    wanted["earn"][0]["points"] = 2
    assert differing(CAFE, edited(CAFE, wanted)) == [("    points: 1", "    points: 2")]
    wanted = said(CAFE)
    wanted["rewards"][0]["price"] = 60
    (found,) = differing(CAFE, edited(CAFE, wanted))
    assert found[1] == found[0].replace("price: 50", "price: 60")


def test_comments_order_and_spelling_stay() -> None:
    text = (
        "# ours\nformat: 1   # always\nedition: x\nname: 'X'\nassets:\n"
        "  - {id: p, name: p}\nearn:\n"
        "  # the heart of it\n  - kind: per_amount\n    points: 1  # one\n    step: 1.00 EUR\n\n"
        "  - {id: b, kind: on_sign_up, points: 5}   # welcome\n"
    )
    wanted = said(text)
    wanted["earn"][0]["points"] = 3
    wanted["earn"][1]["after"] = "P1D"
    expected = text.replace("points: 1 ", "points: 3 ").replace(
        "points: 5}", "points: 5, after: P1D}"
    )
    assert edited(text, wanted) == expected
    wanted = said(text)
    del wanted["earn"][0]
    assert "# the heart of it" in edited(text, wanted)
    assert "# welcome" in edited(text, wanted)


def test_a_rule_is_added_at_the_end_of_its_section() -> None:
    wanted = said(CAFE)
    wanted["earn"].append({"id": "hello", "kind": "on_sign_up", "points": 20})
    after = edited(CAFE, wanted)
    assert after == CAFE.replace(
        "\n\nchange:", "\n  - {id: hello, kind: on_sign_up, points: 20}\n\nchange:"
    )
    wanted["activities"] = {"review": {"en": "a review"}}
    assert "\nactivities: {review: {en: a review}}\n\nnames:" in edited(CAFE, wanted)


def test_what_an_alias_says_twice_is_left_to_the_file() -> None:
    text = "a: &one {x: 1}\nb: *one\n"
    with pytest.raises(NotHere):
        edited(text, {"a": {"x": 2}, "b": {"x": 1}})


@pytest.mark.parametrize("name", FILES if TORTURE else ["cafe_points", "stamp_9_1", "airbnb_2017"])
def test_a_rule_rests_and_comes_back(name: str) -> None:
    data = said(FILES[name])
    for section in RULES:
        for index, part in enumerate(data.get(section) or []):
            aside = put_aside(FILES[name], section, index)
            (one,) = resting(aside)
            assert (one.section, same(one.data)) == (section, same(part))
            assert len(said(aside)[section]) == len(data[section]) - 1
            assert same(said(brought_back(aside, 0))) == same(data)


def test_two_rules_rest_beside_each_other() -> None:
    aside = put_aside(put_aside(CAFE, "rewards", 1), "rewards", 1)
    assert [one.data["id"] for one in resting(aside)] == ["cake", "beans"]
    assert brought_back(brought_back(aside, 1), 0) == CAFE


NUMBERS = {
    ".": {"1,234.5": "1234.5", "1234": "1234", "0.5": "0.5", "1,5": "1.5", "12 %": "12"},
    ",": {"1.234,5": "1234.5", "1.234": "1234", "0,5": "0.5", "1.5": "1.5", "1 234": "1234"},
}


@pytest.mark.parametrize(
    ("sign", "written", "read_as"),
    [(sign, one, other) for sign, each in NUMBERS.items() for one, other in each.items()],
)
def test_numbers_are_read_as_the_reader_writes_them(sign: str, written: str, read_as: str) -> None:
    assert str(Reader({}, sign, "EUR").number(written)) == read_as


MONEY = {"12": "12.00 EUR", "12,4": "12.40 EUR", "€3": "3.00 EUR", "1.005": "1.005 EUR", "x": "x"}


@pytest.mark.parametrize("written", MONEY)
def test_money_has_the_programmes_currency(written: str) -> None:
    assert Reader({}, ".", "EUR").money(written, None) == MONEY[written]
    assert Reader({}, ".", "EUR").money("5", "1.00 PLN") == "5.00 PLN"
    assert Reader({}, ".", "JPY").money("5", None) == "5 JPY"


CHANGES: list[tuple[str, dict[str, Any], dict[str, list[str]], dict[str, Any]]] = [
    (
        "earn",
        {"kind": "per_amount", "step": "1.00 EUR", "points": 1},
        {"points": ["2"]},
        {"points": 2},
    ),
    (
        "earn",
        {"kind": "per_amount", "step": "1.00 EUR", "points": 1, "full_steps": True},
        {"full_steps": []},
        {"full_steps": None},
    ),
    (
        "change",
        {"kind": "multiply", "factor": 2, "when": {"category": ["beans", "ground"]}},
        {"when.category": ["beans"], "when.category.others": ["tea, cake"]},
        {"when": {"category": ["beans", "tea", "cake"]}},
    ),
    (
        "change",
        {"kind": "multiply", "factor": 2},
        {"when.weekday": ["tuesday"], "when.hours.from": ["22:00"], "when.hours.to": ["00:00"]},
        {"when": {"weekday": "tuesday", "hours": "22:00-24:00"}},
    ),
    (
        "assets",
        {"id": "p", "name": "p", "expire": {"kind": "month_end", "months": 12, "remind": ["P30D"]}},
        {"expire.remind[0]": ["4"], "expire.remind[0].unit": ["W"]},
        {"expire": {"kind": "month_end", "months": 12, "remind": ["P4W"]}},
    ),
    (
        "assets",
        {"id": "p", "name": "p", "expire": {"kind": "month_end", "months": 12, "remind": ["P30D"]}},
        {"expire.kind": ["after"]},
        {"expire": {"kind": "after", "remind": ["P30D"]}},
    ),
    (
        "assets",
        {"id": "p", "name": "p", "expire": {"kind": "never"}},
        {"expire.kind": [""]},
        {"expire": None},
    ),
    (
        "rewards",
        {"kind": "price", "price": 50, "name": {"en": "a coffee", "de": "ein Kaffee"}},
        {"name.de": ["ein Tee"]},
        {"name": {"en": "a coffee", "de": "ein Tee"}},
    ),
    (
        "referrals",
        {"kind": "two_sided", "pays": [{"advocate": [{"amount": 50}]}]},
        {"pays[0].advocate[1].amount": ["5"], "pays[0].advocate[1].asset": ["credit"]},
        {"pays": [{"advocate": [{"amount": 50}, {"asset": "credit", "amount": 5}]}]},
    ),
    (
        "referrals",
        {"kind": "two_sided", "pays": [{"id": "a"}, {"id": "b"}], "review": {"wait": "P14D"}},
        {"pays[0]!drop": ["1"], "review.wait": [""]},
        {"pays": [{"id": "b"}], "review": None},
    ),
    (
        "rewards",
        {"kind": "birthday", "name": "x", "voucher": {}},
        {"voucher!here": []},
        {"voucher": None},
    ),
    (
        "rewards",
        {"kind": "birthday", "name": "x"},
        {"days_by_tier[0].key": ["gold"], "days_by_tier[0].value": ["30"]},
        {"days_by_tier": {"gold": 30}},
    ),
]


@pytest.mark.parametrize(("section", "part", "sent", "changes"), CHANGES)
def test_a_changed_answer_changes_only_its_field(
    section: str, part: dict[str, Any], sent: dict[str, list[str]], changes: dict[str, Any]
) -> None:
    cls = class_at(families(), section, part)
    assert cls is not None
    whole = {**untouched(asking().part(cls, part)), **sent}
    whole = {name: one for name, one in whole.items() if one}
    expected = {name: one for name, one in {**part, **changes}.items() if one is not None}
    assert same(answered(part, section, whole)) == same(expected)


def test_a_reader_that_spells_anew_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """The saboteur of `test_a_form_that_nobody_touched_changes_nothing`."""
    monkeypatch.setattr(answering, "_as_before", lambda *_: False)
    monkeypatch.setattr(Reader, "number", lambda *_: 7)
    part = said(CAFE)["earn"][0]
    cls = class_at(families(), "earn", part)
    assert cls is not None
    assert same(answered(part, "earn", untouched(asking().part(cls, part)))) != same(part)


def test_a_cut_that_goes_too_far_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """The saboteur of `test_any_place_of_any_file_can_change`: what is cut out is read again."""
    monkeypatch.setattr(changing, "ends", lambda node: node.end_mark.index)
    wanted = said(CAFE)
    wanted["limit"] = []
    with pytest.raises(NotHere):
        edited(CAFE, wanted)
