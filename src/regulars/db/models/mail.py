from __future__ import annotations

import uuid

from django.db import models


class OutMail(models.Model):
    """A mail that goes out once: written in the transaction of what it tells of, sent by a job.

    `secret` tells that its text lets somebody in: it is taken away as soon as nobody needs it. A
    mail that has not gone out by `until` is not sent any more. `code` says why one failed,
    `request` is the id of the request that it comes from. One with a `purpose` is for those alone
    who agree to it, also at the moment when it goes out. `about_id` is the customer whom its text
    names beside its reader.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        PICKED = "picked"
        SENT = "sent"
        FAILED = "failed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    kind = models.CharField(max_length=30)
    recipient = models.CharField(max_length=254)
    subject = models.CharField(max_length=300)
    text = models.TextField(blank=True, default="")
    secret = models.BooleanField(default=False)
    customer_id = models.BigIntegerField(null=True, db_index=True)
    about_id = models.BigIntegerField(null=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    attempts = models.SmallIntegerField(default=0)
    code = models.CharField(max_length=40, blank=True, default="")
    queued_at = models.DateTimeField(db_index=True)
    next_at = models.DateTimeField()
    until = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    purpose = models.CharField(max_length=30, blank=True, default="", db_default="")
    request = models.CharField(max_length=64, blank=True, default="", db_default="")

    class Meta:
        db_table = "regulars_out_mail"
        indexes = [
            models.Index(
                fields=["next_at"],
                condition=models.Q(state__in=["waiting", "picked"]),
                name="out_mail_due",
            ),
            models.Index(
                fields=["about_id"],
                condition=models.Q(about_id__isnull=False),
                name="out_mail_about",
            ),
        ]
