from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

PROSPECT = models.Q(has_bought=False, merged=False)


class Customer(models.Model):
    """A person the business knows. `id` is inside only; people see `public_id`, which is random.

    The sort keys order names as readers of a language expect, under plain byte order.
    `address_changed_at` tells when staff last changed the address that they signed in by.
    """

    id = models.BigIntegerField(primary_key=True)
    public_id = models.UUIDField(unique=True, default=uuid.uuid4)
    name = models.CharField(max_length=200, blank=True, default="")
    sort_latin = models.CharField(max_length=400, blank=True, default="", db_collation="C")
    sort_pl = models.CharField(max_length=400, blank=True, default="", db_collation="C")
    sort_ro = models.CharField(max_length=400, blank=True, default="", db_collation="C")
    language = models.CharField(max_length=10, blank=True, default="")
    country = models.CharField(max_length=60, blank=True, default="")
    birth_date = models.DateField(null=True, blank=True)
    attributes = models.JSONField(default=dict)
    merged = models.BooleanField(default=False)
    has_bought = models.BooleanField(default=False)
    address_changed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["sort_latin", "id"], name="customer_by_latin"),
            models.Index(fields=["sort_pl", "id"], name="customer_by_pl"),
            models.Index(fields=["sort_ro", "id"], name="customer_by_ro"),
            models.Index(fields=["sort_latin", "id"], condition=PROSPECT, name="prospect_by_latin"),
            models.Index(fields=["sort_pl", "id"], condition=PROSPECT, name="prospect_by_pl"),
            models.Index(fields=["sort_ro", "id"], condition=PROSPECT, name="prospect_by_ro"),
        ]

    def __str__(self) -> str:
        return self.name or str(self.public_id)


class IdentifierRow(models.Model):
    """The look-up from a normalised identifier to the one customer who has it."""

    pk = models.CompositePrimaryKey("kind", "value")
    kind = models.CharField(max_length=10)
    value = models.CharField(max_length=254, db_collation="C")
    customer_id = models.BigIntegerField(db_index=True)

    class Meta:
        db_table = "regulars_identifier"


class SearchToken(models.Model):
    """A folded word or identifier form under which a customer is found by its beginning."""

    pk = models.CompositePrimaryKey("token", "customer_id")
    token = models.CharField(max_length=254, db_collation="C")
    customer_id = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["customer_id", "token"], name="tokens_of_customer")]


class CustomerLink(models.Model):
    """Which customer (or guest) is the same person as another: read from Link and Unlink facts."""

    pk = models.CompositePrimaryKey("customer_id", "key")
    customer_id = models.BigIntegerField()
    key = models.CharField(max_length=200, db_collation="C")
    into_id = models.BigIntegerField(db_index=True)
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["customer_id"],
                condition=models.Q(undone_at=None),
                name="customer_linked_once",
            ),
        ]


class CustomerTag(models.Model):
    """A word that staff gave a customer."""

    pk = models.CompositePrimaryKey("customer_id", "tag")
    customer_id = models.BigIntegerField()
    tag = models.CharField(max_length=60)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["tag", "customer_id"], name="tag_customers")]


class CustomerNote(models.Model):
    """What staff wrote about a customer, for staff only."""

    pk = models.CompositePrimaryKey("customer_id", "id")
    id = models.UUIDField(default=uuid.uuid4)
    customer_id = models.BigIntegerField()
    at = models.DateTimeField()
    by_name = models.CharField(max_length=200)
    text = models.CharField(max_length=2000)


class StaffWord(models.Model):
    """What staff gave as the reason of something, which is kept where it can go with the customer:
    facts, consents and the audit log stay for ever. `key` names the fact or the consent, or the act
    and what it was done to."""

    pk = models.CompositePrimaryKey("customer_id", "key")
    customer_id = models.BigIntegerField()
    key = models.CharField(max_length=250, db_collation="C", db_index=True)
    at = models.DateTimeField()
    text = models.CharField(max_length=500)

    class Meta:
        db_table = "regulars_staff_word"


class Standing(models.Model):
    """Where a customer stands, as the last computation saw it; for lists and pages.

    Amounts in the business's smallest unit, net of refunds.
    """

    customer_id = models.BigIntegerField(primary_key=True)
    orders = models.IntegerField()
    orders_12m = models.IntegerField()
    revenue_minor = models.BigIntegerField()
    revenue_12m_minor = models.BigIntegerField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    usual_gap_days = models.DecimalField(max_digits=8, decimal_places=1, null=True)
    recency_score = models.SmallIntegerField()
    frequency_score = models.SmallIntegerField()
    monetary_score = models.SmallIntegerField()
    segment = models.CharField(max_length=40)
    is_regular = models.BooleanField()
    is_drifting = models.BooleanField()
    stake_minor = models.BigIntegerField()
    places = ArrayField(models.CharField(max_length=100), default=list)

    class Meta:
        indexes = [
            models.Index(fields=["last_at", "customer_id"], name="standing_by_last"),
            models.Index(fields=["revenue_12m_minor", "customer_id"], name="standing_by_revenue"),
            models.Index(fields=["orders_12m", "customer_id"], name="standing_by_orders"),
            models.Index(fields=["first_at"], name="standing_by_first"),
            models.Index(
                fields=["stake_minor", "customer_id"],
                condition=models.Q(is_drifting=True),
                name="drifting_by_stake",
            ),
            models.Index(
                fields=["last_at", "customer_id"],
                condition=models.Q(is_drifting=True),
                name="drifting_by_last",
            ),
            models.Index(
                fields=["revenue_12m_minor", "customer_id"],
                condition=models.Q(is_regular=True),
                name="regulars_by_revenue",
            ),
            models.Index(
                fields=["revenue_12m_minor", "customer_id"],
                condition=models.Q(orders=1),
                name="once_by_revenue",
            ),
            models.Index(
                fields=["segment", "revenue_12m_minor", "customer_id"], name="standing_by_segment"
            ),
            GinIndex(fields=["places"], name="standing_by_place"),
        ]
