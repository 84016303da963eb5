from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models


class ApiKey(models.Model):
    """A key for machines: its hash alone is kept. `prefix` is its beginning, by which people tell
    keys apart; it ends at `ends_at` if that is set, which is how it is revoked and rotated.

    `per_minute` is how many requests it may send.
    """

    id = models.UUIDField(primary_key=True)
    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=20, db_collation="C")
    hash = models.BinaryField(max_length=32, unique=True)
    scopes = ArrayField(models.CharField(max_length=40))
    per_minute = models.PositiveIntegerField(default=1200)
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
