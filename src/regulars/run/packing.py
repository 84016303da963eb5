"""Files of the pages, packed for slow lines. They hold no secrets: their length may be seen."""

from __future__ import annotations

import gzip
import shutil
from pathlib import Path
from tempfile import mkdtemp
from threading import Lock
from typing import Any
from weakref import finalize

from django.http import HttpRequest, HttpResponse
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import StaticFile

PACKED = (".css", ".js", ".svg")
LEAST = 600
"""Bytes from which packing saves more than its head costs."""


class PackedFiles(WhiteNoiseMiddleware):  # type: ignore[misc]
    """Packs a file when it is first asked for, for as long as the process lives."""

    def __init__(self, get_response: Any) -> None:
        super().__init__(get_response)
        self._place = Path(mkdtemp(prefix="regulars-packed-"))
        finalize(self, shutil.rmtree, self._place, ignore_errors=True)
        self._seen: set[str] = set()
        self._lock = Lock()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        url = request.path_info
        if url in self.files and url not in self._seen:
            with self._lock:
                self._pack(url)
        answer: HttpResponse = super().__call__(request)
        return answer

    def _pack(self, url: str) -> None:
        if url in self._seen:  # somebody else asked for it at the same moment
            return
        self._seen.add(url)
        _encoding, path, headers = self.files[url].alternatives[-1]
        plain = Path(path)
        if plain.suffix not in PACKED or plain.stat().st_size < LEAST:
            return
        packed = self._place / f"{len(self._seen)}.gz"
        packed.write_bytes(gzip.compress(plain.read_bytes(), mtime=0))
        self.files[url] = StaticFile(path, headers, encodings={"gzip": str(packed)})
