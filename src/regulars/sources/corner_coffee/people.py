"""Made-up people: names of many cultures, and ways to recognise each that nobody else has."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

from msgspec import Struct

from regulars.sources.corner_coffee.dice import Dice, weighted
from regulars.sources.corner_coffee.names import (
    ARABIC,
    BRITISH,
    CZECH,
    EASTERN,
    FRENCH,
    GERMAN,
    POLISH,
    ROMANIAN,
    SOUTHERN,
    TURKISH,
    VIETNAMESE,
    Culture,
    in_address,
    last_name,
)


class Person(Struct, frozen=True, kw_only=True):
    """What an export says about a customer. Empty means not said."""

    external_id: str
    name: str = ""
    email: str = ""
    phone: str = ""
    card: str = ""
    birthday: str = ""
    country: str = "DE"
    language: str = ""
    brought_by: str = ""

    def cells(self) -> str:
        """The person's columns of a row."""
        return (
            f"{self.external_id},{self.name},{self.email},{self.phone},{self.card},"
            f"{self.birthday},{self.country},{self.language},{self.brought_by}"
        )


class FullName(Struct, frozen=True):
    """A first and a last name, as the person writes them."""

    first: str
    last: str


class Numbers(Struct, frozen=True, kw_only=True):
    """Telephone numbers of a country that nobody has: `prefixes` followed by `digits` digits."""

    prefixes: tuple[str, ...]
    digits: int


# Germany, France and Britain keep these blocks free for films; elsewhere the fictional 555.
NUMBERS = {
    "DE": Numbers(
        prefixes=("+493023125", "+496990009", "+494066969", "+492214710", "+498999998"), digits=5
    ),
    "FR": Numbers(prefixes=("+3319900", "+3326191", "+3335301", "+3346571", "+3353649"), digits=4),
    "GB": Numbers(
        prefixes=("+442079460", "+441214960", "+441134960", "+441174960", "+441314960"), digits=3
    ),
    "PL": Numbers(prefixes=("+48501555", "+48607555", "+48692555"), digits=3),
    "RO": Numbers(prefixes=("+40721555", "+40744555", "+40755555"), digits=3),
    "AT": Numbers(prefixes=("+43699555",), digits=5),
    "IT": Numbers(prefixes=("+393335555",), digits=3),
    "ES": Numbers(prefixes=("+34612555",), digits=3),
    "CZ": Numbers(prefixes=("+420603555",), digits=3),
    "NL": Numbers(prefixes=("+31612555",), digits=3),
}

MAIL_HOSTS = weighted(
    {
        "example.com": 30,
        "example.org": 22,
        "example.net": 14,
        "mail.example": 14,
        "post.example": 10,
        "brief.example": 10,
    }
)

NEIGHBOURS = weighted(
    {
        GERMAN: 560,
        TURKISH: 80,
        POLISH: 75,
        ROMANIAN: 60,
        BRITISH: 60,
        FRENCH: 50,
        SOUTHERN: 40,
        EASTERN: 25,
        ARABIC: 20,
        VIETNAMESE: 15,
        CZECH: 15,
    }
)
"""Who lives around the café."""

ABROAD = {
    "AT": GERMAN,
    "CZ": CZECH,
    "ES": SOUTHERN,
    "FR": FRENCH,
    "GB": BRITISH,
    "IT": SOUTHERN,
    "NL": BRITISH,
    "PL": POLISH,
    "RO": ROMANIAN,
}
AT_THE_COUNTER = weighted(
    {"DE": 940, "PL": 12, "FR": 10, "GB": 12, "AT": 8, "RO": 6, "IT": 6, "ES": 3, "NL": 3}
)
BY_PARCEL = weighted(
    {"DE": 660, "PL": 80, "RO": 65, "AT": 75, "FR": 50, "GB": 35, "NL": 15, "CZ": 10, "IT": 10}
)
OWN_LANGUAGE = {"PL": "pl", "RO": "ro", "FR": "fr", "AT": "de", "GB": "en"}

