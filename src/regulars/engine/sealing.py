"""Where history is sealed: a state written as opening facts, so that older facts can go (1a.11).

Everything that the next fact may need is in them, whatever the rules keep: holdings (open lots with
date and key, debts, what is pending), each rule's memory (limit use, window entries, running
referrals), open vouchers, standing, attributes, ordinals, and the records of what can be undone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from regulars.engine.calendar import datetime_of
from regulars.engine.compiled import Compiled
from regulars.engine.happenings import Opening
from regulars.engine.keys import made
from regulars.engine.run import EARN, PEND, Row, Run
from regulars.engine.state import Record, State
from regulars.ledger.lots import pending

SEALED = "sealed"
"""The word by which such an opening says that it is one."""
RECORDS, HOLDINGS = "records", "holdings"
OWN = frozenset({"at", "edition"})
"""What a state has by itself at an instant."""
BY_NAME = frozenset({HOLDINGS, "memory", "vouchers", "attributes", "ordinals", "paid"})
"""The parts of a state that have an opening for each of their names."""


def seal(
    programme: Compiled, state: State, records: Mapping[str, Record], at: int
) -> list[Opening]:
    """The facts that stand for everything up to and including the instant `at`; the state has
    been advanced to it. Their order does not matter."""
    return list(_openings(programme, state, records, at))


def _openings(
    programme: Compiled, state: State, records: Mapping[str, Record], at: int
) -> Iterator[Opening]:
    body: dict[str, Any] = msgspec.json.decode(programme.dump(state))
    for part, value in body.items():
        if part in OWN:
            continue
        if part in BY_NAME:
            for name, one in value.items():
                if one is not None:
                    yield _opening(programme, at, (part, name), one)
        else:
            yield _opening(programme, at, (part, ""), value)
    for key, record in records.items():
        yield _opening(programme, at, (RECORDS, key), msgspec.to_builtins(record))


def _opening(programme: Compiled, at: int, place: tuple[str, str], value: Any) -> Opening:
    part, name = place
    return Opening(
        key=made(programme.id, SEALED, at, part, name),
        at=datetime_of(at),
        what=SEALED,
        name=name,
        details={"part": part},
        body=msgspec.json.encode(value).decode(),
    )


def unseal(run: Run, fact: Opening) -> None:
    """Put one such opening into the state of a run. What it brings of an asset is told as a
    transfer, so that a balance is still the sum of its lines. What is no such part of a state
    changes nothing."""
    part = fact.details.get("part", "")
    try:
        body = msgspec.json.decode(fact.body)
        if part == RECORDS:
            run.records[fact.name] = msgspec.convert(body, Record, str_keys=True)
            return
        _put(run, (part, fact.name), body)
    except msgspec.MsgspecError:
        run.change("opening", fact.key, "ignored", SEALED, name=fact.name)
        return
    if part == HOLDINGS and fact.name in run.programme.assets:
        holding = run.state.holdings[run.programme.assets[fact.name]]
        for step, amount in ((EARN, holding.balance), (PEND, pending(holding))):
            if amount:
                run.rows.append(Row(fact.key, SEALED, step, run.at, fact.name, amount))
    if run.state.gone:
        run.edition = run.edition.ended()


def _put(run: Run, place: tuple[str, str], value: Any) -> None:
    part, name = place
    programme, state = run.programme, run.state
    written = msgspec.json.decode(programme.dump(state))
    if part not in written or part in OWN:
        raise msgspec.ValidationError(f"no part of a state: {part}")
    if part in BY_NAME:
        written[part][name] = value
    else:
        written[part] = value
    read = programme.load(msgspec.json.encode(written))
    for field in state.__struct_fields__:
        setattr(state, field, getattr(read, field))
