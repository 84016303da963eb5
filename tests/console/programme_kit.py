"""A browser's part in the programme's forms: what a form shows, sent back with changes."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from html import unescape
from typing import Any

from customers_kit import colleague
from django.test import Client
from django.utils import timezone

from regulars.actions.publishing import publish
from regulars.blueprints import PROGRAMME, blueprints
from regulars.db.models import DraftRow, Role, Staff

HOME = "/console/programme/"
PAGE = f"{HOME}draft/corner_club/"
BODY = blueprints()["cafe_points"].joinpath(PROGRAMME).read_text(encoding="utf-8")
INPUT = re.compile(r"<(input|select)\b([^>]*)>(.*?)(?=<input|<select|</form|$)", re.DOTALL)
FORM = re.compile(r'<form method="post" action="[^"]*" novalidate>.*?</form>', re.DOTALL)


def now() -> datetime:
    return timezone.now()


def begin() -> None:
    publish(BODY, now=now() - timedelta(days=60), by="Olga")


def owner() -> Client:
    known = Staff.objects.filter(role=Role.OWNER).first()
    if known is None:
        return colleague(Role.OWNER)
    client = Client()
    client.force_login(known)
    return client


def text(answer: Any) -> str:
    return unescape(str(answer.content.decode()).replace("\xa0", " "))


def inputs(page: str) -> dict[str, list[str]]:
    """What a browser would send for the rule's form, untouched."""
    found = FORM.search(page)
    assert found is not None
    sent: dict[str, list[str]] = {}
    for kind, told, after in INPUT.findall(found[0]):
        told = dict(re.findall(r'([\w-]+)(?:="([^"]*)")?', told))
        name = unescape(told.get("name", ""))
        value = unescape(told.get("value", ""))
        if kind == "select":
            chosen = re.search(r'<option value="([^"]*)" selected', after)
            first = re.search(r'<option value="([^"]*)"', after)
            value = unescape((chosen or first)[1]) if first else ""  # type: ignore[index]
        elif told.get("type") == "checkbox" and "checked" not in told:
            continue
        if name and name != "csrfmiddlewaretoken":
            sent.setdefault(name, []).append(value)
    return sent


def body() -> str:
    return DraftRow.objects.get().body


def opened(client: Client, at: str) -> dict[str, list[str]]:
    answer = client.get(PAGE, {"at": at})
    assert answer.status_code == 200, at
    return inputs(text(answer))


def save(client: Client, at: str, **changes: Any) -> Any:
    sent = opened(client, at)
    for name, value in changes.items():
        sent[name.replace("__", ".")] = value if isinstance(value, list) else [value]
    return client.post(PAGE, {**sent, "do": "save"}, follow=True)
