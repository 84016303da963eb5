"""People whom the demonstration always knows, each with a history that has a point."""

from __future__ import annotations

from msgspec import Struct

from regulars.sources.corner_coffee.people import Person


class Role(Struct, frozen=True, kw_only=True):
    """A person, and how often they came.

    The last visit is `silent_days` before the day after the export ends, and there are `visits`
    of them, `gap_days` apart. `basket` holds product codes, `others` what they take as well now
    and then, `last` what they took the last time if that was something else. A friend names by
    whom they were brought; `refund` names what came back on the last day of the export.
    """

    person: Person
    gap_days: int
    silent_days: int
    visits: int
    basket: str
    others: str = ""
    last: str = ""
    brought_by: str = ""
    is_parcel: bool = False
    refund: str = ""


def _person(name: str, country: str, language: str, **ways: str) -> Person:
    return Person(external_id="", name=name, country=country, language=language, **ways)


CAST = (
    Role(
        person=_person(
            "Anna Kowalska",
            "DE",
            "pl",
            email="anna.kowalska@mail.example",
            card="CC 0122 7318",
            birthday="1984-05-12",
        ),
        gap_days=6,
        silent_days=4,
        visits=116,
        basket="D05",
        others="F01",
    ),
    Role(
        person=_person(
            "Ioana Dumitrescu",
            "DE",
            # She never said, so her phone speaks as whoever looks at the demonstration reads.
            "",
            email="ioana.d@posta.example",
            card="CC 0304 2123",
            birthday="1988-02-21",
        ),
        gap_days=5,
        silent_days=2,
        visits=138,
        basket="D04",
        others="B01",
        last="D04 D05 F04",
        brought_by="Anna Kowalska",
    ),
    Role(
        person=_person(
            "Piotr Wójcik",
            "DE",
            "pl",
            email="piotr.wojcik@example.net",
            phone="+48601555014",
            card="CC 0418 6620",
            birthday="1979-09-30",
        ),
        gap_days=4,
        silent_days=19,
        visits=142,
        basket="D04",
        others="F01",
    ),
    Role(
        person=_person(
            "Nguyễn Thị Mai",
            "DE",
            "de",
            email="mai.nguyen@example.org",
            card="CC 0533 9071",
            birthday="1991-11-08",
        ),
        gap_days=4,
        silent_days=3,
        visits=120,
        basket="D07",
        others="F04",
    ),
    Role(
        person=_person(
            "Annegret Schwarzenberger-Hohenlohe",
            "DE",
            "de",
            email="a.schwarzenberger@post.example",
            birthday="1957-03-19",
        ),
        gap_days=41,
        silent_days=8,
        visits=9,
        basket="B01 B03 DELIVERY",
        is_parcel=True,
        refund="B01",
    ),
    Role(
        person=_person(
            "Katharina Weiß",
            "DE",
            "de",
            email="katharina.weiss@beispiel.example",
            card="CC 0611 4402",
            birthday="1982-07-04",
        ),
        gap_days=6,
        silent_days=23,
        visits=112,
        basket="D05 F12",
        others="B04",
    ),
    Role(
        person=_person(
            "Emre Yıldız",
            "DE",
            "de",
            email="emre@yildiz.example",
            card="CC 0702 3356",
            birthday="1990-01-26",
        ),
        gap_days=9,
        silent_days=31,
        visits=70,
        basket="D02 B02",
        others="F03",
    ),
    Role(
        person=_person("Jürgen Kaltenbrunner", "DE", "de", email="kaltenbrunner@beispiel.example"),
        gap_days=7,
        silent_days=27,
        visits=88,
        basket="F05 F08",
        others="F03",
    ),
    Role(
        person=_person("Oleksandra Kovalenko", "DE", "en", email="o.kovalenko@poshta.example"),
        gap_days=5,
        silent_days=16,
        visits=66,
        basket="D08",
        others="F09",
    ),
    Role(
        person=_person("Siobhán Ní Bhriain", "DE", "en", email="siobhan@post.example"),
        gap_days=8,
        silent_days=22,
        visits=61,
        basket="D10 F08",
        others="F11",
    ),
    Role(
        person=_person("Fatima El Amrani", "DE", "fr", email="fatima.elamrani@courrier.example"),
        gap_days=6,
        silent_days=18,
        visits=74,
        basket="D16 F01",
        others="B03",
    ),
    Role(
        person=_person("Lucas Moreau", "DE", "fr", card="CC 0417 2290"),
        gap_days=11,
        silent_days=35,
        visits=45,
        basket="D03 F13",
    ),
    Role(
        person=_person(
            "Maximiliane von und zu Oberschwarzenbrunn",
            "DE",
            "de",
            email="m.oberschwarzenbrunn@beispiel.example",
        ),
        gap_days=9,
        silent_days=29,
        visits=52,
        basket="D11 F04",
    ),
    Role(
        person=_person("Ștefan Munteanu", "DE", "ro", email="stefan.munteanu@posta.example"),
        gap_days=14,
        silent_days=40,
        visits=34,
        basket="D02 F11",
    ),
    Role(
        person=_person("Giulia Ferrari", "DE", "en", email="giulia@posta.example"),
        gap_days=10,
        silent_days=26,
        visits=30,
        basket="F05 F02",
    ),
    Role(
        person=_person("Tomáš Dvořák", "DE", "en", phone="+420602555071"),
        gap_days=12,
        silent_days=33,
        visits=28,
        basket="D10 F11",
    ),
    Role(
        person=_person("Mihai Popescu", "DE", "ro", email="mihai.popescu@example.com"),
        gap_days=5,
        silent_days=6,
        visits=5,
        basket="D05 F12",
        brought_by="Ioana Dumitrescu",
    ),
    Role(
        person=_person("Andreea Popa", "DE", "ro", email="andreea.popa@example.com"),
        gap_days=16,
        silent_days=20,
        visits=2,
        basket="D06 F05",
        brought_by="Ioana Dumitrescu",
    ),
    Role(
        person=_person("Elena Rusu", "DE", "ro", email="elena.rusu@example.com"),
        gap_days=9,
        silent_days=5,
        visits=14,
        basket="D04 F12",
        brought_by="Ioana Dumitrescu",
    ),
    Role(
        person=_person("Jakub Nowak", "DE", "pl", email="jakub.nowak@example.com"),
        gap_days=7,
        silent_days=7,
        visits=1,
        basket="D05 F02 F12",
        brought_by="Ioana Dumitrescu",
    ),
    Role(
        person=_person("Trần Minh Anh", "DE", "de", email="minhanh.tran@example.com"),
        gap_days=7,
        silent_days=2,
        visits=9,
        basket="D08 F03",
        brought_by="Nguyễn Thị Mai",
    ),
    Role(
        person=_person("Sophie Krüger", "DE", "de", email="sophie.krueger@mail.example"),
        gap_days=7,
        silent_days=4,
        visits=6,
        basket="D05",
        brought_by="Nguyễn Thị Mai",
    ),
    Role(
        person=_person("Lê Văn Hùng", "DE", "de", card="CC 0881 5509"),
        gap_days=14,
        silent_days=21,
        visits=2,
        basket="D03 F01",
        brought_by="Nguyễn Thị Mai",
    ),
    Role(
        person=_person("Małgorzata Zając", "DE", "pl", email="m.zajac@mail.example"),
        gap_days=14,
        silent_days=12,
        visits=1,
        basket="D06 F04",
        brought_by="Nguyễn Thị Mai",
    ),
    Role(
        person=_person(
            "Ana Popescu",
            "DE",
            "ro",
            email="ana@example.org",
            card="CC 0926 3318",
            birthday="1993-11-24",
        ),
        gap_days=6,
        silent_days=3,
        visits=48,
        basket="D04 F01",
        others="E01",
    ),
    Role(
        person=_person("Radu Pop", "DE", "ro", email="radu.pop@example.org"),
        gap_days=20,
        silent_days=9,
        visits=2,
        basket="D06",
    ),
)
"""Advocates stand before the friends they brought."""
