from __future__ import annotations

from django.db import models

from regulars.db.models.api import ApiKey
from regulars.db.models.staff import Staff


class ProgrammeRow(models.Model):
    """A programme that runs, or ran. Programmes answer to a fact in the order of `position`."""

    id = models.CharField(primary_key=True, max_length=60, db_collation="C")
    position = models.IntegerField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "regulars_programme"


class EditionRow(models.Model):
    """One published edition, as its file says it: it never changes. In force from `begins` (the
    first one of a programme: from the beginning), and taken back if `withdrawn_at` came first.
    `spread_at` is when it had begun for every member; `reason` why it could not wait."""

    pk = models.CompositePrimaryKey("programme", "edition")
    programme = models.CharField(max_length=60, db_collation="C")
    edition = models.CharField(max_length=60, db_collation="C")
    body = models.TextField()
    begins = models.DateTimeField(null=True)
    published_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    spread_at = models.DateTimeField(null=True)
    by_name = models.CharField(max_length=200, blank=True, default="")
    reason = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        db_table = "regulars_edition"


class HolderState(models.Model):
    """Where a holder stands in a programme: a cache that facts can make again.

    `number` is by what the engine calls the holder: the customer's random public id. `since` is
    when they joined: what happened before counts in history only. `head` is the state with its
    place in history (`regulars.engine.head`), empty where it has to be made from the facts.
    `figures` are balances by asset, in its smallest unit, for lists and answers. `revision` grows
    by one with each booking. `due_at` is when something happens by itself, `passed_at` how far
    time has passed for them.
    """

    pk = models.CompositePrimaryKey("customer_id", "programme")
    customer_id = models.BigIntegerField()
    programme = models.CharField(max_length=60, db_collation="C")
    number = models.CharField(max_length=40, db_collation="C")
    since = models.DateTimeField()
    joined_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)
    head = models.TextField(blank=True, default="")
    figures = models.JSONField(default=dict)
    tier = models.CharField(max_length=60, blank=True, default="")
    revision = models.BigIntegerField(default=0)
    due_at = models.DateTimeField(null=True)
    passed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "regulars_holder"
        indexes = [
            models.Index(
                fields=["due_at"], condition=models.Q(due_at__isnull=False), name="holder_by_due"
            ),
            models.Index(
                fields=["programme", "tier", "customer_id"],
                condition=models.Q(left_at=None),
                name="holder_by_tier",
            ),
        ]


class MilestoneRow(models.Model):
    """A state on the way along a long history: a cache that facts can make again.

    What is told of instants before `at` is in it, nothing else; time had `passed` up to there
    (both in microseconds since 1970-01-01 UTC).
    """

    pk = models.CompositePrimaryKey("customer_id", "programme", "at")
    customer_id = models.BigIntegerField()
    programme = models.CharField(max_length=60, db_collation="C")
    at = models.BigIntegerField()
    passed = models.BigIntegerField()
    body = models.TextField()

    class Meta:
        db_table = "regulars_milestone"


class TransferRow(models.Model):
    """An amount of an asset moved from one account of a holder (or the programme's) to another.

    Append-only. `at` is when it was true, `booked_at` when it was known; it was wanted by
    (`fact`, `rule`, `step`), `lot` names whose lot it concerns where that is another's. `cause`
    is the key of what arrived and brought it, empty for time.
    """

    pk = models.CompositePrimaryKey("customer_id", "seq")
    customer_id = models.BigIntegerField()
    seq = models.BigIntegerField()
    programme = models.CharField(max_length=60, db_collation="C")
    asset = models.CharField(max_length=60, db_collation="C")
    amount = models.BigIntegerField()
    source = models.CharField(max_length=10)
    target = models.CharField(max_length=10)
    at = models.DateTimeField()
    booked_at = models.DateTimeField()
    fact = models.CharField(max_length=200, db_collation="C")
    rule = models.CharField(max_length=100, db_collation="C")
    step = models.CharField(max_length=10)
    lot = models.CharField(max_length=200, blank=True, default="", db_collation="C")
    cause = models.CharField(max_length=200, blank=True, default="", db_collation="C")

    class Meta:
        db_table = "regulars_transfer"


