"""What people may see: the archive and its views."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from syndicate.domain.model import Health, Significance, Update, UpdateKind, UpdateText, Version


@dataclass(frozen=True, slots=True)
class RenderedFeed:
    """A feed ready to be served: bytes, the same bytes gzipped, an entity tag for each (with quotes).

    `final` says that these bytes never change again.
    """

    media_type: str
    body: bytes
    gzip: bytes
    etag: str
    gzip_etag: str
    last_modified: datetime
    final: bool = False


@dataclass(frozen=True, slots=True)
class UpdateHead:
    """A published update without its changes: what a list or a history shows of it."""

    id: str
    kind: UpdateKind
    significance: Significance
    source_id: str
    document_id: int
    document_title: str
    language: str
    topics: tuple[str, ...]
    detected_at: datetime
    published_at: datetime
    sequence: int
    previous: str = ""
    corrects: str = ""
    texts: Mapping[str, UpdateText] = field(default_factory=dict)

    def text(self, language: str) -> UpdateText:
        """The text in `language`, else in the source's own language, else any: never a KeyError."""
        for wanted in (language, self.language):
            if wanted in self.texts:
                return self.texts[wanted]
        return next(iter(self.texts.values()), UpdateText(self.language, self.document_title, ""))


@dataclass(frozen=True, slots=True)
class Selection:
    """Which published updates are meant; what is empty chooses nothing out.

    `words` must all occur, each also as the beginning of a longer word. `since` is part of the time,
    `until` is not. Only substantive ones unless `editorial`.
    """

    topic: str = ""
    source: str = ""
    words: str = ""
    since: datetime | None = None
    until: datetime | None = None
    editorial: bool = False


@dataclass(frozen=True, slots=True)
class SourceView:
    """A source as the public knows it; `ended_at` is set once it has left the configuration."""

    id: str
    title: str
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Latency:
    """How long the newest updates took, in the median: from the moment when the change was seen until it
    was published, and until its mails were sent. None where there is nothing to measure."""

    published: timedelta | None = None
    mailed: timedelta | None = None


@dataclass(frozen=True, slots=True)
class ResourceView:
    """One member of a document as it reads now. `version` is None while nothing could be read."""

    id: int
    role: str
    label: str
    url: str
    version: Version | None
    retrieved_at: datetime | None
    sha256: str


@dataclass(frozen=True, slots=True)
class DocumentView:
    id: int
    source_id: str
    title: str
    url: str
    language: str
    topics: tuple[str, ...]
    resources: tuple[ResourceView, ...]
    updates: tuple[UpdateHead, ...]
    last_ok: datetime | None
    first_ok: datetime | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """What a published update did to one resource: how it read before and after.

    A version is None where the resource was not there, or could not be read.
    """

    label: str
    url: str
    before: Version | None
    after: Version | None


@dataclass(frozen=True, slots=True)
class DocumentStatus:
    """How the watching of one document goes. `problem` is "" when the last visit was fine."""

    id: int
    source_id: str
    title: str
    url: str
    checks: int
    failures: int
    last_check: datetime | None
    last_ok: datetime | None
    next_visit: datetime | None
    problem: str
    problem_since: datetime | None
    active: bool = True


@dataclass(frozen=True, slots=True)
class DestinationStatus:
    """How sending to one destination goes. `reason` says why it waits, or why its last attempt failed where
    something is still to be sent; else it is "".
    """

    name: str
    channel: str
    not_before: datetime | None
    reason: str
    pending: int
    uncertain: int
    dead: int
    sent: int
    last_sent: datetime | None
    health: Health | None = None


@dataclass(frozen=True, slots=True)
class StatusView:
    documents: tuple[DocumentStatus, ...]
    destinations: tuple[DestinationStatus, ...]
    held: int
    subscribers: int
    last_update: datetime | None


class Archive(Protocol):
    """What the public and the operator may read."""

    def published(
        self, *, topic: str = "", source: str = "", editorial: bool = False, limit: int = 50, before: int = 0
    ) -> list[Update]:
        """Newest first; substantive ones only unless `editorial`; those whose sequence is under `before`."""
        ...

    def update(self, update_id: str) -> Update | None:
        """An update of any state; the caller decides who may see it."""
        ...

    def waiting(self) -> list[Update]:
        """Held and approved updates, oldest first."""
        ...

    def document(self, document_id: int, *, texts: bool = True, history: bool = True) -> DocumentView | None:
        """As readers were told last; its updates newest first. Without `texts` no version is in it, without
        `history` no update."""
        ...

    def edition(self, document_id: int, sequence: int) -> tuple[ResourceView, ...]:
        """How the document read when its published updates up to this sequence were out; 0 is the text
        that was there at first. What was never published is never shown."""
        ...

    def sequence_at(self, document_id: int, at: datetime) -> int:
        """The highest sequence among the document's published updates that were detected by then; else 0."""
        ...

    def steps(self, update_id: str) -> tuple[Step, ...]:
        """What a published update did, resource by resource; nothing for an update of any other state."""
        ...

    def select(self, selection: Selection, *, limit: int = 50, before: int = 0) -> list[UpdateHead]:
        """Newest first; those whose sequence is under `before`, where it is not 0."""
        ...

    def near(self, update: Update) -> list[UpdateHead]:
        """The published updates that this one names, and those of its document that name it; newest first."""
        ...

    def addresses(self, after: int, until: int) -> list[tuple[str, datetime]]:
        """Id and time of publication of the updates with a sequence over `after`, up to `until`."""
        ...

    def last_changes(self) -> dict[int, datetime | None]:
        """Every document that was ever read, and when its newest update was published."""
        ...

    def newest(self) -> int:
        """The highest sequence published so far; 0 when none."""
        ...

    def sources(self) -> list[SourceView]:
        """All sources that have something to show, those that have ended too, by title."""
        ...

    def latency(self) -> Latency: ...

    def status(self, now: datetime) -> StatusView: ...
