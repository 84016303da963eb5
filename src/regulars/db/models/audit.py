from __future__ import annotations

from django.db import models


class AuditRow(models.Model):
    """What somebody did that lets value move, or lets others do so: keys, editions, adjustments,
    addresses of webhooks. Append-only, and without personal data: staff are named by their ids.

    `what` is a word such as `key.made`, `about` says of what it was done (a key's prefix, an id),
    `details` what was told with it, before and after.
    """

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(db_index=True)
    who = models.CharField(max_length=200)
    what = models.CharField(max_length=40, db_collation="C")
    about = models.CharField(max_length=200, db_collation="C", db_index=True)
    details = models.JSONField(default=dict)

    class Meta:
        db_table = "regulars_audit"
