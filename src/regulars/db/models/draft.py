from __future__ import annotations

from django.db import models


class DraftRow(models.Model):
    """A programme's next edition while it is being written: a file that can be read, always.

    One for each programme. `revision` grows by one with each change, so that two people who write
    at the same time do not overwrite each other. `base` is the edition it began from, empty where
    nothing runs yet; `ready` the ready programme, if it began from one.
    """

    programme = models.CharField(primary_key=True, max_length=60, db_collation="C")
    body = models.TextField()
    base = models.CharField(max_length=60, blank=True, default="", db_collation="C")
    ready = models.CharField(max_length=60, blank=True, default="", db_collation="C")
    revision = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField()
    by_name = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        db_table = "regulars_draft"


class CaseRow(models.Model):
    """A worked case that belongs to a programme: what happens, and what must come of it. `body` is
    the case as JSON, without its edition: it is run with whichever is asked about."""

    id = models.BigAutoField(primary_key=True)
    programme = models.CharField(max_length=60, db_index=True, db_collation="C")
    body = models.JSONField()
    kept_at = models.DateTimeField()
    by_name = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        db_table = "regulars_case"
