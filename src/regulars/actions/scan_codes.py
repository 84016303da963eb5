"""Codes that members scan: a screen's changes all the time and says by its signature which life of
which till it is; one on paper stays. Opening one makes a claim, which the browser keeps."""

from __future__ import annotations

import base64
import hmac
import re
import secrets
from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
from django.core.signing import BadSignature, Signer
from django.utils.crypto import salted_hmac
from msgspec import Struct

from regulars.actions.refused import Refused
from regulars.db.models import PaperCode, ScanRule, TillDevice

LIFE = timedelta(seconds=30)
"""A screen shows another code after so long; the one before still counts for as long again, so that
whoever is just raising their phone is not too late."""
CLAIM = timedelta(minutes=15)
"""Whoever opened a code has so long to sign in."""
SIGNS = 12
"""Bytes of a signature: 96 bits, within a minute."""
NUMBER = 16
CODE = re.compile(r"[A-Za-z0-9_-]{44}")
PAPER = re.compile(r"[A-Z2-9]{20}")
LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
PAPER_LENGTH = 20
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


class Shown(Struct, frozen=True):
    """The code of a screen, and until when it is shown."""

    code: str
    until: datetime


class Claim(Struct, frozen=True, kw_only=True):
    """Somebody opened a code `at` a moment: that of a `life` of a `device`'s screen, or of a
    `paper`. `nonce` makes it one opening of its own."""

    place: str
    at: datetime
    nonce: str
    device: UUID | None = None
    life: int | None = None
    paper: UUID | None = None

    @property
    def key(self) -> str:
        """The key of the fact that comes of it."""
        return f"scan:{self.nonce}"


def shown(device: TillDevice, now: datetime) -> Shown:
    """What the screen of a till shows now."""
    life = life_of(now)
    told = device.pk.bytes + life.to_bytes(5)
    code = base64.urlsafe_b64encode(told + _sign(told)).decode()
    return Shown(code, BEGINNING + (life + 1) * LIFE)


def life_of(now: datetime) -> int:
    """Which code of a screen it is, counted since 1970."""
    return (now - BEGINNING) // LIFE


def _sign(told: bytes) -> bytes:
    made = salted_hmac("regulars.scan.screen", told.hex(), algorithm="sha256").digest()
    return made[:SIGNS]


def paper_token() -> str:
    """What a new paper says: some 99 bits, so that no address of one is guessed."""
    return "".join(secrets.choice(LETTERS) for _ in range(PAPER_LENGTH))


def opened(code: str, now: datetime) -> Claim:
    """The claim of somebody who opens a code. Refused: scan_unknown, scan_ended, scan_paper_ended,
    scan_off."""
    nonce = secrets.token_urlsafe(16)
    if PAPER.fullmatch(code):
        paper = _paper(PaperCode.objects.filter(token=code).first())
        return Claim(place=paper.place_id, at=now, nonce=nonce, paper=paper.pk)
    number, life = _read(code)
    if not 0 <= life_of(now) - life <= 1:
        raise Refused("scan_ended")
    device = _screen(number)
    return Claim(place=device.place_id, at=now, nonce=nonce, device=number, life=life)


def _read(code: str) -> tuple[UUID, int]:
    """The till and the life that a code names, if it is one of ours."""
    if not CODE.fullmatch(code):
        raise Refused("scan_unknown")
    raw = base64.urlsafe_b64decode(code)
    told, sign = raw[:-SIGNS], raw[-SIGNS:]
    if not hmac.compare_digest(_sign(told), sign):
        raise Refused("scan_unknown")
    return UUID(bytes=told[:NUMBER]), int.from_bytes(told[NUMBER:])


def open_place(claim: Claim) -> ScanRule:
    """The rule by which a claim counts now. Refused: scan_unknown, scan_paper_ended, scan_off."""
    if claim.paper is not None:
        _paper(PaperCode.objects.filter(pk=claim.paper).first())
    elif claim.device is not None:
        _screen(claim.device)
    return _rule(claim.place)


def _paper(row: PaperCode | None) -> PaperCode:
    if row is None:
        raise Refused("scan_unknown")
    if row.ended_at is not None:
        raise Refused("scan_paper_ended")
    _rule(row.place_id)
    return row


def _screen(number: UUID) -> TillDevice:
    device = TillDevice.objects.filter(pk=number, revoked_at=None).first()
    if device is None:
        raise Refused("scan_unknown")
    if not _rule(device.place_id).on_screen:
        raise Refused("scan_off")
    return device


def _rule(place: str) -> ScanRule:
    rule = ScanRule.objects.select_related("place").filter(place_id=place).first()
    if rule is None or rule.place.closed_at is not None:
        raise Refused("scan_off")
    return rule


def kept(claim: Claim) -> str:
    """A claim as the browser keeps it: signed, so that only an opened code makes one."""
    return Signer(salt="regulars.scan.claim").sign_object(msgspec.to_builtins(claim))


def claimed(token: str, now: datetime) -> Claim:
    """The claim that a browser shows. Refused: scan_unknown, scan_ended."""
    try:
        claim = msgspec.convert(Signer(salt="regulars.scan.claim").unsign_object(token), Claim)
    except (BadSignature, ValueError, msgspec.MsgspecError) as error:
        raise Refused("scan_unknown") from error
    if not timedelta(0) <= now - claim.at < CLAIM:
        raise Refused("scan_ended")
    return claim
