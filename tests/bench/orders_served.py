"""Serve a data folder on a port without jobs: what is asked over HTTP is measured alone."""

from __future__ import annotations

import sys

from regulars.run.folder import prepare
from regulars.run.serve import Wanted, serve

if __name__ == "__main__":
    wanted = Wanted(port=int(sys.argv[2]), workers=int(sys.argv[3]), jobs=False)
    sys.exit(
        serve(prepare(sys.argv[1]), wanted, on_ready=lambda address: print(address, flush=True))
    )
