"""find: which documents a source consists of now, and what became of those that it lists no more.

A list that failed says nothing. A list that shrank by more than half is not believed: a person looks at it.
What is missing is visited: gone twice, it is told as removed; found under another address, it has moved.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum

from syndicate.domain import matching
from syndicate.domain.errors import (
    FetchError,
    FetchReason,
    ParseError,
    SuspectContent,
    SuspectReason,
    SyndicateError,
)
from syndicate.domain.model import Version
from syndicate.ports import Claim, Finding, FoundDocument, MissingDocument, WatchStore
from syndicate.services.watched import Seen, WatchedSource

FIND_AGAIN = timedelta(minutes=5)
TOGETHER = 500
"""So many findings are stored in one transaction."""
_REMOVED = (FetchReason.NOT_FOUND, FetchReason.GONE)


class Finder:
    """Keeps the documents of all sources up to date."""

    def __init__(self, store: WatchStore, sources: Mapping[str, WatchedSource]) -> None:
        self._store = store
        self._sources = sources

    def find(self, now: datetime, wanted: Collection[str] | None = None) -> list[SyndicateError]:
        """Looks what the due sources (or these) consist of; returns what went wrong."""
        due = self._store.due_sources(now) if wanted is None else wanted
        errors: list[SyndicateError] = []
        findings: list[Finding] = []
        for source in [source for name in due if (source := self._sources.get(name))]:
            again_at = now + (source.every if source.kind.asks_network else min(source.every, FIND_AGAIN))
            try:
                findings.append(self._found(source, again_at, now))
            except (FetchError, ParseError, SuspectContent) as error:
                self._store.trouble(source.record.id, str(error), kind_of(error), now, again_at)
                errors.append(error)
            if len(findings) == TOGETHER or source.kind.asks_network:  # what was asked for is kept at once
                self._keep(findings, now)
        self._keep(findings, now)
        return errors

    def _keep(self, findings: list[Finding], now: datetime) -> None:
        if findings:
            self._store.found(findings, now)
            findings.clear()

    def _found(self, source: WatchedSource, again_at: datetime, now: datetime) -> Finding:
        found = _as_known(source.kind.find(now), self._store.keys(source.record.id))
        missing = self._missing(source, found)
        return Finding(source.record.id, found, again_at, missing, source.kind.lists_all)

    def _missing(self, source: WatchedSource, found: Sequence[FoundDocument]) -> set[str]:
        if not source.kind.lists_all:
            return set()
        listed = self._store.listed(source.record.id)
        missing = listed - {document.key for document in found}
        if len(missing) * 2 > len(listed):
            raise SuspectContent(
                SuspectReason.SHRUNK,
                f"The list of {source.record.id} leaves out {len(missing)} of {len(listed)} known pages.",
                hint="Nothing is concluded from it. If the site was rebuilt, watch it under a new source id.",
            )
        return missing


def _as_known(found: Sequence[FoundDocument], known: Collection[str]) -> list[FoundDocument]:
    """What was found, under the keys of the documents that it is, each once.

    A list that names its pages by https now, or with a slash at the end, names the same pages.
    """
    places = {matching.place_of_page(key): key for key in sorted(known)}
    documents: dict[str, FoundDocument] = {}
    for document in found:
        place = matching.place_of_page(document.key)
        key = document.key if document.key in known else places.setdefault(place, document.key)
        documents.setdefault(key, replace(document, key=key))
    return list(documents.values())


def is_removal(claim: Claim, error: FetchError) -> bool:
    """Whether a missing document was found gone before, at a visit since it is missing, and is so again."""
    return (
        claim.missing_since is not None
        and claim.last_check is not None
        and claim.last_check >= claim.missing_since
        and claim.problem_kind in _REMOVED
        and error.reason in _REMOVED
        and bool(claim.resources[0].base_sha256)
    )


def moved_here(store: WatchStore, claim: Claim, main: Seen) -> MissingDocument | None:
    """The missing document of the same source that this new one is: it leads here, or says the same."""
    if claim.baseline or claim.resources[0].base_sha256 or main.version is None:
        return None
    missing = store.missing(claim.source_id)
    led = [gone for gone in missing if gone.url == main.url]
    return next(iter(led + [gone for gone in missing if _same(store, gone, main.version)]), None)


def _same(store: WatchStore, gone: MissingDocument, version: Version) -> bool:
    return matching.same_text(store.version(gone.base_version)[0], version)


def kind_of(error: SyndicateError) -> str:
    """The class of an error, for whoever decides by it; "" where it has none."""
    reason = getattr(error, "reason", None)
    return reason.value if isinstance(reason, StrEnum) else ""
