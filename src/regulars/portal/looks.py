"""How the business looks: a small stylesheet and a picture at addresses that change with them."""

from __future__ import annotations

import hashlib
import re

from django.urls import reverse
from msgspec import Struct

from regulars.db.models import Brand

COLOUR = re.compile(r"#[0-9a-f]{6}")


class Looks(Struct, frozen=True):
    """Where the stylesheet lies, if the business has one of its own, and its address in words."""

    stylesheet: str = ""
    address: str = ""


def mark(brand: Brand) -> str:
    """What changes whenever the look does."""
    told = f"{brand.colour}\0{brand.logo_type}\0".encode() + bytes(brand.logo)
    return hashlib.sha256(told).hexdigest()[:16]


def look_of(brand: Brand | None) -> Looks:
    """The look as pages need it."""
    if brand is None:
        return Looks()
    if not (brand.colour or brand.logo):
        return Looks(address=brand.address)
    return Looks(reverse("portal:looks", args=[mark(brand)]), brand.address)


def stylesheet(brand: Brand) -> str:
    """The two properties that a look consists of."""
    lines = []
    if COLOUR.fullmatch(brand.colour):
        lines.append(f"--brand: {brand.colour};")
    if brand.logo:
        lines.append(f'--brand-logo: url("{reverse("portal:logo", args=[mark(brand)])}");')
    return ":root { " + " ".join(lines) + " }\n"
