"""Children of `serve` end with it, even when it was killed.

Each child holds the reading end of a pipe as its standard input; the kernel closes the other end
when the parent is gone.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time

GRACE_SECONDS = 5.0


def watch_parent() -> None:
    """From now on, stop this process and its group when standard input ends."""
    threading.Thread(target=_wait, name="parent", daemon=True).start()


def _wait() -> None:
    handle = sys.stdin.fileno()
    while os.read(handle, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_SECONDS)
    os.killpg(os.getpgid(0), signal.SIGKILL)
