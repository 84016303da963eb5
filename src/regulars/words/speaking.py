"""Speaking a language where no web server runs: on the command line and in tools."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.utils import translation

LOCALE = Path(__file__).resolve().parent / "locale"


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Sentences are in `language` meanwhile. Where Django is not set up, its translations are:
    nothing else of it, and no database."""
    if not settings.configured:
        settings.configure(USE_I18N=True, LANGUAGE_CODE="en", LOCALE_PATHS=[LOCALE])
    if not apps.ready:
        apps.populate(settings.INSTALLED_APPS)
    with translation.override(language):
        yield
