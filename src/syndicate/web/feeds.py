"""The stored feeds over HTTP: bytes as they are, and nothing twice to a client that has them."""

from __future__ import annotations

import re
from typing import NamedTuple

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from syndicate.domain.model import Site
from syndicate.ports import Archive, RenderedFeed
from syndicate.web.answers import accepts_gzip, answer


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

ALL = "all"
_FILE = re.compile(rf"(?P<name>[A-Za-z0-9][A-Za-z0-9._-]{{0,99}})\.(?P<format>{'|'.join(FORMATS)})", re.ASCII)

_HEADERS = {
    "Cache-Control": "public, max-age=300",
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Last-Modified",
}


class FeedFiles:
    """Endpoints `/feeds/<topic>.<format>`, `/feeds/all.<format>` and `/feeds/source/<id>.<format>`."""

    def __init__(self, site: Site, archive: Archive) -> None:
        self._site = site
        self._archive = archive

    def topic(self, request: Request) -> Response:
        """A topic's feed under its id or a former one, without a redirect: not every reader follows them."""
        name, format_name = _parts(request)
        topic = self._site.topic(name)
        feed = self._feed(request, topic.id, format_name)
        if feed is None and (name == ALL or topic in self._site.topics):
            raise HTTPException(503, headers={"Retry-After": "60"})
        return _serve(request, feed)

    def source(self, request: Request) -> Response:
        name, format_name = _parts(request)
        return _serve(request, self._feed(request, f"source/{name}", format_name))

    def _feed(self, request: Request, name: str, format_name: str) -> RenderedFeed | None:
        return self._archive.feed(name, format_name, request.query_params.get("all") == "1")


def _parts(request: Request) -> tuple[str, str]:
    found = _FILE.fullmatch(request.path_params["file"])
    if found is None:
        raise HTTPException(404)
    return found["name"], found["format"]


def _serve(request: Request, feed: RenderedFeed | None) -> Response:
    if feed is None:
        raise HTTPException(404)
    zipped = accepts_gzip(request.headers)
    encoding = {"Content-Encoding": "gzip"} if zipped else {}
    return answer(
        request,
        feed.gzip if zipped else feed.body,
        media_type=feed.media_type,
        etag=feed.gzip_etag if zipped else feed.etag,
        last_modified=feed.last_modified,
        headers={**_HEADERS, "Vary": "Accept-Encoding", **encoding},
    )
