"""A small shop with something behind every address, for attacks by requests."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db import connection
from django.utils import timezone
from msgspec import structs

from console import wizard
from console.doors import address, pages, title
from people import arrival, line, order, who
from regulars.actions import customers
from regulars.actions.measuring import refresh
from regulars.actions.record import record
from regulars.db import ids
from regulars.db.models import Customer, CustomerNote, Place, Role, Staff
from regulars.engine.arrivals import Arrival
from staff import employ, open_cafe, signed_in

FORMULAS = ("=1+1", "+SUM(A1:A9)", "-2+3", "@cmd", "\tx", "＝1+1", "＋1", "－1", "＠x")
NUMBER = 918_273_645
"""The first of the customers' internal numbers, which nobody must ever see."""
LIMITED = ("north", "south")


class OpenShop:
    """Ann (north), Ben (south), formulas by name, one merged; an import at each of its steps."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.now = folder, timezone.now()
        self.owner = open_cafe()
        self.sam = employ("Sam", Role.STAFF)
        for code in LIMITED:
            Place.objects.create(code=code, name=code.title())
        ids.left(connection)[:] = [range(NUMBER, NUMBER + ids.BLOCK)]
        record(list(self._orders()), now=self.now)
        self.ann, self.ben = (Customer.objects.get(name=name) for name in ("Ann", "Ben"))
        cleo = Customer.objects.get(name="Cleo")
        self.merged = cleo
        customers.merge(cleo.public_id, self.ann.public_id, reason="same", now=self.now)
        customers.add_note(self.ben.public_id, "likes tea", by=self.owner, now=self.now)
        customers.add_tag(self.ben.public_id, "tea", now=self.now)
        refresh(folder, now=self.now)
        self.imported()

    def _orders(self) -> Iterator[Arrival]:
        people = [("Ann", "north"), ("Ben", "south"), ("Cleo", "north")]
        people += [(text, "north") for text in FORMULAS]
        for number, (name, place) in enumerate(people):
            for week in range(1, 12):
                at = self.now - timedelta(days=7 * week + number)
                one = order(f"{number}-{week}", line(name, "3.20"), at=at)
                person = who(f"nr-{number}", name, email=f"p{number}@example.com")
                yield arrival(structs.replace(one, place=place), person)

    def imported(self) -> None:
        client = signed_in(self.owner)
        self.done = wizard.through(client, wizard.GERMAN)
        self.open = wizard.upload(client, wizard.GERMAN + "\n")

    def known(self) -> dict[str, str]:
        """Real values for what addresses ask for."""
        return {
            "public_id": str(self.ben.public_id),
            "note_id": str(CustomerNote.objects.get().id),
            "run_id": str(wizard.run_at(self.open).id),
            "staff_id": str(self.sam.pk),
            "kind": "rfm",
            "table": "customers",
        }

    def paths(self, **other: str) -> dict[str, str]:
        """Every page of the installation, by name, with real things behind its address."""
        known = {**self.known(), **other}
        return {title(page): address(page, **known) for page in pages()}


def unknown() -> str:
    return str(uuid.uuid4())


def body(answer: Any) -> str:
    """Everything that an answer holds."""
    if getattr(answer, "streaming", False):
        return b"".join(answer.streaming_content).decode(errors="replace")
    return str(answer.content.decode(errors="replace"))


def limited(place: str) -> Staff:
    return employ(f"Lou{place}", Role.MANAGER, place)
