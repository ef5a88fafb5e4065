"""check: visit documents that are due, and conclude each visit.

    claim → gather (retrieve, tx 1, read) → weigh (compare, judge) → conclude (tx 2)

A crash before tx 1 changes nothing; after it, the snapshot is unread and the document due at once.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from syndicate.domain import judging
from syndicate.domain.errors import FetchError, LeaseLost, StorageError, SyndicateError
from syndicate.domain.judging import JudgedResource
from syndicate.domain.model import Comparison, Decision, Verdict
from syndicate.ports import Claim, Conclusion, Reader, SnapshotState, WatchStore
from syndicate.services.concluding import Concluder, anything_new, kept_problem
from syndicate.services.confirming import confirm
from syndicate.services.finding import Finder, is_removal, moved_here
from syndicate.services.gathering import Gatherer, is_html, is_shrunk
from syndicate.services.holding import LEASE, Hold
from syndicate.services.quiet import QuietEnds
from syndicate.services.watched import Seen, VisitReport, WatchedSource
from syndicate.services.weighing import Scale, Weighed

log = logging.getLogger("syndicate.check")


class CheckService:
    """The verbs of watching. `jitter` gives a number in [0, 1), `ticks` seconds that only go forward."""

    def __init__(
        self,
        store: WatchStore,
        reader: Reader,
        sources: Mapping[str, WatchedSource],
        languages: Sequence[str],
        channels: Sequence[str],
        jitter: Callable[[], float],
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._reader = reader
        self._sources = sources
        self._ticks = ticks
        self._finder = Finder(store, sources)
        self._concluder = Concluder(languages, channels, jitter)

    def sync(self, now: datetime) -> None:
        """Makes the database agree with the configured sources."""
        self._store.sync_sources([source.record for source in self._sources.values()], now)

    def find(self, now: datetime, sources: Collection[str] | None = None) -> list[SyndicateError]:
        """Looks which documents the due sources (or these) consist of; returns what went wrong."""
        return self._finder.find(now, sources)

    def claim(
        self,
        now: datetime,
        *,
        limit: int,
        busy_hosts: Collection[str] = (),
        sources: Collection[str] | None = None,
        since: datetime | None = None,
        per_host: int = 1,
    ) -> list[Claim]:
        """Documents that are due, at most `per_host` a host; with `since`, all that were not visited since
        then, due or not; with `sources`, those of these sources only."""
        return self._store.claim(
            now,
            LEASE,
            limit=limit,
            busy_hosts=busy_hosts,
            sources=sources,
            since=since,
            per_host=per_host,
            known=None if sources is not None else self._sources,
        )

    def visit(self, claim: Claim, now: datetime) -> VisitReport:
        """One whole visit. Never raises for what is wrong outside; raises StorageError."""
        report = VisitReport(claim.source_id, claim.title or claim.key)
        conclusion = self._look(claim, now, report)
        if conclusion and not self._store.conclude(conclusion):
            report.lose()
        return report

    def visit_all(
        self, claims: Iterable[Claim], clock: Callable[[], datetime], quiet: QuietEnds
    ) -> Iterator[VisitReport]:
        """Visits one after another; those that found everything as it was end with others, by `quiet`."""
        for claim in claims:
            report = VisitReport(claim.source_id, claim.title or claim.key)
            conclusion = self._look_or_fail(claim, clock(), report)
            if conclusion and conclusion.is_quiet and not claim.candidate:
                quiet.add(conclusion)
            elif conclusion and not self._store.conclude(conclusion):
                report.lose()
            yield report

    def quiet_ends(self) -> QuietEnds:
        """For `visit_all`, of one thread or of many."""
        return QuietEnds(self._store)

    def set_back(self, now: datetime) -> int:
        """After a clock was set back: what it put off while it was ahead is due now; returns how much."""
        return self._store.set_back(now)

    def give_up(self, claim: Claim) -> None:
        """A visit that could not be concluded because the database failed; it is due again at once."""
        self._store.release(claim)

    def fail(self, claim: Claim, now: datetime) -> None:
        """Concludes a visit that ended in a fault of ours, so that it is told and not repeated at once."""
        report = VisitReport(claim.source_id, claim.title or claim.key)
        self._store.conclude(self._fault(claim, now, report))

    def _fault(self, claim: Claim, now: datetime, report: VisitReport) -> Conclusion:
        error = SyndicateError("The visit failed for a reason of its own.", hint="See the log.")
        return self._concluder.failed(claim, self._sources[claim.source_id], (), error, now, report)

    # --- one visit --------------------------------------------------------------------------------

    def _look_or_fail(self, claim: Claim, now: datetime, report: VisitReport) -> Conclusion | None:
        """The same as `_look`; a fault of ours is told of its document, and stops no other."""
        try:
            return self._look(claim, now, report)
        except StorageError:
            raise
        except Exception:
            log.exception("visit of %s failed", claim.key)
            return self._fault(claim, now, report)

    def _look(self, claim: Claim, now: datetime, report: VisitReport) -> Conclusion | None:
        """What the visit comes to; None when somebody else has taken the document over, or when it turned
        out to be another one that moved."""
        source = self._sources[claim.source_id]
        hold = Hold(self._store, claim, now, self._ticks)
        gatherer = Gatherer(self._store, self._reader, source, claim, now, report, hold)
        try:
            seen = gatherer.gather()
        except FetchError as error:
            if is_removal(claim, error):
                return self._concluder.removed(claim, source, _gone(claim, source), now, report)
            return self._concluder.failed(claim, source, (), error, now, report)
        except LeaseLost:
            report.lose()
            return None
        main = seen[0]
        if main.error and is_html(main) and not is_shrunk(main):
            return self._concluder.failed(claim, source, seen, main.error, now, report)
        if main.snapshot is None and _still_unreadable(main):
            return self._concluder.failed(claim, source, seen, kept_problem(claim), now, report)
        if source.kind.lists_all and (old := moved_here(self._store, claim, main)):
            self._store.adopt(old.document_id, claim, now)
            report.outcome = Decision.DROP.value
            report.note(
                f"drop: It is {old.title!r}, which moved here from {old.url}, and is watched as that."
            )
            return None
        if claim.candidate or anything_new(seen):
            weighed = Scale(self._store, source, claim, gatherer, now).weigh(seen)
            weighed.verdict = confirm(weighed.verdict, main, claim, gatherer, now)
        else:  # what was decided earlier stands: weighing it again would void an approval
            weighed = Weighed(Verdict(Decision.DROP, "Nothing is new since the last visit."))
        return self._concluder.done(claim, source, seen, weighed, now, report, full=gatherer.full)


def _still_unreadable(main: Seen) -> bool:
    latest = main.resource.latest
    return is_html(main) and latest is not None and latest.state is SnapshotState.UNREADABLE


def _gone(claim: Claim, source: WatchedSource) -> Weighed:
    """The whole document was taken away, its attachments with it."""
    main = Seen(claim.resources[0], vanished=True)
    label = claim.title or claim.key
    judged = [JudgedResource(label, main.url, main.resource.role, Comparison(), is_gone=True)]
    verdict = judging.judge(judged, review=source.review)
    known = [Seen(resource, vanished=True) for resource in claim.resources if resource.base_sha256]
    return Weighed(verdict, judged, touched=known, texts_after=[f"{main.resource.role}:"])
