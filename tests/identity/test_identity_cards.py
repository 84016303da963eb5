"""Numbers of payment cards in free text."""

from __future__ import annotations

import pytest

from regulars.identity import is_surely_a_card, without_cards


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("pays with 4111111111111111 always", "pays with 411111******1111 always"),
        ("4111 1111 1111 1111", "4111 11** **** 1111"),
        ("5555-5555-5555-4444, exp. 12/27", "5555-55**-****-4444, exp. 12/27"),
        ("4111 1111 1111 1111 12/27", "4111 11** **** 1111 12/27"),
        ("12/27 4111 1111 1111 1111", "12/27 4111 11** **** 1111"),
        ("amex 378282246310005.", "amex 378282*****0005."),
        ("two: 4111111111111111 5555555555554444", "two: 411111******1111 555555******4444"),
        ("4111\u00a01111\u00a01111\u00a01111", "4111\u00a011**\u00a0****\u00a01111"),
        ("4222222222222", "422222***2222"),
        ("4111111111111112", "4111111111111112"),
        ("call +49 171 5550142 or 030 901820", "call +49 171 5550142 or 030 901820"),
        ("2026-11-21 09:30 until 2026-11-22", "2026-11-21 09:30 until 2026-11-22"),
        ("9780201379624", "9780201379624"),
        ("", ""),
    ],
)
def test_the_middle_of_a_card_is_hidden(text: str, kept: str) -> None:
    assert without_cards(text) == kept
    assert len(kept) == len(text)
    assert without_cards(kept) == kept


@pytest.mark.parametrize("piece", ["4", "4 ", "4111111111111111 ", "12345678901234567890 ", "0-"])
def test_long_texts_are_quick(piece: str) -> None:
    text = piece * (10_000 // len(piece))
    assert len(without_cards(text)) == len(text)


@pytest.mark.parametrize(
    ("code", "answer"),
    [
        ("4111111111111111", True),
        ("4111-1111-1111-1111", True),
        ("378282246310005", True),
        ("4222222222222", False),  # of 13 digits: more likely an order or an article
        ("6011000990139424", False),
        ("404-1234567-1234560", False),
        ("4111111111111112", False),
        ("A4111111111111111", False),
    ],
)
def test_codes_of_other_systems(code: str, answer: bool) -> None:
    assert is_surely_a_card(code) is answer
