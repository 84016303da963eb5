"""Assertions: each key with the subject that it belongs to and what is expected of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from msgspec import Struct

from regulars.programmes.cases.checking import Checker
from regulars.programmes.cases.deciding import decided
from regulars.programmes.cases.keys import Found, any_amount, asserted
from regulars.programmes.cases.problems import Entry, Located, Node, unknown
from regulars.programmes.cases.shapes import Assertion, Check, Subject
from regulars.programmes.cases.subjects import Scene, belonging, named
from regulars.programmes.cases.values import SCALARS, Bad, Key, Value
from regulars.programmes.cases.vocabulary import Word, vocabulary


class Part(Struct, frozen=True):
    """A key that was understood, whom it names itself, and what stands under it."""

    found: Found
    owner: Subject | None
    node: Node


class Asserter:
    """Reads the assertions of one case."""

    def __init__(self, checker: Checker, scene: Scene) -> None:
        self.checker = checker
        self.scene = scene
        self.words = vocabulary().expect

    def assertion(self, node: Node) -> Assertion:
        """One assertion, its keys resolved; what is wrong with it is told to the checker."""
        if not isinstance(node.data, dict):
            self._tell(node.wrong("case_not_a_map"))
            return Assertion(line=node.line)
        at = self._at(node)
        if node.child("property"):
            return self._property(node, at)
        subjects = named(self._subjects(node))
        parts = [part for entry in node.entries() if (part := self._part(entry))]
        checks = [one for part in parts for one in self._checks(part, subjects, parts)]
        checks += self._implied(subjects, checks, node.line)
        if not checks and not self._says_anything(node):
            self._tell(node.wrong("case_asserts_nothing"))
        return Assertion(at=at, checks=tuple(checks), line=node.line)

    def bare_number(self, node: Node) -> Assertion:
        """A bare number, which is what the subject has of the main asset."""
        key = vocabulary().shorthand.bare_number
        part = Part(Found(Key(key), self.words.keys[key]), None, node)
        return Assertion(checks=tuple(self._checks(part, {}, [part])), line=node.line)

    def _at(self, node: Node) -> datetime | None:
        found = node.child("at")
        at = self.checker.value(found, self.words.at.shape) if found else None
        return at if isinstance(at, datetime) else None

    def _property(self, node: Node, at: datetime | None) -> Assertion:
        known = {*self.words.keys, *self.words.subjects, "at"}
        for entry in node.entries():
            if entry.key not in known:
                self._tell(unknown(entry.node, "case_unknown_word", entry.key, known))
        said = self.checker.value(_property_of(node), self.words.subjects["property"].shape)
        return Assertion(at=at, property=str(said), line=node.line)

    def _subjects(self, node: Node) -> dict[str, Value]:
        return {
            entry.key: self.checker.value(entry.node, self.words.subjects[entry.key].shape)
            for entry in node.entries()
            if entry.key in self.words.subjects
        }

    def _says_anything(self, node: Node) -> bool:
        return any(one.key not in {*self.words.subjects, "at"} for one in node.entries())

    def _part(self, entry: Entry) -> Part | None:
        if entry.key in self.words.subjects or entry.key == "at":
            return None
        found = asserted(entry.key, self.checker.names)
        if found:
            return Part(found, None, entry.node)
        part = self._prefixed(entry) or self._open(entry)
        if not part:
            self._tell_unknown(entry)
        return part

    def _prefixed(self, entry: Entry) -> Part | None:
        for owner in self._owners(entry.key):
            rest = entry.key[len(owner.id) + 1 :]
            found = asserted(rest, self.checker.names)
            if found and owner.kind in self._kinds(found):
                return Part(found, owner, entry.node)
            if not found and self._is_open(entry) and owner.kind in self.words.amounts_of:
                return Part(Found(any_amount(rest)), owner, entry.node)
        return None

    def _owners(self, text: str) -> list[Subject]:
        owners = [
            Subject(kind, one)
            for kind in vocabulary().shorthand.prefixes
            for one in self.scene.ids.of(kind)
            if text.startswith(f"{one}_") and len(text) > len(one) + 1
        ]
        return sorted(owners, key=lambda owner: -len(owner.id))

    def _kinds(self, found: Found) -> tuple[str, ...]:
        return found.word.of if found.word else self.words.amounts_of

    def _is_open(self, entry: Entry) -> bool:
        if not self.checker.names.open:
            return False
        try:
            SCALARS["number"](entry.node.data)
        except Bad:
            return False
        return True

    def _open(self, entry: Entry) -> Part | None:
        if not self._is_open(entry):
            return None
        return Part(Found(any_amount(entry.key)), None, entry.node)

    def _tell_unknown(self, entry: Entry) -> None:
        known = {*self.words.keys, *self.words.subjects, *self.checker.names.amounts, "at"}
        near = {word for word in known if "{" not in word}
        prefixes = {f"{owner.id}_" for owner in self._owners(entry.key)}
        near |= {prefix + word for prefix in prefixes for word in near}
        self._tell(unknown(entry.node, "case_unknown_word", entry.key, near))

    def _checks(
        self, part: Part, subjects: dict[str, Subject], parts: list[Part]
    ) -> Iterator[Check]:
        word = part.found.word
        expected = self._expected(part)
        if word and "event" in word.of:
            self._tell_unknown_events(part.node)
            yield from decided(part.found.key.word, expected, part.node.line)
            return
        about = _companion(word, parts)
        subject = part.owner or self._subject(about or part, subjects)
        if subject is None:
            kinds = ", ".join(self._kinds(part.found))
            self._tell(part.node.wrong("case_no_subject", key=part.found.key.word, kinds=kinds))
            return
        key = part.found.key
        if about:
            key = Key(key.word, key.window, about.found.key.word)
        yield Check(
            subject=subject, key=key, expected=expected, how=_how(word), line=part.node.line
        )

    def _subject(self, part: Part, subjects: dict[str, Subject]) -> Subject | None:
        return belonging(self._kinds(part.found), subjects, self.scene)

    def _expected(self, part: Part) -> Value:
        if part.node.data is None or part.node.data == "none":
            return part.node.data if part.node.data is None else "none"
        return self.checker.value(part.node, part.found.takes)

    def _tell_unknown_events(self, node: Node) -> None:
        sent = {event.id for event in self.scene.events if event.id}
        asked = node.child("id") or node
        for one in asked.items() or [asked]:
            if isinstance(one.data, str | int) and str(one.data) not in sent:
                self._tell(unknown(one, "case_unknown_event", str(one.data), sent))

    def _implied(
        self, subjects: dict[str, Subject], checks: list[Check], line: int
    ) -> Iterator[Check]:
        for kind, subject in subjects.items():
            implied = self.words.subjects[kind].implies
            if implied and not any(one.subject == subject for one in checks):
                yield Check(subject=subject, key=Key(implied), expected=True, line=line)

    def _tell(self, problem: Located) -> None:
        self.checker.problems.append(problem)


def _property_of(node: Node) -> Node:
    return node.child("property") or node


def _how(word: Word | None) -> str:
    if not word:
        return "exact"
    chosen = {"ratio": word.ratio, "set": word.set, "first": word.first}
    return next((how for how, wanted in chosen.items() if wanted), "exact")


def _companion(word: Word | None, parts: list[Part]) -> Part | None:
    """The key that a word like `reason` stands beside."""
    if not word:
        return None
    for companion in word.with_:
        for part in parts:
            if part.found.key.word == companion:
                return part
    return None
