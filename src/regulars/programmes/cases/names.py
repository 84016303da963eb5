"""The names that an edition's own file declares, as far as a case may use them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec
from msgspec import Struct

Some = frozenset[str] | None


class Names(Struct, frozen=True, kw_only=True):
    """Names by kind (`language/names.toml` says what each is); None: any name will do.

    `metrics` has for each its windows as the file declares them (`year`, `12m`); none: any.
    What joins a closed list of the vocabulary is closed from the start, flags excepted.
    """

    assets: Some = None
    counts: Some = None
    metrics: Mapping[str, frozenset[str]] | None = None
    settings: Some = None
    rewards: Some = None
    activities: Some = None
    jobs: Some = None
    limits: Some = None
    campaigns: Some = None
    steps: Some = None
    kinds: Some = None
    tiers: Some = None
    leagues: Some = None
    entitlements: Some = None
    partners: Some = None
    brands: Some = None
    fare_classes: Some = None
    plans: Some = None
    tenders: Some = None
    channels: Some = frozenset()
    surveys: Some = frozenset()
    periods: Some = frozenset()
    reports: Some = None
    refusals: Some = frozenset()
    flags: Some = None

    def of(self, kind: str) -> Some:
        """The names of a kind, or None where any will do."""
        found = getattr(self, kind)
        return None if found is None else frozenset(found)

    def allows(self, kind: str, name: str) -> bool:
        """Whether `name` may stand where a name of this kind belongs."""
        known = self.of(kind)
        return known is None or name in known

    @property
    def open(self) -> bool:
        """Whether any name may stand as an amount."""
        return None in (self.assets, self.counts, self.metrics)

    @property
    def amounts(self) -> frozenset[str]:
        """The names that may stand as keys with a number."""
        return frozenset().union(*(self.of(kind) or () for kind in ("assets", "counts", "metrics")))

    def has_window(self, name: str, window: str, kind: str) -> bool:
        """Whether a case may ask for `name` in `window`, which is of this kind of windows."""
        if self.metrics is None or name not in self.metrics:
            return True
        windows = self.metrics[name]
        return not windows or window in windows or kind in windows


def together(several: Iterable[Names]) -> Names:
    """The names of several editions; what one of them leaves open is open."""
    merged: dict[str, object] = {}
    for one in several:
        for kind in Names.__struct_fields__:
            merged[kind] = _both(merged.get(kind, frozenset()), getattr(one, kind))
    return msgspec.structs.replace(Names(), **merged)


def _both(first: object, second: object) -> object:
    if first is None or second is None:
        return None
    if isinstance(second, Mapping):
        before = first if isinstance(first, Mapping) else {}
        return {**before, **{name: _windows(before, second, name) for name in second}}
    return frozenset(first) | frozenset(second)  # type: ignore[call-overload]


def _windows(
    before: Mapping[str, frozenset[str]], after: Mapping[str, frozenset[str]], name: str
) -> frozenset[str]:
    if name not in before:
        return after[name]
    either = before[name], after[name]
    return either[0] | either[1] if all(either) else frozenset()
