"""The first half of a visit: retrieve, keep the proof, read. Nothing is judged here.

"Not modified" and "the same hash" mean that there is nothing to fetch. Whether there is something to read
is for the database to say: a snapshot that was kept before a crash is read without fetching it again.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256

from syndicate.domain import plausibility
from syndicate.domain.errors import (
    FetchError,
    FetchReason,
    ParseError,
    ParseReason,
    SuspectContent,
    SuspectReason,
)
from syndicate.domain.matching import KnownAttachment, match
from syndicate.domain.model import Attachment, Version
from syndicate.domain.scheduling import is_full_visit
from syndicate.ports import (
    Claim,
    KeptSnapshot,
    KnownResource,
    NotModified,
    Reader,
    Retrieved,
    SnapshotState,
    Validators,
    WatchStore,
)
from syndicate.services.holding import Hold
from syndicate.services.relinking import FormerLinks, former_links
from syndicate.services.watched import Seen, VisitReport, WatchedSource

_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
HTML_TYPES = ("text/html", "application/xhtml+xml")


class Gatherer:
    """Retrieves and reads the resources of one document for one visit."""

    def __init__(
        self,
        store: WatchStore,
        reader: Reader,
        source: WatchedSource,
        claim: Claim,
        now: datetime,
        report: VisitReport,
        hold: Hold,
    ) -> None:
        self._store = store
        self._reader = reader
        self._source = source
        self._claim = claim
        self._now = now
        self._report = report
        self._hold = hold
        self.full = is_full_visit(now, claim.pace.last_full, claim.pace.since_full)

    def gather(self) -> list[Seen]:
        """The main resource first, then its attachments. Raises FetchError for the main one, LeaseLost."""
        main = Seen(self._claim.resources[0])
        self._retrieve(main)
        self._read(main)
        self._follow_canonical(main)
        if (main.error and not is_shrunk(main)) or not self._source.kind.follows_attachments:
            return [main]
        attachments = self._attachments(main)
        for seen in attachments:
            if not seen.vanished:
                self._hold.keep()
                self._retrieve_attachment(seen)
                self._read(seen)
        return [main, *attachments]

    # --- attachments ------------------------------------------------------------------------------

    def _attachments(self, main: Seen) -> list[Seen]:
        known = [r for r in self._claim.resources[1:] if r.present or r.base_sha256]
        if main.version is None:  # the page is as it was, and so are its links
            return [Seen(resource, vanished=not resource.present) for resource in known]
        matching = match(
            [KnownAttachment(r.id, r.label, r.url, r.place) for r in known], main.version.attachments
        )
        before = former_links(self._store, self._reader, main, self._source.options)
        seen = [self._linked(resource, matching.same.get(resource.id), before) for resource in known]
        return [*seen, *(Seen(resource) for resource in self._new(matching.new, before))]

    def _new(self, links: Sequence[Attachment], before: FormerLinks) -> list[KnownResource]:
        kept: list[KnownResource] = []
        for stood_there in (False, True):
            chosen = [link for link in links if before.had(link.url) is stood_there]
            if chosen:
                kept += self._store.keep_resources(self._claim, chosen, baseline=stood_there)
        for resource in kept:
            self._report.note(f"new attachment: {resource.label} {resource.url}")
        return kept

    def _linked(self, resource: KnownResource, link: Attachment | None, before: FormerLinks) -> Seen:
        if link:
            return Seen(resource, link=link)
        if resource.present and before.hides(resource.url):
            self._report.note(f"no link for the present reader: {resource.label} {resource.url}")
            return Seen(resource, vanished=True, hidden=True)
        self._report.note(f"no longer linked: {resource.label} {resource.url}")
        return Seen(resource, vanished=True)

    def _retrieve_attachment(self, seen: Seen) -> None:
        """An attachment that cannot be reached is told to the operator and holds up nothing else."""
        try:
            self._retrieve(seen)
        except FetchError as error:
            seen.unreached = error
            self._report.note(f"{seen.url}: {error}")

    # --- one resource -----------------------------------------------------------------------------

    def _retrieve(self, seen: Seen) -> None:
        latest = seen.resource.latest
        if latest and latest.state is SnapshotState.UNREAD:
            seen.snapshot = latest
            self._report.note(f"{latest.url}: kept earlier and not read yet; not fetched again")
            return
        validators = None if self.full else seen.resource.validators
        answer = self._source.kind.retrieve(seen.url, validators, self._now)
        if isinstance(answer, NotModified):
            self._report.note(f"{seen.url}: not modified (304)")
            return
        if seen.resource.role == "attachment" and media_type(answer) in HTML_TYPES:
            raise FetchError(
                seen.url,
                FetchReason.NO_DOCUMENT,
                f"{seen.url} leads to a web page, not to a document.",
                hint="A link that only looks like a download is left alone.",
            )
        if answer.moved_to:
            self._refuse_other_page(answer)
            seen.moved_to = answer.moved_to
            self._report.note(f"{seen.resource.url}: moved for good to {answer.moved_to}")
        self._keep(seen, answer)

    def _follow_canonical(self, main: Seen) -> None:
        """A page that its source lists no more, and that names another address as its own, has moved."""
        canonical = main.version.canonical if main.version else ""
        moved = self._claim.missing_since and canonical and canonical != main.url
        if moved and not self._store.stands_elsewhere(self._claim, canonical):
            main.moved_to = canonical
            self._report.note(f"{main.resource.url}: names {canonical} as its own address")

    def _refuse_other_page(self, answer: Retrieved) -> None:
        """A missing page that leads to another known page of its source is gone as a page of its own."""
        claim = self._claim
        if claim.missing_since and self._store.stands_elsewhere(claim, answer.moved_to):
            message = f"{claim.address} leads to {answer.moved_to}, another page of the same source."
            raise FetchError(claim.address, FetchReason.GONE, message)

    def _keep(self, seen: Seen, answer: Retrieved) -> None:
        latest = seen.resource.latest
        if latest and latest.sha256 == sha256(answer.body).hexdigest():
            self._report.note(f"{seen.url}: the same bytes as before")
            if latest.state is SnapshotState.UNREADABLE and is_html(seen):
                seen.snapshot = latest  # its reader may only have been short of time or memory
            if answer.validators != seen.resource.validators:
                seen.renewed = answer.validators or Validators("")
            return
        seen.charset = _charsets(latest, answer)
        seen.fetched = True
        seen.snapshot = self._store.keep_snapshot(self._claim, seen.resource.id, answer, self._now)
        self._report.note(f"{seen.url}: {len(answer.body)} new bytes, SHA-256 {seen.snapshot.sha256[:12]}…")

    def _read(self, seen: Seen) -> None:
        if seen.snapshot is None:
            return
        body = self._store.bytes_of(seen.snapshot.sha256)
        try:
            seen.version = self._reader.read(
                body,
                media_type=seen.snapshot.media_type,
                url=seen.snapshot.url,
                options=self._source.options,
            )
            self._report.note(
                f"{seen.url}: read {len(seen.version.blocks)} blocks, language {seen.version.language or '?'}"
            )
            plausibility.inspect(
                seen.version,
                self.previous(seen),
                body_size=len(body),
                body=body if is_html(seen) else b"",
            )
        except (ParseError, SuspectContent) as error:
            # a selector that is dead says nothing of the rest of the page
            whole = not self._source.options.select
            seen.error = _why_empty(error, seen, body) if whole else error
            self._report.note(f"{seen.url}: {seen.error}")

    def newest(self, seen: Seen) -> Version | None:
        """What it says now: just read, or read at an earlier visit when its bytes are still the same."""
        if seen.version or not seen.resource.head_version:
            return seen.version
        return self._store.version(seen.resource.head_version)[0]

    def ask_again(self, seen: Seen, said: Version | None) -> tuple[Version | None, Version | None]:
        """What it said, and what its address says when it is asked for once more in this visit (None where
        that failed), both by one recipe: a doubt may be older than the reader."""
        try:
            answer = self._source.kind.retrieve(seen.url, None, self._now)
            if not isinstance(answer, Retrieved):
                return said, None
            again = self._read_as(answer.body, answer)
            latest = seen.resource.latest
            if said and latest and said.recipe != again.recipe:
                said = self._read_as(self._store.bytes_of(latest.sha256), latest)
        except (FetchError, ParseError) as error:
            self._report.note(f"{seen.url}: asked once more: {error}")
            return said, None
        same = said is not None and again.fingerprint == said.fingerprint
        self._report.note(f"{seen.url}: asked once more: {'the same' if same else 'another text'}")
        return said, again

    def _read_as(self, body: bytes, of: Retrieved | KeptSnapshot) -> Version:
        return self._reader.read(body, media_type=of.media_type, url=of.url, options=self._source.options)

    def previous(self, seen: Seen) -> Version | None:
        """What readers were last told, read by the recipe of the new version; None where there is none.

        A text read by another recipe is not comparable: the kept bytes are silently read once more.
        """
        if not seen.resource.base_version:
            return None
        version, snapshot = self._store.version(seen.resource.base_version)
        if seen.version is None or version.recipe == seen.version.recipe:
            return version
        self._report.note(f"{seen.url}: the reader has changed; the kept bytes are read again")
        try:
            again = self._reader.read(
                self._store.bytes_of(snapshot.sha256),
                media_type=snapshot.media_type,
                url=snapshot.url,
                options=self._source.options,
            )
        except ParseError as error:
            self._report.note(f"{seen.url}: the kept bytes cannot be read any more ({error})")
            return None
        self._store.keep_version(snapshot.id, again)
        return again if again.recipe == seen.version.recipe else None


def _why_empty(error: ParseError | SuspectContent, seen: Seen, body: bytes) -> ParseError | SuspectContent:
    """Of a page without text it is said when JavaScript would have filled it."""
    if isinstance(error, ParseError) and error.reason is ParseReason.NO_TEXT and is_html(seen):
        try:
            plausibility.refuse_scripted(body)
        except SuspectContent as better:
            return better
    return error


def _charsets(latest: KeptSnapshot | None, answer: Retrieved) -> tuple[str, str] | None:
    before, after = (_charset(each.media_type) if each else "" for each in (latest, answer))
    return (before, after) if before and after and before != after else None


def _charset(media_type: str) -> str:
    found = _CHARSET.search(media_type)
    return found[1].lower() if found else ""


def is_shrunk(seen: Seen) -> bool:
    """Whether a text is suspiciously short, and may be the document all the same."""
    return isinstance(seen.error, SuspectContent) and seen.error.reason is SuspectReason.SHRUNK


def is_html(seen: Seen) -> bool:
    """Whether a resource came as a web page, whose troubles are the server's rather than the text's."""
    snapshot = seen.snapshot or seen.resource.latest
    return snapshot is not None and media_type(snapshot) in HTML_TYPES


def media_type(answer: Retrieved | KeptSnapshot) -> str:
    """The media type without its parameters, in lower case."""
    return answer.media_type.partition(";")[0].strip().lower()
