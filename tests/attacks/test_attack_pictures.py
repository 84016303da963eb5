"""A27: what is brought as a picture is told by what is in it, written anew, and cannot do anything.

Nothing but its pixels is kept: no place where it was taken, no second file behind it.
"""

from __future__ import annotations

import struct
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from console.shelf_kit import LIST, Shop, png
from regulars.actions.pictures import BOUNDS, picture
from regulars.actions.refused import Refused
from regulars.db.models import RewardPicture
from regulars.sources.corner_coffee import picture as of_the_demonstration

SECRET = b"GPS 52.5200 N 13.4050 E"
SCRIPT = b"<script>alert(1)</script>"


def segment(marker: int, body: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body


def exif(turn: int, order: str = ">") -> bytes:
    """A part that says how a photo is turned, and where it was taken."""
    entry = struct.pack(f"{order}HHIHH", 0x0112, 3, 1, turn, 0)
    head = (b"MM" if order == ">" else b"II") + struct.pack(f"{order}HI", 42, 8)
    return b"Exif\0\0" + head + struct.pack(f"{order}H", 1) + entry + b"\0\0\0\0" + SECRET


def jpeg(*more: bytes, size: tuple[int, int] = (8, 8), colours: int = 3, end: bytes = b"") -> bytes:
    """What has the parts of a JPEG, with further ones before its frame and bytes behind its end."""
    parts = b"".join(struct.pack(">BBB", n + 1, 0x11, 0) for n in range(colours))
    frame = segment(0xC0, struct.pack(">BHHB", 8, *size, colours) + parts)
    table = segment(0xDB, bytes(65))
    scan = segment(0xDA, b"\x01\x01\x00\x00\x3f\x00") + b"\x12\xff\x00\x34\xff\xd0\x56"
    return b"\xff\xd8" + b"".join(more) + table + frame + scan + b"\xff\xd9" + end


HOSTILE: dict[str, bytes] = {
    "an SVG": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "a page": b"<!doctype html>" + SCRIPT,
    "a page behind the mark of a PNG": b"\x89PNG\r\n\x1a\n" + SCRIPT,
    "a page behind the mark of a JPEG": b"\xff\xd8\xff" + SCRIPT,
    "a GIF": b"GIF89a" + bytes(40),
    "a WebP": b"RIFF\x10\0\0\0WEBPVP8 " + bytes(20),
    "half a JPEG": jpeg()[:-9],
    "a JPEG without pixels": jpeg()[:2] + b"\xff\xd9",
    "a JPEG with two frames": jpeg(segment(0xC0, struct.pack(">BHHB", 8, 8, 8, 1) + b"\1\x11\0")),
    "a JPEG for printers": jpeg(colours=4),
    "a part that is longer than its file": b"\xff\xd8\xff\xe0\xff\xff" + bytes(20),
    "a part without a length": b"\xff\xd8\xff\xe0\x00\x00" + bytes(20),
    "nothing": b"",
    "a PNG whose sum is wrong": png()[:-2] + b"xx",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_picture_is_refused(name: str) -> None:
    with pytest.raises(Refused) as refused:
        picture(HOSTILE[name])
    assert refused.value.code == "photo_unreadable"


@pytest.mark.parametrize(
    "file",
    [
        jpeg(size=(50_000, 50_000)),
        jpeg(size=(8, BOUNDS.pixels + 1)),
        png(BOUNDS.pixels + 1, 1),
        png() + bytes(BOUNDS.bytes),
        jpeg(end=bytes(BOUNDS.bytes)),
    ],
    ids=["50,000 pixels", "high", "wide", "heavy PNG", "heavy JPEG"],
)
def test_what_is_too_large_is_refused_before_it_is_unpacked(file: bytes) -> None:
    with pytest.raises(Refused) as refused:
        picture(file)
    assert refused.value.code == "picture_too_large"


def test_a_png_that_unpacks_without_end_is_refused() -> None:
    import zlib

    packed = zlib.compress(bytes(40_000_000), 9)
    bomb = png().replace(zlib.compress((b"\0\x80\x80") * 2), packed)
    with pytest.raises(Refused):
        picture(bomb)


@pytest.mark.parametrize("order", [">", "<"])
@pytest.mark.parametrize("turn", [1, 3, 6, 8])
def test_of_a_photo_only_its_pixels_and_how_it_was_held_stay(turn: int, order: str) -> None:
    told = [segment(0xE1, exif(turn, order)), segment(0xFE, SCRIPT), segment(0xED, SECRET)]
    made = picture(jpeg(*told, end=SCRIPT + b"PK\3\4"))
    assert made.type == "image/jpeg"
    for left in (SECRET, SCRIPT, b"PK"):
        assert left not in made.body
    assert made.body.endswith(b"\x56\xff\xd9")
    assert (struct.pack(">HHIHH", 0x0112, 3, 1, turn, 0) in made.body) == (turn > 1)
    assert picture(made.body) == made, "written anew once more it is the same"


@pytest.mark.parametrize("turn", [0, 9, 65535])
def test_a_turn_that_cannot_be_is_none(turn: int) -> None:
    assert b"Exif" not in picture(jpeg(segment(0xE1, exif(turn)))).body


def test_of_a_png_only_its_pixels_stay() -> None:
    made = picture(png(2, 2, (b"tEXt", SECRET), (b"eXIf", SECRET)) + SCRIPT)
    assert made.type == "image/png"
    assert SECRET not in made.body
    assert SCRIPT not in made.body


def test_saboteur_a_file_kept_as_it_came_holds_everything() -> None:
    assert SECRET in jpeg(segment(0xE1, exif(6)))
    assert SCRIPT in png() + SCRIPT


def test_the_pictures_of_the_demonstration_are_some() -> None:
    for name in ("coffee", "cake", "beans", "cup", "birthday"):
        assert picture(of_the_demonstration(name)).type == "image/png"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("file", "kind"),
    [(png() + SCRIPT, "image/png"), (jpeg(end=SCRIPT), "image/jpeg")],
    ids=["png", "jpeg"],
)
def test_it_is_served_as_what_it_is_whatever_its_sender_says(file: bytes, kind: str) -> None:
    shop = Shop()
    sent = SimpleUploadedFile("../../evil.html", file, "text/html")
    where = f"{LIST}corner_club/cup/picture/"
    assert shop.owner.post(where, {"file": sent}).status_code == 302
    kept = RewardPicture.objects.get()
    answer: Any = shop.owner.get(f"/looks/rewards/{kept.hash}")
    assert answer["Content-Type"] == kind
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"] == "attachment"
    assert "script-src" in answer["Content-Security-Policy"]
    assert SCRIPT not in answer.content


@pytest.mark.django_db
@pytest.mark.parametrize("mark", ["", "x", "..%2f..%2fsecrets", "%00", "a" * 64, "' OR 1=1 --"])
def test_no_other_file_is_reached_by_the_address_of_a_picture(mark: str) -> None:
    shop = Shop()
    assert shop.owner.get(f"/looks/rewards/{mark}").status_code == 404
