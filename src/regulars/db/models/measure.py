from __future__ import annotations

from django.db import models


class MeasureResult(models.Model):
    """The last result of a measure with its parameters; pages show it with its time at once."""

    key = models.CharField(primary_key=True, max_length=300)
    kind = models.CharField(max_length=40)
    params = models.JSONField()
    wanted_at = models.DateTimeField()
    computed_at = models.DateTimeField(null=True)
    seq = models.BigIntegerField(default=0)
    result = models.JSONField(null=True)


class MirrorState(models.Model):
    """How far the Parquet mirror of the facts has come."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    seq = models.BigIntegerField(default=0)
    mirrored_at = models.DateTimeField(null=True)
