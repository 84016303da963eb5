from __future__ import annotations

import uuid
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Endpoint(models.Model):
    """An address that wants to hear of what was booked. No `types` means all of them.

    `secrets` are those that sign, newest first, each with the moment at which it ends (ISO, or
    none). `failures` counts since the last success, `failing_since` is the first of them; nothing
    is sent before `quiet_until`. `reason` is a code that says why it is disabled.
    """

    class State(models.TextChoices):
        ACTIVE = "active"
        DISABLED = "disabled"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    url = models.CharField(max_length=2000)
    types: Any = ArrayField(models.CharField(max_length=40), default=list)
    secrets = models.JSONField(default=list)
    state = models.CharField(max_length=10, choices=State.choices, default=State.ACTIVE)
    reason = models.CharField(max_length=40, blank=True, default="")
    failures = models.IntegerField(default=0)
    failing_since = models.DateTimeField(null=True)
    quiet_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "regulars_endpoint"


class OutMessage(models.Model):
    """What is told to endpoints, written in the transaction that booked it. `body` goes out as it
    stands, byte by byte, at each attempt. `request` is the id of the request that brought it."""

    id = models.CharField(primary_key=True, max_length=40, db_collation="C")
    type = models.CharField(max_length=40)
    body = models.TextField()
    at = models.DateTimeField(db_index=True)
    request = models.CharField(max_length=64, blank=True, default="", db_default="")

    class Meta:
        db_table = "regulars_out_message"


class Delivery(models.Model):
    """One message on its way to one endpoint. Nobody takes it up before `next_at`: whoever sends
    it sets that to the moment at which another may, so that a killed sender loses nothing.

    `status` is the last answer's, 0 without an answer; `code` says what became of the last attempt.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        DONE = "done"
        FAILED = "failed"

    id = models.BigAutoField(primary_key=True)
    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, db_index=False)
    message = models.ForeignKey(OutMessage, on_delete=models.CASCADE)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    attempts = models.IntegerField(default=0, db_default=0)
    next_at = models.DateTimeField()
    tried_at = models.DateTimeField(null=True)
    status = models.IntegerField(default=0, db_default=0)
    code = models.CharField(max_length=40, blank=True, default="", db_default="")

    class Meta:
        db_table = "regulars_delivery"
        constraints = [
            models.UniqueConstraint(fields=["endpoint", "message"], name="delivery_once"),
        ]
        indexes = [
            models.Index(
                fields=["endpoint", "next_at"],
                condition=models.Q(state="waiting"),
                name="delivery_waiting",
            ),
        ]


class HookSource(models.Model):
    """A shop that sends its orders here. Of the token in its address only the hash is kept; the
    secret is the shop's, by which it signs. `shop` is its domain, or empty: any."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    kind = models.CharField(max_length=20)
    token_hash = models.CharField(max_length=64, unique=True)
    secret = models.CharField(max_length=200)
    shop = models.CharField(max_length=200, blank=True, default="")
    source = models.CharField(max_length=100, db_collation="C")
    created_at = models.DateTimeField()
    last_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "regulars_hook_source"


class HookProblem(models.Model):
    """Something signed came from a shop and could not be read: where it went wrong, and nothing of
    what it said."""

    id = models.BigAutoField(primary_key=True)
    hook = models.ForeignKey(HookSource, on_delete=models.CASCADE)
    at = models.DateTimeField(db_index=True)
    topic = models.CharField(max_length=60)
    code = models.CharField(max_length=40)
    place = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        db_table = "regulars_hook_problem"


class HookOrder(models.Model):
    """How far we know what a shop told of an order: the moment of the newest payload, and a hash
    to choose between two of one moment. `dates` says since when something without a date of its
    own is known, `keys` which further facts were made of the order."""

    key = models.CharField(primary_key=True, max_length=200, db_collation="C")
    version = models.BigIntegerField()
    digest = models.BinaryField(max_length=16)
    paid = models.BooleanField()
    over = models.BooleanField()
    dates = models.JSONField(default=dict)
    keys: Any = ArrayField(models.CharField(max_length=200), default=list)

    class Meta:
        db_table = "regulars_hook_order"
