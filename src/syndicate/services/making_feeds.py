"""From updates to the bytes of a feed, for all that is stored and for what is made when it is asked for."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any, Protocol

from syndicate.domain.model import FeedView, Update
from syndicate.ports import FeedRecord, RenderedFeed


@dataclass(frozen=True, slots=True)
class FeedFormat:
    """One feed format as bootstrap hands it over."""

    name: str
    media_type: str
    render: Callable[[FeedView], bytes]


class MakeView(Protocol):
    """Rendering's part: updates, newest first, as a feed."""

    def __call__(self, feed: FeedRecord, updates: Sequence[Update], editorial: bool) -> FeedView: ...


class FeedMaker:
    """Pure: the same updates give the same bytes."""

    def __init__(self, view: MakeView, formats: Sequence[FeedFormat]) -> None:
        self.view = view
        self.formats: Mapping[str, FeedFormat] = {made.name: made for made in formats}

    def render(self, format_name: str, view: FeedView, **changed: Any) -> RenderedFeed:
        """The view, with these fields changed, ready to be served in one format."""
        view = replace(view, **changed)
        feed_format = self.formats[format_name]
        return rendered_feed(feed_format.media_type, feed_format.render(view), view)


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
        final=view.place.newer > 0,  # an archived document changes once: when the next one follows it
    )
