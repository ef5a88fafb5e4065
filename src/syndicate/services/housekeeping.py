"""housekeeping: forget bytes that nothing needs any more. First, newest and announced ones stay for good."""

from __future__ import annotations

from datetime import datetime, timedelta

from syndicate.ports import WatchStore

KEEP = timedelta(days=30)


class HousekeepingService:
    def __init__(self, store: WatchStore, keep: timedelta = KEEP) -> None:
        self._store = store
        self._keep = keep

    def prune(self, now: datetime) -> int:
        """How many snapshots lost their bytes; their hashes and times stay."""
        return self._store.prune(now, self._keep)
