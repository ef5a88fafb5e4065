"""Where the verbs keep what is watched: sources, documents, snapshots and versions.

Each method is one transaction. A method that ends a visit is fenced: it does nothing and says so when the
lease has passed to somebody else.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from syndicate.domain.model import Attachment, NotedChange, Version
from syndicate.ports.keeping import (
    Claim,
    Conclusion,
    Finding,
    KeptSnapshot,
    KnownResource,
    MissingDocument,
    SourceRecord,
)
from syndicate.ports.watching import Retrieved


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

    def keys(self, source_id: str) -> set[str]:
        """The keys of all documents that the source ever had."""
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
        due or not; with `since`, those that were not visited since then, due or not. `known`: none of other
        sources than these, which a process with another configuration may have added."""
        ...

    def keep_resources(
        self, claim: Claim, attachments: Sequence[Attachment], *, baseline: bool = False
    ) -> list[KnownResource]:
        """Makes newly linked attachments known, as baseline also where these alone are. Raises LeaseLost."""
        ...

    def keep_snapshot(
        self, claim: Claim, resource_id: int, retrieved: Retrieved, now: datetime
    ) -> KeptSnapshot:
        """tx 1: the bytes and their validators, as unread. The document is due at once until concluded.

        Raises LeaseLost: whoever visits now may know newer bytes."""
        ...

    def bytes_of(self, sha256: str) -> bytes: ...

    def version(self, version_id: int) -> tuple[Version, KeptSnapshot]: ...

    def history(self, resource_id: int, limit: int, since: datetime) -> list[Version]:
        """The newest older versions that were retrieved since then, oldest first, without the head."""
        ...

    def told(self, document_id: int, limit: int) -> list[NotedChange]:
        """What the last published updates of a document told, oldest first, as far as texts are kept."""
        ...

    def keep_version(self, snapshot_id: int, version: Version) -> int:
        """A snapshot read again by another recipe; returns the version's id."""
        ...

    def conclude(self, conclusion: Conclusion) -> bool:
        """tx 2. False when nothing was stored: the lease was lost, or a person decided meanwhile about the
        update that was held; then what was read is weighed anew at once."""
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

    def renew(self, claim: Claim, until: datetime) -> None:
        """Makes the lease of a visit that is under way last longer. Raises LeaseLost."""
        ...

    def set_back(self, now: datetime) -> int:
        """Makes due what a clock ahead of `now` put off: documents it checked, lists it looked for, leases
        and doubts it set. Returns how many documents and sources."""
        ...

    def release_leases(self) -> None:
        """Frees all documents at once; only for a process that knows that it is alone."""
        ...
