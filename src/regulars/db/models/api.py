from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models


class ApiKey(models.Model):
    """A key for machines: its hash alone is kept. `prefix` is its beginning, by which people tell
    keys apart; it ends at `ends_at` if that is set, which is how it is revoked and rotated.

    `per_minute` is how many requests it may send; `gives` how much it may give or take by hand
    within a day without a second hand, in whole units of an asset (None: what the business says).
    `line` is shared by a key, those that it made, and those made in its place: one hand.
    `made_with` is the key that made this one; whoever revokes that one ends this one too.
    """

    id = models.UUIDField(primary_key=True)
    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=20, db_collation="C")
    hash = models.BinaryField(max_length=32, unique=True)
    scopes = ArrayField(models.CharField(max_length=40))
    per_minute = models.PositiveIntegerField(default=1200)
    gives = models.BigIntegerField(null=True)
    line = models.UUIDField(null=True)
    made_with = models.UUIDField(null=True)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=200, blank=True, default="")
    ends_at = models.DateTimeField(null=True)
    last_used = models.DateField(null=True)

    class Meta:
        db_table = "regulars_api_key"


class ApiUse(models.Model):
    """How much of a limit was used in its present window: one row for each limit, whatever the
    traffic. Not logged: after a crash of the database counting begins anew."""

    name = models.CharField(primary_key=True, max_length=100, db_collation="C")
    window = models.BigIntegerField()
    used = models.BigIntegerField()

    class Meta:
        db_table = "regulars_api_use"


class AnswerRow(models.Model):
    """What was answered to a request that came with an `Idempotency-Key`, to be answered again.

    `told` tells whether a request says the same; `body` is compressed. Without a `status` the first
    request is still being answered. Removed after some days: what a request brought about counts
    once for ever by its own keys.
    """

    pk = models.CompositePrimaryKey("api_key", "name")
    api_key = models.UUIDField()
    name = models.CharField(max_length=255, db_collation="C")
    told = models.BinaryField(max_length=16)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.BinaryField(default=b"")
    at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "regulars_answer"
