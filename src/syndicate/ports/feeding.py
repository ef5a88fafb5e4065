"""What feeds need: which there are, what stands in them, and their bytes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Protocol

from syndicate.domain.model import Update
from syndicate.ports.seeing import RenderedFeed


@dataclass(frozen=True, slots=True)
class FeedRecord:
    """One feed: its name in addresses, what people call it, and which updates it holds.

    Without `topics` and `source` it holds all. `ended_at` is when it left the configuration; `gone` says
    that its address has been answered long enough since.
    """

    name: str
    title: str
    topics: tuple[str, ...] = ()
    source: str = ""
    ended_at: datetime | None = None
    gone: bool = False


@dataclass(frozen=True, slots=True)
class FeedMark:
    """Up to where a stored feed goes, and what it was made with."""

    sequence: int = 0
    fingerprint: str = ""


class FeedKey(NamedTuple):
    """One stored document: a feed's name, its format, and whether editorial updates are in it."""

    name: str
    format_name: str
    editorial: bool


class FeedChanges(NamedTuple):
    """What was kept after some version, and the version that this leads to."""

    version: int
    keys: tuple[FeedKey, ...]


class FeedState(StrEnum):
    """What an address without a document is: not made yet, answered no more, or never anything."""

    COMING = "coming"
    GONE = "gone"
    UNKNOWN = "unknown"


class FeedStore(Protocol):
    """Rendered feeds, whole or not at all, and the updates that belong into each."""

    def sync(self, feeds: Sequence[FeedRecord], renamed: Mapping[str, str], now: datetime) -> None:
        """Makes the database agree with the configuration: a feed that is not among `feeds` has ended, and
        what was filed under a former topic id (a key of `renamed`) is filed under its present one."""
        ...

    def records(self) -> list[FeedRecord]:
        """All feeds that ever were, by name."""
        ...

    def record(self, name: str) -> FeedRecord | None: ...

    def retire(self, name: str) -> None:
        """The feed's documents go, which `changes` tells; its name stays known as gone."""
        ...

    def newest(self) -> int:
        """The highest sequence number published so far; 0 when none."""
        ...

    def newest_of(self, feed: FeedRecord, editorial: bool) -> int:
        """The highest sequence number in one feed; 0 when none."""
        ...

    def latest(self, feed: FeedRecord, editorial: bool, limit: int) -> list[Update]:
        """Newest first; substantive ones only unless `editorial`."""
        ...

    def count(self, feed: FeedRecord, editorial: bool) -> int: ...

    def page(self, feed: FeedRecord, editorial: bool, number: int, size: int) -> list[Update]:
        """The updates of the page of this number, newest first; page 1 holds the oldest `size` of all."""
        ...

    def mark(self, key: FeedKey) -> FeedMark: ...

    def keep(self, key: FeedKey, feed: RenderedFeed, mark: FeedMark) -> None: ...

    def feed(self, key: FeedKey) -> RenderedFeed | None:
        """The stored document; None when there is none."""
        ...

    def changes(self, since: int) -> FeedChanges:
        """Which documents were kept after version `since` (0: all)."""
        ...
