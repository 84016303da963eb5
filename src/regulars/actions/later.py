"""Work for later: put into the queue inside the caller's transaction."""

from __future__ import annotations

import contextlib

from django.db import connection, transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException

from regulars.db import tracing

REQUEST = "request"
"""The argument that says for which request a job works; no job sees it."""


def later(task: str, *, once: str | None = None, **arguments: str) -> None:
    """Have `task` (a name of `regulars.jobs`) done by the job worker, under the id of the request
    that wants it.

    With `once`, a task that already waits under that name is enough.
    """
    if request := tracing.current():
        arguments[REQUEST] = request
    # A savepoint: a refused task must not break the caller's transaction.
    try:
        with contextlib.suppress(AlreadyEnqueued), transaction.atomic():
            app.configure_task(task, queueing_lock=once).defer(**arguments)
    except ConnectorException as error:
        if error.__cause__ is None:
            raise
        # The database is away or full: whoever waits is told so, as by any other statement.
        with connection.wrap_database_errors:
            raise error.__cause__ from None


def refresh_later() -> None:
    """Have standings and measures computed anew, because facts or links changed."""
    later("refresh", once="refresh")
