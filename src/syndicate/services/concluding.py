"""What a visit comes to as a whole: the conclusion that is stored in one transaction (tx 2)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from textwrap import shorten

from syndicate.domain import scheduling
from syndicate.domain.errors import FetchError, FetchReason, ParseReason, SuspectReason, SyndicateError
from syndicate.domain.judging import JudgedResource
from syndicate.domain.model import Change, Decision
from syndicate.ports import Claim, Conclusion, Notice, Reading, ResourcePlace, SnapshotState
from syndicate.services.finding import kind_of
from syndicate.services.gathering import is_shrunk
from syndicate.services.watched import Seen, VisitReport, WatchedSource
from syndicate.services.weighing import Weighed, doubt, draft

SOON = timedelta(minutes=5)
"""A doubt is looked at again after so long, or sooner."""
_MOST_FOUND = 20
_MOST_NOT_TOLD = 20
_QUOTED = 80
"""Characters that are shown of a text."""
_UNREADABLE = frozenset(ParseReason)


class KeptProblem(SyndicateError):
    """The problem of an earlier visit, which still holds."""

    def __init__(self, text: str, kind: str) -> None:
        super().__init__(text)
        self.kind = kind


def kept_problem(claim: Claim) -> SyndicateError:
    return KeptProblem(claim.problem, claim.problem_kind)


class Concluder:
    """Draws up conclusions. Pure but for `jitter`, which gives a number in [0, 1)."""

    def __init__(
        self, languages: Sequence[str], channels: Sequence[str], jitter: Callable[[], float]
    ) -> None:
        self._languages = languages
        self._channels = tuple(channels)
        self._jitter = jitter

    def failed(
        self,
        claim: Claim,
        source: WatchedSource,
        seen: Sequence[Seen],
        error: SyndicateError,
        now: datetime,
        report: VisitReport,
    ) -> Conclusion:
        """The operator is told, readers are not, and what was known stays."""
        retry_after = error.retry_after if isinstance(error, FetchError) else None
        kind = error.kind if isinstance(error, KeptProblem) else kind_of(error)
        # the class stands in front ("dns: …"), by which the public status page words it
        report.problem = f"{kind}: {error}" if kind_of(error) else str(error)
        report.outcome = "failed"
        report.note(f"failed: {error}")
        return Conclusion(
            document_id=claim.document_id,
            token=claim.token,
            now=now,
            next_visit=self._again_at(claim, source, now, claim.failures + 1, retry_after),
            readings=tuple(reading for one in seen if (reading := _reading(one))),
            distrust=tuple(one.resource.id for one in seen if one.error),
            candidate=claim.candidate,
            problem=report.problem,
            problem_kind=kind,
            failed=True,
        )

    def done(
        self,
        claim: Claim,
        source: WatchedSource,
        seen: Sequence[Seen],
        weighed: Weighed,
        now: datetime,
        report: VisitReport,
        *,
        full: bool,
    ) -> Conclusion:
        """The visit was fine as such: what it means was weighed."""
        verdict = weighed.verdict
        title = seen[0].version.title if seen[0].version else ""
        telling = verdict.decision in (Decision.HOLD, Decision.ANNOUNCE)
        update = draft(claim, source, weighed, self._languages, title, now) if telling else None
        again_at = self._again_at(claim, source, now, 0, None, changed=update is not None)
        if verdict.decision is Decision.DOUBT:
            again_at = min(again_at, now + SOON)
        problem, kind = _problems(seen), _problem_kind(seen)
        if _still_holds(claim, seen):
            problem, kind = claim.problem, claim.problem_kind
        self._report(report, weighed, update.id if update else "", problem)
        moot = claim.held if claim.held and verdict.decision is Decision.DROP and anything_new(seen) else ""
        return Conclusion(
            document_id=claim.document_id,
            token=claim.token,
            now=now,
            next_visit=again_at,
            title=title,
            readings=tuple(reading for one in seen if (reading := _reading(one))),
            places=tuple(place for one in seen if (place := _place(one))),
            settle=tuple(one.resource.id for one in weighed.settle),
            renewed=tuple((one.resource.id, one.renewed) for one in seen if one.renewed),
            update=update,
            touched=tuple(one.resource.id for one in weighed.touched) if telling else (),
            channels=self._channels,
            supersede=moot,
            candidate=doubt(claim, verdict, again_at, now),
            problem=report.problem,
            problem_kind=kind,
            changed=update is not None,
            full=full,
            notices=tuple(_notices(seen)),
            held=claim.held,
        )

    def removed(
        self, claim: Claim, source: WatchedSource, weighed: Weighed, now: datetime, report: VisitReport
    ) -> Conclusion:
        """The document was taken away: that is told, and it is visited no more unless it is listed again."""
        update = draft(claim, source, weighed, self._languages, "", now)
        self._report(report, weighed, update.id, "")
        return Conclusion(
            document_id=claim.document_id,
            token=claim.token,
            now=now,
            next_visit=now + source.every,
            places=tuple(place for one in weighed.touched if (place := _place(one))),
            update=update,
            touched=tuple(one.resource.id for one in weighed.touched),
            channels=self._channels,
            changed=True,
            ended=True,
            held=claim.held,
        )

    def _report(self, report: VisitReport, weighed: Weighed, update_id: str, problem: str) -> None:
        report.outcome = weighed.verdict.decision.value
        report.update_id = update_id
        report.problem = problem
        for step in _not_told(weighed.judged):
            report.note(step)
        for step in _found(weighed.verdict.changes):
            report.note(step)
        report.note(f"{report.outcome}: {weighed.verdict.reason}")

    def _again_at(
        self,
        claim: Claim,
        source: WatchedSource,
        now: datetime,
        failures: int,
        retry_after: datetime | None,
        *,
        changed: bool = False,
    ) -> datetime:
        pace = claim.pace
        last_change = now if changed else pace.last_change
        gap = scheduling.interval(
            source.every, source.at_most, now, pace.first_ok, last_change, pace.changes + changed
        )
        gap = source.every if claim.candidate else gap
        return scheduling.next_visit(now, gap, failures, self._jitter(), retry_after)


def _not_told(judged: Sequence[JudgedResource]) -> Iterator[str]:
    """Each difference that was found and is told to nobody, with the reason."""
    for one in judged:
        ignored = one.comparison.ignored
        for each in ignored[:_MOST_NOT_TOLD]:
            texts = [shorten(text, _QUOTED, placeholder="…") for text in (each.before, each.after) if text]
            yield f"{one.label or one.url}: not told, {each.reason}: {' → '.join(map(repr, texts))}"
        if len(ignored) > _MOST_NOT_TOLD:
            yield f"{one.label or one.url}: not told, {len(ignored) - _MOST_NOT_TOLD} more such differences"


def _found(changes: Sequence[Change]) -> Iterator[str]:
    """Each change of the verdict, in a line."""
    for change in changes[:_MOST_FOUND]:
        texts = [shorten(text, _QUOTED, placeholder="…") for text in (change.before, change.after) if text]
        facets = "; ".join(
            f"{facet.kind}: {facet.before or '–'} → {facet.after or '–'}" for facet in change.facets
        )
        what = " ".join(filter(None, (change.significance, change.kind, change.number)))
        yield f"{what}: {' → '.join(map(repr, dict.fromkeys(texts)))}" + (f" ({facets})" if facets else "")
    if len(changes) > _MOST_FOUND:
        yield f"{len(changes) - _MOST_FOUND} more changes"


def anything_new(seen: Sequence[Seen]) -> bool:
    return any(one.snapshot is not None or (one.vanished and one.resource.present) for one in seen)


def _reading(one: Seen) -> Reading | None:
    if one.snapshot is None:
        return None
    # a suspect page was read, but is not the document; only a shrunken text may yet be it
    usable = one.version if one.error is None or is_shrunk(one) else None
    return Reading(one.resource.id, one.snapshot.id, usable, str(one.error or ""))


def _place(one: Seen) -> ResourcePlace | None:
    resource = one.resource
    if one.vanished:
        return ResourcePlace(resource.id, resource.label, resource.url, resource.place, present=False)
    if one.link:
        return ResourcePlace(resource.id, one.link.label, one.link.url, one.link.place, present=True)
    if one.moved_to:
        return ResourcePlace(resource.id, resource.label, one.moved_to, resource.place, present=True)
    return None


def _minds(one: Seen) -> bool:
    """A link that never led to a document is none of the operator's business."""
    error = one.unreached
    stray = isinstance(error, FetchError) and error.reason is FetchReason.NO_DOCUMENT
    return not stray or bool(one.resource.base_sha256)


