"""Questions before something that others will feel: a dialog, and without a script a page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from msgspec import Struct


class Question(Struct, frozen=True, kw_only=True):
    """What is asked (`title`), what happens and how it is undone (`text`), the button (`act`), and
    where yes is sent (`url`). `label` stands where the question is opened; `whom` completes it for
    those who hear the page; `key` tells the dialogs of a page apart."""

    key: str
    title: str
    text: str
    act: str
    url: str
    label: str
    whom: str = ""
    tone: str = "danger"
    section: str = ""
    back: str = ""
    fields: dict[str, str] = {}


def ask(request: HttpRequest, question: Question) -> HttpResponse:
    """The question as a page of its own."""
    page = "settings" if question.section else "customers"
    return render(request, f"console/{page}/sure.html", {"question": question})
