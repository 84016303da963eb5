from __future__ import annotations

import uuid

from django.db import models


class ImportRun(models.Model):
    """One file on its way in: what it is, how it is read, how far it is, how it ended."""

    class State(models.TextChoices):
        UPLOADED = "uploaded"
        PROPOSED = "proposed"
        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        REFUSED = "refused"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    file_name = models.CharField(max_length=255)
    content_hash = models.CharField(max_length=64, blank=True, default="", db_index=True)
    path = models.CharField(max_length=1000, blank=True, default="")
    state = models.CharField(max_length=10, choices=State.choices, default=State.UPLOADED)
    strict = models.BooleanField(default=False)
    restate = models.BooleanField(default=False)
    proposal = models.JSONField(null=True)
    mapping = models.JSONField(null=True)
    rows_done = models.BigIntegerField(default=0)
    part_done = models.DecimalField(max_digits=5, decimal_places=4, default=0)
    summary = models.JSONField(null=True)
    problem = models.JSONField(null=True)
    rejected_path = models.CharField(max_length=1000, blank=True, default="")
    by_name = models.CharField(max_length=200, blank=True, default="")
    created_at = models.DateTimeField()
    touched_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["-created_at"], name="import_by_time")]


class SavedMapping(models.Model):
    """A mapping of columns that staff saved by name, to be used again."""

    name = models.CharField(primary_key=True, max_length=100)
    mapping = models.JSONField()
    saved_at = models.DateTimeField()
