"""The ledger: an append-only file of JSON lines that is on disk before anyone is told "accepted".

Counting in it is how a test proves that nothing was lost and nothing sent twice, so it has to survive
a `kill -9` of the sandbox itself.
"""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

Entry = dict[str, Any]


class LedgerError(Exception):
    """The ledger cannot be used: in use by another sandbox, damaged, or the disk refuses."""


class Span(NamedTuple):
    """Where an entry lies in the file, in octets."""

    offset: int
    length: int


class Ledger:
    """One file, one writer. `add` orders an entry; after `sync` every entry added before is on disk."""

    def __init__(self, path: Path) -> None:
        """Opens or makes the file. Raises LedgerError when another sandbox has it open."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._file)
            raise LedgerError(
                f"{path} is in use by another sandbox. Stop it, or name another file."
            ) from error
        self._end = 0
        self._waiting: list[bytes] = []
        self._turn = asyncio.Lock()
        self._broken: OSError | None = None

    def replay(self) -> Iterator[tuple[Entry, Span]]:
        """Every entry of the file, oldest first; to be run through once, before the first `add`.

        A torn last line is cut off: its sender was never told "accepted". Raises LedgerError for any
        other damage.
        """
        with self.path.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                if not line.endswith(b"\n"):
                    break
                try:
                    entry = json.loads(line)
                except ValueError as error:
                    raise LedgerError(f"{self.path}, line {number}: not JSON. Move the file away.") from error
                yield entry, Span(self._end, len(line))
                self._end += len(line)
        os.ftruncate(self._file, self._end)

    def add(self, entry: Entry) -> Span:
        """Puts an entry in line; it is safe only after `sync`."""
        text = json.dumps(entry, ensure_ascii=False, separators=(",", ":")) + "\n"
        line = text.encode("utf-8", "surrogatepass")
        span = Span(self._end, len(line))
        self._end += len(line)
        self._waiting.append(line)
        return span

    async def sync(self) -> None:
        """Returns once everything added so far is on disk. One fsync serves all who wait at that moment.

        Raises LedgerError when the disk refuses, then and ever after: what is in memory is no longer proven.
        """
        async with self._turn:
            lines, self._waiting = self._waiting, []
            if lines and not self._broken:
                await asyncio.to_thread(self._write, b"".join(lines))
        if self._broken:
            raise LedgerError(f"{self.path} could not be written: {self._broken}. Make room and start again.")

    def read(self, span: Span) -> Entry:
        """One entry that is on disk."""
        entry: Entry = json.loads(os.pread(self._file, span.length, span.offset))
        return entry

    def close(self) -> None:
        """Gives the file up; what was added and not synced is lost, as in a crash."""
        os.close(self._file)

    def _write(self, data: bytes) -> None:
        try:
            view = memoryview(data)
            while view:
                view = view[os.write(self._file, view) :]
            os.fdatasync(self._file)
        except OSError as error:
            self._broken = error
