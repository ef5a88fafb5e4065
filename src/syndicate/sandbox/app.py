"""The sandbox's one web application: networks, sample site, API, pages."""

from __future__ import annotations

from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route

from syndicate.sandbox.api import Api
from syndicate.sandbox.cards import Cards
from syndicate.sandbox.ledger import LedgerError
from syndicate.sandbox.networks.facebook import Facebook
from syndicate.sandbox.networks.linkedin import LinkedIn
from syndicate.sandbox.networks.x import X
from syndicate.sandbox.pages import Pages
from syndicate.sandbox.settings import Settings
from syndicate.sandbox.site import Site
from syndicate.sandbox.wire import NetworkApp
from syndicate.sandbox.world import World


def build(world: World, settings: Settings, site: Path | None, cards: Cards) -> Starlette:
    """Everything below the sandbox's address."""
    networks = (
        X(world, settings),
        LinkedIn(world, settings),
        Facebook(world, settings),
    )
    folder = Site(site)
    return Starlette(
        routes=[
            Route("/site/{path:path}", folder.answer),
            Route("/api/site", folder.report),
            Route("/robots.txt", _robots),
            *Api(world).routes,
            *Pages(world).routes,
            *(Mount(f"/{network.name}", app=NetworkApp(network, world, cards)) for network in networks),
        ],
        exception_handlers={LedgerError: _broken},
    )


async def _broken(_: Request, error: Exception) -> Response:
    """What could not be written was not accepted, and nothing will be."""
    return JSONResponse({"error": str(error)}, 503)


async def _robots(_: Request) -> Response:
    return PlainTextResponse("User-agent: *\nAllow: /\n")
