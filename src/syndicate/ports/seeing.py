"""What people may see: the archive and its views."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from syndicate.domain.model import Health, Update, Version


@dataclass(frozen=True, slots=True)
class RenderedFeed:
    """A feed ready to be served: bytes, the same bytes gzipped, an entity tag for each (with quotes)."""

    media_type: str
    body: bytes
    gzip: bytes
    etag: str
    gzip_etag: str
    last_modified: datetime


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
    updates: tuple[Update, ...]
    last_ok: datetime | None


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
    """How sending to one destination goes. `reason` says why it waits ("" when it does not)."""

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

    def document(self, document_id: int) -> DocumentView | None: ...

    def status(self, now: datetime) -> StatusView: ...

    def feed(self, name: str, format_name: str, editorial: bool) -> RenderedFeed | None:
        """The stored feed: `name` is a topic id, "all" or "source/<id>"; None when there is none yet."""
        ...
