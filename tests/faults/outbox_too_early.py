"""The same worker, which marks messages as done when it takes them up."""

from __future__ import annotations

import outbox_worker

from regulars.db import outbox

outbox.TAKE = outbox.TAKE.replace("SET attempts", "SET state = 'done', attempts")

if __name__ == "__main__":
    outbox_worker.main()
