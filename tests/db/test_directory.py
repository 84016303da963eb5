"""What the database answers about who brought whom is what the directory in memory answers."""

from __future__ import annotations

import os
import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from msgspec.structs import replace

from people import who
from regulars.actions.publishing import publish
from regulars.actions.record import record
from regulars.db import introductions, people, signals
from regulars.db.answers import Answers, Shared
from regulars.db.introductions import Scene
from regulars.db.models import CodeRow, Customer, CustomerLink, HolderState
from regulars.engine.arrivals import Arrival
from regulars.engine.calendar import instant_of
from regulars.engine.facts import Order
from regulars.engine.happenings import Activity, Click, Erasure, FoldFact, SignUp
from regulars.engine.people import People
from regulars.engine.questions import Introduced, Introduction, Signal

SEEDS = 300 if os.environ.get("REGULARS_TORTURE") else 6
START = datetime(2026, 1, 1, tzinfo=UTC)
DAYS = 60
WHOEVER = ("anna", "ben", "cleo", "dora", "guest")
CODES = {"ANNA": "anna", "BEN": "ben", "OPEN": "ben"}
SIGNALS = {
    "email": ["anna.b@gmail.com", "Anna.B+x@gmail.com", "anne.b@gmail.com", "x@example.com"],
    "phone": ["+49 30 1", "+49301", "+49302", "+49303"],
    "name": ["Katharina Blum", "Katharine Blum", "Otto"],
    "card": ["C7", "c7", "c8"],
    "device": ["pc1", "PC1", "pc2"],
    "address": ["Main St. 5", "main st 5", "High St 1"],
    "ip": ["203.0.113.9", "203.0.113.10"],
    "visitor": ["v1", "V1", "v2"],
}
BY_FACT = frozenset(signals.PER_FACT)
PROGRAMME = """
format: 1
programme: club
edition: directory_1
name: Club
zone: Europe/Berlin
currency: EUR
assets: [{id: points, name: point}]
referrals:
  - {id: friends, kind: two_sided, pays: [{after: order, advocate: [{amount: 50}]}]}
"""

pytestmark = pytest.mark.django_db


class Town:
    """The same people twice: in memory, and in the database."""

    def __init__(self) -> None:
        publish(PROGRAMME, now=START)
        told = [who(one) for one in WHOEVER[:-1]]
        self.cursor = connection.cursor()
        found = people.find_or_make(self.cursor, told, now=START, crowd=people.Crowd())
        self.names = {
            one: str(Customer.objects.get(pk=number).public_id)
            for one, number in zip(WHOEVER, found, strict=False)
        }
        self.numbers = dict(zip(WHOEVER, found, strict=False))
        self.people = People()
        self.shared = Shared(self.cursor, "club")
        self.meet(self.numbers)

    def link(self, chance: random.Random) -> None:
        """Two turn out to be one, or two again."""
        links, free = self.people.links, [one for one in WHOEVER[:-1] if one not in self.linked()]
        into, other = chance.sample(free, 2) if len(free) > 1 else ("", "")
        if links and (not other or chance.random() < 0.5):
            other = chance.choice(self.linked())
            del links[self.names[other]]
            CustomerLink.objects.filter(customer_id=self.numbers[other]).delete()
        elif other:
            links[self.names[other]] = self.names[into]
            CustomerLink.objects.create(
                customer_id=self.numbers[other], into_id=self.numbers[into], key=other, at=START
            )

    def linked(self) -> list[str]:
        """Who is somebody else now."""
        return [one for one in WHOEVER[:-1] if self.names[one] in self.people.links]

    def meet(self, numbers: dict[str, int]) -> None:
        """Codes, one of them known in public, and somebody who has left."""
        for code, one in CODES.items():
            opened = START + timedelta(days=30) if code == "OPEN" else None
            CodeRow.objects.create(
                code=code,
                kind="advocate",
                programme="club",
                customer_id=numbers[one],
                made_at=START,
                public_from=opened,
            )
            self.people.code(code, self.names[one])
        left = START + timedelta(days=40)
        HolderState.objects.create(
            customer_id=numbers["dora"],
            programme="club",
            number=self.names["dora"],
            since=START,
            joined_at=START,
            left_at=left,
        )
        self.people.publish("OPEN", instant_of(START + timedelta(days=30)))
        self.people.person(self.names["dora"]).closed = instant_of(left)

    def happen(self, chance: random.Random, number: int) -> None:
        """Something happens, to somebody who leaves traces."""
        one = WHOEVER[number % len(WHOEVER)]
        kinds = chance.sample(sorted(SIGNALS), chance.randrange(4))
        traces = tuple(Signal(kind, chance.choice(SIGNALS[kind])) for kind in kinds)
        party = (chance.choice(WHOEVER[:-1]),) if chance.random() < 0.3 else ()
        fact = some(chance, f"f{number}")
        name = self.names.get(one, f"guest {number}")
        self.people.note(fact, name, traces, [self.names[other] for other in party])
        arrival = Arrival(
            fact=fact,
            who=who(one) if one in self.names else None,
            signals=traces,
            party=tuple(who(other) for other in party),
        )
        record([arrival], now=START + timedelta(days=DAYS))

    def asked(self, one: str, question: Introduction) -> tuple[Introduced, Introduced]:
        """The answer from the database, and the one from memory."""
        name = self.people.end(self.names[one])
        told = Answers(self.cursor, name, self.shared).answer(question)
        expected = self.people.answer(name, question)
        assert isinstance(told, Introduced)
        assert isinstance(expected, Introduced)
        return comparable(told), comparable(expected)


