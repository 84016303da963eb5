"""Work that is done later or again and again, by the job worker. Each job is one call of an action.

Heavy libraries are loaded inside the jobs: the web process reads this module too, to queue them.
"""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from regulars.actions import entry


def _folder() -> Path:
    return Path(settings.DATA)


@app.task(name="refresh", queue="measures", queueing_lock="refresh")
def refresh() -> None:
    """Mirror, standings and measures after new facts."""
    from regulars.actions.measuring import refresh as act  # noqa: PLC0415 - loads analytics

    act(_folder(), now=timezone.now())


@app.periodic(cron="5 * * * *")
@app.task(name="refresh_hourly", queue="measures", queueing_lock="refresh_hourly")
def refresh_hourly(timestamp: int) -> None:
    """The same every hour: silence grows and days turn without any new fact."""
    refresh()


@app.task(name="measure", queue="measures")
def measure(key: str) -> None:
    """One result that a page asked for."""
    from regulars.actions.measuring import compute_wanted  # noqa: PLC0415 - loads analytics

    compute_wanted(_folder(), key, now=timezone.now())


@app.task(name="mail_link", queue="mail", retry=RetryStrategy(max_attempts=5, exponential_wait=5))
def mail_link(purpose: str, email: str) -> None:
    """An invitation or a reset; the link is made when the message goes out."""
    entry.mail_link(entry.Purpose(purpose), email, timezone.now())
