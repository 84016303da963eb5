"""Lets time pass in a process of its own, which dies before one of its statements.

Arguments: the statement to die before (0: never), and until when time passes.
"""

from __future__ import annotations

import os
import signal
import sys
from datetime import datetime
from typing import Any


def main() -> None:
    import django

    django.setup()
    import psycopg

    from regulars.actions.passing import pass_time

    execute, left = psycopg.Cursor.execute, [int(sys.argv[1])]

    def counted(cursor: Any, *told: Any, **more: Any) -> Any:
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(cursor, *told, **more)

    psycopg.Cursor.execute = counted  # type: ignore[method-assign]
    pass_time(datetime.fromisoformat(sys.argv[2]))


if __name__ == "__main__":
    main()
