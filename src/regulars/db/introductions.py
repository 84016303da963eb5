"""Who brought whom, answered from what is stored: a small directory of those alone who matter for
the question is loaded, and asked as the one in memory is (`regulars.engine.people`).

Every look-up is by an index; what it costs does not grow with the number of customers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from zlib import crc32

from django.db.backends.utils import CursorWrapper
from msgspec import Struct, field
from msgspec.structs import replace

from regulars.db import holders, hot
from regulars.db.arrays import NUMBERS, TEXTS, numbers, texts
from regulars.db.signals import PARTY, SAME
from regulars.engine.calendar import datetime_of, instant_of
from regulars.engine.happenings import MEMBER
from regulars.engine.people import People, Person, Signal, Told, Touch
from regulars.engine.questions import Introduced, Introduction
from regulars.ledger.lots import FOREVER

TOGETHER = 5_210_010
"""Advisory locks: two who share a signal are judged one after the other, so that one of them sees
the other."""
BUCKETS = 256
MOST = 10_000
"""So many rows of one signal are looked at: what more people share than that tells nobody apart."""

GROUP = f"""
    {SAME} SELECT same.id, c.public_id::text, c.id IS NOT NULL AND l.into_id IS NULL
    FROM same LEFT JOIN LATERAL (
        SELECT id, public_id FROM regulars_customer WHERE id = same.id OFFSET 0) c ON true
    LEFT JOIN LATERAL (SELECT into_id FROM regulars_customerlink
        WHERE customer_id = same.id AND undone_at IS NULL LIMIT 1) l ON true
"""  # noqa: S608 - own texts
# Who each of these is now, with everybody who is one with them.
GROUPS = f"""
    WITH RECURSIVE up(id) AS (
        SELECT unnest({NUMBERS}) UNION SELECT l.into_id FROM up CROSS JOIN LATERAL (
            SELECT into_id FROM regulars_customerlink
            WHERE customer_id = up.id AND undone_at IS NULL OFFSET 0) l
    ), same(now, id) AS (
        SELECT id, id FROM up LEFT JOIN LATERAL (SELECT into_id FROM regulars_customerlink
            WHERE customer_id = up.id AND undone_at IS NULL LIMIT 1) l ON true
            WHERE l.into_id IS NULL
        UNION SELECT same.now, l.customer_id FROM same CROSS JOIN LATERAL (
            SELECT customer_id FROM regulars_customerlink
            WHERE into_id = same.id AND undone_at IS NULL OFFSET 0) l
    )
    SELECT now, id FROM same
"""  # noqa: S608 - own texts
SIGNALS = f"""
    SELECT kind, {{form}}, min(at), bool_or(key = %s) FROM regulars_signal
    WHERE customer_id = ANY({NUMBERS}) AND kind <> '{PARTY}' GROUP BY 1, 2
"""  # noqa: S608 - own texts
NEWEST = """
    NOT EXISTS (SELECT 1 FROM regulars_factkey k WHERE k.key = f.key AND k.version > f.version)
"""
CLICKS = f"""
    WITH clicks AS (
        SELECT * FROM (SELECT f.* FROM unnest({NUMBERS}) AS w(id) CROSS JOIN LATERAL (
            SELECT key, version, at, body, true AS own FROM regulars_fact
            WHERE customer_id = w.id AND type = 'click' AND at <= %s OFFSET 0) AS f) AS by_person
        UNION ALL
        SELECT * FROM (SELECT key, version, at, body, false FROM regulars_fact
            WHERE type = 'click' AND body ->> 'session' = nullif(%s, '') AND at <= %s
            OFFSET 0) AS by_session
        UNION ALL
        SELECT f.* FROM unnest({TEXTS}) AS w(visitor) CROSS JOIN LATERAL (
            SELECT customer_id, key FROM regulars_signal
            WHERE kind = 'visitor' AND value = w.visitor COLLATE "C" AND at <= %s LIMIT {MOST}
        ) AS s CROSS JOIN LATERAL (
            SELECT key, version, at, body, true FROM regulars_fact
            WHERE customer_id = s.customer_id AND key = s.key AND type = 'click' OFFSET 0) AS f
    )
    SELECT key, at, body ->> 'via', coalesce(body ->> 'session', ''), bool_or(own)
    FROM clicks f WHERE {NEWEST} GROUP BY key, at, 3, 4
