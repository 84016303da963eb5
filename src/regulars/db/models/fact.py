from __future__ import annotations

from django.db import models


class FactRow(models.Model):
    """A fact as it arrived. Append-only: a trigger refuses UPDATE and DELETE.

    `seq` is the order of arrival and comes from the database's sequence; `body` is the fact as
    canonical JSON (`regulars.engine.facts.encode`). A guest's fact has a `customer_id` of its
    own to which no customer belongs, until a link claims it. `programme` is set where a fact
    counts in one programme alone.
    """

    pk = models.CompositePrimaryKey("customer_id", "at", "seq")
    customer_id = models.BigIntegerField()
    at = models.DateTimeField()
    seq = models.BigIntegerField()
    type = models.CharField(max_length=20)
    key = models.CharField(max_length=200, db_collation="C")
    version = models.IntegerField()
    received_at = models.DateTimeField()
    guest = models.BooleanField()
    import_id = models.UUIDField(null=True)
    programme = models.CharField(max_length=60, default="", db_default="", db_collation="C")
    body = models.JSONField()

    class Meta:
        db_table = "regulars_fact"


class FactKey(models.Model):
    """Callers' keys, unique in the whole business, with the hash of what came under them."""

    pk = models.CompositePrimaryKey("key", "version")
    key = models.CharField(max_length=200, db_collation="C")
    version = models.IntegerField()
    customer_id = models.BigIntegerField()
    content_hash = models.BinaryField(max_length=16)


class RefundTie(models.Model):
    """Which order a refund belongs to, where its fact does not name one but it can be told."""

    pk = models.CompositePrimaryKey("customer_id", "refund_key")
    customer_id = models.BigIntegerField()
    refund_key = models.CharField(max_length=200, db_collation="C")
    order_key = models.CharField(max_length=200, db_collation="C")
