"""The reference of the words of worked cases, from the data that checks them."""

from __future__ import annotations

from docs_text import MADE, table

from regulars.programmes.cases.vocabulary import Listed, listing, vocabulary

BEGIN = """\
What a case may say, and nothing else: an unknown word is an error that names the nearest one. Names
of assets, counts, metrics, rewards, tiers, activities, campaigns and limits come from the programme
file. How cases are written stands in [Check a programme](../how-to/check.md)."""

TITLES = {
    "case": "A case",
    "events": "Types of events",
    "events.every": "Any event",
    "activities": "Kinds of activity",
    "given": "What is given",
    "expect": "What is expected",
    "expect.subjects": "What an assertion is about",
    "settings": "Settings",
    "names": "Names of the programme",
}
"""Headings; other sections are called by their own name."""


def case_language() -> str:
    """The page of the vocabulary."""
    parts = ["# The words of cases", MADE, BEGIN]
    sections: dict[str, list[Listed]] = {}
    for one in listing():
        sections.setdefault(one.section, []).append(one)
    for section, words in sections.items():
        parts += [f"## {_title(section)}", _words(words)]
    return "\n\n".join([*parts, "## In stored facts", STORED, _stored()]) + "\n"


def _title(section: str) -> str:
    if section in TITLES:
        return TITLES[section]
    part, _, name = section.partition(".")
    what = {"events": "Event", "activities": "Activity", "shapes": "Inside", "codes": "Codes"}
    return f"{what.get(part, part.capitalize())} `{name}`" if name else part.capitalize()


def _words(words: list[Listed]) -> str:
    if any(one.takes for one in words):
        rows = [(f"`{one.word}`", _takes(one.takes), one.means) for one in words]
        return table(("word", "takes", "meaning"), rows)
    return table(("word", "meaning"), [(f"`{one.word}`", one.means) for one in words])


def _takes(takes: str) -> str:
    return f"`{takes}`" if takes else ""


STORED = """\
Cases keep short words. Stored facts and the API call the same things so; what does not stand here
has the same name on both sides. Any other act is an activity of its name."""


def _stored() -> str:
    product = vocabulary().product
    rows = [*product.events.items(), *product.keys.items()]
    return table(("in cases", "in facts"), [(f"`{one}`", f"`{other}`") for one, other in rows])
