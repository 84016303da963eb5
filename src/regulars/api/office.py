"""The shapes of what is answered to those who run it: keys, adjustments, editions beforehand."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from msgspec import Meta

from regulars.api.answers import Shown, Text
from regulars.api.telling import SectionOut


class ApiKeyOut(Shown, frozen=True, kw_only=True):
    """A key for machines; the key itself is shown only when it is made. `gives` is how much it may
    give by hand within a day, empty for what the business says."""

    id: str
    name: str
    prefix: str
    scopes: list[str]
    per_minute: int
    gives: int | None
    made_at: datetime
    ends_at: datetime | None
    last_used: date | None


class ApiKeysOut(Shown, frozen=True, kw_only=True):
    """The keys that hold."""

    keys: list[ApiKeyOut]


class NewKeyOut(Shown, frozen=True, kw_only=True):
    """A key as it is shown, this one time."""

    key: Annotated[str, Meta(description="Keep it: it is not shown again.")]
    about: ApiKeyOut


class RevokedOut(Shown, frozen=True, kw_only=True):
    """A key that has ended, and the keys that it had made, which ended with it."""

    key: ApiKeyOut
    also: list[ApiKeyOut]


class AdjustmentOut(Shown, frozen=True, kw_only=True):
    """An amount given or taken by hand. `waiting`: a second hand decides; `asked_by` and
    `decided_by` name the staff or the key."""

    adjustment: str
    key: str
    programme: str
    member: str
    asset: str
    amount: Text
    reason: str
    state: Literal["waiting", "done", "refused"]
    asked_by: str
    asked_at: datetime
    decided_by: str
    decided_at: datetime | None


class AdjustmentsOut(Shown, frozen=True, kw_only=True):
    """A page of adjustments, the newest first."""

    items: list[AdjustmentOut]
    next: str = ""


class OtherOut(Shown, frozen=True, kw_only=True):
    """What a member would have by the new rules: so much more (or less), and in which tier."""

    member: str
    amounts: dict[str, Text]
    tier: str
    tier_was: str


class HarsherOut(Shown, frozen=True, kw_only=True):
    """Something that gets dearer or shorter: where it stands in the file, what it was and is."""

    place: str
    was: str
    now: str


class PreviewOut(Shown, frozen=True, kw_only=True):
    """What would be different had the edition been in force `since` then. `members` were looked
    at, `all_members` says whether these are all; so many would have `more`, `less`, another tier.
    `sums` is the difference of all together; `harsher` may begin on `earliest`, or at once with a
    reason. A programme that is new has nobody yet."""

    programme: str
    edition: str
    since: datetime | None
    members: int
    all_members: bool
    more: int
    less: int
    tiers: int
    sums: dict[str, Text]
    largest: list[OtherOut]
    harsher: list[HarsherOut]
    earliest: datetime
    terms: list[SectionOut]
