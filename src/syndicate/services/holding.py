"""Keeps a document for as long as a visit to it takes, however slow its attachments are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from syndicate.ports import Claim, WatchStore

LEASE = timedelta(minutes=15)
"""How long a document is kept for one visit; longer than one fetch and one reading take."""
_RENEW_AFTER = LEASE / 3


class Hold:
    """The lease of one visit that began at `now`; `ticks` counts seconds, from anywhere."""

    def __init__(self, store: WatchStore, claim: Claim, now: datetime, ticks: Callable[[], float]) -> None:
        self._store, self._claim, self._now, self._ticks = store, claim, now, ticks
        self._begun = self._renewed = ticks()

    def keep(self) -> None:
        """Renews the lease where a good part of it is used up. Raises LeaseLost."""
        at = self._ticks()
        if timedelta(seconds=at - self._renewed) >= _RENEW_AFTER:
            self._store.renew(self._claim, self._now + timedelta(seconds=at - self._begun) + LEASE)
            self._renewed = at
