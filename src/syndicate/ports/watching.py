"""What watching needs: a way to addresses, sources, a reader."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from syndicate.domain.model import Version


@dataclass(frozen=True, slots=True)
class Validators:
    """The server's own words, sent back byte for byte, and only to the address that gave them."""

    url: str
    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True, slots=True)
class Retrieved:
    """One answer with content. `url` is where it came from after redirects; header names are lower case.

    `moved_to` is set when every hop was permanent (301, 308): the address to use from now on.
    """

    url: str
    body: bytes
    media_type: str
    validators: Validators | None
    headers: Mapping[str, str] = field(default_factory=dict)
    moved_to: str = ""


@dataclass(frozen=True, slots=True)
class NotModified:
    """The other side says that nothing changed since the validators were given."""

    url: str


Place = tuple[str, int]
"""A host name (lower case, without a dot at its end) or a number, and a port."""


@dataclass(frozen=True, slots=True)
class Access:
    """What may be done for one address. `allow_private` frees private addresses and any port for the host and
    port that the address names, and for no other that it leads to but those in `also_private`."""

    allow_private: bool = False
    also_private: frozenset[Place] = frozenset()
    headers: Mapping[str, str] = field(default_factory=dict)
    obey_robots: bool = True


class Fetcher(Protocol):
    """The one way to watched addresses."""

    def get(
        self, url: str, *, validators: Validators | None, access: Access, now: datetime
    ) -> Retrieved | NotModified:
        """One GET, politely: robots.txt, one request at a time per host with a gap, Retry-After.

        Raises FetchError. Blocks for the gap of the host at most, and for the total deadline.
        """
        ...


@dataclass(frozen=True, slots=True)
class FoundDocument:
    """A document that a source consists of now. `key` is stable within the source; `host` is "" for files.

    `stated` is when the source's list says that it changed: a hint to look soon, never a proof.
    """

    key: str
    title: str
    address: str
    host: str = ""
    stated: datetime | None = None


class SourceKind(Protocol):
    """What a source consists of and how its parts are retrieved.

    `asks_network`: `find` asks an address, so it is done no more often than visits are. `lists_all`: what
    `find` does not give any more was taken away or has moved, rather than merely grown old.
    """

    follows_attachments: bool
    asks_network: bool
    lists_all: bool

    def find(self, now: datetime) -> Sequence[FoundDocument]:
        """The documents that exist now. Raises FetchError, or ParseError for a list that cannot be read."""
        ...

    def retrieve(self, address: str, validators: Validators | None, now: datetime) -> Retrieved | NotModified:
        """The content at an address of this source or of an attachment. Raises FetchError."""
        ...


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """The operator's part of a recipe: CSS selectors to keep and to cut away (HTML only)."""

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()


class Reader(Protocol):
    """Turns foreign bytes into a version, where they can do no harm."""

    def read(self, data: bytes, *, media_type: str, url: str, options: ReadOptions) -> Version:
        """Raises ParseError, also when the bytes killed whoever read them."""
        ...


class ListingKind(StrEnum):
    SITEMAP = "sitemap"
    INDEX = "index"  # of sitemaps
    FEED = "feed"


@dataclass(frozen=True, slots=True)
class Listed:
    """An entry of a list. `id` is the list's own name for it, else its address; `content` is HTML."""

    url: str
    id: str = ""
    title: str = ""
    content: str = ""
    stated: datetime | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """What a sitemap, an index of sitemaps or a feed lists, in its order, each address once."""

    kind: ListingKind
    entries: tuple[Listed, ...]


class Lister(Protocol):
    """Reads lists of addresses, where foreign bytes can do no harm."""

    def list_addresses(self, data: bytes, *, media_type: str, url: str) -> Listing:
        """Raises ParseError: UNSUPPORTED for what is neither a sitemap nor a feed."""
        ...
