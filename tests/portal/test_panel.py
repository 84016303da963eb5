"""The panel in a shop's page, and what an owner may choose of the look."""

from __future__ import annotations

import struct
import zlib
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from portal_kit import NOW, Club, text

from regulars.actions.portal_look import MOST_BYTES, SIGNATURE, Look, change_look, written_anew
from regulars.actions.refused import Refused
from regulars.db.models import Brand, Role, Staff
from staff import signed_in

SHOP = "https://shop.example"


def part(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width: int = 2, height: int = 2, *more: bytes, pixels: bytes | None = None) -> bytes:
    if pixels is None:
        pixels = b"".join(b"\0" + b"\xff\0\0" * width for _ in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = part(b"IDAT", zlib.compress(pixels))
    parts = [part(b"IHDR", head), *more, data, part(b"IEND", b"")]
    return SIGNATURE + b"".join(parts)


def let(*origins: str) -> None:
    olga = Staff.objects.get(role=Role.OWNER)
    change_look(Look(colour="", logo=None, address="", origins=origins), olga, NOW)


def test_nobody_may_show_it_until_the_owner_says_so(club: Club) -> None:
    answer = Client().get("/panel/")
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Frame-Options"] == "DENY"


def test_only_the_named_origins_may_show_it(club: Club) -> None:
    let(SHOP, "https://other.example:8443")
    answer = Client().get("/panel/", headers={"Origin": "https://evil.example"})
    policy = answer.headers["Content-Security-Policy"]
    assert f"frame-ancestors {SHOP} https://other.example:8443;" in policy
    assert "X-Frame-Options" not in answer.headers
    assert "evil" not in str(answer.headers)
    for path in ("/my/sign-in/", "/my/", "/console/accounts/login/"):
        other = club.browser().get(path)
        assert "frame-ancestors 'none'" in other.headers["Content-Security-Policy"], path


def test_it_shows_and_changes_nothing(club: Club) -> None:
    stranger = Client().get("/panel/")
    told = text(stranger)
    assert "Every full 1 euro spent earns 1 point." in told
    assert "<form" not in stranger.content.decode()
    assert not stranger.cookies
    mine = text(club.browser().get("/panel/?lang=de"))
    assert "Hallo Ana" in mine
    assert "130 Punkte" in mine


def test_the_script_may_be_loaded_by_others_and_nothing_else_may() -> None:
    shared = {"widget.js": "cross-origin", "faces.css": "same-origin", "portal.svg": "same-origin"}
    for name, policy in shared.items():
        answer = Client().get(f"/static/regulars/{name}")
        assert answer.headers["Cross-Origin-Resource-Policy"] == policy, name
        answer.close()


BAD_ORIGINS = [
    *("*", "shop.example", "https://shop.example/path", "https://*.example", "javascript:alert(1)"),
    *("https://shop.example; script-src *", "http://shop.example", "'self'", "data:", "https://a"),
]


@pytest.mark.parametrize("origin", BAD_ORIGINS)
def test_what_is_no_origin(club: Club, origin: str) -> None:
    with pytest.raises(Refused, match="origin_unreadable"):
        let(origin)
    assert not Brand.objects.exists()


def test_a27_a_picture_is_its_pixels_alone() -> None:
    secret = part(b"tEXt", b"Comment\0GPS 52.5 13.4") + part(b"eXIf", b"where it was taken")
    file = png(2, 2, secret) + b"<html><script>alert(1)</script>PK\x03\x04"
    kept = written_anew(file)
    assert kept == png(2, 2)


BAD_PICTURES: dict[str, bytes] = {
    "empty head": SIGNATURE,
    "svg": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    "html": b"<!doctype html><script>alert(1)</script>",
    "gif": b"GIF89a" + b"\0" * 50,
    "cut off": png()[:-6],
    "a wrong check": png()[:-1] + b"\0",
    "no pixels": SIGNATURE + part(b"IHDR", b"\0" * 13) + part(b"IEND", b""),
    "pixels that are none": SIGNATURE
    + part(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0))
    + part(b"IDAT", b"no zlib")
    + part(b"IEND", b""),
    "a bomb": png(2, 2, pixels=b"\0" * 20_000_000),
    "a length beyond the end": SIGNATURE + b"\xff\xff\xff\xff" + b"IHDR",
}


@pytest.mark.parametrize("name", BAD_PICTURES)
def test_a27_what_is_no_picture(name: str) -> None:
    with pytest.raises(Refused, match="picture_unreadable"):
        written_anew(BAD_PICTURES[name])


@pytest.mark.parametrize(
    "file", [png(50_000, 50_000, pixels=b"\0"), png() + b"x" * MOST_BYTES], ids=["wide", "heavy"]
)
def test_a27_what_is_too_large(file: bytes) -> None:
    with pytest.raises(Refused, match="picture_too_large"):
        written_anew(file)


def test_the_owner_chooses_it_in_the_console(club: Club) -> None:
    owner = signed_in(club.owner)
    sent: dict[str, Any] = {
        "colour": "#AA3300",
        "logo": SimpleUploadedFile("logo.png", png(), "image/png"),
        "address": "Market Street 4",
        "origins": f"{SHOP}/\nhttp://localhost:8080",
    }
    assert owner.post("/console/settings/look/", sent).status_code == 302
    row = Brand.objects.get()
    assert (row.colour, bytes(row.logo), row.origins) == (
        "#aa3300",
        png(),
        [SHOP, "http://localhost:8080"],
    )
    keep = {"colour": "#aa3300", "address": "", "origins": ""}
    assert owner.post("/console/settings/look/", keep).status_code == 302
    assert bytes(Brand.objects.get().logo) == png(), "no new picture: the old one stays"
    assert owner.post("/console/settings/look/", {**keep, "no_logo": "on"}).status_code == 302
    assert bytes(Brand.objects.get().logo) == b""
    for wrong in ({"colour": "red"}, {"origins": "*"}, {"logo": SimpleUploadedFile("x.svg", b"<")}):
        answer = owner.post("/console/settings/look/", {**keep, **wrong})
        assert answer.status_code == 200, wrong
    assert Brand.objects.get().colour == "#aa3300"
