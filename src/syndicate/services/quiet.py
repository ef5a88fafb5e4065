"""The ends of visits that found everything as it was: most visits, and not worth a transaction each."""

from __future__ import annotations

from datetime import timedelta
from threading import Lock
from types import TracebackType
from typing import Self

from syndicate.ports import Conclusion, WatchStore

MANY = 500
LONG = timedelta(minutes=1)
"""How long the first of them waits for others: a small part of its lease."""


class QuietEnds:
    """Stores quiet conclusions together, in the order they came; use it as a context. Thread safe.

    Until they are stored their leases hold, and a crash costs a visit and no change.
    """

    def __init__(self, store: WatchStore) -> None:
        self._store = store
        self._lock = Lock()
        self._ends: list[Conclusion] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.store()

    def add(self, conclusion: Conclusion) -> None:
        """Raises StorageError, for the others that it is stored with."""
        with self._lock:
            self._ends.append(conclusion)
            if len(self._ends) < MANY and conclusion.now - self._ends[0].now < LONG:
                return
        self.store()

    def store(self) -> None:
        """Stores what is there. Raises StorageError: then the documents are visited again."""
        with self._lock:
            ends, self._ends = self._ends, []
        if ends:
            self._store.conclude_quiet(ends)