YOUNGEST_BORN = date(2008, 12, 31)
LOWEST_ID, IDS, ID_STEP = 1_000_000, 9_000_000, 7_368_787
LOWEST_CARD, CARDS, CARD_STEP = 10_000_000, 90_000_000, 48_271_331


class People:
    """Makes people, one after the other, no two with the same address, number or card."""

    def __init__(self, dice: Dice) -> None:
        self._dice = dice
        self._made = 0
        self._addresses: Counter[str] = Counter()
        self._phones: Counter[str] = Counter()

    def next_id(self) -> str:
        """The next customer number of the till: scattered, never twice."""
        self._made += 1
        return f"C{LOWEST_ID + self._made * ID_STEP % IDS}"

    def keep(self, email: str) -> None:
        """Gives nobody else the box of an address that is already somebody's."""
        self._addresses[email.partition("@")[0]] += 1

    def somebody(self, *, by_parcel: bool, brought_by: str = "") -> Person:
        """A new customer, of the café or (`by_parcel`) of the shop."""
        dice = self._dice
        country = dice.draw(BY_PARCEL if by_parcel else AT_THE_COUNTER)
        culture = dice.draw(NEIGHBOURS) if country == "DE" else ABROAD[country]
        name = self._name(culture)
        external_id = self.next_id()
        has_email = by_parcel or dice.chance(690)
        has_card = not by_parcel and dice.chance(520)
        is_known_by_card_only = has_card and not has_email and dice.chance(250)
        return Person(
            external_id=external_id,
            name="" if is_known_by_card_only else f"{name.first} {name.last}",
            email=self._email(name) if has_email else "",
            phone="" if is_known_by_card_only else self._phone(country),
            card=self._card() if has_card else "",
            birthday=self._birthday() if dice.chance(560) else "",
            country=country,
            language=self._language(country, culture),
            brought_by=brought_by,
        )

    def _name(self, culture: Culture) -> FullName:
        dice = self._dice
        last = dice.pick(culture.last)
        if dice.chance(525):
            first, last = dice.pick(culture.women), last_name(last, culture)
        else:
            first = dice.pick(culture.men)
        if culture is GERMAN and " " not in last and dice.chance(35):
            last = f"{last}-{dice.pick(culture.last[:80])}"
        return FullName(first, last)

    def _email(self, name: FullName) -> str:
        dice = self._dice
        style = dice.below(10)
        given, family = in_address(name.first), in_address(name.last)
        if style < 6:
            box = f"{given}.{family}"
        elif style < 8:
            box = f"{given[0]}.{family}"
        else:
            box = f"{given}-{family}"
        self._addresses[box] += 1
        namesakes = self._addresses[box]
        return f"{box}{namesakes if namesakes > 1 else ''}@{dice.draw(MAIL_HOSTS)}"

    def _phone(self, country: str) -> str:
        """A number in international form; empty where the country has no free one left."""
        if not self._dice.chance(560):
            return ""
        numbers = NUMBERS[country]
        block = 10**numbers.digits
        self._phones[country] += 1
        at = self._phones[country]
        if at > block * len(numbers.prefixes):
            return ""
        prefix = numbers.prefixes[at % len(numbers.prefixes)]
        # 7 has no factor in common with a power of ten: no number comes twice.
        within = at // len(numbers.prefixes) * 7 ** (numbers.digits + 1) % block
        return f"{prefix}{within:0{numbers.digits}d}"

    def _card(self) -> str:
        digits = f"{LOWEST_CARD + self._made * CARD_STEP % CARDS}"
        return f"CC {digits[:4]} {digits[4:]}"

    def _birthday(self) -> str:
        """Most are between 20 and 45, some up to 80."""
        age_days = self._dice.wait(16 * 365, 2) % (64 * 365)
        return (YOUNGEST_BORN - timedelta(days=age_days)).isoformat()

    def _language(self, country: str, culture: Culture) -> str:
        if country != "DE":
            return OWN_LANGUAGE.get(country, "en")
        return culture.language if self._dice.chance(620) else "de"