"""  # noqa: S608 - own texts
CODES = f"""
    SELECT w.code, c.* FROM unnest({TEXTS}) AS w(code) CROSS JOIN LATERAL (
        SELECT customer_id, public_from FROM regulars_code
        WHERE code = w.code COLLATE "C" AND kind = 'advocate' AND programme = %s
        UNION ALL SELECT customer_id, public_from FROM regulars_code
        WHERE mark = w.code COLLATE "C" AND mark <> '' AND programme = %s OFFSET 0) AS c
"""  # noqa: S608 - own texts
SHARING = f"""
    SELECT w.kind, w.value, s.customer_id, min(s.at)
    FROM unnest({TEXTS}, {TEXTS}) AS w(kind, value) CROSS JOIN LATERAL (
        SELECT customer_id, at FROM regulars_signal
        WHERE kind = w.kind AND {{form}} = w.value COLLATE "C" AND at <= %s LIMIT {MOST}) AS s
    WHERE s.customer_id <> ALL({NUMBERS}) GROUP BY 1, 2, 3
"""  # noqa: S608 - own texts
FRIENDS = f"""
    SELECT f.customer_id, f.at FROM unnest({NUMBERS}) AS w(id) CROSS JOIN LATERAL (
        SELECT customer_id, at FROM regulars_friend
        WHERE customer_id = w.id AND programme = %s OFFSET 0) AS f
"""  # noqa: S608 - own texts
BROUGHT_IN = "type = 'opening' AND body ->> 'what' = 'order'"
FIRST = f"""
    SELECT w.id, t.type, f.key, f.at FROM unnest({NUMBERS}) AS w(id)
    CROSS JOIN (VALUES ('order'), ('sign_up')) AS t(type) CROSS JOIN LATERAL (
        SELECT key, at FROM regulars_fact f WHERE customer_id = w.id
        AND (type = t.type OR (t.type = 'order' AND {BROUGHT_IN}))
        AND at < %s AND key <> %s AND {NEWEST} ORDER BY at LIMIT 1) AS f
"""  # noqa: S608 - own texts
# Who was merged into somebody has no row of their own any more, and has not left.
LEFT = f"""
    SELECT h.customer_id, h.left_at FROM unnest({NUMBERS}) AS w(id) CROSS JOIN LATERAL (
        SELECT customer_id, left_at FROM regulars_holder
        WHERE customer_id = w.id AND programme = %s AND left_at IS NOT NULL OFFSET 0) AS h
    LEFT JOIN LATERAL (SELECT into_id FROM regulars_customerlink
        WHERE customer_id = w.id AND undone_at IS NULL LIMIT 1) AS l ON true
    WHERE l.into_id IS NULL
"""  # noqa: S608 - own texts
# Who left for good and came back is not gone.
ENDS = f"""
    SELECT f.type, min(f.at) FROM regulars_fact f WHERE f.customer_id = ANY({NUMBERS})
    AND (f.type = 'erasure' OR (f.type = 'activity' AND f.body ->> 'kind' = 'ban'))
    AND f.programme IN ('', %s) AND NOT (f.type = 'erasure' AND EXISTS (
        SELECT 1 FROM regulars_fact b WHERE b.customer_id = f.customer_id AND b.type = 'opening'
        AND b.body ->> 'what' = '{MEMBER}' AND b.programme IN ('', %s) AND b.at >= f.at))
    GROUP BY f.type
"""  # noqa: S608 - own texts
PARTIES = f"""
    SELECT value FROM regulars_signal
    WHERE customer_id = ANY({NUMBERS}) AND kind = '{PARTY}' AND key = %s
"""  # noqa: S608 - own texts
BEFRIEND = """
    INSERT INTO regulars_friend (customer_id, programme, at) VALUES (%s, %s, %s)
    ON CONFLICT (customer_id, programme) DO UPDATE SET at = excluded.at
        WHERE regulars_friend.at > excluded.at
"""


HINTED = f"""
    SELECT w.id FROM unnest({NUMBERS}) AS w(id)
    WHERE (SELECT true FROM regulars_fact
        WHERE customer_id = w.id AND type = 'click' LIMIT 1)
    OR (SELECT true FROM regulars_signal
        WHERE customer_id = w.id AND kind = 'visitor' LIMIT 1)
    OR (SELECT true FROM regulars_customerlink
        WHERE into_id = w.id AND undone_at IS NULL LIMIT 1)
