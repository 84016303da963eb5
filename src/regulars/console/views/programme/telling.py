"""An edition as its page shows it: numbered sentences, and the file with a place for each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from django.utils.translation import get_language
from msgspec import Struct

from regulars.console.views.programme.reading import document
from regulars.engine.compiling import with_ids
from regulars.engine.edition import Edition
from regulars.engine.texts import in_language
from regulars.programmes.sharing import shared
from regulars.words.programme import terms
from regulars.words.programme.sharing import remark

ITEM = re.compile(r"[a-z_]+(\[\d+\])?")
"""The paths of sections and of their entries: what begins a part of the file."""


class Sentence(Struct, frozen=True, kw_only=True):
    """A numbered sentence; `anchor` is where its first rule stands in the file, `places` where all
    of its rules do, `new` whether the edition in force does not say it, `was` what it says
    instead."""

    number: int
    text: str
    anchor: str
    new: bool = False
    was: str = ""
    places: tuple[str, ...] = ()


class Part(Struct, frozen=True, kw_only=True):
    """Lines of the file that belong together; `anchor` is empty where no sentence leads."""

    text: str
    anchor: str = ""


class Chapter(Struct, frozen=True, kw_only=True):
    """Sentences under one heading."""

    title: str
    sentences: list[Sentence]


class Shown(Struct, frozen=True, kw_only=True):
    """A programme's name, its sentences, what they do not say by themselves, and its file."""

    name: str
    chapters: list[Chapter]
    parts: list[Part]
    count: int
    remarks: list[str] = []


Texts = Mapping[str, tuple[str, ...]]
"""Sentences without their numbers, each with the ids of its rules."""


def texts_of(edition: Edition) -> Texts:
    """All its sentences."""
    sections = terms(edition, get_language() or "en")
    return {told.text: told.rules for section in sections for told in section.sentences}


def shown(edition: Edition, body: str, before: Texts | None = None) -> Shown:
    """An edition in the reader's language; `before` are the sentences that are in force."""
    language = get_language() or "en"
    places = places_of(edition)
    now = texts_of(edition) if before is not None else {}
    chapters, number = [], 0
    for section in terms(edition, language):
        sentences = []
        for told in section.sentences:
            number += 1
            anchor = next((f"part-{places[one]}" for one in told.rules if one in places), "")
            new = before is not None and told.text not in before
            sentences.append(
                Sentence(
                    number=number,
                    text=told.text,
                    anchor=anchor_of(anchor),
                    new=new,
                    was=_instead(told.rules, before or {}, now) if new else "",
                    places=tuple(places[one] for one in told.rules if one in places),
                )
            )
        chapters.append(Chapter(title=section.title, sentences=sentences))
    led_to = {one.anchor for chapter in chapters for one in chapter.sentences}
    name = in_language(edition.name, language)
    return Shown(
        name=name,
        chapters=chapters,
        parts=list(_parts(body, led_to)),
        count=number,
        remarks=[remark(one, edition) for one in shared(edition)],
    )


def _instead(rules: tuple[str, ...], before: Texts, now: Texts) -> str:
    """The sentence in force of the same rules that is no longer said."""
    shared = [
        (len(set(rules) & set(own)), text)
        for text, own in before.items()
        if text not in now and set(rules) & set(own)
    ]
    return max(shared)[1] if shared else ""


def gone(edition: Edition, before: Texts) -> list[str]:
    """The sentences in force of rules that are no longer told."""
    now = texts_of(edition)
    told = {rule for rules in now.values() for rule in rules}
    return [text for text, rules in before.items() if text not in now and not told & set(rules)]


def first_sentences(edition: Edition, most: int = 3) -> str:
    """What tells a programme best in a few words: its first sentences."""
    return " ".join(list(texts_of(edition))[:most])


def anchor_of(path: str) -> str:
    """A path as an id of a page: "earn[0]" is "earn-0"."""
    return path.replace("[", "-").replace("]", "")


def places_of(edition: Edition) -> dict[str, str]:
    """Where each rule stands in the file, by its id."""
    edition = with_ids(edition)
    found = {}
    for section in ("metrics", "limit", "change", "earn", "rewards", "referrals"):
        for number, rule in enumerate(getattr(edition, section)):
            found[rule.name_in_state] = f"{section}[{number}]"
    for number, asset in enumerate(edition.assets):
        if asset.expire is not None:
            found[asset.expire.name_in_state] = f"assets[{number}]"
    if edition.standing is not None:
        found[edition.standing.name_in_state] = "standing"
    return found


def _parts(body: str, led_to: set[str]) -> Iterator[Part]:
    """The file in parts: a new one begins where a section or one of its entries does."""
    starts = {1: ""}
    for path, line in document(body).lines.items():
        if ITEM.fullmatch(path):
            anchor = f"part-{anchor_of(path)}"
            starts[line] = anchor if anchor in led_to else starts.get(line, "")
    lines = body.splitlines()
    places = sorted(starts)
    for first, after in zip(places, [*places[1:], len(lines) + 1], strict=True):
        yield Part(text="\n".join(lines[first - 1 : after - 1]), anchor=starts[first])
