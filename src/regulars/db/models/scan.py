from __future__ import annotations

import uuid

from django.db import models

from regulars.db.models.business import Place
from regulars.db.models.staff import Staff
from regulars.db.models.till import TillDevice


class ScanRule(models.Model):
    """What members get at a place who scan a code there themselves: a visit (an `activity` of the
    programme), or so much of an `asset`, at most `a_day` times a member and day. `on_screen`: tills
    of the place may show the code that changes."""

    place = models.OneToOneField(Place, primary_key=True, on_delete=models.CASCADE)
    programme = models.CharField(max_length=60, db_collation="C")
    activity = models.CharField(max_length=100, blank=True, default="", db_collation="C")
    asset = models.CharField(max_length=100, blank=True, default="", db_collation="C")
    a_day = models.PositiveSmallIntegerField(default=1)
    on_screen = models.BooleanField(default=True)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(Staff, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        db_table = "regulars_scan_rule"


class PaperCode(models.Model):
    """A code that is printed, or written to a tag, and stays the same until it is ended. Everybody
    at the counter can read it: it is no secret, the rule of its place bounds what it is good
    for."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    token = models.CharField(max_length=32, unique=True)
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=100)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Staff, null=True, on_delete=models.SET_NULL, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "regulars_paper_code"

    def __str__(self) -> str:
        return self.name


class Scan(models.Model):
    """A member scanned a code and got something. Append-only. `key` is that of the fact, and names
    the one opening of the code that it came of; `number` counts a member's scans of a `day` at a
    place; `life` is which of a screen's codes it was."""

    key = models.CharField(primary_key=True, max_length=100, db_collation="C")
    customer_id = models.BigIntegerField()
    place = models.CharField(max_length=100, db_collation="C")
    day = models.DateField()
    number = models.PositiveSmallIntegerField()
    device = models.ForeignKey(
        TillDevice, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    life = models.BigIntegerField(null=True)
    paper = models.ForeignKey(
        PaperCode, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    booked_at = models.DateTimeField()
    details = models.JSONField(default=dict)

    class Meta:
        db_table = "regulars_scan"
        constraints = [
            models.UniqueConstraint(
                fields=["customer_id", "place", "day", "number"], name="scan_counts_once"
            ),
            models.UniqueConstraint(
                fields=["device", "life", "customer_id"], name="scan_of_a_screen_once"
            ),
        ]
