from __future__ import annotations

import uuid

from django.db import models


class SignInTry(models.Model):
    """Somebody asked to be let in by mail, whether that address is anybody's or not.

    `browser` is the hash of what the asking browser keeps. Code and link are made when the mail is
    written, and only for an address that is somebody's: until then both hashes are empty.
    """

    browser = models.CharField(primary_key=True, max_length=64)
    email = models.CharField(max_length=254)
    code_hash = models.CharField(max_length=64, blank=True, default="")
    link_hash = models.CharField(max_length=64, null=True, unique=True)
    wrong = models.SmallIntegerField(default=0)
    created_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "regulars_sign_in_try"


class EntryTicket(models.Model):
    """A link that lets a member in once without a mail; only its hash is kept."""

    token_hash = models.CharField(primary_key=True, max_length=64)
    customer_id = models.BigIntegerField(db_index=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "regulars_entry_ticket"


class MemberSession(models.Model):
    """A browser in which a member is signed in. Staff have sessions of another kind, elsewhere."""

    token_hash = models.CharField(primary_key=True, max_length=64)
    public_id = models.UUIDField(unique=True, default=uuid.uuid4)
    customer_id = models.BigIntegerField(db_index=True)
    device = models.CharField(max_length=60, blank=True, default="")
    created_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "regulars_member_session"


class Consent(models.Model):
    """Somebody said yes or no to messages for a purpose by a channel. Append-only: the newest row
    counts, and all of them are the proof. `wording` names the text that they read; `place` is where
    that was, if it was said at a counter. Why staff wrote it down is a `StaffWord`."""

    pk = models.CompositePrimaryKey("customer_id", "id")
    customer_id = models.BigIntegerField()
    id = models.UUIDField(default=uuid.uuid4)
    purpose = models.CharField(max_length=30)
    channel = models.CharField(max_length=20)
    given = models.BooleanField()
    wording = models.CharField(max_length=16)
    at = models.DateTimeField()
    source = models.CharField(max_length=30)
    actor = models.CharField(max_length=200)
    place = models.CharField(max_length=100, blank=True, default="", db_collation="C")

    class Meta:
        db_table = "regulars_consent"


class ConsentWording(models.Model):
    """A text that somebody said yes or no to, by a hash of it: it never changes."""

    id = models.CharField(primary_key=True, max_length=16)
    language = models.CharField(max_length=10)
    text = models.CharField(max_length=1000)
    first_at = models.DateTimeField()

    class Meta:
        db_table = "regulars_consent_wording"


class StoppedAddress(models.Model):
    """The owner of an address stopped mails of a purpose. Only a keyed hash of the address stands
    here, and it stays when its customer goes: see `regulars.db.stopped`."""

    pk = models.CompositePrimaryKey("address_hash", "purpose")
    address_hash = models.CharField(max_length=64, db_collation="C")
    purpose = models.CharField(max_length=30, db_collation="C")
    at = models.DateTimeField()

    class Meta:
        db_table = "regulars_stopped_address"


class Invitation(models.Model):
    """A friend claimed what an advocate's code promises, and has not confirmed the address yet."""

    token_hash = models.CharField(primary_key=True, max_length=64)
    code = models.CharField(max_length=100)
    email = models.CharField(max_length=254)
    language = models.CharField(max_length=10)
    created_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "regulars_invitation"


class Leaving(models.Model):
    """Somebody left a programme, and may come back to everything until `ends_at`."""

    pk = models.CompositePrimaryKey("customer_id", "programme")
    customer_id = models.BigIntegerField()
    programme = models.CharField(max_length=60, db_collation="C")
    left_at = models.DateTimeField()
    ends_at = models.DateTimeField(db_index=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "regulars_leaving"


class LeavingBefore(models.Model):
    """A leaving as it was before the merge `link` ended it, or (`moved`) made it the other one's:
    it is so again when the merge is undone."""

    pk = models.CompositePrimaryKey("link", "customer_id", "programme")
    link = models.CharField(max_length=200, db_collation="C")
    customer_id = models.BigIntegerField(db_index=True)
    programme = models.CharField(max_length=60, db_collation="C")
    left_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    moved = models.BooleanField()

    class Meta:
        db_table = "regulars_leaving_before"


class Brand(models.Model):
    """How the business looks to members: one colour, one picture."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    colour = models.CharField(max_length=7, blank=True, default="")
    logo = models.BinaryField(default=b"")
    logo_type = models.CharField(max_length=40, blank=True, default="")
    address = models.CharField(max_length=200, blank=True, default="")
    origins = models.JSONField(default=list)
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "regulars_brand"
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="brand_is_one"),
        ]
