"""The second half of a visit: hold what was read against what readers know, and decide.

Nothing is stored here; the result is the conclusion that `CheckService` stores in one transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from syndicate.domain import composing, judging, matching, plausibility, showing
from syndicate.domain import languages as grammars
from syndicate.domain.diffing import compare
from syndicate.domain.errors import FetchError, FetchReason, SuspectContent
from syndicate.domain.judging import JudgedResource
from syndicate.domain.model import (
    Change,
    ChangeKind,
    Comparison,
    Decision,
    Facet,
    FacetKind,
    NotedChange,
    Proof,
    Significance,
    Update,
    UpdateKind,
    UpdateState,
    Verdict,
    Version,
)
from syndicate.ports import Candidate, Claim, SnapshotState, WatchStore
from syndicate.services.gathering import Gatherer, is_shrunk
from syndicate.services.watched import Seen, WatchedSource

HISTORY = 8
"""How many older versions the comparison may learn from."""
EARLIER = 20
"""In how many of the last updates a change is looked for that another edition tells late."""
_EDITIONS = 2
MEMORY = timedelta(days=30)
"""How old they may be. What comes and goes more slowly stayed in between, and is told each time."""
PATIENCE = timedelta(minutes=10)
"""How long an announcement waits for a newly linked document that cannot be fetched yet."""
FINAL = (
    FetchReason.NOT_FOUND,
    FetchReason.GONE,
    FetchReason.BAD_ADDRESS,
    FetchReason.REFUSED_ADDRESS,
    FetchReason.NO_DOCUMENT,
)


@dataclass(slots=True)
class Weighed:
    """What a visit comes to, before it is stored."""

    verdict: Verdict
    judged: list[JudgedResource] = field(default_factory=list)
    touched: list[Seen] = field(default_factory=list)
    settle: list[Seen] = field(default_factory=list)
    unreadable: list[Seen] = field(default_factory=list)
    texts_after: list[str] = field(default_factory=list)
    language: str = ""


class Scale:
    """Weighs all resources of one visit together."""

    def __init__(
        self, store: WatchStore, source: WatchedSource, claim: Claim, gatherer: Gatherer, now: datetime
    ) -> None:
        self._store = store
        self._source = source
        self._claim = claim
        self._gatherer = gatherer
        self._now = now
        self._earlier: list[NotedChange] | None = None

    def weigh(self, seen: Sequence[Seen]) -> Weighed:
        weighed = Weighed(Verdict(Decision.DROP, "Nothing differs from what was announced last."))
        weighed.language = next((one.version.language for one in seen if one.version), "")
        vanished = [one for one in seen if one.vanished]
        for one in seen:
            if not one.vanished:
                self._weigh_one(one, vanished, weighed)
        for one in vanished:
            self._weigh_vanished(one, weighed)
        waiting_for = [one.label for one in seen if self._worth_waiting_for(one)]
        if self._claim.candidate and self._claim.candidate.first_at + PATIENCE <= self._now:
            waiting_for = []
        if weighed.settle and not weighed.judged:
            first = "This is the first reading: later ones are compared with it."
            weighed.verdict = Verdict(Decision.DROP, first)
            return weighed
        verdict = judging.judge(
            weighed.judged,
            review=self._source.review,
            waiting_for=waiting_for,
            unreadable=[_name(one, self._claim) for one in weighed.unreadable],
        )
        weighed.verdict = self._second_look(seen, verdict)
        return weighed

    # --- one resource -----------------------------------------------------------------------------

    def _weigh_one(self, one: Seen, vanished: list[Seen], weighed: Weighed) -> None:
        resource = one.resource
        if not resource.base_sha256 and resource.baseline:
            if one.snapshot is not None:  # its first reading is not news
                weighed.settle.append(one)
            return
        if self._is_unreadable(one):
            weighed.unreadable.append(one)
            self._touch(one, weighed, Comparison(), is_new=not resource.base_sha256)
            return
        current = self._current(one)
        if one.link and one.link.url != resource.url:  # the page's link to it may differ for that alone
            weighed.judged.append(JudgedResource(one.label, one.url, resource.role, Comparison()))
        if current is None:
            return
        twin = None if resource.base_sha256 else self._twin(current, vanished)
        base = self._gatherer.previous(twin or replace(one, version=current))
        if base is None and (resource.base_version or twin):
            weighed.settle.append(one)  # read by another reader than before: a new beginning, no news
            return
        if base is not None and twin is None and base.fingerprint == current.fingerprint:
            return
        if one.snapshot is None:  # read at an earlier visit, and doubted then
            _inspect_again(one, current, base)
        comparison = self._compared(one, base, current) if base else Comparison()
        self._touch(one, weighed, comparison, is_new=base is None)
        if twin:
            self._twinned(twin, vanished, weighed)

    def _compared(self, one: Seen, base: Version, current: Version) -> Comparison:
        """Held against what readers know, with what it said of late in mind, as far as it was read alike:
        what another reader left out would look like flicker."""
        older = self._store.history(one.resource.id, HISTORY, self._now - MEMORY)
        alike = [version for version in older if version.recipe == current.recipe]
        return compare(base, current, history=alike)

    def _current(self, one: Seen) -> Version | None:
        """What it says now: just read, or read earlier and still unannounced; None when all is told."""
        resource = one.resource
        if one.version is not None:
            return one.version
        if one.snapshot is None and resource.head_version and resource.head_version != resource.base_version:
            return self._store.version(resource.head_version)[0]
        return None

    def _is_unreadable(self, one: Seen) -> bool:
        latest = one.snapshot or one.resource.latest
        failed = one.error is not None and not isinstance(one.error, SuspectContent)
        if one.snapshot is None and latest is not None:
            failed = latest.state is SnapshotState.UNREADABLE
        return failed and latest is not None and latest.sha256 != one.resource.base_sha256

    def _twin(self, current: Version, vanished: Sequence[Seen]) -> Seen | None:
        """A vanished attachment with a likely text is the same document under another name."""
        for gone in vanished:
            if gone.resource.base_version:
                before = self._store.version(gone.resource.base_version)[0]
                if matching.alike(before, current):
                    return replace(gone, version=current)
        return None

    def _twinned(self, twin: Seen, vanished: list[Seen], weighed: Weighed) -> None:
        for gone in list(vanished):
            if gone.resource.id == twin.resource.id:
                vanished.remove(gone)
                weighed.touched.append(gone)

    def _weigh_vanished(self, one: Seen, weighed: Weighed) -> None:
        if one.hidden:
            weighed.settle.append(one)
        elif one.resource.base_sha256:
            self._touch(one, weighed, Comparison(), is_gone=True)

    def _touch(
        self,
        one: Seen,
        weighed: Weighed,
        comparison: Comparison,
        *,
        is_new: bool = False,
        is_gone: bool = False,
    ) -> None:
        weighed.touched.append(one)
        told = self._told_elsewhere(one, comparison)
        weighed.judged.append(
            JudgedResource(one.label, one.url, one.resource.role, comparison, is_new, is_gone, told)
        )
        current = self._current(one)
        latest = one.snapshot or one.resource.latest
        after = current.fingerprint if current else latest.sha256 if latest and not is_gone else ""
        weighed.texts_after.append(f"{one.resource.role}:{after}")

    def _told_elsewhere(self, one: Seen, comparison: Comparison) -> frozenset[Change]:
        """What was told when another edition of the document said it first."""
        if len(self._claim.resources) < _EDITIONS or not comparison.changes:
            return frozenset()
        if self._earlier is None:
            self._earlier = self._store.told(self._claim.document_id, EARLIER)
        shown = {
            showing.shown((NotedChange(change, "", ""),), self._source.record.show_text)[0].change: change
            for change in comparison.changes
        }
        told = composing.told_elsewhere(list(shown), one.resource.role, one.label, self._earlier)
        return frozenset(shown[change] for change in told)

    # --- doubts -----------------------------------------------------------------------------------

    def _worth_waiting_for(self, one: Seen) -> bool:
        new = not one.resource.base_sha256 and not one.resource.baseline
        lasting = isinstance(one.unreached, FetchError) and one.unreached.reason in FINAL
        return new and one.unreached is not None and not lasting

    def _second_look(self, seen: Sequence[Seen], verdict: Verdict) -> Verdict:
        """A text that shrank is looked at once more, and then a person decides."""
        shrunk = next((one.error for one in seen if is_shrunk(one)), None)
        if shrunk is None or verdict.decision is Decision.DROP:
            return verdict
        looked_before = self._claim.candidate is not None or bool(self._claim.held)
        decision = Decision.HOLD if looked_before else Decision.DOUBT
        return replace(verdict, decision=decision, reason=str(shrunk))


def _inspect_again(one: Seen, current: Version, base: Version | None) -> None:
    try:
        plausibility.inspect(current, base, body_size=0)
    except SuspectContent as error:
        one.error = error


def draft(
    claim: Claim, source: WatchedSource, weighed: Weighed, languages: Sequence[str], title: str, now: datetime
) -> Update:
    """The update that this verdict makes: published when it announces, else held for a person."""
    noted = (*composing.note(weighed.judged), *_unreadable_changes(weighed, claim))
    language = source.record.language or weighed.language
    changes = showing.shown(composing.timely(noted, language, now.date()), source.record.show_text)
    published = weighed.verdict.decision is Decision.ANNOUNCE
    identity = f"{claim.source_id}/{claim.key}"
    name = title or claim.title or claim.key
    return Update(
        id=claim.held or composing.update_id(claim.last_update, identity, sorted(weighed.texts_after)),
        kind=UpdateKind.CHANGE,
        state=UpdateState.PUBLISHED if published else UpdateState.HELD,
        source_id=claim.source_id,
        document_id=claim.document_id,
        document_title=name,
        document_url=claim.resources[0].url,
        language=language,
        topics=source.record.topics,
        significance=_significance(weighed),
        changes=changes,
        detected_at=now,
        reason=weighed.verdict.reason,
        previous=claim.last_published,
        proofs=tuple(_proof(one, now) for one in weighed.touched),
        texts={spoken: composing.compose(changes, name, spoken) for spoken in _spoken(languages, language)},
    )


def _spoken(languages: Sequence[str], own: str) -> Sequence[str]:
    """The languages to tell it in: the site's, and the source's own where there is a grammar for it."""
    own = own.replace("_", "-").partition("-")[0].lower()
    return tuple(dict.fromkeys((*languages, own))) if own in grammars.codes() else languages


def _significance(weighed: Weighed) -> Significance:
    # what cannot be read may be anything: it counts as much as it could
    return Significance.SUBSTANTIVE if weighed.unreadable else weighed.verdict.significance


def _name(one: Seen, claim: Claim) -> str:
    """What to call it: a page has no label of its own beside the document's title."""
    return one.label or claim.title or claim.key


def _unreadable_changes(weighed: Weighed, claim: Claim) -> list[NotedChange]:
    noted = []
    for one in weighed.unreadable:
        if not one.resource.base_sha256:
            continue  # a new attachment is told as added
        latest = one.snapshot or one.resource.latest
        facet = Facet(
            FacetKind.ATTACHMENT, one.resource.base_sha256[:12], latest.sha256[:12] if latest else ""
        )
        name = _name(one, claim)
        change = Change(ChangeKind.REWORDED, (), name, name, facets=(facet,))
        noted.append(NotedChange(change, one.label, one.url, one.resource.role))
    return noted


def _proof(one: Seen, now: datetime) -> Proof:
    latest = one.snapshot or one.resource.latest
    after = latest.sha256 if latest and not one.vanished else ""
    return Proof(one.label, one.url, one.resource.base_sha256, after, latest.at if latest else now)


def doubt(claim: Claim, verdict: Verdict, confirm_at: datetime, now: datetime) -> Candidate | None:
    """The candidate row that a doubtful verdict leaves; None for any other."""
    if verdict.decision is not Decision.DOUBT:
        return None
    first_at = claim.candidate.first_at if claim.candidate else now
    return Candidate(first_at, confirm_at, verdict.reason)
