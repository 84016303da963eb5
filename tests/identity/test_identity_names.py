"""Names are found however they are spelt, and stand where the reader looks for them."""

from __future__ import annotations

import pytest

from regulars.engine.facts import Identifier
from regulars.identity import alphabet_of, fold, sort_key, tokens


@pytest.mark.parametrize(
    "same",
    [
        ("Müller", "Mueller", "Muller", "MÜLLER", "Mu\u0308ller"),
        ("Łukasz", "lukasz", "ŁUKASZ"),
        ("Ștefan", "Ştefan", "stefan"),
        ("Weiß", "Weiss", "WEISS", "WEIẞ"),
        ("Søren", "Soeren", "Soren"),
        ("Đorđe", "Dorde"),
        ("Þór", "Thor"),
        ("O’Neill", "O'Neill", "ONeill"),
        ("Anna-Maria", "Anna Maria", "  anna   maria "),
        ("Ægir", "Aegir"),
    ],
)
def test_fold_meets(same: tuple[str, ...]) -> None:
    assert len({fold(name) for name in same}) == 1


def test_fold_keeps_apart() -> None:
    assert fold("Anna") != fold("Anne")
    assert fold("Іван Петренко") == "іван петренко"


def test_tokens_find_by_any_identifier() -> None:
    found = tokens(
        "Jürgen Weiß",
        [
            Identifier("external", "K-17"),
            Identifier("card", "CARD00123"),
            Identifier("email", "j.weiss@example.de"),
            Identifier("phone", "+491715550142"),
        ],
    )
    assert found[:2] == ["jurgen", "weiss"]
    assert set(found[2:]) == {
        *("k-17", "card00123", "j.weiss@example.de", "j.weiss"),
        *("491715550142", "01715550142", "1715550142"),
    }


@pytest.mark.parametrize(
    ("language", "names"),
    [
        ("de", "Adam|Äpfel|Apfelbaum|Müll|Müller|Mullerin|Strasse|Straße|Straßen|Zöllner"),
        ("en", "de la Cruz|De La Cruz|dean|Dean|Élan|Eland|O'Neill|Zoë"),
        ("pl", "Adamski|Azor|Ąk|Bąk|Cyz|Ćma|Lis|Luz|Łabędź|Mak|Sowa|Świt|Zyta|Źrebak|Żak"),
        ("ro", "Azur|Ăsta|Âna|Ina|Îna|Suma|Șerban|Tudor|Țepeș|Unu"),
    ],
)
def test_sort_order(language: str, names: str) -> None:
    expected = names.split("|")
    backwards = expected[::-1]
    backwards.sort(key=lambda name: sort_key(name, language))
    assert backwards == expected


def test_other_scripts_come_after() -> None:
    names = ["Żak", "Zyta", "Αλέξης", "Іван", "王伟", "3 Brothers"]
    ordered = sorted(names, key=lambda name: sort_key(name, "pl"))
    assert ordered == ["3 Brothers", "Zyta", "Żak", "Αλέξης", "Іван", "王伟"]


def test_keys_are_plain_text_for_a_database() -> None:
    for name in ("Müller", "", "\u200b", "O'Neill", "A\x00B"):
        assert "\x00" not in sort_key(name, "de")


def test_three_alphabets() -> None:
    given = ("en", "de-AT", "pl", "pl_PL", "ro", "fr", "")
    assert [alphabet_of(language) for language in given] == [
        *("latin", "latin", "pl", "pl", "ro", "latin", "latin")
    ]
