"""A programme told as its members read it: the café's ten sentences, and every ready programme."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from django.utils import translation

from regulars.engine.edition import Edition
from regulars.programmes.loading import load, ready
from regulars.words.programme import Section, terms
from shared import shared_path

SENTENCES = [
    "Every full 1 euro spent earns 1 point.",
    "Beans and ground coffee earn double for Regulars and Neighbours.",
    "Gift cards, delivery and tips earn nothing.",
    "Nobody earns more than 200 points a day.",
    "200 points earned within 12 months make a Regular, 600 a Neighbour. "
    "Using points never lowers it.",
    "A coffee costs 50 points, a piece of cake 100, a bag of beans 220.",
    "Every 10th coffee on the stamp card is free.",
    "In the week of your birthday, one drink is free.",
    "Who brings a friend gets 50 points; the friend gets €5 off a first order from €15. "
    "It counts when the order is 14 days old.",
    "Points last 12 months, to the end of the month. We say so 30 and 14 days before.",
]
GERMAN = [
    "Jeder volle Betrag von 1 Euro bringt 1 Punkt.",
    "Bohnen und gemahlener Kaffee zählen doppelt für Stammgäste und Nachbarn.",
    "Geschenkkarten, Lieferung und Trinkgeld bringen nichts.",
    "Mehr als 200 Punkte am Tag sammelt niemand.",
    "Wer innerhalb von 12 Monaten 200 Punkte sammelt, ist Stammgast, mit 600 Nachbar. "
    "Punkte einzulösen senkt den Status nie.",
    "Ein Kaffee kostet 50 Punkte, ein Stück Kuchen 100, ein Beutel Bohnen 220.",
    "Kaffee ist mit der Stempelkarte jedes 10. Mal gratis.",
    "In der Woche Ihres Geburtstags ist ein Getränk gratis.",
    "Wer jemanden wirbt, bekommt 50 Punkte; die geworbene Person bekommt 5\xa0€ Rabatt auf die "
    "erste Bestellung ab 15\xa0€. Das zählt, sobald die Bestellung 14 Tage alt ist.",
    "Punkte gelten 12 Monate, bis zum Monatsende. Wir sagen 30 und 14 Tage vorher Bescheid.",
]

POLISH = [
    "Za każde pełne wydane 1 euro: 1 punkt.",
    "Kawa w ziarnach i kawa mielona: naliczane podwójnie dla: Stali goście i Sąsiedzi.",
    "Nie nalicza się nic za: karty podarunkowe, dostawa i napiwki.",
    "Nikt nie zbierze więcej niż 200 punktów dziennie.",
    "Kto w ciągu 12 miesięcy zdobędzie 200 punktów, ma poziom Stały gość, z 600 Sąsiad. "
    "Punkty: ich użycie nigdy nie obniża statusu.",
    "Kawa kosztuje 50 punktów, ciasto 100, paczka kawy ziarnistej 220.",
    "Kawa: co 10. na karcie z pieczątkami gratis.",
    "W tygodniu Twoich urodzin jeden napój jest gratis.",
    "Kto poleca osobę, otrzymuje: 50 punktów; osoba polecona otrzymuje: 5\xa0€ rabatu na pierwsze "
    "zamówienie od 15\xa0€. Liczy się, gdy zamówienie ma 14 dni.",
    "Punkty są ważne 12 miesięcy, do końca miesiąca. Powiemy o tym 30 i 14 dni wcześniej.",
]
ROMANIAN = [
    "Pentru fiecare sumă întreagă de 1 euro cheltuită primești 1 punct.",
    "Cafea boabe și cafea măcinată: se acordă dublu pentru Clienți fideli și Vecini.",
    "Nu se acumulează nimic pentru: cardurile cadou, livrarea și bacșișul.",
    "Nimeni nu acumulează mai mult de 200 de puncte pe zi.",
    "Cine în 12 luni acumulează 200 de puncte are nivelul Client fidel, cu 600 nivelul Vecin. "
    "Puncte: folosirea lor nu scade niciodată statutul.",
    "O cafea costă 50 de puncte, o prăjitură 100, boabe de cafea 220.",
    "Cafea: a 10-a e gratis pe cardul cu ștampile.",
    "În săptămâna zilei tale de naștere, o băutură e gratis.",
    "Cine aduce un prieten primește 50 de puncte; prietenul primește reducere de 5\xa0EUR la prima "
    "comandă de la 15\xa0EUR. Contează când comanda are 14 zile.",
    "Puncte: valabile 12 luni, până la sfârșitul lunii. Îți spunem cu 30 și 14 zile înainte.",
]


def told(edition: Edition, language: str) -> list[Section]:
    with translation.override(language):
        return terms(edition, language)


def sentences(edition: Edition, language: str) -> list[str]:
    return [one.text for section in told(edition, language) for one in section.sentences]


@pytest.mark.parametrize(
    ("language", "expected"),
    [("en", SENTENCES), ("de", GERMAN), ("pl", POLISH), ("ro", ROMANIAN)],
)
def test_the_cafe_is_told_in_ten_sentences(language: str, expected: list[str]) -> None:
    assert sentences(ready()["cafe_points"], language) == expected


def test_the_sections_of_the_cafe() -> None:
    found = [(one.title, len(one.sentences)) for one in told(ready()["cafe_points"], "en")]
    assert found == [
        ("Earning", 4),
        ("Standing", 1),
        ("Rewards", 3),
        ("Friends", 1),
        ("Keeping", 1),
    ]


class Mocked(HTMLParser):
    """The sentences of the picture: what stands in the list beside the numbers."""

    def __init__(self) -> None:
        super().__init__()
        self.sentences: list[str] = []
        self.inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "li":
            self.inside = ["li"]
        elif self.inside and tag in ("span", "i"):
            self.inside.append("skip" if tag == "i" or given.get("class") else "span")
            if self.inside[-1] == "span":
                self.sentences.append("")

    def handle_endtag(self, tag: str) -> None:
        if self.inside and tag in ("span", "i", "li"):
            self.inside.pop()

    def handle_data(self, data: str) -> None:
        if self.inside and self.inside[-1] == "span":
            self.sentences[-1] += data


def test_the_sentences_are_those_of_the_picture() -> None:
    page = shared_path("look/programme.html").read_text(encoding="utf-8")
    rules = page[page.index('aria-labelledby="sent"') : page.index('id="form"')]
    mocked = Mocked()
    mocked.feed(re.sub(r"</?b>", "", rules))
    assert [one for one in mocked.sentences if one] == SENTENCES


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("name", sorted(ready()))
def test_every_ready_programme_is_told_whole(name: str, language: str) -> None:
    found = sentences(ready()[name], language)
    assert found
    for text in found:
        assert text[0].isupper() or not text[0].isalpha(), text
        assert text.endswith("."), text
        assert not re.search(r"%\(|\bP\d|_|  | [.,:;]|\bNone\b|: *\.|\{", text), text


FILE = """
format: 1
edition: small
name: Small
zone: Europe/Berlin
assets:
  - {id: points, name: {en: point, de: Punkt}, many: {en: points, de: Punkte}}
