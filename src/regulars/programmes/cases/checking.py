"""Values held against the shapes of the vocabulary: what fits comes back, the rest is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec import Struct
from msgspec.structs import replace

from regulars.programmes.cases.keys import amount, any_amount
from regulars.programmes.cases.names import Names
from regulars.programmes.cases.problems import Entry, Located, Node, unknown
from regulars.programmes.cases.values import SCALARS, Bad, Fields, Key, Value, number
from regulars.programmes.cases.vocabulary import Group, Takes, Word, vocabulary

TUPLES = {"pair": 2, "triple": 3}


class Ids(Struct):
    """The ids that a case mentions, by kind, in the order of their first mention."""

    by_kind: dict[str, dict[str, None]] = {}

    def add(self, kind: str, one: str) -> None:
        """Remember an id."""
        self.by_kind.setdefault(kind, {})[one] = None

    def of(self, kind: str) -> tuple[str, ...]:
        """The ids of a kind."""
        return tuple(self.by_kind.get(kind, ()))


class Words(Struct, frozen=True):
    """The keys that a map may have: words, and perhaps amounts by the edition's names."""

    words: Mapping[str, Word]
    amounts: bool = False
    bases: tuple[str, ...] = ()


def words_of(group: Group) -> Words:
    """The keys of a group, those of the event type that it is like included."""
    if not group.like:
        return Words(group.keys, group.amounts, group.bases)
    other = vocabulary().events[group.like]
    return Words({**other.keys, **group.keys}, group.amounts or other.amounts, other.bases)


