"""A feed before it has a format."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from syndicate.domain.model.changes import Significance
from syndicate.domain.model.site import Topic

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
"""When a feed without entries was last updated: any clock here would make every build a new feed."""


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One published update in a feed. `id` never changes and is shown as it is in every format.

    `title` and `summary` are plain text in `language`; `html` is safe markup. `sequence` is the update's
    own and tells entries of the same second apart. `source_url`, `archived_url` (how the document read then)
    and `previous_url` are "" where there is nothing to link to. `changes` and `proofs` are plain data for
    readers that are programs; `effective` are the dates from which the changes are said to hold
    ("2027-01-01", "2027-01" or "2027").
    """

    id: str
    url: str
    title: str
    summary: str
    html: str
    published: datetime
    updated: datetime
    sequence: int
    language: str
    significance: Significance
    topics: tuple[Topic, ...] = ()
    source_url: str = ""
    source_title: str = ""
    previous_url: str = ""
    changes: tuple[Mapping[str, Any], ...] = ()
    archived_url: str = ""
    proofs: tuple[Mapping[str, Any], ...] = ()
    effective: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FeedPlace:
    """Where a document of a feed stands in its archive (RFC 5005).

    `number` is 0 for the current document, else that of an archived one, of which 1 is the oldest. `older`
    and `newer` are the numbers of the archived documents next to it, 0 for none. `complete` says that the
    current document holds every entry there ever was.
    """

    number: int = 0
    older: int = 0
    newer: int = 0
    complete: bool = False


@dataclass(frozen=True, slots=True)
class FeedView:
    """A feed of any format: `entries` newest first.

    The address of a format is `base_url`, `path` ("/feeds/all"), the format's suffix and `query` ("" or
    "?all=1"). `home_url` is the page for people that shows the same; `topic_scheme` names the set that
    the topics' ids are unique in. `hubs` tell subscribers of new entries (WebSub).
    """

    id: str
    title: str
    subtitle: str
    base_url: str
    path: str
    home_url: str
    language: str
    publisher: str
    topic_scheme: str
    entries: tuple[FeedEntry, ...]
    query: str = ""
    hubs: tuple[str, ...] = ()
    place: FeedPlace = FeedPlace()

    @property
    def updated(self) -> datetime:
        """When the newest entry was updated; the epoch for a feed without entries."""
        return max((entry.updated for entry in self.entries), default=EPOCH)

    def url(self, suffix: str, number: int = 0) -> str:
        """The public address in the format of `suffix` (".rss"): of the current document, or an archived."""
        archive = f"/archive/{number}" if number else ""
        return f"{self.base_url}{self.path}{archive}{suffix}{self.query}"

    def self_url(self, suffix: str) -> str:
        """The public address of this very document."""
        return self.url(suffix, self.place.number)

    def older_url(self, suffix: str) -> str:
        """Where older entries are; "" where there are none."""
        return self.url(suffix, self.place.older) if self.place.older else ""
