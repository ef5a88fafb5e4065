"""The site put together: addresses, what guards them all, and pages for what goes wrong."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from urllib.parse import quote, urlsplit

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Match, Route
from starlette.types import ASGIApp
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from syndicate.domain.errors import StorageError
from syndicate.domain.model import Site
from syndicate.ports import Archive
from syndicate.services.subscribe import SubscribeService
from syndicate.web.answers import answer
from syndicate.web.documents import Documents
from syndicate.web.feedpages import FeedPages
from syndicate.web.feeds import FeedFront, Feeds
from syndicate.web.guard import SECURITY_HEADERS, SecurityHeaders
from syndicate.web.health import Health
from syndicate.web.limits import HourlyLimit
from syndicate.web.listings import Listings
from syndicate.web.pages import PageRenderer
from syndicate.web.reading import Reading
from syndicate.web.subscribing import Subscribing

ANY_METHOD = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
FOREVER = "public, max-age=31536000, immutable"


def create_app(
    *,
    site: Site,
    archive: Archive,
    feeds: Feeds,
    subscribe: SubscribeService,
    pages: PageRenderer,
    readiness: Callable[[], list[str]],
    clock: Callable[[], datetime],
    trusted_proxies: Sequence[str] = (),
    limit: HourlyLimit | None = None,
    hubs: Sequence[str] = (),
) -> ASGIApp:
    """The public site as an ASGI application.

    `trusted_proxies` are addresses or networks whose X-Forwarded-For and -Proto are believed. `limit`
    bounds the subscription form. `hubs` are told of in the headers of feeds.
    """
    reading = Reading(site, archive, pages, clock)
    subscribing = Subscribing(site, subscribe, pages, limit or HourlyLimit(), clock)
    errors = ErrorPages(pages)
    app = Starlette(
        routes=[
            *_reading_routes(reading, Documents(site, archive, pages, clock)),
            Route("/feeds/{name:path}", FeedPages(archive, feeds, pages).page, methods=list(ANY_METHOD)),
            *_subscribing_routes(subscribing),
            *_listing_routes(Listings(site, archive, pages)),
            *_other_routes(Health(readiness), pages),
        ],
        middleware=[Middleware(SecurityHeaders)],
        exception_handlers={HTTPException: errors.http, StorageError: errors.busy, Exception: errors.broken},
    )
    app.router.redirect_slashes = False  # it would repeat whatever the header Host says
    front = FeedFront(app, feeds, site, clock, hubs=hubs)
    return ProxyHeadersMiddleware(front, list(trusted_proxies)) if trusted_proxies else front  # type: ignore[arg-type,return-value]


def _reading_routes(reading: Reading, documents: Documents) -> list[Route]:
    return [
        Route("/", reading.newest),
        Route("/updates", reading.updates),
        Route("/updates/{update_id}", reading.update),
        Route("/updates/{update_id}/print", reading.update),
        Route("/updates/{update_id}/preview.png", reading.preview),
        Route("/documents/{document_id}", documents.document),
        Route("/documents/{document_id}/compare", documents.compare),
        Route("/feeds", reading.feeds),
        Route("/status", reading.status),
        Route("/about", reading.about),
        Route("/privacy", reading.privacy),
        Route("/accessibility", reading.accessibility),
    ]


def _listing_routes(listings: Listings) -> list[Route]:
    return [
        Route("/sitemap.xml", listings.sitemap),
        Route("/sitemaps/{file}", listings.sitemap_part),
        Route("/opml", listings.opml),
        Route("/robots.txt", listings.robots),
    ]


def _subscribing_routes(subscribing: Subscribing) -> list[Route]:
    return [
        Route("/subscribe", subscribing.form),
        Route("/subscribe", subscribing.ask, methods=["POST"]),
        Route("/confirm/{token}", subscribing.confirm_page),
        Route("/confirm/{token}", subscribing.confirm, methods=["POST"]),
        Route("/unsubscribe/{token}", subscribing.unsubscribe_page),
        Route("/unsubscribe/{token}", subscribing.unsubscribe, methods=["POST"]),
        Route("/preferences/{token}", subscribing.preferences_page),
        Route("/preferences/{token}", subscribing.preferences, methods=["POST"]),
    ]


def _other_routes(health: Health, pages: PageRenderer) -> list[Route]:
    async def static(request: Request) -> Response:
        file = pages.static.get(request.path_params["name"])
        if file is None:
            raise HTTPException(404)
        return answer(request, file.body, media_type=file.media_type, headers={"Cache-Control": FOREVER})

    return [
        Route("/static/{name}", static),
        Route("/healthz", health.alive),
        Route("/readyz", health.ready),
    ]


def _leads_to_a_page(request: Request, path: str) -> bool:
    scope = {**request.scope, "path": path}
    return any(route.matches(scope)[0] is Match.FULL for route in request.app.routes)


class ErrorPages:
    """Pages that help, without a word of what happened inside."""

    def __init__(self, pages: PageRenderer) -> None:
        self._pages = pages

    def http(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        if error.status_code == 404 and (address := self._without_slash(request)):
            return RedirectResponse(address)
        return self._page(request, error.status_code, error.headers)

    def _without_slash(self, request: Request) -> str:
        """The address within the site of a page that was asked for with a slash at its end; else ""."""
        path, query = request.scope["path"], request.scope["query_string"].decode("latin-1")
        plain = f"/{path.strip('/')}"
        if "endpoint" in request.scope or not path.endswith("/") or not _leads_to_a_page(request, plain):
            return ""
        address = urlsplit(self._pages.site.base_url).path + quote(plain)
        return f"{address}?{query}" if query else address

    def busy(self, request: Request, _: Exception) -> Response:
        return self._page(request, 503, {"Retry-After": "10"})

    def broken(self, request: Request, _: Exception) -> Response:
        """Answered outside the middleware, so that it must bring the headers itself."""
        return self._page(request, 500, SECURITY_HEADERS)

    def _page(self, request: Request, status: int, headers: object) -> Response:
        named = {"Cache-Control": "no-store", **(headers if isinstance(headers, dict) else {})}
        return self._pages.page(request, "error", status=status, headers=named, status_code=status)
