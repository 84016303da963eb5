from __future__ import annotations

import uuid

from django.db import models

from regulars.db.models.business import Place
from regulars.db.models.staff import Staff


class Cashier(models.Model):
    """Somebody who works at a till, known there by a name and a PIN; needs no address and no
    account. No place chosen means all places.

    `grants_a_day` is how much of an asset they give by hand in a day, in whole units;
    `undos_a_day` how many times they take something back.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    name = models.CharField(max_length=100)
    pin = models.CharField(max_length=128)
    places = models.ManyToManyField(Place, blank=True)
    grants_a_day = models.PositiveIntegerField(default=50)
    undos_a_day = models.PositiveIntegerField(default=20)
    is_active = models.BooleanField(default=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Staff, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        db_table = "regulars_cashier"

    def __str__(self) -> str:
        return self.name


class TillDevice(models.Model):
    """A browser that is the till of a place. Only hashes are kept: of the code by which it is
    paired, of the token that it shows from then on, and of the session of the cashier at it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    name = models.CharField(max_length=100)
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    pairing_hash = models.CharField(max_length=64, blank=True, default="", db_index=True)
    pairing_until = models.DateTimeField(null=True)
    token_hash = models.CharField(max_length=64, null=True, unique=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Staff, null=True, on_delete=models.SET_NULL, related_name="+")
    paired_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    cashier = models.ForeignKey(Cashier, null=True, on_delete=models.SET_NULL, related_name="+")
    session_hash = models.CharField(max_length=64, blank=True, default="")
    session_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "regulars_till_device"

    def __str__(self) -> str:
        return self.name


class TillDeed(models.Model):
    """What somebody did at a till: who, at which device, for whom, and what came of it.
    Append-only. `key` is that of the fact, where there is one; `undoes` the deed that this one
    takes back, each at most once. Holds no personal data."""

    class What(models.TextChoices):
        SALE = "sale"
        TAP = "tap"
        UNDO = "undo"
        ENROL = "enrol"

    key = models.CharField(primary_key=True, max_length=200, db_collation="C")
    what = models.CharField(max_length=10, choices=What.choices)
    device = models.ForeignKey(TillDevice, on_delete=models.PROTECT, related_name="+")
    cashier = models.ForeignKey(Cashier, on_delete=models.PROTECT, related_name="+")
    place = models.CharField(max_length=100, db_collation="C")
    customer_id = models.BigIntegerField()
    at = models.DateTimeField()
    booked_at = models.DateTimeField()
    amount_minor = models.BigIntegerField(default=0)
    pays_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3, blank=True, default="")
    details = models.JSONField(default=dict)
    undoes = models.CharField(max_length=200, null=True, unique=True, db_collation="C")

    class Meta:
        db_table = "regulars_till_deed"
        indexes = [
            models.Index(fields=["cashier", "booked_at"], name="deed_of_cashier"),
            models.Index(fields=["device", "booked_at"], name="deed_at_device"),
            models.Index(fields=["customer_id", "booked_at"], name="deed_of_customer"),
        ]
