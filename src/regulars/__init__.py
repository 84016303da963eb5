"""Regulars turns buyers into regulars, and regulars into advocates."""

import zoneinfo
from importlib.metadata import version

__version__ = version("regulars")

# Days begin when the package tzdata says so, and not when this machine does: the same facts come
# to the same everywhere (docs/decisions/0021).
zoneinfo.reset_tzpath(())
zoneinfo.ZoneInfo.clear_cache()
