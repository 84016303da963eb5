"""What became of facts, as it is answered: bytes to send, and the shapes that say what they are."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from regulars.actions.booking import Given
from regulars.actions.record import Outcome
from regulars.api.problems import Problem
from regulars.api.status import status_of
from regulars.engine.calendar import datetime_of
from regulars.engine.compiled import Compiled
from regulars.engine.edition import Edition
from regulars.engine.run import Why
from regulars.words import programme as programme_words
from regulars.words.api import split, wanted
from regulars.words.reasons import REASONS, sentence

Text = Annotated[str, Meta(description="A decimal number as text.", examples=["12"])]
State = Literal["recorded", "restated", "known", "refused", "waiting"]


class Shown(Struct, frozen=True, kw_only=True):
    """What goes out."""


class ErrorOut(Shown, frozen=True, kw_only=True):
    """What was refused: a code of the closed list, a sentence in your language, the place of the
    field, what to do, and the id under which our log knows the request."""

    code: str
    message: str
    place: str = ""
    remedy: str = ""
    request_id: str = ""


class BalanceOut(Shown, frozen=True, kw_only=True):
    """What a member has of an asset: to spend, not yet to spend."""

    available: Text = "0"
    pending: Text = "0"


class WhyOut(Shown, frozen=True, kw_only=True):
    """What one rule gave, or why it gave nothing."""

    rule: str
    code: str
    message: str
    amount: Text = "0"
    asset: str = ""


class GivenOut(Shown, frozen=True, kw_only=True):
    """What one programme made of it. `member`, `balances`, `tier` and `revision` are as they
    stand after the whole request."""

    programme: str
    status: Literal["accepted", "refused", "known", "waiting"]
    code: str = ""
    message: str = ""
    gave: dict[str, Text] = {}
    why: list[WhyOut] = []
    member: str = ""
    balances: dict[str, BalanceOut] = {}
    tier: str = ""
    revision: int = 0


class FactOut(Shown, frozen=True, kw_only=True):
    """What became of a fact. `known`: the same was recorded before, and nothing changed."""

    key: str
    state: State
    error: ErrorOut | None = None
    programmes: list[GivenOut] = []


class BatchOut(Shown, frozen=True, kw_only=True):
    """What became of each fact, in the order in which they were sent."""

    recorded: int
    refused: int
    facts: list[FactOut]


class Speech(Struct, frozen=True):
    """In which language answers are, which is the active one too, and the programmes by id, with
    the decimals of their assets where many answers need them."""

    language: str
    programmes: Mapping[str, Compiled] = {}
    request_id: str = ""
    decimals: Mapping[str, Mapping[str, int]] = {}

    def edition(self, programme: str, at: int | None = None) -> Edition:
        """The edition of a programme in force at an instant; the newest where none is told."""
        running = self.programmes[programme]
        found = running.editions[-1] if at is None else running.edition_at(at)
        return found.edition


def error(problem: Problem, speech: Speech) -> ErrorOut:
    """A problem in words."""
    params = problem.params
    if "wanted" in params:
        params = {**params, "wanted": wanted(str(params["wanted"]), str(params.get("got", "")))}
    message, remedy = split(sentence(problem.code, params))
    return ErrorOut(
        code=problem.code,
        message=message,
        place=problem.place,
        remedy=remedy,
        request_id=speech.request_id,
    )


def refused(key: str, problem: Problem, speech: Speech) -> FactOut:
    """A fact that could not be read."""
    return FactOut(key=key, state="refused", error=error(problem, speech))


def answer(outcome: Outcome, speech: Speech, place: str = "key") -> FactOut:
    """What became of a fact, in words; `place` is where its key stands."""
    given = [_given(one, speech) for one in outcome.given]
    state: State = "waiting" if outcome.waits and outcome.state == "recorded" else outcome.state
    told = error(Problem(outcome.code, place), speech) if outcome.code else None
    return FactOut(key=outcome.key, state=state, error=told, programmes=given)


def batch(facts: list[FactOut]) -> BatchOut:
    """The answers to a batch."""
    bad = sum(one.state == "refused" for one in facts)
    return BatchOut(recorded=len(facts) - bad, refused=bad, facts=facts)


encode = msgspec.json.Encoder(decimal_format="string").encode
"""An answer as the bytes that are sent."""


def _given(given: Given, speech: Speech) -> GivenOut:
    name = given.programme
    decimals = speech.decimals.get(name) or scales(speech.programmes[name])
    return GivenOut(
        programme=name,
        status="waiting" if given.status == "parked" else given.status,  # type: ignore[arg-type]
        code=given.code,
        message=reason(given.code, given.params, name, speech) if given.code else "",
        gave={name: shown(one, decimals.get(name, 0)) for name, one in given.gave.items()},
        why=[why(one, name, speech) for one in given.whys],
        member=given.member,
        balances=balances(given.figures, decimals),
        tier=given.tier,
        revision=given.revision,
    )


def why(said: Why, programme: str, speech: Speech) -> WhyOut:
    """What a rule answered, in words."""
    edition = speech.edition(programme, said.at)
    asset = said.asset or edition.assets[0].id
    decimals = {one.id: one.decimals for one in edition.assets}
    return WhyOut(
        rule=said.rule,
        code=said.code,
        message=programme_words.why(said, edition, speech.language),
        amount=shown(said.amount, decimals.get(asset, 0)),
        asset=asset,
    )


def reason(code: str, params: Mapping[str, Any], programme: str, speech: Speech) -> str:
    """Why something was refused by a programme, or by us."""
    if code in REASONS:
        return sentence(code, params)
    return programme_words.refusal(code, params, speech.edition(programme), speech.language)


def balances(figures: Mapping[str, Any], decimals: Mapping[str, int]) -> dict[str, BalanceOut]:
    """Figures by asset as they are shown."""
    found = {}
    for name, scale in decimals.items():
        held = figures.get(name, NOTHING)
        found[name] = BalanceOut(
            available=shown(held.get("available", 0), scale),
            pending=shown(held.get("pending", 0), scale),
        )
    return found


NOTHING: Mapping[str, int] = {}


def scales(programme: Compiled) -> dict[str, int]:
    """The decimals of each asset of a programme."""
    return {one.id: one.decimals for one in programme.editions[-1].edition.assets}


def shown(amount: int, decimals: int) -> str:
    """Smallest units as decimal text: 450 of two decimals is 4.50."""
    return str(amount) if not decimals else f"{Decimal(amount).scaleb(-decimals):f}"


def moment(at: int) -> str:
    """An instant as it is shown."""
    return datetime_of(at).isoformat()


class Rendered(Struct, frozen=True):
    """A whole answer: its status, its bytes, and whether it was given before."""

    status: int
    body: bytes
    replay: bool = False


def rendered(outcome: Outcome, speech: Speech) -> Rendered:
    """The answer to a single fact: a refusal is an error as any other."""
    told = answer(outcome, speech)
    if told.error is not None:
        return Rendered(status_of(told.error.code), encode(told.error))
    return Rendered(200, encode(told), told.state == "known")


def rendered_problem(problem: Problem, speech: Speech) -> Rendered:
    """The answer to a request that could not be read."""
    return Rendered(status_of(problem.code), encode(error(problem, speech)))
