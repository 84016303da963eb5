"""The job process: `python -m regulars.run.worker`, started by `serve`.

Jobs that run when the stop comes get some seconds to finish; what is left is taken up again by the
next worker.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import django
from procrastinate import JobContext
from procrastinate.worker import Worker

from regulars.db import tracing
from regulars.run import log
from regulars.run.orphan import watch_parent

STOP_SECONDS = 12.0
CONCURRENCY = 3
"""One of them is at webhooks most of the time, where there are any."""


def traced(go_on: Callable[[], Any], context: JobContext, _worker: Worker) -> Any:
    """Do a job under the id of the request that wanted it."""
    from regulars.actions.later import REQUEST  # noqa: PLC0415 - Django is set up by now

    with tracing.under(str(context.job.task_kwargs.pop(REQUEST, ""))):
        return go_on()


def main() -> None:
    django.setup()
    log.configure()
    watch_parent()
    from procrastinate.contrib.django import (  # noqa: PLC0415 - exists once Django is set up
        app,
    )

    from regulars.run.sparing import SparingManager  # noqa: PLC0415 - likewise

    connector: Any = app.connector
    with app.replace_connector(connector.get_worker_connector()) as jobs:
        jobs.job_manager = SparingManager(jobs.connector)
        jobs.run_worker(
            name="regulars",
            concurrency=CONCURRENCY,
            shutdown_graceful_timeout=STOP_SECONDS,
            delete_jobs="successful",
            task_middleware=[traced],
        )


if __name__ == "__main__":
    main()
