"""What became of each event: accepted, refused and why, what it brought."""

from __future__ import annotations

from typing import Any

from regulars.engine.run import CLAW, EARN, PEND, UNPEND
from regulars.programmes.cases.comparing import Answer
from regulars.programmes.cases.shapes import Case, Subject
from regulars.programmes.cases.sides import Side
from regulars.programmes.cases.spelling import told
from regulars.programmes.cases.units import Units
from regulars.programmes.cases.values import Key
from regulars.programmes.cases.vocabulary import vocabulary


class Decisions:
    """Reads the decisions of a desk."""

    def __init__(self, case: Case, desk: Side, units: Units) -> None:
        self.case = case
        self.desk = desk
        self.units = units

    def read(self, subject: Subject, key: Key) -> Answer:
        """A word about an event."""
        if key.word == "accepted_count":
            return sum(self._accepted(one) for one in subject.ids)
        outcome = self.desk.outcomes.get(subject.id)
        if key.word == "accepted":
            return self._accepted(subject.id)
        if key.word == "parked":
            return outcome is not None and outcome.status == "parked"
        if key.word == "reason":
            code = self.refusal(subject.id)
            return vocabulary().product.reasons.get(code, code) if code else None
        brought = self.units.asset(key.word)
        if brought:
            return self._brought(subject.id, brought)
        params = outcome.params if outcome is not None else {}
        return self._param({**self._said(subject.id), **params}, key)

    def _said(self, key: str) -> dict[str, Any]:
        """What was told beside the refusal of an act."""
        for book in self.desk.books.values():
            for change in book.run.changes:
                if change.id == key and change.to == "refused":
                    return change.params
        return {}

    def _param(self, params: dict[str, Any], key: Key) -> Answer:
        value = params.get(key.word)
        if isinstance(value, int) and not isinstance(value, bool):
            if key.word == "retry_at":
                return told(value, key)
            asset = str(params.get("asset") or "")
            return self.units.shown(value, asset) if asset else value
        return told(value, key)

    def _accepted(self, key: str) -> bool:
        outcome = self.desk.outcomes.get(key)
        if outcome is None:
            return any(event.id == key for event in self.case.events) and self._happened(key)
        return outcome.status in ("accepted", "known") and not self.refusal(key)

    def _happened(self, key: str) -> bool:
        return any(key in book.facts for book in self.desk.books.values())

    def refusal(self, key: str) -> str | None:
        """Why an event was refused; None if it was not."""
        outcome = self.desk.outcomes.get(key)
        if outcome is not None and outcome.status == "refused":
            return outcome.code
        for book in self.desk.books.values():
            for change in book.run.changes:
                if change.id == key and change.to == "refused":
                    return change.reason
        return None

    def _brought(self, key: str, asset: str) -> Answer:
        signs = {EARN: 1, PEND: 1, CLAW: -1, UNPEND: -1}
        rows = [row for book in self.desk.books.values() for row in book.booked if row.key == key]
        amount = sum(signs.get(row.step, 0) * row.amount for row in rows if row.asset == asset)
        return self.units.shown(amount, asset)
