"""What the verbs keep: sources, snapshots, versions, updates, deliveries, feeds.

Each method is one transaction. A method that ends a visit or settles a delivery is fenced: it does
nothing and says so when the lease has passed to somebody else.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from syndicate.domain.model import (
    Attachment,
    DeliveryState,
    Message,
    Receipt,
    ShowText,
    Subject,
    Target,
    Update,
    Version,
)
from syndicate.ports.watching import FoundDocument, Retrieved, Validators


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

    `base_version` (0: none) is the version that readers were last told about, `base_sha256` the bytes
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
    did. `full`: it was asked for without a condition.
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


class WatchStore(Protocol):
    """Sources, documents, snapshots and versions."""

    def sync_sources(self, sources: Sequence[SourceRecord], now: datetime) -> None:
        """Makes the database agree with the configuration. A source that vanished keeps its archive."""
        ...

    def due_sources(self, now: datetime) -> list[str]:
        """The active sources whose documents are to be found again."""
        ...

    def listed(self, source_id: str) -> set[str]:
        """The keys of the documents that the source listed last."""
        ...

    def found(self, findings: Sequence[Finding], now: datetime) -> None:
        """Makes new documents known. Those of a source's first finding are baseline, later ones are news.

        A missing document is visited at once, to see what became of it. One that was told as removed and is
        listed again is news again.
        """
        ...

    def trouble(self, source_id: str, problem: str, kind: str, now: datetime, again_at: datetime) -> None:
        """The source could not be found, or what was found is not believed; what was known stays."""
        ...

    def missing(self, source_id: str) -> list[MissingDocument]:
        """The documents that the source lists no more and that were not told as removed."""
        ...

    def stands_elsewhere(self, claim: Claim, url: str) -> bool:
        """Whether another document of the same source, one that was read already, has this address."""
        ...

    def adopt(self, document_id: int, claim: Claim, now: datetime) -> bool:
        """The claimed new document is a missing one that moved: that takes over the key and the address, is
        due at once, and the new one ends. False when the lease was lost."""
        ...

    def claim(
        self,
        now: datetime,
        lease: timedelta,
        *,
        limit: int,
        busy_hosts: Collection[str] = (),
        sources: Collection[str] | None = None,
        since: datetime | None = None,
        per_host: int = 1,
        known: Collection[str] | None = None,
    ) -> list[Claim]:
        """Due documents of active sources, at most `per_host` a host. With `sources`, those of these sources,
        due or not, that were not visited `since` then. `known`: none of other sources than these, which a
        process with another configuration may have added."""
        ...

    def keep_resources(self, claim: Claim, attachments: Sequence[Attachment]) -> list[KnownResource]:
        """Makes newly linked attachments known. Raises LeaseLost."""
        ...

    def keep_snapshot(
        self, claim: Claim, resource_id: int, retrieved: Retrieved, now: datetime
    ) -> KeptSnapshot:
        """tx 1: the bytes and their validators, as unread. The document is due at once until concluded.

        Raises LeaseLost: whoever visits now may know newer bytes."""
        ...

    def bytes_of(self, sha256: str) -> bytes: ...

    def version(self, version_id: int) -> tuple[Version, KeptSnapshot]: ...

    def history(self, resource_id: int, limit: int) -> list[Version]:
        """The newest older versions, oldest first, without the head."""
        ...

    def keep_version(self, snapshot_id: int, version: Version) -> int:
        """A snapshot read again by another recipe; returns the version's id."""
        ...

    def conclude(self, conclusion: Conclusion) -> bool:
        """tx 2. False when the lease was lost: then nothing was stored."""
        ...

    def conclude_quiet(self, conclusions: Sequence[Conclusion]) -> None:
        """The same for many visits that found everything as it was, of documents without a candidate."""
        ...

    def prune(self, now: datetime, keep: timedelta) -> int:
        """Forgets bytes that no invariant needs and that are older than `keep`; returns how many."""
        ...

    def release(self, claim: Claim) -> None:
        """Gives a visit up without a conclusion; the document is as due as it was."""
        ...

    def release_leases(self) -> None:
        """Frees all documents at once; only for a process that knows that it is alone."""
        ...


class UpdateStore(Protocol):
    """What a person decides about updates."""

    def find(self, prefix: str) -> list[Update]:
        """The updates whose id begins so."""
        ...

    def keep_messages(self, update_id: str, messages: Sequence[Message], now: datetime) -> None:
        """Stores what would be sent, replacing what was stored unapproved."""
        ...

    def messages(self, update_id: str) -> list[Message]: ...

    def approve(self, update_id: str, hashes: Collection[str], by: str, now: datetime) -> bool:
        """Held → approved, if the stored messages have exactly these hashes; False otherwise."""
        ...

    def publish(self, update_id: str, channels: Sequence[str], now: datetime) -> bool:
        """Approved → published, moves the base of comparison, plans the fan-out. False if not approved."""
        ...

    def dismiss(self, update_id: str, by: str, now: datetime) -> bool:
        """Held or approved → dismissed; what it was about is the new base of comparison."""
        ...

    def approved(self) -> list[Update]: ...

    def amend(self, later: Update, channels: Sequence[str], by: str, now: datetime) -> bool:
        """Publishes an update that corrects or withdraws another, and plans its fan-out. A withdrawal cancels
        what waits to be sent of the earlier one. False when it is there already."""
        ...


