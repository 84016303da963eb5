"""Facts come in: one, or a batch."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import structs

from regulars.actions.batches import record_batch, stopped
from regulars.actions.record import Outcome, Source, record
from regulars.actions.replaying import completed
from regulars.api import answers, examples
from regulars.api.again import REPLAY
from regulars.api.answers import BatchOut, FactOut, Speech
from regulars.api.codes import meant_in_facts
from regulars.api.facts import Bad, BatchIn, Shop, assets_of, read, read_batch
from regulars.api.operations import MEGABYTE, Asked, Operation, Reply, serve
from regulars.api.shapes import AnyFactIn
from regulars.engine.arrivals import Arrival

BATCH_BYTES = 64 * MEGABYTE
"""Ten thousand orders of some forty lines each."""


def shop_of(asked: Asked) -> Shop:
    """What a reader of facts must know."""
    return Shop(
        now=asked.now,
        region=asked.region,
        assets=assets_of(dict(asked.speech.programmes)),
        meant=meant_in_facts(asked.key, asked.now, asked.region),
    )


def _source(asked: Asked) -> Source:
    """Rules say why, unless the sender prefers less."""
    minimal = "return=minimal" in asked.headers.get("Prefer", "")
    return Source(explain=not minimal)


def _may_grant(asked: Asked) -> bool:
    return "grants:write" in asked.key.scopes


@serve(
    Operation(
        method="POST",
        path="/facts",
        name="record_fact",
        again=True,
        scope="facts:write",
        group="facts",
        raw=True,
        body=AnyFactIn,
        body_example=examples.ORDER,
        answers=FactOut,
        example=examples.FACT_OUT,
        refuses=(
            "key_reused",
            "body_unreadable",
            "field_unknown",
            "currency_unknown",
            "code_tries",
        ),
    )
)
def record_fact(asked: Asked) -> Reply:
    """Record what happened: an order, a refund, a visit. It counts once for ever under its key."""
    arrival = read(asked.body, shop_of(asked), may_grant=_may_grant(asked))
    (outcome,) = record([arrival], now=asked.now, source=_source(asked))
    (outcome,) = completed([outcome])
    told = answers.rendered(outcome, asked.speech)
    return Reply(value=told, status=told.status, headers=REPLAY if told.replay else {})


@serve(
    Operation(
        method="POST",
        path="/facts/batch",
        name="record_facts",
        again=True,
        most_bytes=BATCH_BYTES,
        scope="facts:write",
        group="facts",
        raw=True,
        body=BatchIn,
        body_example={"facts": [examples.ORDER, examples.VISIT], "all_or_nothing": False},
        answers=BatchOut,
        example=examples.BATCH_OUT,
        refuses=("body_unreadable", "batch_too_long"),
    )
)
def record_facts(asked: Asked) -> Reply:
    """Record up to 10,000 facts, each with its own answer: a bad one never stops the others."""
    batch = read_batch(asked.body, shop_of(asked), may_grant=_may_grant(asked))
    good = [one for one in batch.facts if isinstance(one, Arrival)]
    if batch.all_or_nothing and len(good) < len(batch.facts):
        outcomes = stopped(good)
    else:
        outcomes = record_batch(
            good, now=asked.now, source=_source(asked), strict=batch.all_or_nothing
        )
    told = iter(completed(outcomes))
    decimals = assets_of(dict(asked.speech.programmes))
    speech = structs.replace(asked.speech, decimals=decimals)
    facts = [_one(place, one, told, speech) for place, one in enumerate(batch.facts)]
    return Reply(value=answers.batch(facts))


def _one(place: int, fact: Arrival | Bad, told: Iterator[Outcome], speech: Speech) -> FactOut:
    """What became of the fact at a place of the batch."""
    if isinstance(fact, Bad):
        return answers.refused(fact.key, fact.problem, speech)
    return answers.answer(next(told), speech, f"facts[{place}].key")
