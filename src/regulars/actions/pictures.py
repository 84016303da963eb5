"""Pictures that people bring: told by what is in them, and written anew from the parts that make
the picture.

Nothing else of a file is kept or served: not where a photo was taken, no comments, nothing behind
its end. How a phone was held stays, so that the picture stands upright.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from msgspec import Struct

from regulars.actions.portal_look import SIGNATURE as PNG
from regulars.actions.portal_look import Bounds, written_anew
from regulars.actions.refused import Refused

BOUNDS = Bounds(bytes=400_000, pixels=2000)
JPEG = b"\xff\xd8\xff"
START, END, SCAN, EXIF = 0xD8, 0xD9, 0xDA, 0xE1
FRAMES = (0xC0, 0xC1, 0xC2)
KEPT = (0xC4, 0xDB, 0xDD, *FRAMES)
"""Tables, frames and the distance of restarts: what a picture consists of, beside its scans."""
RESTARTS = range(0xD0, 0xD8)
ORIENTATION = 0x0112
UPRIGHT = 1


class Picture(Struct, frozen=True, kw_only=True):
    """What is served: a type by what is in it, and the file."""

    type: str
    body: bytes


class Part(Struct, frozen=True):
    """A part of a JPEG: its marker, its body, and the pixels that follow a scan."""

    marker: int
    body: bytes
    pixels: bytes = b""


def picture(file: bytes) -> Picture:
    """A PNG or JPEG written anew. Refused: photo_unreadable, picture_too_large."""
    if len(file) > BOUNDS.bytes:
        raise Refused("picture_too_large", most=BOUNDS.bytes // 1000, pixels=BOUNDS.pixels)
    if file.startswith(PNG):
        try:
            return Picture(type="image/png", body=written_anew(file, BOUNDS))
        except Refused as refused:
            code = refused.code.replace("picture_unreadable", "photo_unreadable")
            raise Refused(code, **refused.params) from refused
    if file.startswith(JPEG):
        return Picture(type="image/jpeg", body=_jpeg(file))
    raise Refused("photo_unreadable")


def _jpeg(file: bytes) -> bytes:
    try:
        parts = list(_parts(file))
        (frame,) = [one for one in parts if one.marker in FRAMES]
        _depth, height, width, colours = struct.unpack(">BHHB", frame.body[:6])
        turned = _orientation(parts)
    except (ValueError, IndexError, struct.error) as error:
        raise Refused("photo_unreadable") from error
    if colours not in (1, 3) or not any(one.marker == SCAN and one.pixels for one in parts):
        raise Refused("photo_unreadable")
    if not (0 < width <= BOUNDS.pixels and 0 < height <= BOUNDS.pixels):
        raise Refused("picture_too_large", most=BOUNDS.bytes // 1000, pixels=BOUNDS.pixels)
    kept = [_written(one) for one in parts if one.marker in KEPT or one.marker == SCAN]
    return b"".join([JPEG[:2], _turned(turned), *kept, bytes([0xFF, END])])


def _parts(file: bytes) -> Iterator[Part]:
    """The parts up to the end of the picture. ValueError where it is none."""
    at = 2
    while True:
        while file[at] == 0xFF and file[at + 1] == 0xFF:
            at += 1
        if file[at] != 0xFF:
            raise ValueError
        marker = file[at + 1]
        if marker == END:
            return
        (length,) = struct.unpack(">H", file[at + 2 : at + 4])
        body = file[at + 4 : at + 2 + length]
        if length < 2 or len(body) != length - 2:
            raise ValueError
        at += 2 + length
        end = _scan_end(file, at) if marker == SCAN else at
        yield Part(marker, body, file[at:end])
        at = end


def _scan_end(file: bytes, start: int) -> int:
    """Where the pixels of a scan end: at the next marker that is no restart."""
    at = start
    while True:
        at = file.index(b"\xff", at)
        after = file[at + 1]
        if after != 0 and after not in RESTARTS:
            return at
        at += 2


def _written(one: Part) -> bytes:
    return bytes([0xFF, one.marker]) + struct.pack(">H", len(one.body) + 2) + one.body + one.pixels


def _orientation(parts: list[Part]) -> int:
    """How the picture is turned, as its Exif part says; upright where it says nothing."""
    for one in parts:
        if one.marker == EXIF and one.body.startswith(b"Exif\0\0"):
            return _turn_of(one.body[6:])
    return UPRIGHT


def _turn_of(exif: bytes) -> int:
    order = {b"II": "<", b"MM": ">"}.get(exif[:2], "")
    if not order or len(exif) < 10:
        return UPRIGHT
    (first,) = struct.unpack(f"{order}I", exif[4:8])
    (count,) = struct.unpack(f"{order}H", exif[first : first + 2] or b"\0\0")
    for number in range(min(count, 200)):
        entry = exif[first + 2 + 12 * number : first + 14 + 12 * number]
        if len(entry) == 12 and struct.unpack(f"{order}H", entry[:2])[0] == ORIENTATION:
            turn = int(struct.unpack(f"{order}H", entry[8:10])[0])
            return turn if 1 <= turn <= 8 else UPRIGHT
    return UPRIGHT


def _turned(turn: int) -> bytes:
    """A part of our own that says how the picture is turned; nothing where it stands upright."""
    if turn == UPRIGHT:
        return b""
    entry = struct.pack(">HHIHH", ORIENTATION, 3, 1, turn, 0)
    exif = b"Exif\0\0MM\0*" + struct.pack(">IH", 8, 1) + entry + b"\0\0\0\0"
    return _written(Part(EXIF, exif))