@dataclass(frozen=True, slots=True)
class FanOut:
    """An update that is still to be told on a channel; `cursor` is the last target dealt with."""

    id: int
    update_id: str
    channel: str
    cursor: int


@dataclass(frozen=True, slots=True)
class PlannedDelivery:
    """One message to one target, not yet stored. `key` is 32 random hex digits.

    With an `error` it is stored as dead: it could not even be written, and a person must know.
    """

    key: str
    kind: Subject
    subject: str
    channel: str
    destination: str
    target: Target
    message: Message
    due_at: datetime
    action: str = "create"
    part: int = 0
    lane: int = 1
    error: str = ""


@dataclass(frozen=True, slots=True)
class ClaimedDelivery:
    """A delivery in state `sending`, ours until the lease ends.

    `attempts` counts this one. `doubtful`: an earlier attempt may have been taken; `looks` counts how
    often the other side was asked in vain since, `resends` how often it was sent again all the same.
    """

    id: int
    key: str
    kind: Subject
    subject: str
    channel: str
    destination: str
    target: Target
    message: Message
    planned_at: datetime
    attempts: int
    doubtful: bool
    looks: int
    resends: int
    token: str


@dataclass(frozen=True, slots=True)
class Settlement:
    """What becomes of a claimed delivery; `suppress` when its mailbox does not exist."""

    delivery: ClaimedDelivery
    state: DeliveryState
    now: datetime
    due_at: datetime | None = None
    receipt: Receipt | None = None
    doubtful: bool = False
    looked: bool = False
    resent: bool = False
    error: str = ""
    answer: str = ""
    suppress: bool = False


@dataclass(frozen=True, slots=True)
class InterestedReader:
    """A subscriber who wants an update: row number, the target, the language, the topic that matched."""

    row: int
    uid: str
    address: str
    language: str
    topic: str


@dataclass(frozen=True, slots=True)
class DeliveryView:
    """A delivery as the operator sees it."""

    id: int
    kind: str
    subject: str
    channel: str
    destination: str
    target: str
    state: DeliveryState
    due_at: datetime
    attempts: int
    error: str
    permalink: str
    sent_at: datetime | None


class Outbox(Protocol):
    """What must be sent, and what became of it."""

    def fan_outs(self, limit: int) -> list[FanOut]: ...

    def readers(self, topics: Sequence[str], after: int, limit: int) -> list[InterestedReader]:
        """Active subscribers of any of these topics (or of all), by row number, each once."""
        ...

    def plan(
        self, fan_out: FanOut, deliveries: Sequence[PlannedDelivery], cursor: int, done: bool, now: datetime
    ) -> None:
        """Messages, deliveries and the cursor together. A delivery that exists already is left alone."""
        ...

    def told(self, update_id: str, channel: str, targets: Collection[str]) -> set[str]:
        """Those of the targets that were told of an update on a channel, or are about to be."""
        ...

    def stored_messages(self, update_id: str, channel: str, account: str) -> list[Message]: ...

    def ready(self, now: datetime) -> list[str]:
        """Destinations that have something due and need not wait."""
        ...

    def claim(
        self, destination: str, now: datetime, lease: timedelta, *, limit: int, boot: str
    ) -> list[ClaimedDelivery]:
        """Due deliveries, urgent lane first, marked `sending`, each with a new attempt."""
        ...

    def record(
        self,
        settlements: Sequence[Settlement],
        now: datetime,
        lease: timedelta,
        committing: ClaimedDelivery | None = None,
    ) -> bool:
        """Settles deliveries and, in the same transaction, notes that the attempt of `committing` is about
        to pass the point of no return, and renews the lease of its batch. On disk when it returns. Fenced:
        False when `committing` is no longer ours, and then it must not be sent."""
        ...

    def pause(self, destination: str, until: datetime, reason: str, strikes: int) -> None:
        """Nothing is claimed for the destination before `until`."""
        ...

    def strikes(self, destination: str) -> int: ...

    def resume(self, destination: str) -> None: ...

    def reclaim(self, now: datetime, *, all_boots_but: str = "") -> int:
        """Deliveries found `sending` after their lease (or, with `all_boots_but`, of any other boot): those
        that never reached the point of no return are pending again, the others pending and doubtful."""
        ...

    def deliveries(self, *, states: Iterable[str] = (), limit: int = 100) -> list[DeliveryView]: ...

    def settle_by_hand(self, delivery_id: int, outcome: str, now: datetime) -> bool:
        """An uncertain or dead delivery: "sent", "retry" or "cancel" as a person says."""
        ...

    def register_destinations(self, names: Mapping[str, tuple[str, str]]) -> None:
        """Destination → (channel, fingerprint of its configuration). A changed fingerprint ends a pause."""
        ...
