"""render_feeds: keep every feed's bytes as fresh as the newest published update.

Rendering is a pure function of records, so that a feed made again has the same bytes, and every node the
same ones. What was made with another configuration or another version of the program is made again.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from syndicate.domain.model import FeedView, Update
from syndicate.ports import Archive, FeedMark, FeedStore, RenderedFeed

ENTRIES = 50


@dataclass(frozen=True, slots=True)
class FeedFormat:
    """One feed format as bootstrap hands it over."""

    name: str
    media_type: str
    render: Callable[[FeedView], bytes]


@dataclass(frozen=True, slots=True)
class FeedSpec:
    """One feed: its name in addresses, what people call it, and which updates it holds."""

    name: str
    title: str
    topic: str = ""
    source: str = ""


class FeedService:
    """The verb. `fingerprint` changes with all that the bytes depend on besides the updates."""

    def __init__(
        self,
        archive: Archive,
        store: FeedStore,
        view: Callable[[str, str, Sequence[Update], bool], FeedView],
        feeds: Sequence[FeedSpec],
        formats: Sequence[FeedFormat],
        fingerprint: str,
    ) -> None:
        self._archive = archive
        self._store = store
        self._view = view
        self._feeds = feeds
        self._formats = formats
        self._fingerprint = fingerprint
        self._rendered: FeedMark | None = None

    def render_feeds(self) -> int:
        """Brings all feeds up to date; returns how many were made anew."""
        mark = FeedMark(self._store.newest(), self._fingerprint)
        if self._rendered == mark:
            return 0
        made = sum(self._render(feed, editorial, mark) for feed in self._feeds for editorial in (False, True))
        self._rendered = mark
        return made

    def _render(self, feed: FeedSpec, editorial: bool, mark: FeedMark) -> int:
        stale = [f for f in self._formats if self._store.mark(feed.name, f.name, editorial) != mark]
        if not stale:
            return 0
        updates = self._archive.published(
            topic=feed.topic, source=feed.source, editorial=editorial, limit=ENTRIES
        )
        updates = [update for update in updates if update.sequence <= mark.sequence]
        view = self._view(feed.name, feed.title, updates, editorial)
        for feed_format in stale:
            body = feed_format.render(view)
            rendered = rendered_feed(feed_format.media_type, body, view)
            self._store.keep(feed.name, feed_format.name, editorial, rendered, mark)
        return len(stale)


def rendered_feed(media_type: str, body: bytes, view: FeedView) -> RenderedFeed:
    """The bytes ready to be served. The gzip header carries no time, so that equal feeds stay equal."""
    digest = sha256(body).hexdigest()[:32]
    return RenderedFeed(
        media_type=media_type,
        body=body,
        gzip=gzip.compress(body, 9, mtime=0),
        etag=f'"{digest}"',
        gzip_etag=f'"{digest}-gzip"',
        last_modified=view.updated,
    )
