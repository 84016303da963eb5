"""Doing something that a button asks for, and saying on the next page what came of it."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest

from regulars.actions.refused import Refused
from regulars.words.reasons import sentence


def do(request: HttpRequest, act: Callable[[], object], done: str = "") -> None:
    """Do it, and say `done`, if there is anything to say, or why it was refused."""
    try:
        act()
    except Refused as refused:
        messages.error(request, sentence(refused.code, refused.params))
    else:
        if done:
            messages.success(request, done)
