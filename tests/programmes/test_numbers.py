"""Whatever number stands in a file: it is refused at its line, or it can be told and folded."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.utils import translation
from kind_samples import KINDS, Number, declared, numbers, programme, told

from regulars.engine import consistency
from regulars.engine.build import Build
from regulars.engine.calendar import instant_of
from regulars.engine.compiling import compiled
from regulars.engine.edition import Edition
from regulars.engine.facts import Order
from regulars.engine.fold import fold
from regulars.engine.happenings import Attribute, SignUp
from regulars.engine.kinds import families
from regulars.engine.texts import parse_number
from regulars.programmes.loading import load
from regulars.words.programme.telling import terms
from regulars.words.programme_files import sentence

NUMBERS = numbers()
ODD = (0, -1, 10**12, 10**14 + 1, "0.4")
JOINED, BOUGHT, LATER = (datetime(2026, month, 1, tzinfo=UTC) for month in (1, 2, 12))
FACTS = (
    SignUp(key="s", at=JOINED),
    Attribute(key="b", at=JOINED, name="birth_date", value="1990-07-15"),
    Order(key="o", at=BOUGHT, currency="EUR", amount_minor=50_000, counts={"loaves": Decimal(7)}),
)


def works(edition: Edition) -> None:
    """It is told in both languages, and folded for a year."""
    for language in ("en", "de"):
        with translation.override(language):
            assert all(one.text for part in terms(edition, language) for one in part.sentences)
    fold(compiled([edition]), FACTS, until=instant_of(LATER))


@pytest.mark.parametrize("section", KINDS)
def test_every_sample_is_in_order(section: str) -> None:
    for sample in KINDS[section]:
        loaded = load(programme(section, sample), "shop.json")
        assert loaded.edition is not None, (sample, loaded.problems)
        works(loaded.edition)


def test_the_samples_say_every_number_of_every_kind() -> None:
    said = {number.declared for number in NUMBERS}
    missing = {
        (section, tag, field)
        for section, kinds in families().items()
        for kind in kinds
        if (tag := str(kind.__struct_config__.tag))
        for field in declared(kind)
    } - said
    assert missing == set()


@pytest.mark.parametrize("number", NUMBERS, ids=lambda number: number.name)
def test_an_odd_number_is_refused_at_its_line_or_works(number: Number) -> None:
    for odd in ODD:
        loaded = load(told(number, odd), "shop.json")
        if loaded.edition is not None:
            works(loaded.edition)
        for problem in loaded.problems:
            assert problem.line > 1
            with translation.override("de"):
                assert "…" not in sentence(problem)


@pytest.mark.parametrize("number", NUMBERS, ids=lambda number: number.name)
def test_no_amount_is_cut_when_a_file_is_compiled(
    number: Number, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is finer than its asset is found in the file, so that no price is less than it says."""
    assert cut_by(number, monkeypatch) == []


def test_an_amount_that_is_not_marked_as_one_would_be_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consistency, "_amounts", lambda cls: ())
    price = next(one for one in NUMBERS if one.name.endswith("-price.price"))
    assert cut_by(price, monkeypatch) == ["0.4", "1.005"]


def cut_by(number: Number, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Which of several numbers lose something when their programme is compiled."""
    cut: dict[str, None] = {}
    units = Build.units

    def noted(build: Build, text: str, asset: str = "") -> int:
        if parse_number(text).scale > build.decimals(asset):
            cut[text] = None
        return units(build, text, asset)

    monkeypatch.setattr(Build, "units", noted)
    for fine in ("0.4", "1.005", "1.000"):
        loaded = load(told(number, fine), "shop.json")
        if loaded.edition is not None:
            compiled([loaded.edition])
    return list(cut)


def test_an_amount_is_as_fine_as_its_asset() -> None:
    """A price of 0.4 is none of whole points, and one of points with a decimal."""
    price = next(one for one in NUMBERS if one.name.endswith("-price.price"))
    (problem,) = load(told(price, "0.4"), "shop.json").problems
    assert (problem.path, problem.code) == ("rewards[0].price", "finer_than_asset")
    with translation.override("en"):
        assert sentence(problem).endswith(
            "rewards[0].price must be a multiple of 1, the smallest part of points: write it so, "
            "or give points more decimals; got 0.4"
        )
    assert load(told(price, "0.4", decimals=1), "shop.json").problems == ()
    beside = next(one for one in NUMBERS if one.name.endswith("-price.and.credit"))
    (problem,) = load(told(beside, "0.005"), "shop.json").problems
    assert (problem.path, problem.params["limit"]) == ("rewards[0].and.credit", "0.01")
