from __future__ import annotations

from django.db import models


class Business(models.Model):
    """The one company that this installation serves.

    `notice_days` is how long members are told before anything gets dearer or shorter.
    `adjusting_limits` is how much staff give or take by hand without a second person, in whole
    units of an asset, by role; a role that is not in it has the limit of `actions.adjusting`.
    `first_steps` says whether its owners are still led through the first steps.
    """

    id = models.SmallIntegerField(primary_key=True, default=1)
    name = models.CharField(max_length=200)
    zone = models.CharField(max_length=64, default="UTC")
    currency = models.CharField(max_length=3, default="EUR")
    region = models.CharField(max_length=2, default="DE")
    language = models.CharField(max_length=10, default="en")
    second_factor_required = models.BooleanField(default=False)
    notice_days = models.PositiveSmallIntegerField(default=30)
    adjusting_limits = models.JSONField(default=dict, blank=True)
    first_steps = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="business_is_one"),
        ]

    def __str__(self) -> str:
        return self.name


class Place(models.Model):
    """A shop or a counter, named by the code its source uses. One that is closed takes no new
    tills and people; what happened there stays."""

    code = models.CharField(primary_key=True, max_length=100, db_collation="C")
    name = models.CharField(max_length=200)
    closed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class Product(models.Model):
    """An item that is sold, named by the code its source uses."""

    code = models.CharField(primary_key=True, max_length=100, db_collation="C")
    name = models.CharField(max_length=300, blank=True, default="")
    category = models.CharField(max_length=200, blank=True, default="")

    def __str__(self) -> str:
        return self.name or self.code
