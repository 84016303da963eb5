"""Writes messages and sends what is due in a process of its own, which is killed after one of its
steps.

Arguments: the step, how many messages to write, and what time it is. Prints the ids of messages
that are about to be committed, a line each time.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import django

STEPS = ("booked", "committed", "taken", "sent", "answered", "marked")


def main() -> None:
    django.setup()
    from django.db import connection, transaction

    from receivers import LOOPBACK
    from regulars.actions.delivering import Postbox
    from regulars.channels.webhooks.sending import Sender
    from regulars.db import outbox

    step, count, now = sys.argv[1], int(sys.argv[2]), datetime.fromisoformat(sys.argv[3])

    def over(at: str) -> None:
        if at == step:
            os.kill(os.getpid(), signal.SIGKILL)

    class Dying(Postbox, kw_only=True):
        def send(self, endpoint: Any, taken: Any, now: datetime) -> None:
            over("taken")
            super().send(endpoint, taken, now)
            over("sent")

        def settle(self, done: Iterable[Any]) -> int:
            over("answered")
            found = super().settle(done)
            over("marked")
            return found

    with transaction.atomic():
        with connection.cursor() as cursor:
            news = [outbox.News("points.changed", {"n": n}) for n in range(count)]
            print(*outbox.put(cursor, news, now), flush=True)
        over("booked")
    over("committed")
    with Sender(LOOPBACK) as sender:
        Dying(sender, lambda: now).empty()


if __name__ == "__main__":
    main()
