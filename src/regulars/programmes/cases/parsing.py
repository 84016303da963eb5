"""From what a file holds to cases: everything checked, everything wrong told at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from regulars.programmes.cases.asserting import Asserter
from regulars.programmes.cases.checking import Checker, Words, words_of
from regulars.programmes.cases.names import Names, together
from regulars.programmes.cases.problems import Located, Node, unknown
from regulars.programmes.cases.shapes import Assertion, Case, Event, Given, Run
from regulars.programmes.cases.subjects import Scene, actor, advocates
from regulars.programmes.cases.values import Fields, Value
from regulars.programmes.cases.vocabulary import Group, Word, vocabulary

Editions = Mapping[str, Names]


class Parsed(Struct, frozen=True):
    """The cases that are in order, and all that is wrong with the others."""

    cases: tuple[Case, ...] = ()
    problems: tuple[Located, ...] = ()


def parse(nodes: Iterable[Node], editions: Editions | None = None) -> Parsed:
    """The cases that `nodes` hold, one each.

    `editions` has the names that each known edition declares; None: any edition with any names.
    A case with a problem is left out; ids are unique over all `nodes`.
    """
    problems: list[Located] = []
    cases: list[Case] = []
    seen: dict[str, Node] = {}
    for node in nodes:
        before = len(problems)
        _tell_twice(node, seen, problems)
        found = _Parser(node, editions, problems).case()
        if found and len(problems) == before:
            cases.append(found)
    return Parsed(tuple(cases), tuple(problems))


def _tell_twice(node: Node, seen: dict[str, Node], problems: list[Located]) -> None:
    name = node.child("id")
    if not name or not isinstance(name.data, str | int):
        return
    first = seen.setdefault(str(name.data), name)
    if first is not name:
        where = f"{first.document.name}:{first.line}"
        problems.append(name.wrong("case_twice", case=str(name.data), where=where))


class _Parser:
    def __init__(self, node: Node, editions: Editions | None, problems: list[Located]) -> None:
        self.node = node
        self.problems = problems
        self.checker = Checker(_names(node, editions, problems), problems)

    def case(self) -> Case | None:
        words = vocabulary().case
        head = self.checker.fields(self.node, Words(words)).words
        if not isinstance(self.node.data, dict):
            return None
        given = self._given()
        events = tuple(one for node in self._items("events") if (one := self._event(node)))
        scene = self._scene(given, events)
        return Case(
            id=str(head.get("id")),
            edition=str(head.get("edition")),
            file=self.node.document.name,
            line=self.node.line,
            tests=tuple(str(one) for one in _tuple(head.get("tests"))),
            why=str(head.get("why") or ""),
            given=given,
            events=events,
            runs=self._runs(scene),
            about=actor(scene),
            ids={kind: self.checker.ids.of(kind) for kind in self.checker.ids.by_kind},
        )

    def _items(self, key: str) -> list[Node]:
        node = self.node.child(key)
        if node and node.data is not None and not isinstance(node.data, list):
            self.problems.append(node.wrong("case_not_a_list"))
        return node.items() if node else []

    def _given(self) -> Given:
        node = self.node.child("given")
        if node is None or node.data is None:
            return Given()
        fields = self.checker.fields(node, words_of(vocabulary().given))
        households = {**_accounts(fields, "account"), **_accounts(fields, "household")}
        member = _text(fields.words.get("member"))
        return Given(
            fields=fields,
            member=member,
            account="" if member else next(iter(_accounts(fields, "account")), ""),
            members=_members(fields),
            households=households,
        )

    def _event(self, node: Node) -> Event | None:
        allowed = self._event_words(node)
        if not allowed:
            return None
        fields = self.checker.fields(node, allowed)
        at, received = fields.words.get("t"), fields.words.get("received")
        if not isinstance(at, datetime):
            return None
        event = Event(
            type=_text(fields.words.get("type")),
            at=at,
            received=received if isinstance(received, datetime) else at,
            id=_text(fields.words.get("id")),
            member=_text(fields.words.get("member")),
            account=_text(fields.words.get("account")),
            kind=_text(fields.words.get("kind")),
            fields=_without(fields, vocabulary().events["every"].keys),
            line=node.line,
        )
        self._remember(event)
        return event

    def _remember(self, event: Event) -> None:
        if event.id and event.type == "order":
            self.checker.ids.add("order", event.id)

    def _event_words(self, node: Node) -> Words | None:
        events = vocabulary().events
        named = node.child("type")
        if named is None:
            wrong = "case_not_a_map" if not isinstance(node.data, dict) else "case_no_type"
            self.problems.append(node.wrong(wrong))
            return None
        group = events.get(str(named.data)) if named.data != "every" else None
        if group is None:
            known = set(events) - {"every"}
            self.problems.append(unknown(named, "case_unknown_type", str(named.data), known))
            return None
        return Words({**events["every"].keys, **_own(named, group)}, group.amounts, group.bases)

    def _runs(self, scene: Scene) -> tuple[Run, ...]:
        expect, varied = self.node.child("expect"), self.node.child("expect_by_policy")
        if bool(expect) == bool(varied):
            wrong = "case_expects_twice" if expect else "case_expects_nothing"
            self.problems.append(self.node.wrong(wrong))
            return ()
        asserter = Asserter(self.checker, scene)
        if varied:
            return self._varied(varied, asserter)
        said = [asserter.assertion(one) for one in self._items("expect")]
        if not said:
            self.problems.append(self.node.wrong("case_expects_nothing"))
        return (Run(assertions=tuple(said)),)

    def _scene(self, given: Given, events: tuple[Event, ...]) -> Scene:
        scene = Scene(given, events, self.checker.ids)
        for member in advocates(scene, vocabulary().shorthand.code_suffix):
            self.checker.ids.add("member", member)
        return scene

    def _varied(self, node: Node, asserter: Asserter) -> tuple[Run, ...]:
        if not isinstance(node.data, dict):
            self.problems.append(node.wrong("case_not_a_map"))
            return ()
        return tuple(self._variant(entry.key, entry.node, asserter) for entry in node.entries())

    def _variant(self, value: str, node: Node, asserter: Asserter) -> Run:
        words = vocabulary()
        setting = words.setting_of(value)
        if not setting:
            known = {one for other in words.settings.values() for one in other.values}
            self.problems.append(unknown(node, "case_unknown_policy", value, known))
        read: Callable[[Node], Assertion] = (
            asserter.assertion if isinstance(node.data, dict) else asserter.bare_number
        )
        return Run(setting=setting, value=value, assertions=(read(node),))


def _names(node: Node, editions: Editions | None, problems: list[Located]) -> Names:
    """The names of all editions that a case runs under."""
    if editions is None:
        return Names()
    own = node.child("edition")
    found = editions.get(str(own.data)) if own else Names()
    if own and found is None:
        problems.append(unknown(own, "case_unknown_edition", str(own.data), editions))
    later = [editions[name] for name in _later(node) if name in editions]
    return together([found or Names(), *later])


def _later(node: Node) -> Sequence[str]:
    events = node.child("events")
    named = [one.child("edition") for one in events.items()] if events else []
    return [str(one.data) for one in named if one]


def _own(named: Node, group: Group) -> dict[str, Word]:
    """The keys of an event's type; those of every kind of activity where it is one."""
    if named.data != "activity":
        return group.keys
    kinds = vocabulary().activities.values()
    return {**{key: word for kind in kinds for key, word in kind.keys.items()}, **group.keys}


def _without(fields: Fields, words: Mapping[str, object]) -> Fields:
    kept = {key: one for key, one in fields.words.items() if key not in words}
    return Fields(kept, fields.names, fields.line)


def _accounts(fields: Fields, word: str) -> dict[str, tuple[str, ...]]:
    found = fields.words.get(word)
    if isinstance(found, dict):
        return {one: tuple(str(each) for each in _tuple(many)) for one, many in found.items()}
    return {str(found): ()} if found else {}


def _members(fields: Fields) -> dict[str, Fields]:
    """The state of each member; what stands outside belongs to the one whose state it is."""
    several = fields.words.get("members")
    members = {
        one: state
        for one, state in (several.items() if isinstance(several, dict) else ())
        if isinstance(state, Fields)
    }
    member = _text(fields.words.get("member"))
    return {member: fields, **members} if member and member not in members else members


def _text(value: Value) -> str:
    return value if isinstance(value, str) else ""


def _tuple(value: Value) -> tuple[Value, ...]:
    return value if isinstance(value, tuple) else ()
