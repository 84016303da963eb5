"""What `regulars verify` found when it was last run, noted in the data folder."""

from __future__ import annotations

from datetime import datetime

import msgspec

from regulars.run.folder import Folder, write_private

LAST = "last-verify.json"


class Verified(msgspec.Struct, frozen=True, kw_only=True):
    """When it was, and whether everything agreed."""

    at: datetime
    agrees: bool


def note(folder: Folder, found: Verified) -> None:
    """Write down what was found."""
    write_private(folder.logs / LAST, msgspec.json.encode(found).decode())


def last(folder: Folder) -> Verified | None:
    """What was found last, if that is known."""
    try:
        return msgspec.json.decode((folder.logs / LAST).read_bytes(), type=Verified)
    except (OSError, msgspec.MsgspecError):
        return None
