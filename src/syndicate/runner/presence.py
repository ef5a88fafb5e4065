"""Whether other processes work on the same SQLite database, told by a lock file that the kernel cleans up.

Everybody who works holds the lock shared. Whoever gets it exclusively for a moment knows to be alone, and
that every lease in the database belongs to the dead: their work is taken up at once, not after the lease.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import Protocol


class Place(Protocol):
    """A held place among those who work on a database, by whatever means it is known.

    `alone`: at first nobody else was there, and nobody is let in until `share`. `renew` takes the place again
    if it was lost; `close` gives it up.
    """

    alone: bool

    def share(self) -> None: ...
    def renew(self) -> None: ...
    def close(self) -> None: ...


class Presence:
    """A held place beside the database; `close` gives it up, and so does any end of the process."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self.alone = self._try(fcntl.LOCK_EX)
        if not self.alone:
            fcntl.flock(self._handle, fcntl.LOCK_SH)

    def share(self) -> None:
        """Lets others in; called when what the dead left has been taken up."""
        fcntl.flock(self._handle, fcntl.LOCK_SH)

    def renew(self) -> None:
        """Nothing takes the lock away from a process that lives."""

    def close(self) -> None:
        os.close(self._handle)

    def _try(self, kind: int) -> bool:
        try:
            fcntl.flock(self._handle, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
