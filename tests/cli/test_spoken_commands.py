"""What commands say of an installation, in the language that was asked for."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

import pytest

from cli.conftest import Regulars
from regulars.actions.opening import Opened
from regulars.actions.rebuilding import Changed, Lost, Rebuilt
from regulars.actions.verifying import Finding, Verified
from regulars.cli import member, rebuild, verify
from regulars.words.speaking import speaking

FOUND = Verified(holders=1200, facts=5, transfers=7, seals=2, stale=3, anchor={"fact": "1:ab"})
MADE = Rebuilt(
    holders=1200,
    states=2,
    members=1,
    promises=1,
    sums={"points": 1500},
    largest=[Changed(customer="c", programme="p", asset="points", amount=-7)],
    lost=[Lost(customer="c", programme="p", rule="gift", ordinal="7")],
)
SAID = {
    "en": [
        "All agree: 1,200 holders, 5 facts, 7 transfers, 2 sealed blocks.",
        "3 states were made under earlier rules;",
        "Newest seal of facts: 1:ab",
        "1,200 holders looked at; 2 states would be made anew",
        "Promises that were decided and not noted: 1.",
        "+1,500 in the smallest unit, all members together",
        "−7 points",
        "It stays decided; only a backup",
        "0 balances and tiers brought in",
    ],
    "de": [
        "Alles stimmt überein: 1.200 Mitglieder, 5 Tatsachen, 7 Buchungen, 2 versiegelte Blöcke.",
        "3 Stände stammen aus früheren Regeln;",
        "Neuestes Siegel der Tatsachen: 1:ab",
        "1.200 Mitglieder durchgesehen; 2 Stände würden neu gebildet",
        "Zusagen, die entschieden, aber nicht verzeichnet waren: 1.",
        "+1.500 in der kleinsten Einheit, alle Mitglieder zusammen",
        "−7 points",
        "Sie bleibt entschieden; nur eine Sicherung",
        "0 Stände und Stufen übernommen",
    ],
}


@pytest.mark.parametrize("language", ["en", "de"])
def test_results_are_told_in_the_language_asked_for(language: str) -> None:
    with speaking(language):
        told = Namespace(lang=language, preview=True)
        lines = [
            *verify._lines(FOUND, language),
            *rebuild._lines(MADE, told),
            *member._lines(Opened(), Path("old.csv"), language),
        ]
    said = "\n".join(lines)
    assert [one for one in SAID[language] if one not in said] == []


@pytest.mark.parametrize(
    ("language", "part"),
    [("en", "is not the sum of its transfers"), ("de", "ist nicht die Summe")],
)
def test_what_disagrees_is_told_in_it_too(language: str, part: str) -> None:
    params: dict[str, object] = {"customer": "c", "programme": "p", "asset": "points"}
    with speaking(language):
        found = Verified(finding=Finding(code="figures_differ", params=params))
        (line,) = verify._lines(found, language)
    assert "c in p" in line
    assert part in line


def test_a_command_says_what_is_refused_in_the_language_asked_for(regulars: Regulars) -> None:
    for language, said in (("en", "There is no edition"), ("de", "gibt keine")):
        refused = regulars("programme", "withdraw", "club", "soon", "--lang", language)
        assert refused.returncode == 2
        assert said in refused.stderr
    listed = regulars("key", "list", "--lang", "de")
    assert listed.stdout.startswith("Noch kein Schlüssel.\n\nRechte:\n")