class PromiseKey(models.Model):
    """Which promises were decided: each identity once, for ever."""

    pk = models.CompositePrimaryKey("customer_id", "programme", "rule", "ordinal")
    customer_id = models.BigIntegerField()
    programme = models.CharField(max_length=60, db_collation="C")
    rule = models.CharField(max_length=100, db_collation="C")
    ordinal = models.CharField(max_length=200, db_collation="C")
    key = models.CharField(max_length=200, db_collation="C")

    class Meta:
        db_table = "regulars_promise"


class SentEffect(models.Model):
    """Which effects a holder's facts have sent to others; what they say is a fact over there."""

    pk = models.CompositePrimaryKey("customer_id", "programme", "key")
    customer_id = models.BigIntegerField()
    programme = models.CharField(max_length=60, db_collation="C")
    key = models.CharField(max_length=200, db_collation="C")

    class Meta:
        db_table = "regulars_sent_effect"


class NamedFact(models.Model):
    """A fact that names another one which is another row's: found by what it waits for.

    `owner_id` is whose history it belongs to, once what it names is known; NULL: it waits.
    """

    pk = models.CompositePrimaryKey("names", "key")
    names = models.CharField(max_length=200, db_collation="C")
    key = models.CharField(max_length=200, db_collation="C")
    customer_id = models.BigIntegerField()
    owner_id = models.BigIntegerField(null=True, db_index=True)
    programme = models.CharField(max_length=60, blank=True, default="", db_collation="C")
    arrived_at = models.DateTimeField()

    class Meta:
        db_table = "regulars_named_fact"
        indexes = [
            models.Index(
                fields=["arrived_at"], condition=models.Q(owner_id=None), name="named_waiting"
            ),
            models.Index(fields=["customer_id", "key"], name="named_by_customer"),
        ]


class SharedLimit(models.Model):
    """How much of what all holders share was used, by name (which holds the period)."""

    pk = models.CompositePrimaryKey("programme", "name")
    programme = models.CharField(max_length=60, db_collation="C")
    name = models.CharField(max_length=200, db_collation="C")
    used = models.BigIntegerField()

    class Meta:
        db_table = "regulars_shared_limit"


class RewardShelf(models.Model):
    """What staff say about a reward of a programme beside its rules: whether it is on offer, how
    many there are (`stock`, those taken included; empty: as the programme says), what one is worth
    to a customer and what it costs, in the business's smallest units, and the hash of its
    picture."""

    pk = models.CompositePrimaryKey("programme", "reward")
    programme = models.CharField(max_length=60, db_collation="C")
    reward = models.CharField(max_length=100, db_collation="C")
    offered = models.BooleanField(default=True)
    stock = models.BigIntegerField(null=True)
    worth_minor = models.BigIntegerField(null=True)
    cost_minor = models.BigIntegerField(null=True)
    picture = models.CharField(max_length=64, blank=True, default="", db_collation="C")
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "regulars_reward_shelf"


class RewardPicture(models.Model):
    """A picture of a reward by the SHA-256 of what is served: another picture, another address."""

    hash = models.CharField(primary_key=True, max_length=64, db_collation="C")
    type = models.CharField(max_length=20)
    body = models.BinaryField()
    made_at = models.DateTimeField()

    class Meta:
        db_table = "regulars_reward_picture"


class CodeRow(models.Model):
    """Codes that are unique in the whole business and lead to a customer: of vouchers and of
    advocates. A code of the shop (`kind` shop) leads to nobody and is worth `percent`. `voucher`
    is the id of the voucher meant. A code that a member chose says who they are: facts hold its
    random `mark` instead."""

    class Kind(models.TextChoices):
        VOUCHER = "voucher"
        ADVOCATE = "advocate"
        SHOP = "shop"

    code = models.CharField(primary_key=True, max_length=100, db_collation="C")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    programme = models.CharField(max_length=60, blank=True, default="", db_collation="C")
    customer_id = models.BigIntegerField(null=True)
    voucher = models.CharField(max_length=200, blank=True, default="", db_collation="C")
    percent = models.IntegerField(default=0)
    public_from = models.DateTimeField(null=True)
    made_at = models.DateTimeField()
    mark = models.CharField(max_length=20, default="", db_default="", db_collation="C")

    class Meta:
        db_table = "regulars_code"
        indexes = [
            models.Index(fields=["customer_id", "kind"], name="code_of_customer"),
            models.Index(fields=["mark"], name="code_by_mark", condition=~models.Q(mark="")),
        ]


