"""The web process: `python -m regulars.run.web HOST PORT WORKERS`, started by `serve`."""

from __future__ import annotations

import sys

from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels

from regulars.run import log
from regulars.run.orphan import watch_parent

STOP_SECONDS = 14


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
        websockets=False,
        log_level=LogLevels.warning,
        log_dictconfig=log.for_granian(),
        workers_kill_timeout=STOP_SECONDS,
    ).serve()


if __name__ == "__main__":
    main()
