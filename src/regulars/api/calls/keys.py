"""Keys for machines, by a machine that may make them."""

from __future__ import annotations

from regulars.actions import api_keys
from regulars.actions.api_keys import Made, Wanted
from regulars.api import examples
from regulars.api.asking import NewKeyIn, PrefixIn
from regulars.api.office import ApiKeyOut, ApiKeysOut, NewKeyOut, RevokedOut
from regulars.api.operations import Asked, Operation, Reply, serve
from regulars.api.problems import Problem
from regulars.db.models import ApiKey

PREFIX = {"prefix": "rgl_k7m2x9"}


@serve(
    Operation(
        method="GET",
        path="/keys",
        name="list_keys",
        scope="keys:write",
        group="keys",
        answers=ApiKeysOut,
        example={"keys": [examples.KEY]},
    )
)
def list_keys(asked: Asked) -> Reply:
    """The keys that hold, with the day of their last use. None can be read back."""
    return Reply(value=ApiKeysOut(keys=[_key(one) for one in api_keys.holding(asked.now)]))


@serve(
    Operation(
        method="POST",
        path="/keys",
        name="create_key",
        scope="keys:write",
        group="keys",
        body=NewKeyIn,
        body_example={"name": "till", "scopes": ["facts:write", "redeem"]},
        answers=NewKeyOut,
        example=examples.NEW_KEY,
        refuses=("name_empty", "body_unreadable"),
    )
)
def create_key(asked: Asked) -> Reply:
    """Make a key that may do no more than this one. It is shown this one time."""
    told: NewKeyIn = asked.body
    most = asked.key.per_minute
    if told.per_minute is not None and told.per_minute > most:
        raise Problem("value_wrong", "per_minute", wanted=f"int <= {most}")
    wanted = Wanted(
        name=told.name,
        scopes=told.scopes,
        per_minute=told.per_minute or most,
        by=f"key {asked.key.name}"[:200],
        maker=asked.key.id,
        gives=told.gives,
    )
    return _made(api_keys.create(wanted, asked.now))


@serve(
    Operation(
        method="POST",
        path="/keys/rotate",
        name="rotate_key",
        scope="keys:write",
        group="keys",
        body=PrefixIn,
        body_example=PREFIX,
        answers=NewKeyOut,
        example=examples.NEW_KEY,
        refuses=("api_key_not_found", "api_key_above", "body_unreadable"),
    )
)
def rotate_key(asked: Asked) -> Reply:
    """Make a new key in place of one that may do no more than this one; it goes on for a day."""
    return _made(api_keys.rotate(asked.body.prefix, asked.now, asked.key.id))


@serve(
    Operation(
        method="POST",
        path="/keys/revoke",
        name="revoke_key",
        again=True,
        scope="keys:write",
        group="keys",
        body=PrefixIn,
        body_example=PREFIX,
        answers=RevokedOut,
        example={"key": examples.KEY, "also": []},
        refuses=("api_key_not_found", "body_unreadable"),
    )
)
def revoke_key(asked: Asked) -> Reply:
    """End a key at once, and the keys that it made."""
    found = api_keys.revoke(asked.body.prefix, asked.now, asked.key.id)
    also = [_key(one) for one in found.also]
    return Reply(value=RevokedOut(key=_key(found.row), also=also))


def _made(made: Made) -> Reply:
    return Reply(value=NewKeyOut(key=made.key, about=_key(made.row)))


def _key(row: ApiKey) -> ApiKeyOut:
    return ApiKeyOut(
        id=str(row.id),
        name=row.name,
        prefix=row.prefix,
        scopes=row.scopes,
        per_minute=row.per_minute,
        gives=row.gives,
        made_at=row.made_at,
        ends_at=row.ends_at,
        last_used=row.last_used,
    )