class VoucherRow(models.Model):
    """A voucher as it stands, for lists and look-ups; the state of its holder says the same.

    `code` is what is shown at the till. Money in `currency`'s smallest unit.
    """

    pk = models.CompositePrimaryKey("customer_id", "programme", "id")
    customer_id = models.BigIntegerField()
    programme = models.CharField(max_length=60, db_collation="C")
    id = models.CharField(max_length=200, db_collation="C")
    rule = models.CharField(max_length=100, db_collation="C")
    kind = models.CharField(max_length=100)
    item = models.CharField(max_length=100, blank=True, default="")
    value_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3, blank=True, default="")
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=20)
    code = models.CharField(max_length=100, db_collation="C")

    class Meta:
        db_table = "regulars_voucher"


class AttemptRow(models.Model):
    """What somebody asked for under a key, and the answer: given again to whoever asks again.

    A reservation that is neither confirmed nor released by `reserved_until` ends by itself.
    """

    key = models.CharField(primary_key=True, max_length=200, db_collation="C")
    customer_id = models.BigIntegerField()
    programme = models.CharField(max_length=60, db_collation="C")
    content_hash = models.BinaryField(max_length=16)
    body = models.TextField()
    accepted = models.BooleanField()
    answer = models.JSONField()
    at = models.DateTimeField()
    reserved_until = models.DateTimeField(null=True)
    resolved = models.CharField(max_length=10, blank=True, default="")

    class Meta:
        db_table = "regulars_attempt"
        indexes = [
            models.Index(
                fields=["reserved_until"],
                condition=models.Q(reserved_until__isnull=False, resolved=""),
                name="attempt_reserved",
            ),
        ]


class Adjustment(models.Model):
    """What somebody asked to be given or taken by hand, of the staff or with a key for machines;
    above their limit it waits for a second hand. `key` is the asker's own name for it."""

    id = models.UUIDField(primary_key=True)
    key = models.CharField(max_length=200, unique=True, null=True, db_collation="C")
    customer_id = models.BigIntegerField(db_index=True)
    programme = models.CharField(max_length=60, db_collation="C")
    asset = models.CharField(max_length=60, db_collation="C")
    amount = models.BigIntegerField()
    reason = models.CharField(max_length=500)
    asked_by = models.ForeignKey(Staff, null=True, on_delete=models.PROTECT, related_name="+")
    asked_key = models.ForeignKey(ApiKey, null=True, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(Staff, null=True, on_delete=models.PROTECT, related_name="+")
    decided_key = models.ForeignKey(ApiKey, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=10)

    class Meta:
        db_table = "regulars_adjustment"
        indexes = [models.Index(fields=["asked_at", "id"], name="adjustment_asked")]


class Seal(models.Model):
    """A block of rows of one kind (facts, transfers): the hash of them and of the seal before.
    Append-only.

    `marks` are 12 bytes for each row, its number of arrival and the beginning of its own hash: by
    them a row is named that was changed or removed.
    """

    pk = models.CompositePrimaryKey("kind", "number")
    kind = models.CharField(max_length=30)
    number = models.BigIntegerField()
    first = models.BigIntegerField()
    last = models.BigIntegerField()
    count = models.BigIntegerField()
    hash = models.BinaryField(max_length=32)
    marks = models.BinaryField(default=b"")
    sealed_at = models.DateTimeField()

    class Meta:
        db_table = "regulars_seal"


class Signal(models.Model):
    """By what a customer is known to the referral rules, since when, and by which fact it came.

    `value` and `loose` are what is compared: the latter without dots and tags in addresses.
    """

    pk = models.CompositePrimaryKey("kind", "value", "customer_id", "key")
    kind = models.CharField(max_length=10)
    value = models.CharField(max_length=254, db_collation="C")
    loose = models.CharField(max_length=254, db_collation="C")
    customer_id = models.BigIntegerField(db_index=True)
    key = models.CharField(max_length=200, db_collation="C")
    at = models.DateTimeField()

    class Meta:
        db_table = "regulars_signal"
        indexes = [models.Index(fields=["kind", "loose"], name="signal_by_loose")]


class Friend(models.Model):
    """Who came as somebody's friend, since when."""

    pk = models.CompositePrimaryKey("customer_id", "programme")
    customer_id = models.BigIntegerField()
    programme = models.CharField(max_length=60, db_collation="C")
    at = models.DateTimeField()

    class Meta:
        db_table = "regulars_friend"
