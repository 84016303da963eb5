"""The people of Corner Coffee: can each be told apart, and are they many cultures' people?"""

from __future__ import annotations

import re
from datetime import date

import phonenumbers
import pytest
from coffee_export import Export, Row
from email_validator import validate_email

from regulars.sources.corner_coffee.cast import CAST
from regulars.sources.corner_coffee.dice import Dice
from regulars.sources.corner_coffee.names import (
    BRITISH,
    CZECH,
    FRENCH,
    GERMAN,
    POLISH,
    ROMANIAN,
    Culture,
    in_address,
    last_name,
)
from regulars.sources.corner_coffee.people import People

COLUMNS = ("Name", "E-mail", "Phone", "Card", "Birthday", "Country", "Language", "Brought by")


@pytest.fixture(scope="module")
def everybody(coffee: Export) -> list[Row]:
    return [*coffee.customers.values(), *coffee.prospects]


def told(everybody: list[Row], column: str) -> list[str]:
    return [row[column] for row in everybody if row[column]]


@pytest.mark.parametrize("column", ["Customer ID", "E-mail", "Phone", "Card"])
def test_no_two_people_share_an_identifier(everybody: list[Row], column: str) -> None:
    values = told(everybody, column)
    assert len(values) == len(set(values))


def test_a_customer_is_told_about_in_the_same_way_on_every_row(coffee: Export) -> None:
    for row in coffee.rows:
        if row["Customer ID"]:
            first = coffee.customers[row["Customer ID"]]
            assert all(row[column] == first[column] for column in COLUMNS)
        else:
            assert not any(row[column] for column in COLUMNS)


def test_phones_are_valid_numbers_of_their_country(everybody: list[Row]) -> None:
    cast = {role.person.phone for role in CAST}
    for row in everybody:
        if row["Phone"]:
            number = phonenumbers.parse(row["Phone"])
            assert phonenumbers.is_valid_number(number), row["Phone"]
            region = phonenumbers.region_code_for_number(number)
            assert region == row["Country"] or row["Phone"] in cast


def test_phones_stay_unique_until_a_country_has_none_left() -> None:
    people = People(Dice(3))
    phones = [people.somebody(by_parcel=True).phone for _ in range(120_000)]
    given = [phone for phone in phones if phone]
    assert len(given) == len(set(given))
    assert sum(phone.startswith("+48") for phone in given) == 3 * 1000
    assert all(phonenumbers.is_valid_number(phonenumbers.parse(phone)) for phone in given[::50])


def test_mail_addresses_are_valid_and_reach_nobody(everybody: list[Row]) -> None:
    for email in told(everybody, "E-mail"):
        validate_email(email, check_deliverability=False)
        domain = email.partition("@")[2]
        assert domain in {"example.com", "example.org", "example.net"} or domain.endswith(
            ".example"
        )


def test_cards_are_the_houses_own(everybody: list[Row]) -> None:
    assert all(re.fullmatch(r"CC \d{4} \d{4}", card) for card in told(everybody, "Card"))


def test_birthdays_are_days_of_grown_people(everybody: list[Row]) -> None:
    days = [date.fromisoformat(day) for day in told(everybody, "Birthday")]
    assert min(days) > date(1940, 1, 1)
    assert max(days) <= date(2008, 12, 31)


@pytest.mark.parametrize("letter", "äöüßłśżęąóășțâîéèëçğışŞÖŠřýá")
def test_names_carry_the_letters_of_their_languages(everybody: list[Row], letter: str) -> None:
    assert any(letter in name for name in told(everybody, "Name"))


@pytest.mark.parametrize(
    ("country", "least", "most"),
    [("DE", 800, 930), ("PL", 15, 50), ("RO", 10, 40), ("AT", 10, 50), ("FR", 10, 40)],
)
def test_people_live_in_several_countries(
    everybody: list[Row], country: str, least: int, most: int
) -> None:
    share = sum(row["Country"] == country for row in everybody) * 1000 // len(everybody)
    assert least <= share <= most


def test_people_read_several_languages(everybody: list[Row]) -> None:
    assert {"de", "en", "fr", "pl", "ro"} == set(told(everybody, "Language"))


@pytest.mark.parametrize(
    ("column", "least", "most"),
    [("Name", 920, 999), ("E-mail", 700, 880), ("Phone", 450, 650), ("Card", 300, 500)],
)
def test_not_everything_is_known_about_everybody(
    everybody: list[Row], column: str, least: int, most: int
) -> None:
    assert least <= len(told(everybody, column)) * 1000 // len(everybody) <= most


@pytest.mark.parametrize("culture", [GERMAN, POLISH, ROMANIAN, FRENCH, BRITISH])
def test_main_cultures_have_names_enough(culture: Culture) -> None:
    assert len(set(culture.women + culture.men)) >= 60
    assert len(set(culture.last)) >= 80


def test_no_name_breaks_a_row() -> None:
    people = People(Dice(5))
    cells = [people.somebody(by_parcel=False).cells() for _ in range(5000)]
    assert {line.count(",") for line in cells} == {8}
    assert not any(mark in line for line in cells for mark in '";\t\n')


@pytest.mark.parametrize(
    ("plain", "culture", "feminine"),
    [
        ("Kowalski", POLISH, "Kowalska"),
        ("Nowicki", POLISH, "Nowicka"),
        ("Wójcik", POLISH, "Wójcik"),
        ("Dvořák", CZECH, "Dvořáková"),
        ("Novotný", CZECH, "Novotná"),
        ("Svoboda", CZECH, "Svobodová"),
        ("Němec", CZECH, "Němcová"),
        ("Müller", GERMAN, "Müller"),
    ],
)
def test_last_names_follow_the_bearer(plain: str, culture: Culture, feminine: str) -> None:
    assert last_name(plain, culture) == feminine


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("Weiß", "weiss"),
        ("Łukasz", "lukasz"),
        ("Nguyễn", "nguyen"),
        ("Yıldız", "yildiz"),
        ("Đặng", "dang"),
        ("von der Heide", "vonderheide"),
        ("O'Brien", "obrien"),
        ("İpek", "ipek"),
    ],
)
def test_names_in_addresses_are_plain(name: str, address: str) -> None:
    assert in_address(name) == address
