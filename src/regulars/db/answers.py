"""What the engine asks of more than one holder, answered by the database under its locks."""

from __future__ import annotations

from django.db.backends.utils import CursorWrapper
from msgspec import Struct, field

from regulars.db import introductions, shelves
from regulars.db.introductions import Scene
from regulars.db.ledger import new_code
from regulars.engine.questions import (
    Code,
    CodeTerms,
    Granted,
    Introduced,
    Introduction,
    NewCode,
    Question,
    Reply,
    Share,
    Terms,
)

LOCK_SHARE = """
    INSERT INTO regulars_shared_limit (programme, name, used) VALUES (%s, %s, 0)
    ON CONFLICT (programme, name) DO UPDATE SET used = regulars_shared_limit.used RETURNING used
"""
USE_SHARE = "UPDATE regulars_shared_limit SET used = %s WHERE programme = %s AND name = %s"
SHOP_CODE = "SELECT percent FROM regulars_code WHERE code = %s AND kind = 'shop'"


class Shared(Struct):
    """What all holders of one programme share: its limits, as this transaction has locked and used
    them, and who came as somebody's friend, by number since an instant. `customers` are the numbers
    of those who take part in this transaction, `hinted` those of them who followed a link."""

    cursor: CursorWrapper
    programme: str
    customers: dict[str, int] = field(default_factory=dict)
    hinted: set[int] | None = None
    used: dict[str, int] = field(default_factory=dict)
    before: dict[str, int] = field(default_factory=dict)
    friends: dict[int, int] = field(default_factory=dict)

    def grant(self, question: Share) -> Granted:
        """What is left, used up at once. The limit stays locked until the transaction ends."""
        name = question.name
        if name not in self.used:
            self.cursor.execute(LOCK_SHARE, [self.programme, name])
            self.used[name] = self.before[name] = int(self.cursor.fetchone()[0])
        most = shelves.most(self.cursor, self.programme, name, question.most)
        amount = min(max(most - self.used[name], 0), question.wanted)
        self.used[name] += amount
        return Granted(amount=amount)

    def may_be_introduced(self, holder: str, question: Introduction) -> bool:
        """Whether anything leads from a holder to an advocate: what the fact says, or a link that
        was followed before. That is looked up for everybody at once."""
        told = question.advocate or question.codes or question.via or question.session
        number = self.customers.get(holder)
        if told or number is None:
            return True
        if self.hinted is None:
            self.hinted = introductions.hinted(self.cursor, self.customers.values())
        return number in self.hinted

    def save(self) -> None:
        """Write what was used."""
        for name, used in self.used.items():
            if used != self.before[name]:
                self.cursor.execute(USE_SHARE, [used, self.programme, name])
        introductions.save(self.cursor, self.programme, self.friends)


class Answers(Struct):
    """The answers for one holder."""

    cursor: CursorWrapper
    holder: str
    shared: Shared

    def answer(self, question: Question) -> Reply:
        """The answer to anything that the engine asks."""
        if isinstance(question, Share):
            return self.shared.grant(question)
        if isinstance(question, NewCode):
            return Code(code=new_code())
        if isinstance(question, CodeTerms):
            self.cursor.execute(SHOP_CODE, [question.code])
            found = self.cursor.fetchone()
            return Terms(percent=int(found[0]) if found else 0)
        return self.introduced(question)

    def introduced(self, question: Introduction) -> Introduced:
        """Who brought a person, and what speaks against it."""
        shared = self.shared
        if not shared.may_be_introduced(self.holder, question):
            return Introduced()
        scene = Scene(self.cursor, shared.programme, question, shared.friends)
        return scene.introduced(self.holder)
