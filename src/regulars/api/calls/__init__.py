"""What answers each operation: a request parsed, one call or one read, an answer."""

from __future__ import annotations

from regulars.api.calls import customers, facts, keys, members, programmes, redeeming

__all__ = ["customers", "facts", "keys", "members", "programmes", "redeeming"]
