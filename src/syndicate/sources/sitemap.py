"""The pages of a site by its sitemap: new, changed and removed ones. An index of sitemaps is followed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from fnmatch import fnmatchcase

from pydantic import BaseModel, Field

from syndicate.domain.errors import FetchError, FetchReason, ParseError, ParseReason
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
        wanted = self._entries(now)
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
            return self._not_too_many({entry.url: entry for entry in top.entries})
        parts = [entry.url for entry in top.entries]
        if len(parts) > MOST_SITEMAPS:
            message = f"{self._config.url} lists {len(parts)} sitemaps; {MOST_SITEMAPS} are read at most."
            hint = "Watch one of them at a time."
            raise FetchError(self._config.url, FetchReason.TOO_LARGE, message, hint=hint)
        self._lists = {url: kept for url, kept in self._lists.items() if url in (self._config.url, *parts)}
        entries: dict[str, Listed] = {}
        for url in parts:
            entries |= {entry.url: entry for entry in self._part(url, now).entries}
            self._not_too_many(entries)  # at once: a hundred parts may have five million pages
        return list(entries.values())

    def _part(self, url: str, now: datetime) -> Listing:
        part = self._read(url, now)
        if part.kind is ListingKind.INDEX:  # sitemaps.org forbids it, and it may lead round in circles
            message = f"{url} is an index of sitemaps within one."
            raise ParseError(ParseReason.UNSUPPORTED, message, hint="Watch it as a source of its own.")
        return part

    def _not_too_many(self, entries: Mapping[str, Listed]) -> list[Listed]:
        if len(entries) > self._config.most:
            raise FetchError(
                self._config.url,
                FetchReason.TOO_LARGE,
                f"The sitemap {self._config.url} lists more than the {self._config.most} pages to watch.",
                hint="Narrow it by `include` and `exclude`, or raise `most`.",
            )
        return list(entries.values())

    def _read(self, url: str, now: datetime) -> Listing:
        if url not in self._lists:
            self._lists[url] = KeptList(url, self._web, self._lister, self._narrowed)
        return self._lists[url].read(now)

    def _narrowed(self, listing: Listing) -> Listing:
        """What is wanted of a list, without what a sitemap has no use for."""
        is_kept = self._is_own if listing.kind is ListingKind.INDEX else self._is_wanted
        kept = (replace(entry, title="", content="") for entry in listing.entries if is_kept(entry.url))
        return replace(listing, entries=tuple(kept))

    def _is_wanted(self, url: str) -> bool:
        config = self._config
        return (
            self._is_own(url)
            and any(fnmatchcase(url, pattern) for pattern in config.include)
            and not any(fnmatchcase(url, pattern) for pattern in config.exclude)
        )

    def _is_own(self, url: str) -> bool:
        # A sitemap speaks for its own host only (sitemaps.org, "Sitemap file location"), by whichever name.
        return _bare(host_of(url)) == _bare(host_of(self._config.url))


def build(config: Config, fetcher: Fetcher, access: Access, lister: Lister) -> SourceKind:
    return Sitemap(config, fetcher, access, lister)


def _bare(host: str) -> str:
    return host.removeprefix("www.")


def _believable(entries: Sequence[Listed], now: datetime) -> bool:
    """Whether `lastmod` means anything: some systems write the time of the request for every page."""
    fresh = sum(1 for entry in entries if entry.stated and entry.stated > now - _FRESH)
    return fresh <= max(1, _ALWAYS_FRESH * len(entries))
