"""try: what an address would be as a source, step by step and with reasons, before it is one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from syndicate.domain import plausibility
from syndicate.domain.errors import FetchError, ParseError, ParseReason, SuspectContent
from syndicate.domain.model import Version
from syndicate.ports import Access, Fetcher, Lister, ListingKind, Reader, ReadOptions, Retrieved
from syndicate.services.hiding import hidden_by

_KINDS = {ListingKind.SITEMAP: "sitemap", ListingKind.INDEX: "sitemap", ListingKind.FEED: "feed"}


class Trial:
    """One address, tried: `steps` says what was done and why, `fits` whether it can be a source."""

    def __init__(self, fetcher: Fetcher, reader: Reader, lister: Lister, access: Access) -> None:
        self._fetcher = fetcher
        self._reader = reader
        self._lister = lister
        self._access = access
        self.fits = False

    def steps(self, url: str, options: ReadOptions, now: datetime) -> Iterator[str]:
        """Each step as soon as it is known. Never raises for what is wrong outside."""
        try:
            answer = self._fetcher.get(url, validators=None, access=self._access, now=now)
            assert isinstance(answer, Retrieved)  # without validators there is no "not modified"
            yield from _arrived(url, answer)
            kind = self._kind(answer)
            if kind:
                yield f"It is a {kind[0]} with {kind[1]} addresses."
            else:
                yield from self._read(answer, options)
                kind = ("page", 1)
            self.fits = True
            yield f'[[sources]]\nid = "choose-a-name"\nkind = "{kind[0]}"\nurl = "{answer.moved_to or url}"'
        except (FetchError, ParseError, SuspectContent) as error:
            yield f"It cannot be watched: {error}"

    def _kind(self, answer: Retrieved) -> tuple[str, int] | None:
        try:
            listing = self._lister.list_addresses(answer.body, media_type=answer.media_type, url=answer.url)
        except ParseError as error:
            if error.reason is ParseReason.UNSUPPORTED or "html" in answer.media_type:
                return None
            raise
        return _KINDS[listing.kind], len(listing.entries)

    def _read(self, answer: Retrieved, options: ReadOptions) -> Iterator[str]:
        body = answer.body if "html" in answer.media_type else b""
        try:
            version = self._reader.read(
                answer.body, media_type=answer.media_type, url=answer.url, options=options
            )
        except ParseError as error:
            if error.reason is ParseReason.NO_TEXT and not options.select:
                plausibility.refuse_scripted(body)
            raise
        yield from _what_was_read(version)
        yield from map(str, hidden_by(self._reader, answer, options, version))
        plausibility.inspect(version, None, body_size=len(answer.body), body=body)
        yield "It looks like a document: no login, no wall, no error page."


def _arrived(url: str, answer: Retrieved) -> Iterator[str]:
    yield f"robots.txt allows it, and the address answers: {len(answer.body)} bytes of {answer.media_type}."
    if answer.moved_to:
        yield f"It moved for good to {answer.moved_to}: watch that address."
    elif answer.url != url:
        yield f"It leads, for now, to {answer.url}."
    validators = answer.validators
    if validators:
        names = [
            name for name, value in (("ETag", validators.etag), ("date", validators.last_modified)) if value
        ]
        yield f"It says which edition it is ({', '.join(names)}): unchanged, it costs one short answer."
    else:
        yield "It does not say which edition it is: it is fetched whole every time."


def _what_was_read(version: Version) -> Iterator[str]:
    words = len(version.text.split())
    yield (
        f"Read by {version.recipe.key}: {len(version.blocks)} blocks, {words} words, "
        f"language {version.language or 'unknown'}, title {version.title!r}."
    )
    for stated in version.dates:
        yield f"Its own date line ({stated.role.value} {stated.on.isoformat()}) is never news."
    for attachment in version.attachments:
        yield f"Belongs to it: {attachment.label} ({attachment.url})"
