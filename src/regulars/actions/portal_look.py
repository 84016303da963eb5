"""How the business looks to its members: one colour, one picture, one line with its address.

A picture is taken as PNG alone and written anew from the parts that hold its pixels, so that
nothing else that was in the file is kept or served: no place where it was taken, no second file
behind it. It cannot run anything.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from datetime import datetime

from django.db import transaction
from msgspec import Struct

from regulars.actions import audit
from regulars.actions.refused import Refused
from regulars.db.models import Brand, Staff

COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
ORIGIN = re.compile(
    r"https://[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63}){1,5}(:[0-9]{1,5})?"
    r"|http://(localhost|127\.0\.0\.1)(:[0-9]{1,5})?"
)
MOST_ORIGINS = 20
MOST_BYTES = 200_000
MOST_PIXELS = 1024
SIGNATURE = b"\x89PNG\r\n\x1a\n"
KEPT = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND")
ADDRESS_LENGTH = 200


class Bounds(Struct, frozen=True, kw_only=True):
    """The most that a picture may have: bytes of its file, and pixels of its sides."""

    bytes: int
    pixels: int


LOGO = Bounds(bytes=MOST_BYTES, pixels=MOST_PIXELS)


class Look(Struct, frozen=True, kw_only=True):
    """What an owner chose: a colour as #rrggbb or none, a new picture or None to keep the present
    one (empty: none), the line with the address, and the origins (https://shop.example) whose pages
    may show the panel."""

    colour: str
    logo: bytes | None
    address: str
    origins: tuple[str, ...] = ()


@transaction.atomic
def change_look(look: Look, by: Staff, now: datetime) -> None:
    """Take over a look. Refused: colour_unreadable, picture_unreadable, picture_too_large,
    origin_unreadable."""
    if look.colour and not COLOUR.fullmatch(look.colour):
        raise Refused("colour_unreadable")
    for one in look.origins:
        if not ORIGIN.fullmatch(one):
            raise Refused("origin_unreadable", value=one[:100])
    row, _made = Brand.objects.select_for_update().get_or_create(id=1, defaults={"changed_at": now})
    before = _told(row)
    row.colour = look.colour.lower()
    row.address = " ".join(look.address.split())[:ADDRESS_LENGTH]
    row.origins = list(dict.fromkeys(look.origins))[:MOST_ORIGINS]
    if look.logo is not None:
        row.logo = written_anew(look.logo) if look.logo else b""
        row.logo_type = "image/png" if look.logo else ""
    row.changed_at = now
    row.save()
    audit.note("look.changed", "", audit.staff_name(by), now, audit.differing(before, _told(row)))


def _told(row: Brand) -> dict[str, object]:
    """What is written down of a look: of its picture only how large it is."""
    lines = {"colour": row.colour, "address": row.address, "origins": list(row.origins)}
    return {**lines, "logo": len(row.logo)}


def written_anew(file: bytes, bounds: Bounds = LOGO) -> bytes:
    """A PNG of its pixels alone. Refused: picture_unreadable, picture_too_large."""
    if len(file) > bounds.bytes:
        raise Refused("picture_too_large", most=bounds.bytes // 1000, pixels=bounds.pixels)
    try:
        parts = list(_parts(file))
        kinds = [kind for kind, _body in parts]
        if kinds[0] != b"IHDR" or kinds[-1] != b"IEND" or b"IDAT" not in kinds:
            raise ValueError
        width, height = struct.unpack(">II", parts[0][1][:8])
        _check_pixels(parts, bounds)
    except (ValueError, IndexError, struct.error, zlib.error) as error:
        raise Refused("picture_unreadable") from error
    if not (0 < width <= bounds.pixels and 0 < height <= bounds.pixels):
        raise Refused("picture_too_large", most=bounds.bytes // 1000, pixels=bounds.pixels)
    return SIGNATURE + b"".join(_part(kind, body) for kind, body in parts if kind in KEPT)


def _parts(file: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The parts of a PNG up to its end. ValueError where it is none."""
    if not file.startswith(SIGNATURE):
        raise ValueError
    at = len(SIGNATURE)
    while at < len(file):
        (length,) = struct.unpack(">I", file[at : at + 4])
        kind, body = file[at + 4 : at + 8], file[at + 8 : at + 8 + length]
        (check,) = struct.unpack(">I", file[at + 8 + length : at + 12 + length])
        if len(body) != length or zlib.crc32(kind + body) != check:
            raise ValueError
        yield kind, body
        if kind == b"IEND":
            return
        at += 12 + length


def _check_pixels(parts: list[tuple[bytes, bytes]], bounds: Bounds) -> None:
    """That the pixels can be unpacked, into no more room than such a picture takes."""
    packed = b"".join(body for kind, body in parts if kind == b"IDAT")
    unpacked = zlib.decompressobj()
    most = (bounds.pixels * 8 + 1) * bounds.pixels + 1
    if len(unpacked.decompress(packed, most)) >= most or not unpacked.eof:
        raise ValueError


def _part(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