def some(chance: random.Random, key: str) -> FoldFact:
    """A fact of some kind that tells something of a person."""
    at = START + timedelta(days=chance.randrange(DAYS))
    code, session = chance.choice([*CODES, "SPRING"]), chance.choice(["", "s1", "s2"])
    return chance.choice(
        [
            Order(key=key, at=at, currency="EUR", amount_minor=100),
            SignUp(key=key, at=at, via=code, session=session),
            Click(key=key, at=at, via=code, session=session),
            Click(key=key, at=at, via=code, session=session),
            Activity(key=key, at=at, kind=chance.choice(["login", "ban"])),
            Erasure(key=key, at=at)
            if chance.random() < 0.3
            else Activity(key=key, at=at, kind="x"),
        ]
    )


def question(chance: random.Random, town: Town, key: str) -> Introduction:
    """What may be asked about a fact with a key."""
    advocate = chance.choice([*town.names.values(), "", "", "", "", "nobody"])
    return Introduction(
        key=key,
        at=instant_of(START + timedelta(days=chance.randrange(DAYS + 1))),
        codes=tuple(chance.sample([*CODES, "SPRING"], chance.choice([0, 0, 1, 2]))),
        via=chance.choice(["", "", *CODES]),
        session=chance.choice(["", "s1", "s2"]),
        window=chance.choice([-1, 0, 20 * 86_400_000_000]),
        first=chance.random() < 0.5,
        by=tuple(chance.sample(["email", "phone", "card", "device", "address"], 2)),
        emails=chance.choice(["case", "dots_and_tags"]),
        advocate=advocate,
    )


def comparable(reply: Introduced) -> Introduced:
    """What rules look at: without an advocate nothing else matters, and of what came with a fact
    only what is kept by fact."""
    if not reply.advocate:
        return Introduced(others=reply.others)
    return replace(reply, linked=tuple(one for one in reply.linked if one in BY_FACT))


def differing(seed: int) -> list[Any]:
    """The questions of a history that are answered otherwise."""
    chance, town, wrong = random.Random(seed), Town(), []
    for number in range(40):
        town.happen(chance, number)
        if seed % 2 and chance.random() < 0.2:
            town.link(chance)
        for _ in range(3):
            one = chance.randrange(len(WHOEVER) - 1)
            asked = question(chance, town, f"f{chance.randrange(number // 5 + 1) * 5 + one}")
            told, expected = town.asked(WHOEVER[one], asked)
            if told != expected:
                wrong.append((one, asked, told, expected))
        town.shared.save()
        town.shared = Shared(town.cursor, "club")
    return wrong


@pytest.mark.parametrize("seed", range(SEEDS))
def test_both_say_the_same(seed: int) -> None:
    assert differing(seed) == []


def without(name: str, part: str, other: str) -> tuple[Any, str, Any]:
    """A query in which a part is another."""
    query = getattr(introductions, name)
    assert part in query
    return introductions, name, query.replace(part, other)


def apart(scene: Scene, several: set[int]) -> dict[int, list[int]]:
    """Everybody goes by a name of their own."""
    scene.found = {one: str(one) for one in several} | scene.found
    return {one: [one] for one in several}


SABOTEURS = {
    "signals not kept": (signals, "_keep", lambda *told: None),
    "signals not forgotten": (signals, "FORGET", signals.FORGET.replace("same.id", "0")),
    "addresses compared strictly": (Scene, "in_form", lambda _, query: query.format(form="value")),
    "nobody shares anything": (Scene, "sharing", lambda *told: {}),
    "friends not saved": (introductions, "save", lambda *told: None),
    "friends not counted": (Scene, "load_friends", lambda *told: None),
    "nothing happened before": (Scene, "load_past", lambda *told: None),
    "the fact itself counts": without("FIRST", "key <> %s", "key || %s <> ''"),
    "parties": without("PARTIES", "'party'", "'nobody'"),
    "bans": without("ENDS", "'ban'", "'none'"),
    "erasures": without("ENDS", "'erasure'", "'none'"),
    "the first word counts": without("SIGNALS", "min(at)", "max(at)"),
    "what came with the fact": without("SIGNALS", "bool_or(key = %s)", "bool_and(key = %s)"),
    "sessions": without("CLICKS", "'session' =", "'place' ="),
    "visitors": without("CLICKS", "kind = 'visitor'", "kind = 'nobody'"),
    "own clicks": without("CLICKS", "customer_id = w.id AND", "customer_id = 0 AND"),
    "who left": without("LEFT", "left_at IS NOT NULL", "left_at IS NULL"),
    "who was merged has left": without("LEFT", "undone_at IS NULL", "undone_at IS NOT NULL"),
    "others stay apart": (Scene, "same", apart),
    "codes in public": without("CODES", "public_from", "NULL AS public_from"),
}


@pytest.mark.parametrize("name", SABOTEURS)
def test_what_is_left_out_is_seen(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(*SABOTEURS[name])
    assert any(differs_alone(seed) for seed in range(8))


def differs_alone(seed: int) -> bool:
    """Whether a history is answered otherwise; nothing of it stays."""
    point = transaction.savepoint()
    found = differing(seed)
    transaction.savepoint_rollback(point)
    return bool(found)
