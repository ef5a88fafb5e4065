"""What a visit is told, what it keeps of a document, and what it comes to."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from syndicate.domain.model import ShowText, Update, Version
from syndicate.ports.watching import FoundDocument, Validators


class SnapshotState(StrEnum):
    UNREAD = "unread"
    READ = "read"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """What the configuration says of a source, as far as the database must know it."""

    id: str
    title: str
    kind: str
    language: str
    topics: tuple[str, ...]
    show_text: ShowText = ShowText.FULL


@dataclass(frozen=True, slots=True)
class KeptSnapshot:
    id: int
    sha256: str
    state: SnapshotState
    at: datetime
    url: str
    media_type: str


@dataclass(frozen=True, slots=True)
class KnownResource:
    """A member of a document as the database knows it.

    `base_version` (0: none) is the version that was announced or dismissed last, `base_sha256` the bytes
    behind it, which are also known for a file that cannot be read; `head_version` is the newest version.
    `baseline` says that the resource belonged to the document at its first reading.
    """

    id: int
    role: str
    label: str
    url: str
    place: int = 0
    validators: Validators | None = None
    latest: KeptSnapshot | None = None
    base_version: int = 0
    base_sha256: str = ""
    head_version: int = 0
    baseline: bool = False
    present: bool = True


@dataclass(frozen=True, slots=True)
class Candidate:
    """A doubt about a document: since when, when to look again, and why."""

    first_at: datetime
    confirm_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Pace:
    """What is known of how often a document changes, and of when it was last fetched unconditionally."""

    first_ok: datetime | None = None
    last_change: datetime | None = None
    changes: int = 0
    last_full: datetime | None = None
    since_full: int = 0


@dataclass(frozen=True, slots=True)
class Finding:
    """What a source consists of now, and when to look again. `missing` are keys that it lists no more."""

    source_id: str
    documents: Sequence[FoundDocument]
    again_at: datetime
    missing: Collection[str] = ()
    lists_all: bool = False


@dataclass(frozen=True, slots=True)
class MissingDocument:
    """A document that its source lists no more: where it was, and the version that readers know."""

    document_id: int
    title: str
    url: str
    base_version: int


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that happened once and that the operator should know: a kind, to what, and a sentence."""

    kind: str
    name: str
    detail: str


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to visit one document until the lease ends, with all that the visit needs to know.

    `baseline`: nothing was read of it yet, and it belongs to the first finding of its source, so that
    its first reading is not news. `held` is the id of an update that waits for a person ("" if none);
    `last_update` is the newest update of any other state, `last_published` the newest public one.
    `problem_kind` is the class of `problem`; `missing_since` is when its source first did not list it.
    """

    token: str
    document_id: int
    source_id: str
    key: str
    title: str
    address: str
    baseline: bool
    failures: int
    resources: tuple[KnownResource, ...]
    host: str = ""
    problem: str = ""
    candidate: Candidate | None = None
    held: str = ""
    last_update: str = ""
    last_published: str = ""
    problem_kind: str = ""
    missing_since: datetime | None = None
    last_check: datetime | None = None
    pace: Pace = Pace()


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of reading one snapshot: a version, or the reason why there is none."""

    resource_id: int
    snapshot_id: int
    version: Version | None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class ResourcePlace:
    """Where a resource is now."""

    resource_id: int
    label: str
    url: str
    place: int
    present: bool


@dataclass(frozen=True, slots=True)
class Conclusion:
    """All that a visit comes to; stored all or nothing (tx 2).

    `settle` names resources whose newest state becomes the base of comparison at once (first readings).
    `update` is held or published by its state; publication moves the base and plans a fan-out to
    `channels`. `supersede` is a held update that has become moot. `distrust` names resources whose
    validators are forgotten, so that the next visit gets the whole answer; `renewed` has those that came
    with the same bytes as before. `ended`: it was taken away, and is visited no more. `changed`: its text
    did. `full`: it was asked for without a condition. `held` waited for a person when the visit began, and
    all of this holds only while it still does.
    """

    document_id: int
    token: str
    now: datetime
    next_visit: datetime
    title: str = ""
    readings: tuple[Reading, ...] = ()
    places: tuple[ResourcePlace, ...] = ()
    settle: tuple[int, ...] = ()
    distrust: tuple[int, ...] = ()
    update: Update | None = None
    touched: tuple[int, ...] = ()
    channels: tuple[str, ...] = ()
    supersede: str = ""
    candidate: Candidate | None = None
    problem: str = ""
    problem_kind: str = ""
    failed: bool = False
    ended: bool = False
    changed: bool = False
    full: bool = False
    renewed: tuple[tuple[int, Validators], ...] = ()
    notices: tuple[Notice, ...] = ()
    held: str = ""

    @property
    def is_quiet(self) -> bool:
        """Whether the visit found everything as it was, so that only its times are to be kept."""
        return not (
            self.failed
            or self.ended
            or self.title
            or self.problem
            or self.readings
            or self.places
            or self.settle
            or self.distrust
            or self.renewed
            or self.notices
            or self.supersede
            or self.update
            or self.candidate
        )
