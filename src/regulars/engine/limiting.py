"""Limits while earning: how much of a wanted amount goes through, and what becomes of the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from msgspec import Struct, field

from regulars.engine.edition import Overflow
from regulars.engine.run import Change, Run
from regulars.engine.state import Record

ALL: Final = 1 << 62
"""The room of a limit that counts acts and not points, while it lets them through."""
LIMIT: Final = "limit"
ACT: Final = "activity"


class Later(Struct, frozen=True):
    """An amount that a limit lets through only from an instant on."""

    due: int
    amount: int


class Limiter(Struct):
    """One limit made ready. `room(run)` is what its period still lets through, `use(run, amount,
    at)` counts an amount (negative: gives room back) in the period of an instant; `later(run,
    amount)` finds room for what is deferred. With `acts` it counts acts and not amounts: its room
    is ALL or 0, and it is used with 1. An empty `asset` means every asset."""

    rule: str
    asset: str
    of: frozenset[str]
    overflow: Overflow
    room: Callable[[Run], int]
    use: Callable[[Run, int, int], None]
    later: Callable[[Run, int], list[Later]]
    acts: bool = False
    marks: bool = False
    within: Callable[[Run, int], bool] | None = None

    def holds(self, rule: str, asset: str) -> bool:
        """Whether it limits what this rule gives of this asset."""
        return (not self.asset or asset == self.asset) and (not self.of or rule in self.of)


class Passed(Struct):
    """What limits let through of a wanted amount: at once, and later."""

    at_once: int
    later: list[Later] = field(default_factory=list)


def passed(limits: Iterable[Limiter], run: Run, wanted: int, asset: str) -> Passed:
    """What every limit lets through of a wanted amount; it is counted as used."""
    found = Passed(wanted)
    for limit in limits:
        room = max(limit.room(run), 0)
        told = {} if limit.acts else {"room": room, "wanted": found.at_once}
        if room >= found.at_once:
            run.say(limit.rule, "within_times" if limit.acts else "within_limit", 0, asset, **told)
            continue
        cut = found.at_once if limit.overflow in ("drop", "refuse") else found.at_once - room
        run.say(limit.rule, "over_times" if limit.acts else "over_limit", -cut, asset, **told)
        if limit.overflow == "defer":
            found.later.extend(limit.later(run, cut))
        elif limit.overflow == "refuse":
            run.change(LIMIT, run.key, "refused", LIMIT, rule=limit.rule, asset=asset, **told)
        found.at_once -= cut
    if found.at_once > 0:
        _count(limits, run, found.at_once)
    return found


def _count(limits: Iterable[Limiter], run: Run, amount: int) -> None:
    record = run.record
    for limit in limits:
        if limit.marks and limit.room(run) == ALL:
            continue
        limit.use(run, 1 if limit.acts else amount, run.at)
        if (limit.acts or limit.marks) and record is not None:
            record.frozen[limit.rule] = record.frozen.get(limit.rule, 0) + 1


def room_back(limits: Iterable[Limiter], run: Run, record: Record, amount: int, all_: bool) -> None:
    """Give room back in the period of the record's fact: an amount; an act only when nothing of
    what it earned by any rule under the limit is left."""
    for limit in limits:
        if not limit.acts:
            if not limit.marks or limit.rule in record.frozen:
                limit.use(run, -amount, record.at)
        elif all_:
            left = record.frozen.get(limit.rule, 1) - 1
            record.frozen[limit.rule] = left
            if left == 0:
                limit.use(run, -1, record.at)


def gated(handlers: tuple[Callable[[Run, Any], None], ...]) -> Callable[[Run, Any], None]:
    """The handlers of an act that a rule may refuse: it is tried aside first, and where one refuses
    it nothing of it happens."""

    def act(run: Run, fact: Any) -> None:
        aside = run.aside(recording=False)
        for handler in handlers:
            handler(aside, fact)
        refusal = next(filter(_refuses, aside.changes), None)
        if refusal is None:
            for handler in handlers:
                handler(run, fact)
            return
        run.changes.append(refusal)
        if refusal.what == LIMIT:
            run.say(refusal.params["rule"], "refused_by_limit", 0, refusal.params["asset"])
        else:
            run.say(refusal.params.get("rule", ACT), refusal.reason)

    return act


def _refuses(change: Change) -> bool:
    return change.what in (LIMIT, ACT) and change.to == "refused"
