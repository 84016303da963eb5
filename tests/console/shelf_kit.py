"""Corner Coffee with its club for the pages of rewards and vouchers, and a member with points."""

from __future__ import annotations

import struct
import zlib
from datetime import datetime, timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from regulars.actions.known import known_customer
from regulars.actions.members import join
from regulars.actions.publishing import publish
from regulars.actions.record import Source, record
from regulars.actions.redeeming import Asked, redeem
from regulars.db.models import Role, Staff, VoucherRow
from regulars.engine.arrivals import Arrival
from regulars.engine.facts import Identifier, Profile, Who
from regulars.engine.happenings import Grant, Redemption
from regulars.sources.corner_coffee import programme
from staff import employ, open_cafe

CLUB = "corner_club"
LIST = "/console/rewards/"
VOUCHERS = "/console/rewards/vouchers/"


def signed_in(staff: Staff) -> Client:
    client = Client()
    client.force_login(staff)
    return client


class Shop:
    """The business, its owner's browser, and Ana, who has 1,000 points."""

    def __init__(self) -> None:
        self.now: datetime = timezone.now()
        self.staff = open_cafe()
        self.owner = signed_in(self.staff)
        publish(programme(), now=self.now - timedelta(days=30), by="Olga")
        self.ana = self.member("Ana Popescu", "ana@example.com")

    def member(self, name: str, email: str, points: int = 1000) -> int:
        told = Who(identifiers=(Identifier("email", email),), profile=Profile(name=name))
        number = known_customer(told, self.now)
        long_ago = self.now - timedelta(days=20)
        join([number], CLUB, since=long_ago, now=long_ago)
        fact = Grant(key=f"given:{number}", at=self.now - timedelta(days=10), amount=points)
        record([Arrival(fact=fact, programme=CLUB)], now=self.now, source=Source(owner=number))
        return number

    def voucher(
        self, key: str = "r1", reward: str = "coffee", *, of: int | None = None, **more: Any
    ) -> VoucherRow:
        """Ana, or another member, turns points into a voucher."""
        told = Redemption(
            key=key, at=self.now, reward=reward, as_voucher=True, source="portal", **more
        )
        whose = {"customer_id": self.ana if of is None else of, "programme": CLUB}
        assert redeem(Asked(attempt=told, now=self.now, **whose)).accepted
        return VoucherRow.objects.get(id=key)

    def colleague(self, role: Role) -> Client:
        return signed_in(employ(f"{role}-colleague", role))


def png(width: int = 2, height: int = 2, *more: tuple[bytes, bytes]) -> bytes:
    """A PNG of one colour, with further parts before its pixels."""

    def part(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    pixels = zlib.compress((b"\0" + b"\x80" * width) * height)
    parts = [(b"IHDR", head), *more, (b"IDAT", pixels), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(part(kind, body) for kind, body in parts)
