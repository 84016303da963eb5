from __future__ import annotations

import uuid
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.translation import gettext_lazy as _

from regulars.db.models.business import Place


class Role(models.TextChoices):
    """What somebody may do in the console, from most to least."""

    OWNER = "owner", _("Owner")
    MANAGER = "manager", _("Manager")
    STAFF = "staff", _("Staff")
    VIEWER = "viewer", _("Viewer")


class StaffManager(BaseUserManager["Staff"]):
    """What Django asks of a user model."""


class Staff(AbstractBaseUser):
    """Somebody who works for the business. No place chosen means all places."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=200)
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.VIEWER)
    places = models.ManyToManyField(Place, blank=True)
    language = models.CharField(max_length=10, blank=True, default="")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    objects: ClassVar[StaffManager] = StaffManager()
    USERNAME_FIELD = "email"

    def __str__(self) -> str:
        return self.name or self.email


class EntryLink(models.Model):
    """A link that works once: set-up, sign-in, invitation or reset. Only its hash is kept."""

    class Purpose(models.TextChoices):
        SETUP = "setup"
        ENTER = "enter"
        INVITE = "invite"
        RESET = "reset"

    token_hash = models.CharField(primary_key=True, max_length=64)
    purpose = models.CharField(max_length=10, choices=Purpose.choices)
    staff = models.ForeignKey(Staff, null=True, on_delete=models.CASCADE)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
