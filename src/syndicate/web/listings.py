"""Lists for programs: the map of the site, the list of feeds, and what crawlers may read."""

from __future__ import annotations

import re

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from syndicate.domain.model import Site
from syndicate.ports import Archive, SourceView
from syndicate.web.answers import answer
from syndicate.web.pages import PageRenderer

PART = 1000
"""How many updates one part of the map has; a part that is full never changes again."""
FIXED_PAGES = ("/", "/updates", "/feeds", "/subscribe", "/status", "/about", "/privacy", "/accessibility")

_PART = re.compile(r"updates-(?P<number>[1-9][0-9]{0,8})\.xml", re.ASCII)
_HEADERS = {"Cache-Control": "public, max-age=3600"}


class Listings:
    """Endpoints `/sitemap.xml`, `/sitemaps/…`, `/opml` and `/robots.txt`."""

    def __init__(self, site: Site, archive: Archive, pages: PageRenderer) -> None:
        self._site = site
        self._archive = archive
        self._pages = pages

    def sitemap(self, request: Request) -> Response:
        """The index: a part for pages and documents, and one for every PART updates."""
        parts = -(-self._archive.newest() // PART)
        names = ["pages", *(f"updates-{number}" for number in range(1, parts + 1))]
        return self._xml(request, "sitemap-index", names=names)

    def sitemap_part(self, request: Request) -> Response:
        file = request.path_params["file"]
        if file == "pages.xml":
            documents = self._archive.last_changes()
            paths = [*FIXED_PAGES, *(f"/feeds/{name}" for name in self._feed_names())]
            return self._xml(request, "sitemap-pages", paths=paths, documents=documents)
        found = _PART.fullmatch(file)
        until = int(found["number"]) * PART if found else 0
        updates = self._archive.addresses(until - PART, until) if found else []
        if not updates:
            raise HTTPException(404)
        return self._xml(request, "sitemap-updates", updates=updates)

    def _feed_names(self) -> list[str]:
        return [
            "all",
            *(topic.id for topic in self._site.topics),
            *(f"source/{source.id}" for source in self._watched()),
        ]

    def _watched(self) -> list[SourceView]:
        return [source for source in self._archive.sources() if not source.ended_at]

    def opml(self, request: Request) -> Response:
        """All feeds, for a reader to take in at once (OPML 2.0)."""
        body = self._pages.file("opml.xml", sources=self._watched())
        named = 'attachment; filename="feeds.opml"'
        return answer(
            request, body, media_type="text/x-opml", headers={**_HEADERS, "Content-Disposition": named}
        )

    def robots(self, request: Request) -> Response:
        """Everything may be read; the links in mails are nobody's to find."""
        body = self._pages.file("robots.txt")
        return answer(request, body, media_type="text/plain", headers=_HEADERS)

    def _xml(self, request: Request, template: str, **context: object) -> Response:
        body = self._pages.file(f"{template}.xml", **context)
        return answer(request, body, media_type="application/xml", headers=_HEADERS)
