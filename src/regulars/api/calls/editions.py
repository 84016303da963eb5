"""Editions are looked at beforehand, published, and taken back before they begin."""

from __future__ import annotations

import time
from collections.abc import Callable

import msgspec

from regulars.actions import publishing
from regulars.actions.publishing import Preview
from regulars.actions.refused import Refused
from regulars.api import examples
from regulars.api.answers import shown
from regulars.api.asking import EditionIn, PublishIn, WithdrawIn
from regulars.api.calls.programmes import edition_out, sections_of
from regulars.api.office import HarsherOut, OtherOut, PreviewOut
from regulars.api.operations import Asked, Operation, Reply, serve
from regulars.api.problems import Problem
from regulars.api.telling import EditionOut
from regulars.db.models import EditionRow
from regulars.engine.edition import Edition
from regulars.programmes.loading import load
from regulars.words import programme_files

MOST_MEMBERS, SECONDS = 5000, 6.0
"""So many members are looked at, or as many as can be so long, while somebody waits."""
FILE = "file"


@serve(
    Operation(
        method="POST",
        path="/editions/preview",
        name="preview_edition",
        scope="programmes:write",
        group="programmes",
        body=EditionIn,
        laid_out=True,
        body_example={"file": examples.FILE},
        answers=PreviewOut,
        example=examples.PREVIEW,
        refuses=("edition_mistake", "body_unreadable"),
    )
)
def preview_edition(asked: Asked) -> Reply:
    """Look at what an edition would change for real members, at what it makes dearer or shorter,
    and when that may begin. Nothing is written."""
    edition = _read(asked.body.file)
    try:
        found = publishing.preview(asked.body.file, now=asked.now, enough=_patience())
    except Refused as refusal:
        if refusal.code != "programme_unknown":
            raise
        found = Preview(edition=edition, since=asked.now)
    return Reply(value=_preview_out(found, asked))


def _patience() -> Callable[[int], bool]:
    """Whether so many members are enough, asked from now on."""
    end = time.monotonic() + SECONDS
    return lambda seen: seen >= MOST_MEMBERS or time.monotonic() > end


def _read(file: str) -> Edition:
    """The edition that a file says. Raises Problem with the first mistake."""
    loaded = load(file, FILE)
    if loaded.edition is None:
        first = loaded.problems[0]
        place = f"{FILE} {first.path}".strip()
        raise Problem("edition_mistake", place, what=programme_files.sentence(first))
    return loaded.edition


def _brief(told: str) -> str:
    """What stands in a file, without the fields about which it says nothing."""
    try:
        found = msgspec.json.decode(told)
    except msgspec.DecodeError:
        return told
    if not isinstance(found, dict):
        return told
    said = {name: one for name, one in found.items() if one not in (None, [], {}, False)}
    return msgspec.json.encode(said).decode()


def _preview_out(found: Preview, asked: Asked) -> PreviewOut:
    edition = found.edition
    scale = {one.id: one.decimals for one in edition.assets}
    largest = [
        OtherOut(
            member=one.customer,
            amounts={name: shown(much, scale.get(name, 0)) for name, much in one.amounts.items()},
            tier=one.tier,
            tier_was=one.tier_was,
        )
        for one in found.largest
    ]
    return PreviewOut(
        programme=edition.programme_id,
        edition=edition.edition,
        since=found.since if found.holders else None,
        members=found.holders,
        all_members=found.whole,
        more=found.more,
        less=found.less,
        tiers=found.tiers,
        sums={name: shown(much, scale.get(name, 0)) for name, much in found.sums.items()},
        largest=largest,
        harsher=[
            HarsherOut(place=one.place, was=_brief(one.was), now=_brief(one.now))
            for one in found.harsher
        ],
        earliest=found.earliest or asked.now,
        terms=sections_of(edition, asked.speech.language),
    )


@serve(
    Operation(
        method="POST",
        path="/editions/publish",
        name="publish_edition",
        scope="programmes:write",
        group="programmes",
        body=PublishIn,
        laid_out=True,
        body_example={"file": examples.FILE, "begins": "2027-01-01T00:00:00+01:00"},
        answers=EditionOut,
        example={
            **examples.EDITION,
            "edition": "cafe_2027",
            "begins": "2026-12-31T23:00:00Z",
        },
        again=True,
        refuses=(
            "edition_mistake",
            "edition_known",
            "edition_past",
            "notice_needed",
            "body_unreadable",
        ),
    )
)
def publish_edition(asked: Asked) -> Reply:
    """Publish an edition: the first one of a programme is in force at once, a later one from
    `begins` on."""
    told: PublishIn = asked.body
    _read(told.file)
    edition = publishing.publish(
        told.file,
        now=asked.now,
        by=f"key {asked.key.name}",
        begins=told.begins,
        reason=told.reason.strip(),
    )
    return Reply(value=edition_out(EditionRow.objects.get(edition=edition.edition)))


@serve(
    Operation(
        method="POST",
        path="/editions/withdraw",
        name="withdraw_edition",
        scope="programmes:write",
        group="programmes",
        body=WithdrawIn,
        body_example={"programme": "corner_club", "edition": "cafe_2027"},
        answers=EditionOut,
        example={
            **examples.EDITION,
            "edition": "cafe_2027",
            "begins": "2026-12-31T23:00:00Z",
            "withdrawn_at": "2026-11-20T09:00:00Z",
        },
        again=True,
        refuses=("edition_unknown", "edition_begun", "body_unreadable"),
    )
)
def withdraw_edition(asked: Asked) -> Reply:
    """Take an edition back before it begins."""
    told: WithdrawIn = asked.body
    publishing.withdraw(told.programme, told.edition, now=asked.now, by=f"key {asked.key.name}")
    rows = EditionRow.objects.filter(programme=told.programme, edition=told.edition)
    return Reply(value=edition_out(rows.get()))
