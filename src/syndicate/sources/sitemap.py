"""The pages of a site by its sitemap: new, changed and removed ones. An index of sitemaps is followed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from fnmatch import fnmatchcase

from pydantic import BaseModel, Field

from syndicate.domain.errors import FetchError, FetchReason
from syndicate.ports import (
    Access,
    Fetcher,
    FoundDocument,
    Listed,
    Lister,
    Listing,
    ListingKind,
    NotModified,
    Retrieved,
    SourceKind,
    Validators,
)
from syndicate.sources._shared import KeptList, Web, WebAddress, host_of

MOST_SITEMAPS = 100
_FRESH = timedelta(hours=1)
_ALWAYS_FRESH = 0.5


class Config(BaseModel, frozen=True, extra="forbid"):
    """`url`: the sitemap, or an index of sitemaps. `include` and `exclude`: patterns with `*` for whole
    addresses. `most`: how many pages at most. `attachments`: whether documents that a page links to belong
    to it."""

    url: WebAddress
    include: tuple[str, ...] = ("*",)
    exclude: tuple[str, ...] = ()
    most: int = Field(default=2000, ge=1, le=50_000)
    attachments: bool = True


class Sitemap:
    """Implements `ports.SourceKind` for the pages that a sitemap lists on its own host."""

    asks_network = True
    lists_all = True

    def __init__(self, config: Config, fetcher: Fetcher, access: Access, lister: Lister) -> None:
        self.follows_attachments = config.attachments
        self._config = config
        self._web = Web(config.url, fetcher, access)
        self._lister = lister
        self._lists: dict[str, KeptList] = {}

    def find(self, now: datetime) -> Sequence[FoundDocument]:
        """The listed pages that are wanted, in the sitemap's order.

        All or nothing: a part that cannot be had would read as pages that were removed. Raises FetchError
        (TOO_LARGE also for more pages than `most`) and ParseError.
        """
        wanted = [entry for entry in self._entries(now) if self._is_wanted(entry.url)]
        if len(wanted) > self._config.most:
            raise FetchError(
                self._config.url,
                FetchReason.TOO_LARGE,
                f"The sitemap {self._config.url} lists {len(wanted)} pages; {self._config.most} are watched.",
                hint="Narrow it by `include` and `exclude`, or raise `most`.",
            )
        hints = _believable(wanted, now)
        return [
            FoundDocument(entry.url, "", entry.url, host_of(entry.url), entry.stated if hints else None)
            for entry in wanted
        ]

    def retrieve(self, address: str, validators: Validators | None, now: datetime) -> Retrieved | NotModified:
        """A page or one of its attachments."""
        return self._web.get(address, validators, now)

    def _entries(self, now: datetime) -> list[Listed]:
        top = self._read(self._config.url, now)
        if top.kind is not ListingKind.INDEX:
            return list(top.entries)
        parts = [entry.url for entry in top.entries if self._is_own(entry.url)]
        if len(parts) > MOST_SITEMAPS:
            message = f"{self._config.url} lists {len(parts)} sitemaps; {MOST_SITEMAPS} are read at most."
            hint = "Watch one of them at a time."
            raise FetchError(self._config.url, FetchReason.TOO_LARGE, message, hint=hint)
        entries = {entry.url: entry for url in parts for entry in self._read(url, now).entries}
        return list(entries.values())

    def _read(self, url: str, now: datetime) -> Listing:
        kept = self._lists.setdefault(url, KeptList(url, self._web, self._lister))
        return kept.read(now)

    def _is_wanted(self, url: str) -> bool:
        config = self._config
        return (
            self._is_own(url)
            and any(fnmatchcase(url, pattern) for pattern in config.include)
            and not any(fnmatchcase(url, pattern) for pattern in config.exclude)
        )

    def _is_own(self, url: str) -> bool:
        # A sitemap speaks for its own host only (sitemaps.org, "Sitemap file location").
        return host_of(url) == host_of(self._config.url)


def build(config: Config, fetcher: Fetcher, access: Access, lister: Lister) -> SourceKind:
    return Sitemap(config, fetcher, access, lister)


def _believable(entries: Sequence[Listed], now: datetime) -> bool:
    """Whether `lastmod` means anything: some systems write the time of the request for every page."""
    fresh = sum(1 for entry in entries if entry.stated and entry.stated > now - _FRESH)
    return fresh <= max(1, _ALWAYS_FRESH * len(entries))
