"""check: visit documents that are due, and conclude each visit.

    claim → gather (retrieve, tx 1, read) → weigh (compare, judge) → conclude (tx 2)

A crash before tx 1 changes nothing; after it, the snapshot is unread and the document due at once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from syndicate.domain.errors import FetchError, FetchReason, ParseError, SyndicateError
from syndicate.domain.model import Decision, Verdict
from syndicate.domain.scheduling import next_visit
from syndicate.ports import (
    Claim,
    Conclusion,
    Reader,
    Reading,
    ResourcePlace,
    SnapshotState,
    WatchStore,
)
from syndicate.services.gathering import Gatherer, is_html
from syndicate.services.watched import Seen, VisitReport, WatchedSource
from syndicate.services.weighing import Scale, Weighed, doubt, draft, is_shrunk

LEASE = timedelta(minutes=15)
"""Longer than any visit: every fetch and every reading has a deadline of its own."""
FIND_AGAIN = timedelta(minutes=5)


class CheckService:
    """The verbs of watching. `jitter` gives a number in [0, 1)."""

    def __init__(
        self,
        store: WatchStore,
        reader: Reader,
        sources: Mapping[str, WatchedSource],
        languages: Sequence[str],
        channels: Sequence[str],
        jitter: Callable[[], float],
    ) -> None:
        self._store = store
        self._reader = reader
        self._sources = sources
        self._languages = languages
        self._channels = tuple(channels)
        self._jitter = jitter

    def sync(self, now: datetime) -> None:
        """Makes the database agree with the configured sources."""
        self._store.sync_sources([source.record for source in self._sources.values()], now)

    def find(self, now: datetime, sources: Collection[str] | None = None) -> list[SyndicateError]:
        """Looks which documents the due sources (or these) consist of; returns what went wrong."""
        errors: list[SyndicateError] = []
        due = self._store.due_sources(now) if sources is None else sources
        for source_id in due:
            source = self._sources.get(source_id)
            if source is None:
                continue
            asks = source.kind.asks_network
            again_at = now + (source.every if asks else min(source.every, FIND_AGAIN))
            try:
                found = source.kind.find(now)
            except (FetchError, ParseError) as error:
                errors.append(error)
                continue
            self._store.found(source_id, found, now, again_at)
        return errors

    def claim(
        self,
        now: datetime,
        *,
        limit: int,
        busy_hosts: Collection[str] = (),
        sources: Collection[str] | None = None,
    ) -> list[Claim]:
        """Documents that are due, at most one a host; with `sources`, all of these sources."""
        return self._store.claim(now, LEASE, limit=limit, busy_hosts=busy_hosts, sources=sources)

    def visit(self, claim: Claim, now: datetime) -> VisitReport:
        """One whole visit. Never raises for what is wrong outside; raises StorageError."""
        report = VisitReport(claim.source_id, claim.title or claim.key)
        source = self._sources[claim.source_id]
        gatherer = Gatherer(self._store, self._reader, source, claim, now, report)
        try:
            seen = gatherer.gather()
        except FetchError as error:
            self._fail(claim, source, (), error, now, report)
            return report
        main = seen[0]
        if main.error and is_html(main) and not is_shrunk(main):
            self._fail(claim, source, seen, main.error, now, report)
        elif main.snapshot is None and self._still_unreadable(main):
            self._fail(claim, source, seen, SyndicateError(claim.problem), now, report)
        elif claim.candidate or _anything_new(seen):
            scale = Scale(self._store, source, claim, gatherer, now)
            self._conclude(claim, source, seen, scale.weigh(seen), now, report)
        else:  # what was decided earlier stands: weighing it again would void an approval
            unchanged = Verdict(Decision.DROP, "Nothing is new since the last visit.")
            self._conclude(claim, source, seen, Weighed(unchanged), now, report)
        return report

    def give_up(self, claim: Claim) -> None:
        """A visit that could not be concluded because the database failed; it is due again at once."""
        self._store.release(claim)

    def fail(self, claim: Claim, error: SyndicateError, now: datetime) -> None:
        """Concludes a visit that ended in a fault of ours, so that it is told and not repeated at once."""
        report = VisitReport(claim.source_id, claim.title or claim.key)
        self._fail(claim, self._sources[claim.source_id], (), error, now, report)

    def _still_unreadable(self, main: Seen) -> bool:
        latest = main.resource.latest
        return is_html(main) and latest is not None and latest.state is SnapshotState.UNREADABLE

    # --- the two ends of a visit ------------------------------------------------------------------

    def _fail(
        self,
        claim: Claim,
        source: WatchedSource,
        seen: Sequence[Seen],
        error: SyndicateError,
        now: datetime,
        report: VisitReport,
    ) -> None:
        """The operator is told, readers are not, and what was known stays."""
        retry_after = error.retry_after if isinstance(error, FetchError) else None
        report.problem = _classed(error)
        report.outcome = "failed"
        report.note(f"failed: {error}")
        self._store.conclude(
            Conclusion(
                document_id=claim.document_id,
                token=claim.token,
                now=now,
                next_visit=next_visit(now, source.every, claim.failures + 1, self._jitter(), retry_after),
                readings=tuple(reading for one in seen if (reading := _reading(one))),
                distrust=tuple(one.resource.id for one in seen if one.error),
                candidate=claim.candidate,
                problem=report.problem,
                failed=True,
            )
        )

    def _conclude(
        self,
        claim: Claim,
        source: WatchedSource,
        seen: Sequence[Seen],
        weighed: Weighed,
        now: datetime,
        report: VisitReport,
    ) -> None:
        verdict = weighed.verdict
        main = seen[0]
        title = main.version.title if main.version else ""
        telling = verdict.decision in (Decision.HOLD, Decision.ANNOUNCE)
        update = draft(claim, source, weighed, self._languages, title, now) if telling else None
        again_at = next_visit(now, source.every, 0, self._jitter(), None)
        report.outcome = verdict.decision.value
        report.update_id = update.id if update else ""
        report.problem = _problems(seen)
        report.note(f"{verdict.decision.value}: {verdict.reason}")
        moot = claim.held if claim.held and verdict.decision is Decision.DROP and _anything_new(seen) else ""
        self._store.conclude(
            Conclusion(
                document_id=claim.document_id,
                token=claim.token,
                now=now,
                next_visit=again_at,
                title=title,
                readings=tuple(reading for one in seen if (reading := _reading(one))),
                places=tuple(place for one in seen if (place := _place(one))),
                settle=tuple(one.resource.id for one in weighed.settle),
                update=update,
                touched=tuple(one.resource.id for one in weighed.touched) if telling else (),
                channels=self._channels,
                supersede=moot,
                candidate=doubt(claim, verdict, again_at, now),
                problem=report.problem,
            )
        )


def _classed(error: SyndicateError) -> str:
    """The error with its class in front ("dns: …"), by which the public status page words it."""
    reason = getattr(error, "reason", None)
    return f"{reason.value}: {error}" if isinstance(reason, StrEnum) else str(error)


def _anything_new(seen: Sequence[Seen]) -> bool:
    return any(one.snapshot is not None or one.vanished for one in seen)


def _reading(one: Seen) -> Reading | None:
    if one.snapshot is None:
        return None
    # a suspect page was read, but is not the document; only a shrunken text may yet be it
    usable = one.version if one.error is None or is_shrunk(one) else None
    return Reading(one.resource.id, one.snapshot.id, usable, str(one.error or ""))


def _place(one: Seen) -> ResourcePlace | None:
    if one.vanished:
        resource = one.resource
        return ResourcePlace(resource.id, resource.label, resource.url, resource.place, present=False)
    if one.link:
        return ResourcePlace(one.resource.id, one.link.label, one.link.url, one.link.place, present=True)
    if one.moved_to:
        resource = one.resource
        return ResourcePlace(resource.id, resource.label, one.moved_to, resource.place, present=True)
    return None


def _minds(one: Seen) -> bool:
    """A link that never led to a document is none of the operator's business."""
    error = one.unreached
    stray = isinstance(error, FetchError) and error.reason is FetchReason.NO_DOCUMENT
    return not stray or bool(one.resource.base_sha256)


def _problems(seen: Sequence[Seen]) -> str:
    """What the operator should know although the visit as such was fine."""
    lines = [f"{one.label}: {error}" for one in seen if (error := one.unreached or one.error) and _minds(one)]
    for one in seen:
        latest = one.resource.latest
        if one.snapshot is None and latest and latest.state is SnapshotState.UNREADABLE:
            lines.append(f"{one.label}: its newest bytes could not be read.")
    return "\n".join(lines)
