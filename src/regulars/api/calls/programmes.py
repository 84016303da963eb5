"""Programmes as they run: what they give, what they are made of, and their editions."""

from __future__ import annotations

from collections.abc import Iterable

from regulars.actions.quoting import ASKED_FOR
from regulars.api import examples
from regulars.api.operations import Asked, Operation, Reply, serve
from regulars.api.problems import Problem
from regulars.api.telling import (
    AssetOut,
    EditionFileOut,
    EditionOut,
    EditionsOut,
    ProgrammeOut,
    ProgrammesOut,
    RewardOut,
    RewardsOut,
    SectionOut,
    TierOut,
    TiersOut,
)
from regulars.db import programmes
from regulars.db.models import EditionRow
from regulars.engine.calendar import instant_of
from regulars.engine.edition import Edition
from regulars.engine.texts import in_language
from regulars.words.programme import terms

PROGRAMME = {"programme": "The id of the programme."}
EDITION = {**PROGRAMME, "edition": "The id of the edition."}


def edition_of(asked: Asked) -> Edition:
    """The edition of a programme in force now. Raises Problem."""
    programme = asked.place["programme"]
    if programme not in asked.speech.programmes:
        raise Problem("programme_unknown", "programme", programme=programme[:60])
    return asked.speech.edition(programme, instant_of(asked.now))


@serve(
    Operation(
        method="GET",
        path="/programmes",
        name="list_programmes",
        scope="programmes:read",
        group="programmes",
        answers=ProgrammesOut,
        example={"programmes": [examples.PROGRAMME]},
    )
)
def list_programmes(asked: Asked) -> Reply:
    """The programmes that run."""
    now = instant_of(asked.now)
    found = [asked.speech.edition(one, now) for one in asked.speech.programmes]
    language = asked.speech.language
    return Reply(value=ProgrammesOut(programmes=[_programme(one, language) for one in found]))


def _programme(one: Edition, language: str) -> ProgrammeOut:
    return ProgrammeOut(
        programme=one.programme_id,
        name=in_language(one.name, language),
        edition=one.edition,
        zone=one.zone,
        currency=one.currency,
        assets=[
            AssetOut(
                asset=asset.id,
                name=in_language(asset.name, language),
                decimals=asset.decimals,
                currency=asset.currency or "",
            )
            for asset in one.assets
        ],
    )


@serve(
    Operation(
        method="GET",
        path="/programmes/{programme}/rewards",
        name="list_rewards",
        scope="programmes:read",
        group="programmes",
        answers=RewardsOut,
        example={"rewards": [examples.REWARD]},
        refuses=("programme_unknown",),
        place=PROGRAMME,
    )
)
def list_rewards(asked: Asked) -> Reply:
    """The rewards of a programme, each in a sentence."""
    edition, language = edition_of(asked), asked.speech.language
    told: dict[str, str] = {}
    for section in terms(edition, language):
        for sentence in section.sentences:
            told |= dict.fromkeys(sentence.rules, sentence.text)
    rewards = [
        RewardOut(
            reward=one.name_in_state,
            kind=one.kind,
            name=in_language(getattr(one, "name", one.name_in_state), language),
            terms=told.get(one.name_in_state, ""),
            asked_for=isinstance(one, ASKED_FOR),
        )
        for one in edition.rewards
    ]
    return Reply(value=RewardsOut(rewards=rewards))


@serve(
    Operation(
        method="GET",
        path="/programmes/{programme}/tiers",
        name="list_tiers",
        scope="programmes:read",
        group="programmes",
        answers=TiersOut,
        example={"tiers": [examples.TIER]},
        refuses=("programme_unknown",),
        place=PROGRAMME,
    )
)
def list_tiers(asked: Asked) -> Reply:
    """The tiers of a programme, from the lowest."""
    language = asked.speech.language
    tiers = [
        TierOut(
            tier=one.id,
            name=in_language(one.name, language),
            reached_from=str(one.from_ or ""),
            rights=[in_language(right, language) for right in one.rights],
        )
        for one in edition_of(asked).tiers
    ]
    return Reply(value=TiersOut(tiers=tiers))


@serve(
    Operation(
        method="GET",
        path="/programmes/{programme}/editions",
        name="list_editions",
        scope="programmes:read",
        group="programmes",
        answers=EditionsOut,
        example={"editions": [examples.EDITION]},
        refuses=("programme_unknown",),
        place=PROGRAMME,
    )
)
def list_editions(asked: Asked) -> Reply:
    """The editions of a programme, the oldest first, with those that were taken back."""
    rows = _editions(asked.place["programme"])
    return Reply(value=EditionsOut(editions=[edition_out(one) for one in rows]))


def _editions(programme: str) -> Iterable[EditionRow]:
    rows = EditionRow.objects.filter(programme=programme).order_by("published_at")
    if not rows:
        raise Problem("programme_unknown", "programme", programme=programme[:60])
    return rows


def edition_out(row: EditionRow) -> EditionOut:
    """An edition, without its file."""
    return EditionOut(
        edition=row.edition,
        begins=row.begins,
        published_at=row.published_at,
        withdrawn_at=row.withdrawn_at,
    )


@serve(
    Operation(
        method="GET",
        path="/programmes/{programme}/editions/{edition}",
        name="get_edition",
        scope="programmes:read",
        group="programmes",
        answers=EditionFileOut,
        example=examples.EDITION_FILE,
        refuses=("programme_unknown", "edition_unknown"),
        place=EDITION,
    )
)
def get_edition(asked: Asked) -> Reply:
    """An edition with its file as it was published, and what it says to members."""
    wanted = asked.place["edition"]
    found = [one for one in _editions(asked.place["programme"]) if one.edition == wanted]
    if not found:
        raise Problem("edition_unknown", "edition", edition=wanted[:60])
    row = found[-1]
    edition = programmes.read(row.body, row.edition)
    return Reply(
        value=EditionFileOut(
            edition=row.edition,
            programme=row.programme,
            begins=row.begins,
            published_at=row.published_at,
            file=row.body,
            terms=sections_of(edition, asked.speech.language),
        )
    )


def sections_of(edition: Edition, language: str) -> list[SectionOut]:
    """What an edition says to members."""
    return [
        SectionOut(title=one.title, sentences=[told.text for told in one.sentences])
        for one in terms(edition, language)
    ]
