"""What a visit works with, and what it reports."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from syndicate.domain.errors import SyndicateError
from syndicate.domain.model import Attachment, Version
from syndicate.ports import (
    KeptSnapshot,
    KnownResource,
    ReadOptions,
    SourceKind,
    SourceRecord,
    Validators,
)


@dataclass(frozen=True, slots=True)
class WatchedSource:
    """A configured source with its adapter."""

    record: SourceRecord
    kind: SourceKind
    options: ReadOptions
    every: timedelta
    review: bool
    at_most: timedelta | None = None


@dataclass(slots=True)
class Seen:
    """One resource as this visit found it.

    `snapshot` is what is to be read now (None: nothing new since the last visit); `version` what came of
    it; `error` why nothing did; `unreached` why it could not even be retrieved. `link` is where the page
    says that the attachment is now (None where nothing new is known). `renewed` are the validators that came
    with the same bytes as before; `charset` what it called the encoding before and now, if not alike;
    `fetched` says that the snapshot came at this visit. `hidden`: it vanished for the present reader alone.
    """

    resource: KnownResource
    snapshot: KeptSnapshot | None = None
    version: Version | None = None
    error: SyndicateError | None = None
    unreached: SyndicateError | None = None
    link: Attachment | None = None
    moved_to: str = ""
    vanished: bool = False
    renewed: Validators | None = None
    charset: tuple[str, str] | None = None
    fetched: bool = False
    hidden: bool = False

    @property
    def label(self) -> str:
        return self.link.label if self.link else self.resource.label

    @property
    def url(self) -> str:
        return self.link.url if self.link else self.moved_to or self.resource.url


@dataclass(slots=True)
class VisitReport:
    """What happened, step by step, for `check --explain` and the log."""

    source_id: str
    document: str
    steps: list[str] = field(default_factory=list)
    outcome: str = ""
    update_id: str = ""
    problem: str = ""

    def note(self, step: str) -> None:
        self.steps.append(step)

    def lose(self) -> None:
        """Somebody else took the document over, or a person decided meanwhile: nothing came of it."""
        self.outcome, self.update_id = "lost", ""
        self.note("lost: another process visits the document now, or a person decided about it meanwhile")