"""  # noqa: S608 - own texts


def hinted(cursor: CursorWrapper, customers: Iterable[int]) -> set[int]:
    """Those of these customers who may have followed a link themselves, or one of those who were
    merged into them."""
    return {number for (number,) in hot.run(cursor, HINTED, [numbers(customers)])}


class Group(Struct, frozen=True):
    """Somebody with all who were merged into them: what the engine calls them, their number, and
    everybody's numbers."""

    name: str = ""
    number: int = 0
    ids: tuple[int, ...] = ()


def code_form(written: str) -> str:
    """A code of an advocate as it is stored: without blanks around it, in capitals."""
    return written.strip().upper()


class Scene(Struct):
    """What is loaded for one question about one holder of a programme. `pending` are friends of
    this transaction by number, with the instant since when: known, and still to be saved."""

    cursor: CursorWrapper
    programme: str
    question: Introduction
    pending: dict[int, int] = field(default_factory=dict)
    people: People = field(default_factory=People)
    found: dict[int, str] = field(default_factory=dict)

    def introduced(self, holder: str) -> Introduced:
        """Who brought a holder, and what speaks against it."""
        me = self.named(holder)
        self.load_person(me)
        self.load_codes(self.load_clicks(me))
        _code, name = self.people.attributed(me.name, self.question)
        if not name:
            return self.people.introduced(me.name, self.question)
        advocate = self.named(name)
        self.rename(name, advocate)
        self.load_others(me, advocate)
        reply = self.people.introduced(me.name, self.question)
        if me.name in self.people.friends:
            self.pending[me.number] = min(self.pending.get(me.number, FOREVER), self.question.at)
        return reply

    def named(self, name: str) -> Group:
        """The group of whom the engine calls by a name; one of nobody, if that is unknown."""
        number = holders.numbered(self.cursor, name)
        return Group(name) if number is None else self.group(number)

    def group(self, number: int) -> Group:
        """The group that a customer is in."""
        rows = self.rows(GROUP, [numbers([number])])
        end, name = next((one, name) for one, name, is_end in rows if is_end)
        return Group(name, end, tuple(sorted(row[0] for row in rows)))

    def rename(self, name: str, advocate: Group) -> None:
        """The advocate who was found is whoever they were merged into."""
        if self.question.advocate:
            self.question = replace(self.question, advocate=advocate.name)
        codes = self.people.codes
        self.people.codes = {c: advocate.name if a == name else a for c, a in codes.items()}

    def load_person(self, group: Group) -> Person:
        """By what somebody is known."""
        person = self.people.person(group.name)
        self.found |= dict.fromkeys(group.ids, group.name)
        told = [self.question.key, numbers(group.ids)]
        for kind, value, at, now in self.rows(self.in_form(SIGNALS), told):
            key = self.question.key if now else ""
            person.told.append(Told(instant_of(at), Signal(kind, value), key))
        return person

    def load_clicks(self, me: Group) -> list[str]:
        """The links that were followed by this person, in this visit or by the same visitor;
        the codes of them all."""
        now = datetime_of(self.question.at)
        seen = [told for told in self.people.person(me.name).told if told.signal.kind == "visitor"]
        mine = [told.signal.value for told in seen if told.at <= self.question.at]
        visitors = texts(mine) if mine else ""
        told = [numbers(me.ids), now, self.question.session, now, visitors, now]
        for key, at, code, session, own in self.rows(CLICKS, told):
            touch = Touch(instant_of(at), key, code, session, me.name if own else "")
            self.people.touches.append(touch)
        return [touch.code for touch in self.people.touches]

    def load_codes(self, followed: Sequence[str]) -> None:
        """Whom the codes lead to that were tried or followed."""
        written = {one for one in (*self.question.codes, self.question.via, *followed) if one}
        forms = sorted({form for one in written if (form := code_form(one))})
        if not forms:
            return
        stored = {
            row[0]: row for row in self.rows(CODES, [texts(forms), self.programme, self.programme])
        }
        for one in sorted(written):
            _code, number, public_from = stored.get(code_form(one), ("", None, None))
            if number is not None:
                self.people.code(one, self.group(number).name)
            if public_from is not None:
                self.people.publish(one, instant_of(public_from))

    def load_others(self, me: Group, advocate: Group) -> None:
        """The advocate, and everybody who shares something with the person."""
        own = sorted({one.signal for one in self.people.person(me.name).told}, key=_order)
        self.one_by_one(own)
        if advocate.number != me.number:
            self.load_person(advocate)
        self.load_ends(advocate)
        sharing = self.sharing(own, me)
        self.load_friends({one for many in sharing.values() for one in many})
        alike = (sharing.get(kind, set()) for kind in self.question.by)
        self.load_past({*me.ids, *advocate.ids}.union(*alike))
        who = self.rows(PARTIES, [numbers(me.ids), self.question.key])
        if {int(value) for (value,) in who} & set(advocate.ids):
            self.people.parties[self.question.key] = frozenset([advocate.name])

    def one_by_one(self, own: Iterable[Signal]) -> None:
        """Wait for whoever shares one of these signals and is being judged just now."""
        told = {crc32(f"{one.kind}\x1f{one.value}".encode()) % BUCKETS for one in own}
        if told:
            lock = f"SELECT pg_advisory_xact_lock(%s, b::int) FROM unnest({NUMBERS}) AS w(b)"  # noqa: S608
            self.rows(lock, [TOGETHER, numbers(sorted(told))])

    def load_ends(self, advocate: Group) -> None:
        """Whether the advocate was shut out, or is gone."""
        person = self.people.person(advocate.name)
        told = [numbers(advocate.ids), self.programme, self.programme]
        for what, at in self.rows(ENDS, told):
            if what == "erasure":
                person.gone = instant_of(at)
            else:
                person.banned = instant_of(at)

    def sharing(self, own: Sequence[Signal], me: Group) -> dict[str, set[int]]:
        """The numbers of everybody else who was known by one of these signals, by its kind, with
        those of whoever is one with them."""
        found: dict[str, set[int]] = {}
        if not own:
            return found
        what = [texts(one.kind for one in own), texts(one.value for one in own)]
        told = [*what, datetime_of(self.question.at), numbers(me.ids)]
        rows, loaded = self.rows(self.in_form(SHARING), told), set(self.people.people)
        same = self.same({number for _kind, _value, number, _at in rows})
        for kind, value, number, at in rows:
            found.setdefault(kind, set()).update(same[number])
            if self.found[number] not in loaded:
                self.people.tell(self.found[number], instant_of(at), Signal(kind, value))
        return found

    def same(self, several: set[int]) -> dict[int, list[int]]:
        """The numbers of whoever is one with each of these; they go by one name."""
        together: dict[int, list[int]] = {}
        for now, number in self.rows(GROUPS, [numbers(several)]) if several else ():
            together.setdefault(now, []).append(number)
            self.found.setdefault(number, str(now))
        return {one: many for many in together.values() for one in many}

    def load_friends(self, sharing: Iterable[int]) -> None:
        """Who of them came as somebody's friend."""
        everybody = sorted(sharing)
        known = {n: self.pending[n] for n in everybody if n in self.pending}
        for number, at in self.rows(FRIENDS, [numbers(everybody), self.programme]):
            known[number] = min(known.get(number, FOREVER), instant_of(at))
        friends = self.people.friends
        for number, since in known.items():
            name = self.found[number]
            friends[name] = min(friends.get(name, FOREVER), since)

    def load_past(self, known: Iterable[int]) -> None:
        """What each of them did before: a first order, a first account, or whether they left."""
        everybody = numbers(sorted(known))
        now = datetime_of(self.question.at)
        for number, what, key, at in self.rows(FIRST, [everybody, now, self.question.key]):
            person = self.people.person(self.found[number])
            (person.bought if what == "order" else person.joined).append((instant_of(at), key))
        for number, at in self.rows(LEFT, [everybody, self.programme]):
            self.people.person(self.found[number]).closed = instant_of(at)

    def in_form(self, query: str) -> str:
        """A query over the form in which this question compares addresses."""
        return query.format(form="value" if self.question.emails == "case" else "loose")

    def rows(self, query: str, told: list[Any]) -> list[tuple[Any, ...]]:
        """What a query finds."""
        self.cursor.execute(query, told)
        return list(self.cursor.fetchall())


def _order(signal: Signal) -> tuple[str, str]:
    return signal.kind, signal.value


def save(cursor: CursorWrapper, programme: str, friends: dict[int, int]) -> None:
    """Remember who came as somebody's friend, and since when."""
    for number, since in sorted(friends.items()):
        cursor.execute(BEFRIEND, [number, programme, datetime_of(since)])
