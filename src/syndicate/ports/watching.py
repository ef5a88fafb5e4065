"""What watching needs: a way to addresses, sources, a reader."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
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


@dataclass(frozen=True, slots=True)
class Access:
    """What one source may do. `allow_private` frees private addresses and any port, for this source only."""

    allow_private: bool = False
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
    """A document that a source consists of now. `key` is stable within the source; `host` is "" for files."""

    key: str
    title: str
    address: str
    host: str = ""


class SourceKind(Protocol):
    """What a source consists of and how its parts are retrieved."""

    follows_attachments: bool

    def find(self) -> Sequence[FoundDocument]:
        """The documents that exist now. Raises FetchError."""
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