names: {beans: {en: beans, de: Bohnen}, tea: {en: tea, de: Tee}}
tiers:
  - {id: base, name: Base, from: 0}
  - {id: gold, name: Gold, from: 500}
metrics: [{id: spend, kind: spent}]
standing: {kind: lifetime, metric: spend}
"""


@pytest.mark.parametrize(
    ("section", "rule", "english"),
    [
        (
            "earn",
            "{kind: per_amount, step: 10.00 EUR, points: 5}",
            "Every €10 spent earns 5 points.",
        ),
        (
            "earn",
            "{kind: per_amount, step: 1.00 EUR, points: 1, after: P14D}",
            "earns 1 point. It counts after 14 days.",
        ),
        (
            "earn",
            "{kind: per_amount, step: 1.00 EUR, points: 1, when: {category: tea, channel: app}}",
            "Every 1 euro spent on tea earns 1 point in the app.",
        ),
        (
            "change",
            "{kind: multiply, factor: 1.5, when: {category: tea}, who: {tier: gold}}",
            "What you get for tea counts 1.5 times as much for Gold.",
        ),
        (
            "change",
            "{kind: multiply, factor: 3, when: {weekday: [monday, friday], hours: 14:00-17:00}}",
            "Everything earns triple on every Monday and Friday between 14:00 and 17:00.",
        ),
        (
            "change",
            "{kind: multiply, factor: 2, when: {not: {category: [beans, tea]}}}",
            "What you get for everything except beans and tea counts double.",
        ),
        (
            "change",
            "{kind: multiply, factor: 2, when: {from: 2026-11-01, until: 2026-11-30}}",
            "Everything earns double from 1 Nov 2026 on until 30 Nov 2026.",
        ),
        ("limit", "{kind: points_per_month, most: 1}", "Nobody earns more than 1 point a month."),
        (
            "limit",
            "{kind: points_per_day, most: 50, overflow: defer}",
            "Nobody earns more than 50 points a day. What is above that is given later.",
        ),
        ("limit", "{kind: times_per_day, most: 1}", "Nobody earns more than once a day."),
        (
            "rewards",
            "{kind: price, price: 1250, name: a jug, only: {tier: gold, times: 2, per: year}}",
            "A jug costs 1,250 points. Only for Gold. At most twice a year.",
        ),
        ("standing", "", "€500 spent in all lead to Gold."),
    ],
)
def test_a_rule_in_words(section: str, rule: str, english: str) -> None:
    text = FILE + (f"{section}: [{rule}]\n" if rule else "")
    loaded = load(text, "small.yaml")
    assert loaded.edition is not None, loaded.problems
    assert english in " ".join(sentences(loaded.edition, "en"))
    german = " ".join(sentences(loaded.edition, "de"))
    assert not re.search(r"\b(earns?|points|the|for|costs)\b", german), german