class Checker:
    """Reads the values of one case. `problems` and `ids` gather on the way."""

    def __init__(self, names: Names, problems: list[Located]) -> None:
        self.names = names
        self.problems = problems
        self.ids = Ids()

    def value(self, node: Node, shape: Takes) -> Value:
        """What stands at `node`, as `shape` says; None where it does not fit."""
        if shape.kind in SCALARS:
            return self._scalar(node, shape.kind)
        return _READERS[shape.kind](self, node, shape)

    def fields(self, node: Node, allowed: Words) -> Fields:
        """A map with keys that are allowed; each of the others is told with the nearest."""
        if not isinstance(node.data, dict):
            self._tell(node.wrong("case_not_a_map"))
            return Fields(line=node.line)
        found = Fields({}, {}, node.line)
        for entry in node.entries():
            self._entry(entry, allowed, found, node)
        self._whole(node, allowed)
        return found

    def _entry(self, entry: Entry, allowed: Words, found: Fields, whole: Node) -> None:
        word = allowed.words.get(entry.key)
        if word is not None:
            told = bool(word.told_by) and whole.child(word.told_by) is not None
            shape = replace(word.shape, kind="text") if told else word.shape
            found.words[entry.key] = self.value(entry.node, shape)
            return
        key = self._amount(entry) if allowed.amounts else None
        if key:
            found.names[key] = self._scalar(entry.node, "number")
            return
        near = {*allowed.words, *(self.names.amounts if allowed.amounts else ())}
        self._tell(unknown(entry.node, "case_unknown_word", entry.key, near))

    def _amount(self, entry: Entry) -> Key | None:
        key = amount(entry.key, self.names)
        if key or not self.names.open:
            return key
        return any_amount(entry.key) if _is_number(entry.node) else None

    def _whole(self, node: Node, allowed: Words) -> None:
        for key, word in allowed.words.items():
            if word.needed and node.child(key) is None:
                self._tell(node.wrong("case_key_missing", key=key))
        bases = [key for key in allowed.bases if node.child(key)]
        if len(bases) > 1:
            self._tell(node.wrong("case_two_bases", first=bases[0], second=bases[1]))

    def _scalar(self, node: Node, kind: str) -> Value:
        try:
            return SCALARS[kind](node.data)
        except Bad as bad:
            self._tell(node.wrong(bad.code, value=shown(node)))
            return None

    def _id(self, node: Node, shape: Takes) -> Value:
        found = self._scalar(node, "text")
        if isinstance(found, str):
            self.ids.add(shape.of, found)
        return found

    def _name(self, node: Node, shape: Takes) -> Value:
        found = self._scalar(node, "text")
        if isinstance(found, str) and not self._declared(shape.of, found):
            near = {*(self.names.of(shape.of) or ()), *self._common(shape.of)}
            self._tell(unknown(node, "case_unknown_name", found, near, kind=shape.of))
        return found

    def _declared(self, kind: str, name: str) -> bool:
        return name in self._common(kind) or self.names.allows(kind, name)

    def _common(self, kind: str) -> Mapping[str, object]:
        """The words that every edition knows of a kind of names."""
        words = vocabulary()
        common: dict[str, Mapping[str, object]] = {
            "activities": words.activities,
            "settings": words.settings,
        }
        return common.get(kind, {})

    def _one_of(self, node: Node, shape: Takes) -> Value:
        found = self._scalar(node, "text")
        words, open_to = vocabulary().code_words(shape.of), vocabulary().codes[shape.of].open_to
        own = self.names.of(open_to) if open_to else frozenset()
        if own is not None and isinstance(found, str) and found not in {*words, *own}:
            self._tell(unknown(node, "case_unknown_code", found, {*words, *own}))
        return found

    def _shape(self, node: Node, shape: Takes) -> Value:
        group = vocabulary().given if shape.of == "given" else vocabulary().shapes[shape.of]
        return self.fields(node, words_of(group))

    def _list(self, node: Node, shape: Takes) -> Value:
        if isinstance(node.data, dict) and shape.parts[0].kind == "shape":
            return (self.value(node, shape.parts[0]),)
        if not isinstance(node.data, list):
            self._tell(node.wrong("case_not_a_list"))
            return ()
        return tuple(self.value(one, shape.parts[0]) for one in node.items())

    def _tuple(self, node: Node, shape: Takes) -> Value:
        items = node.items()
        if len(items) != TUPLES[shape.kind]:
            self._tell(node.wrong("case_not_so_many", most=TUPLES[shape.kind]))
            return None
        return tuple(self.value(one, part) for one, part in zip(items, shape.parts, strict=True))

    def _map(self, node: Node, shape: Takes) -> Value:
        if not isinstance(node.data, dict):
            self._tell(node.wrong("case_not_a_map"))
            return None
        return {
            str(
                self.value(Node(entry.node.document, entry.node.path, entry.key), shape.parts[0])
            ): (self.value(entry.node, shape.parts[1]))
            for entry in node.entries()
        }

    def _any(self, node: Node, shape: Takes) -> Value:
        fitting = [part for part in shape.parts if _may_hold(part, node)]
        if len(fitting) == 1:
            return self.value(node, fitting[0])
        for part in fitting:
            trial = Checker(self.names, [])
            trial.value(node, part)
            if not trial.problems:
                return self.value(node, part)
        if fitting:
            return self.value(node, fitting[-1])
        self._tell(node.wrong("case_wrong_shape"))
        return None

    def _tell(self, problem: Located) -> None:
        self.problems.append(problem)


_READERS: dict[str, Callable[[Checker, Node, Takes], Value]] = {
    "id": Checker._id,
    "name": Checker._name,
    "one": Checker._one_of,
    "shape": Checker._shape,
    "list": Checker._list,
    "pair": Checker._tuple,
    "triple": Checker._tuple,
    "map": Checker._map,
    "any": Checker._any,
}


def shown(node: Node) -> str:
    """What stands there, short enough for a sentence."""
    if isinstance(node.data, dict):
        return "{…}"
    if isinstance(node.data, list):
        return "[…]"
    if node.data is None or isinstance(node.data, bool):
        return {None: "null", True: "true", False: "false"}[node.data]
    return str(node.data)[:60]


def _is_number(node: Node) -> bool:
    try:
        number(node.data)
    except Bad:
        return False
    return True


def _may_hold(shape: Takes, node: Node) -> bool:
    if shape.kind == "free":
        return True
    if isinstance(node.data, dict):
        return shape.kind in {"map", "shape"}
    if isinstance(node.data, list):
        return shape.kind in {"list", "pair", "triple"}
    return shape.kind in SCALARS or shape.kind in {"id", "name", "one"}
