"""The job process: `python -m regulars.run.worker`, started by `serve`.

Jobs that run when the stop comes get some seconds to finish; what is left is taken up again by the
next worker.
"""

from __future__ import annotations

from typing import Any

import django

from regulars.run import log
from regulars.run.orphan import watch_parent

STOP_SECONDS = 12.0
CONCURRENCY = 3
"""One of them is at webhooks most of the time, where there are any."""


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
        )


if __name__ == "__main__":
    main()
