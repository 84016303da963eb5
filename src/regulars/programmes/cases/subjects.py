"""What each key of an assertion is about, where it does not say so itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from regulars.programmes.cases.checking import Ids
from regulars.programmes.cases.shapes import Event, Given, Subject
from regulars.programmes.cases.values import Fields, Value
from regulars.programmes.cases.vocabulary import vocabulary

PROGRAMME = Subject("programme")


class Scene(Struct, frozen=True):
    """Who and what a case is about: what it gives, what happens, the ids that it mentions."""

    given: Given
    events: Sequence[Event]
    ids: Ids

    def ids_of(self, kind: str) -> tuple[str, ...]:
        """The ids that can stand for a kind of subject."""
        source = vocabulary().expect.subjects[kind]
        if not source.event:
            return self.ids.of(source.shape.of)
        kinds = (one for one in self.events if source.event in (one.type, one.kind))
        return tuple(dict.fromkeys(one.id for one in kinds if one.id))


def named(words: Mapping[str, Value]) -> dict[str, Subject]:
    """The subjects that an assertion names, by kind; some only tell another apart."""
    known = vocabulary().expect.subjects
    subjects: dict[str, Subject] = {}
    for kind, one in words.items():
        if kind in known and not known[kind].only_beside:
            more = {word: str(words[word]) for word in known[kind].beside if word in words}
            subjects[known[kind].same_as or kind] = _subject(known[kind].same_as or kind, one, more)
    return subjects


def _subject(kind: str, value: Value, beside: dict[str, str]) -> Subject:
    if isinstance(value, tuple):
        ids = tuple(str(one) for one in value)
        return Subject(kind, ", ".join(ids), ids, beside)
    return Subject(kind, str(value), (), beside)


def actor(scene: Scene) -> Subject | None:
    """Whom an assertion without a subject is about; None where several could be meant."""
    if scene.given.member:
        return Subject("member", scene.given.member)
    if scene.given.account:
        return Subject("account", scene.given.account)
    members, accounts = _acting(scene)
    if not members and not accounts:
        return _unnamed(scene)
    if len(accounts) == 1:
        return Subject("account", accounts[0])
    if len(members) == 1 and not accounts:
        return Subject("member", members[0])
    households = tuple(scene.given.households)
    return Subject("account", households[0]) if len(households) == 1 else None


def _acting(scene: Scene) -> tuple[Sequence[str], Sequence[str]]:
    members: dict[str, None] = {}
    accounts: dict[str, None] = {}
    for event in scene.events:
        several = event.fields.words.get("members")
        members.update(dict.fromkeys(_texts(several)))
        members.update(dict.fromkeys(filter(None, [event.member])))
        accounts.update(dict.fromkeys(filter(None, [event.account])))
    return tuple(members), tuple(accounts)


def _texts(value: Value) -> tuple[str, ...]:
    return tuple(str(one) for one in value) if isinstance(value, tuple) else ()


def _unnamed(scene: Scene) -> Subject | None:
    if len(scene.given.households) == 1:
        return Subject("account", next(iter(scene.given.households)))
    if len(scene.given.members) > 1:
        return None
    return Subject("member", next(iter(scene.given.members), ""))


def belonging(kinds: Sequence[str], named: Mapping[str, Subject], scene: Scene) -> Subject | None:
    """The subject of a key that only `kinds` of subjects have, the best kind first."""
    for kind in kinds:
        if kind in named:
            return named[kind]
    if {"member", "account"} & set(kinds) and (found := actor(scene)):
        return found
    for kind in kinds:
        if kind == "programme":
            return PROGRAMME
        if kind not in ("member", "account") and (only := _only(kind, scene)):
            return only
    return None


def _only(kind: str, scene: Scene) -> Subject | None:
    ids = scene.ids_of(kind)
    if kind == "subscription" and not ids:
        return Subject(kind)
    return Subject(kind, ids[0]) if len(ids) == 1 else None


def advocates(scene: Scene, suffix: str) -> tuple[str, ...]:
    """The members whose codes the events use: the id in capitals with `suffix` behind it."""
    own = scene.given.fields.words.get("codes")
    shop = set(own) if isinstance(own, dict) else set()
    codes = [code for event in scene.events for code in _codes(event.fields)]
    return tuple(
        _member_of(code.removesuffix(suffix), scene.ids.of("member"))
        for code in dict.fromkeys(codes)
        if code.endswith(suffix) and code != suffix and code not in shop
    )


def _codes(fields: Fields) -> tuple[str, ...]:
    one = fields.words.get("code")
    several = _texts(fields.words.get("codes"))
    return (one, *several) if isinstance(one, str) else several


def _member_of(capitals: str, members: Sequence[str]) -> str:
    return next((one for one in members if one.upper() == capitals), capitals.lower())
