"""An announced event of a document, as every way out sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from syndicate.domain.model.changes import Change, Significance


class UpdateState(StrEnum):
    HELD = "held"
    APPROVED = "approved"
    PUBLISHED = "published"
    DISMISSED = "dismissed"
    SUPERSEDED = "superseded"


class UpdateKind(StrEnum):
    """What sort of event it is. CORRECTION and WITHDRAWAL point to the update in `corrects`."""

    CHANGE = "change"
    CORRECTION = "correction"
    WITHDRAWAL = "withdrawal"


class ShowText(StrEnum):
    """How much of a source's text is told on.

    FULL: whole blocks and documents. CHANGES: what changed with a few words around it. NONE: only what
    happened where.
    """

    FULL = "full"
    CHANGES = "changes"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class UpdateText:
    """Title and summary in one interface language; quoted text stays in the source's own language."""

    language: str
    title: str
    summary: str


@dataclass(frozen=True, slots=True)
class NotedChange:
    """A change and where it was seen.

    `resource` is the label of the page or attachment, `url` its address. `also_in` names other
    editions (labels) of the same document that carry the very same change. `told_before` says that an
    earlier update told it of another edition: this one has only caught up.
    """

    change: Change
    resource: str
    url: str
    role: str = "page"
    also_in: tuple[str, ...] = ()
    told_before: bool = False

    def as_dict(self) -> dict[str, Any]:
        return {
            "change": self.change.as_dict(),
            "resource": self.resource,
            "url": self.url,
            "role": self.role,
            "also_in": list(self.also_in),
            "told_before": self.told_before,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> NotedChange:
        return cls(
            Change.from_dict(data["change"]),
            data["resource"],
            data["url"],
            data["role"],
            tuple(data["also_in"]),
            data.get("told_before", False),  # older records lack it
        )


@dataclass(frozen=True, slots=True)
class Proof:
    """What the update rests on: hashes of the raw bytes before and after ("" where there was none)."""

    resource: str
    url: str
    sha256_before: str
    sha256_after: str
    retrieved_at: datetime


@dataclass(frozen=True, slots=True)
class Update:
    """One event of one document. `id` never changes; new content is a new id.

    `language` is the source's own; `detected_at` and `published_at` are aware, in UTC.
    `sequence` orders published updates: strictly rising, distinct; 0 before publication.
    """

    id: str
    kind: UpdateKind
    state: UpdateState
    source_id: str
    document_id: int
    document_title: str
    document_url: str
    language: str
    topics: tuple[str, ...]
    significance: Significance
    changes: tuple[NotedChange, ...]
    detected_at: datetime
    reason: str
    published_at: datetime | None = None
    sequence: int = 0
    previous: str = ""
    corrects: str = ""
    proofs: tuple[Proof, ...] = ()
    texts: Mapping[str, UpdateText] = field(default_factory=dict)

    @property
    def effective(self) -> tuple[str, ...]:
        """The dates from which its changes are said to hold, each once, the earliest first."""
        return tuple(sorted({day for noted in self.changes for day in noted.change.effective}))

    def text(self, language: str) -> UpdateText:
        """The text in `language`, else in the source's own language, else any: never a KeyError."""
        for wanted in (language, self.language):
            if wanted in self.texts:
                return self.texts[wanted]
        return next(iter(self.texts.values()), UpdateText(self.language, self.document_title, ""))
