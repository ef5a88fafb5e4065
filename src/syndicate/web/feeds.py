"""The feeds over HTTP: bytes as they are, and nothing twice to a client that has them.

Feed readers come by the thousand and ask all day. They are answered from memory, before the site's own
layers, and what is in memory is compared with the records at most once a second.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple, Protocol

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from syndicate.domain.errors import StorageError
from syndicate.domain.model import Site
from syndicate.ports import FeedChanges, FeedKey, FeedRecord, FeedState, RenderedFeed
from syndicate.web.answers import accepts_gzip, is_known
from syndicate.web.feedmemory import FeedMemory
from syndicate.web.feedmemory import ServedFeed as ServedFeed
from syndicate.web.guard import SECURITY_HEADERS
from syndicate.web.limits import FeedLimit


class Format(NamedTuple):
    """What people call a format, and its media type."""

    label: str
    media_type: str


FORMATS = {
    "rss": Format("RSS", "application/rss+xml"),
    "atom": Format("Atom", "application/atom+xml"),
    "json": Format("JSON Feed", "application/feed+json"),
}
"""By the end of the address."""

PREFIX = "/feeds/"
TAGS, SINCE, ENCODING = b"if-none-match", b"if-modified-since", b"accept-encoding"
REFUSAL = "syndicate.refusal"
"""Where in the scope the site's own pages find why a feed was refused."""

_ID = r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}"
FEED_NAME = re.compile(rf"(?:source/)?{_ID}", re.ASCII)
_ADDRESS = re.compile(
    rf"/feeds/(?:my/(?P<token>[0-9a-f]{{48}})|(?P<name>(?:source/)?{_ID}?)(?:/archive/(?P<number>[1-9]\d{{0,8}}))?)"
    rf"\.(?P<format>{'|'.join(FORMATS)})",
    re.ASCII,
)

PREFLIGHT = [
    *((name.lower().encode(), value.encode()) for name, value in SECURITY_HEADERS.items()),
    (b"access-control-allow-origin", b"*"),
    (b"access-control-allow-methods", b"GET, HEAD"),
    (b"access-control-allow-headers", b"If-None-Match, If-Modified-Since"),
    (b"access-control-max-age", b"86400"),
]
"""A page elsewhere may ask with validators: browsers want to hear that first."""


class Feeds(Protocol):
    """What is asked of the feeds; see services.serve_feeds."""

    def changes(self, since: int) -> FeedChanges: ...

    def find(self, key: FeedKey) -> RenderedFeed | None: ...

    def archived(self, key: FeedKey, number: int) -> RenderedFeed | None: ...

    def personal(self, token: str, format_name: str) -> RenderedFeed | FeedState: ...

    def state(self, name: str) -> FeedState: ...

    def record(self, name: str) -> FeedRecord | None: ...


class NotAFeed(Exception):
    """The address is none of a feed; the site may have a page there."""


class FeedFront:
    """An ASGI application before another one: it answers what is asked of feeds, the other all the rest.

    A refusal (404, 410, 429, …) is handed to the other one to be told as a page of the site.
    """

    def __init__(
        self,
        app: ASGIApp,
        feeds: Feeds,
        site: Site,
        clock: Callable[[], datetime],
        *,
        hubs: Sequence[str] = (),
        limit: FeedLimit | None = None,
    ) -> None:
        self._app = app
        self._feeds = feeds
        self._memory = FeedMemory(feeds.changes, site.base_url, hubs)
        self._clock = clock
        self._limit = limit or FeedLimit()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(PREFIX):
            await self._app(scope, receive, send)
            return
        try:
            await self._answer(scope, send)
        except NotAFeed:
            await self._app(scope, receive, send)
        except (HTTPException, StorageError) as refused:
            await self._app({**scope, REFUSAL: refused}, receive, send)

    async def _answer(self, scope: Scope, send: Send) -> None:
        method = scope["method"]
        if method == "OPTIONS":
            await _send(send, 204, PREFLIGHT, b"")
            return
        if method not in ("GET", "HEAD"):
            raise HTTPException(405, headers={"Allow": "GET, HEAD, OPTIONS"})
        now = self._clock()
        editorial = bool(scope["query_string"]) and _wants_all(scope["query_string"])
        await self._memory.refresh(now)
        feed = self._memory.get(scope["path"], editorial) or await self._load(scope["path"], editorial)
        asked = dict(scope["headers"])
        answer = feed.zipped if _takes_gzip(asked.get(ENCODING)) else feed.plain
        if TAGS not in asked and SINCE not in asked:
            self._bound(scope, now)
        elif asked.get(TAGS) == answer.raw_etag or is_known(
            Headers(raw=scope["headers"]), answer.etag, feed.last_modified
        ):
            await _send(send, 304, answer.known, b"")
            return
        await _send(send, 200, answer.headers, b"" if method == "HEAD" else answer.body)

    def _bound(self, scope: Scope, now: datetime) -> None:
        """Whoever asks without validators again and again is told to come back later."""
        client = scope.get("client")
        wait = self._limit.wait(client[0] if client else "", scope["path"], now)
        if wait:
            raise HTTPException(429, headers={"Retry-After": str(wait)})

    async def _load(self, path: str, editorial: bool) -> ServedFeed:
        """What is not in memory. Raises HTTPException and NotAFeed."""
        found = _ADDRESS.fullmatch(path)
        if found is None:
            raise NotAFeed
        if found["token"]:
            feed = await run_in_threadpool(self._feeds.personal, found["token"], found["format"])
            if isinstance(feed, FeedState):
                raise refusal(feed)
            return self._memory.served(path, False, feed, personal=True)
        key = FeedKey(found["name"], found["format"], editorial)
        stored = await run_in_threadpool(self._stored, key, int(found["number"] or 0))
        return self._memory.keep(path, key, stored)

    def _stored(self, key: FeedKey, number: int) -> RenderedFeed:
        feed = self._feeds.archived(key, number) if number else self._feeds.find(key)
        if feed is None:
            state = self._feeds.state(key.name)
            raise refusal(FeedState.UNKNOWN if number and state is FeedState.COMING else state)
        return feed


def refusal(state: FeedState) -> HTTPException:
    """Why there is nothing, as an error of HTTP."""
    if state is FeedState.COMING:
        return HTTPException(503, headers={"Retry-After": "60"})
    return HTTPException(410 if state is FeedState.GONE else 404)


@lru_cache(maxsize=256)
def _takes_gzip(accepted: bytes | None) -> bool:
    return accepted is not None and accepts_gzip(Headers(raw=[(ENCODING, accepted)]))


def _wants_all(query: bytes) -> bool:
    """`all=1` is the one thing that a query can say; whatever else readers append is nothing."""
    return b"all=1" in query.split(b"&")


async def _send(send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
