"""The web process: `python -m regulars.run.web HOST PORT WORKERS`, started by `serve`."""

from __future__ import annotations

import resource
import sys

from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels

from regulars.run import log
from regulars.run.orphan import watch_parent

STOP_SECONDS = 14
MOST_CONNECTIONS = 8192
"""A process keeps so many connections open, most of them idle. Who comes then waits outside; what
is asked over those inside is bounded by the crowd and the writer."""
COMING = 4096
"""So many may have knocked and not been let in yet; the kernel may know a lower bound."""


def main() -> None:
    host, port, workers = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    log.configure()
    watch_parent()
    Granian(
        "regulars.run.server:make",
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        http=HTTPModes.auto,
        workers=workers,
        backlog=COMING,
        backpressure=_connections(),
        websockets=False,
        log_level=LogLevels.warning,
        log_dictconfig=log.for_granian(),
        workers_kill_timeout=STOP_SECONDS,
    ).serve()


def _connections() -> int:
    """How many connections a process may hold: half of the files that it may open, others being
    needed for the database and for what is read and written."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * MOST_CONNECTIONS
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return MOST_CONNECTIONS if soft == resource.RLIM_INFINITY else min(MOST_CONNECTIONS, soft // 2)


if __name__ == "__main__":
    main()