def _still_holds(claim: Claim, seen: Sequence[Seen]) -> bool:
    """Whether all that is to be told was told at the last visit, with the reason that only that one knew."""
    if anything_new(seen) or any(one.unreached or one.error for one in seen):
        return False
    undecided = bool(claim.held) and claim.problem_kind == SuspectReason.SHRUNK
    return undecided or (claim.problem_kind in _UNREADABLE and any(map(_is_unreadable, seen)))


def _problems(seen: Sequence[Seen]) -> str:
    """What the operator should know although the visit as such was fine."""
    errors = [
        f"{one.label or kind_of(error)}: {error}"
        for one in seen
        if (error := one.unreached or one.error) and _minds(one)
    ]
    unread = [
        f"{one.label or 'unreadable'}: its newest bytes could not be read."
        for one in seen
        if one.snapshot is None and _is_unreadable(one)
    ]
    return "\n".join([*errors, *unread])


def _is_unreadable(one: Seen) -> bool:
    latest = one.resource.latest
    return latest is not None and latest.state is SnapshotState.UNREADABLE


def _problem_kind(seen: Sequence[Seen]) -> str:
    errors = [error for one in seen if (error := one.unreached or one.error) and _minds(one)]
    return next((kind_of(error) for error in errors), "unreadable")


def _notices(seen: Sequence[Seen]) -> Iterator[Notice]:
    for one in seen:
        if one.charset:
            before, after = one.charset
            yield Notice("charset", one.label or one.url, f"{one.url} was {before} and is {after} now.")
        if one.moved_to:
            yield Notice("moved", one.label or one.url, f"{one.resource.url} moved to {one.moved_to}.")
