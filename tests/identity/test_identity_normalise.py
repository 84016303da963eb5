"""Identifiers get one form, however they are written."""

from __future__ import annotations

import time

import pytest

from regulars.identity import IdentityError, looks_like_payment_card, normalise


@pytest.mark.parametrize(
    ("kind", "raw", "value"),
    [
        ("email", " Anna.Kowalska@Example.COM ", "anna.kowalska@example.com"),
        ("email", "anna+news@example.com", "anna+news@example.com"),
        ("email", "anna@müller.de", "anna@xn--mller-kva.de"),
        ("email", "anna@xn--mller-kva.de", "anna@xn--mller-kva.de"),
        ("phone", "0171 5550142", "+491715550142"),
        ("phone", "0049 171 5550142", "+491715550142"),
        ("phone", "+49 (171) 555-0142", "+491715550142"),
        ("phone", "+48 600 100 200", "+48600100200"),
        ("card", "card-001 23", "CARD00123"),
        ("card", "00123.0", "00123"),
        ("external", " 17850.0 ", "17850"),
        ("external", "00012", "00012"),
        ("external", "A-1.5", "A-1.5"),
    ],
)
def test_one_form(kind: str, raw: str, value: str) -> None:
    assert normalise(kind, raw, region="DE") == value
    assert normalise(kind, value, region="DE") == value


@pytest.mark.parametrize(
    ("kind", "raw", "code"),
    [
        ("email", "  ", "empty"),
        ("email", "anna@example,com", "bad_email"),
        ("email", "anna@localhost", "bad_email"),
        ("email", "anna..k@example.com", "bad_email"),
        ("email", "a@" + "b" * 70 + ".com", "bad_email"),
        ("phone", "0049 171", "bad_phone"),
        ("phone", "call me", "bad_phone"),
        ("phone", "1" * 5_000, "bad_phone"),
        ("card", "!", "bad_card"),
        ("card", "4111 1111 1111 1111", "looks_like_payment_card"),
        ("external", "5555-5555-5555-4444", "looks_like_payment_card"),
        ("external", "x" * 201, "bad_external"),
        ("external", "a\x00b", "bad_external"),
        ("passport", "1", "unknown_kind"),
    ],
)
def test_refusals(kind: str, raw: str, code: str) -> None:
    with pytest.raises(IdentityError) as refused:
        normalise(kind, raw, region="DE")
    assert refused.value.code == code
    if code == "looks_like_payment_card":
        assert not refused.value.params


def test_a_national_number_needs_its_country() -> None:
    with pytest.raises(IdentityError):
        normalise("phone", "0171 5550142", region="")


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("4111111111111111", True),
        ("4111 1111 1111 1111", True),
        ("378282246310005", True),
        ("4111111111111112", False),  # the check digit is wrong
        ("9780201379624", False),  # a book: no card scheme begins so
        ("411111111111", False),  # too short
        ("card 4111111111111111", False),
    ],
)
def test_payment_cards(text: str, answer: bool) -> None:
    assert looks_like_payment_card(text) is answer


@pytest.mark.parametrize("kind", ["email", "phone", "card", "external"])
@pytest.mark.parametrize("hostile", ["a" * 100_000, "@" * 100_000, "a." * 50_000, "-" * 100_000])
def test_long_text_is_judged_at_once(kind: str, hostile: str) -> None:
    start = time.thread_time()
    with pytest.raises(IdentityError):
        normalise(kind, hostile, region="DE")
    assert time.thread_time() - start < 10, "what looks back would take minutes"
