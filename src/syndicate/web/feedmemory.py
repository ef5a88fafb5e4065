"""Feeds in memory, ready to be sent: headers and bodies made once, not for every request."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from starlette.concurrency import run_in_threadpool

from syndicate.domain.errors import StorageError
from syndicate.ports import FeedChanges, FeedKey, RenderedFeed
from syndicate.web.answers import http_date
from syndicate.web.guard import SECURITY_HEADERS

LOOK_AGAIN = timedelta(seconds=1)
ROOM = 64 * 1024 * 1024
"""What the bodies in memory may come to, in bytes; what was not asked for longest leaves first."""

SHORT = "public, max-age=300"
FOREVER = "public, max-age=31536000, immutable"
PERSONAL = {
    "Cache-Control": "private, max-age=300",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
}
"""The address of a reader's own feed is a capability."""

RawHeaders = list[tuple[bytes, bytes]]

log = logging.getLogger("syndicate.web")


@dataclass(frozen=True, slots=True)
class Representation:
    """One encoding of a feed: the headers of a 200, those of a 304, and the body."""

    etag: str
    raw_etag: bytes
    headers: RawHeaders
    known: RawHeaders
    body: bytes


@dataclass(frozen=True, slots=True)
class ServedFeed:
    """A feed in both encodings."""

    plain: Representation
    zipped: Representation
    last_modified: datetime
    final: bool

    @property
    def size(self) -> int:
        return len(self.plain.body) + len(self.zipped.body)


class FeedMemory:
    """What was read from the records, until they change. Used by one event loop alone.

    `changes` tells which feeds were kept after a version. While the records cannot be read, what is in
    memory is served on: a feed that is a little old is better than none.
    """

    def __init__(self, changes: Callable[[int], FeedChanges], base_url: str, hubs: Sequence[str]) -> None:
        self._changes = changes
        self._base_url = base_url
        self._hubs = hubs
        self._feeds: OrderedDict[tuple[str, bool], tuple[FeedKey, ServedFeed]] = OrderedDict()
        self._size = 0
        self._version = 0
        self._looked_at: datetime | None = None

    async def refresh(self, now: datetime) -> None:
        """Forgets what has changed; asks for that at most once a second, however many requests there are."""
        if self._looked_at is not None and abs(now - self._looked_at) < LOOK_AGAIN:
            return
        self._looked_at = now
        try:
            changed = await run_in_threadpool(self._changes, self._version)
        except StorageError as error:
            log.warning("Feeds are served from memory: %s", error)
            return
        self._version = changed.version
        self._forget({(key.name, key.editorial) for key in changed.keys})

    def get(self, path: str, editorial: bool) -> ServedFeed | None:
        found = self._feeds.get((path, editorial))
        if found is None:
            return None
        self._feeds.move_to_end((path, editorial))
        return found[1]

    def keep(self, path: str, key: FeedKey, feed: RenderedFeed) -> ServedFeed:
        """Ready to be sent, now and later."""
        served = self.served(path, key.editorial, feed)
        self._drop((path, key.editorial))
        self._feeds[path, key.editorial] = (key, served)
        self._size += served.size
        while self._size > ROOM:
            self._drop(next(iter(self._feeds)))
        return served

    def served(self, path: str, editorial: bool, feed: RenderedFeed, *, personal: bool = False) -> ServedFeed:
        """Ready to be sent once."""
        named = {
            **SECURITY_HEADERS,
            "Cache-Control": FOREVER if feed.final else SHORT,
            "Access-Control-Allow-Origin": "*",
            "Access-Control-Expose-Headers": "ETag, Last-Modified, Link",
            "Vary": "Accept-Encoding",
            "Last-Modified": http_date(feed.last_modified),
            "Link": self._links(path, editorial, () if personal or feed.final else self._hubs),
            **(PERSONAL if personal else {}),
        }
        plain = _representation(named, feed.media_type, feed.etag, feed.body)
        zipped = _representation(
            named | {"Content-Encoding": "gzip"}, feed.media_type, feed.gzip_etag, feed.gzip
        )
        return ServedFeed(plain, zipped, feed.last_modified, feed.final)

    def _links(self, path: str, editorial: bool, hubs: Sequence[str]) -> str:
        query = "?all=1" if editorial else ""
        links = [f'<{hub}>; rel="hub"' for hub in hubs]
        return ", ".join([*links, f'<{self._base_url}{path}{query}>; rel="self"'])

    def _forget(self, changed: set[tuple[str, bool]]) -> None:
        stale = [
            address
            for address, (key, _) in self._feeds.items()
            if (key.name, key.editorial) in changed  # its archive too: all of it ends when the feed does
        ]
        for address in stale:
            self._drop(address)

    def _drop(self, address: tuple[str, bool]) -> None:
        found = self._feeds.pop(address, None)
        self._size -= found[1].size if found else 0


def _representation(named: dict[str, str], media_type: str, etag: str, body: bytes) -> Representation:
    shared = _raw({**named, "ETag": etag})
    charset = "; charset=utf-8" if media_type.endswith("xml") else ""  # JSON has no such parameter
    content = _raw({"Content-Type": media_type + charset, "Content-Length": str(len(body))})
    return Representation(etag, etag.encode(), shared + content, shared, body)


def _raw(named: dict[str, str]) -> RawHeaders:
    return [(name.lower().encode(), value.encode("latin-1")) for name, value in named.items()]
