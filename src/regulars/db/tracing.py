"""Which request is being answered: the one id that its log lines, jobs, messages and mails bear.

Several requests may be booked in one transaction: then it is told by the fact that each brought.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

LONGEST = 64
_REQUEST: ContextVar[str] = ContextVar("request", default="")
_FACTS: ContextVar[Mapping[str, str] | None] = ContextVar("facts", default=None)


@contextmanager
def under(request: str, facts: Mapping[str, str] | None = None) -> Iterator[None]:
    """What is done in here is done for a request; `facts` are the keys of those that others
    brought, each with its request."""
    was, were = _REQUEST.set(request[:LONGEST]), _FACTS.set(facts)
    try:
        yield
    finally:
        _REQUEST.reset(was)
        _FACTS.reset(were)


def current() -> str:
    """The id of the request, empty where there is none or more than one."""
    return _REQUEST.get()


def of(fact: str) -> str:
    """The id of the request that brought a fact, or on whose account something else is booked."""
    facts = _FACTS.get()
    return (facts.get(fact) if facts else None) or _REQUEST.get()
