"""An RSS or Atom feed: the page of each entry is a document, or the entry's own text is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from html import escape
from typing import Literal

from pydantic import BaseModel, Field

from syndicate.domain.errors import FetchError, FetchReason
from syndicate.ports import (
    Access,
    Fetcher,
    FoundDocument,
    Listed,
    Lister,
    Listing,
    NotModified,
    Retrieved,
    SourceKind,
    Validators,
)
from syndicate.sources._shared import KeptList, Web, WebAddress, host_of

_FRESH = timedelta(minutes=1)
"""For so long what the feed said serves all entries that are visited one after another."""


class Config(BaseModel, frozen=True, extra="forbid"):
    """`url`: the feed. `content`: "page" visits the page of each entry, "entry" reads what the feed itself
    says. `most`: how many entries at most. `attachments`: whether documents that a page links to belong to
    it."""

    url: WebAddress
    content: Literal["page", "entry"] = "page"
    most: int = Field(default=1000, ge=1, le=10_000)
    attachments: bool = True


class Feed:
    """Implements `ports.SourceKind`. An entry that the feed no longer lists has grown old, nothing else."""

    asks_network = True
    lists_all = False

    def __init__(self, config: Config, fetcher: Fetcher, access: Access, lister: Lister) -> None:
        self.follows_attachments = config.attachments and config.content == "page"
        self._config = config
        self._web = Web(config.url, fetcher, access)
        self._list = KeptList(config.url, self._web, lister, self._narrowed)
        self._entries: dict[str, Listed] = {}
        self._read_at: datetime | None = None

    def find(self, now: datetime) -> Sequence[FoundDocument]:
        """A document per entry, known by the entry's own id: its address may change."""
        self._read(now)
        host = host_of(self._config.url)
        own = self._config.content == "entry"
        return [
            FoundDocument(entry.id, entry.title, entry.url, host if own else host_of(entry.url), entry.stated)
            for entry in self._entries.values()
        ]

    def retrieve(self, address: str, validators: Validators | None, now: datetime) -> Retrieved | NotModified:
        """The page at the address, or the text of the entry that leads there."""
        if self._config.content == "page":
            return self._web.get(address, validators, now)
        if self._read_at is None or not self._read_at <= now < self._read_at + _FRESH:
            self._read(now)
        entry = self._entries.get(address)
        if entry is None:  # a feed shows the newest entries only
            return NotModified(address)
        return Retrieved(address, _page(entry), "text/html; charset=utf-8", None)

    def _narrowed(self, listing: Listing) -> Listing:
        """Raises FetchError(TOO_LARGE): each entry becomes a document that is kept, so there is an end."""
        config = self._config
        if len(listing.entries) > config.most:
            message = f"The feed {config.url} has {len(listing.entries)} entries; {config.most} are watched."
            raise FetchError(config.url, FetchReason.TOO_LARGE, message, hint="Look at it, or raise `most`.")
        if config.content == "entry":
            return listing
        return replace(listing, entries=tuple(replace(entry, content="") for entry in listing.entries))

    def _read(self, now: datetime) -> None:
        self._entries = {entry.url: entry for entry in self._list.read(now).entries}
        self._read_at = now


def build(config: Config, fetcher: Fetcher, access: Access, lister: Lister) -> SourceKind:
    return Feed(config, fetcher, access, lister)


def _page(entry: Listed) -> bytes:
    title = escape(entry.title)
    return (
        f"<!doctype html><html><head><title>{title}</title></head>"
        f"<body><main><h1>{title}</h1>\n{entry.content}</main></body></html>"
    ).encode()
