"""The pages for people: the mailbox, the posts as they would look, what was refused."""

from __future__ import annotations

from datetime import datetime
from email.utils import parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from syndicate.sandbox.api import card, mail_bytes, permalink
from syndicate.sandbox.faults import available
from syndicate.sandbox.messages import letter
from syndicate.sandbox.networks import weighted
from syndicate.sandbox.networks.x_shapes import display, expanded
from syndicate.sandbox.world import Mail, Post, World

_HERE = Path(__file__).parent
_PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; img-src data:; frame-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
# A mail is hostile: no script, no request to anyone, no form; only its own inline style.
_MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; "
    "frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
)
_SHOWN = 100
NAMES = {"x": "X", "linkedin": "LinkedIn", "facebook": "Facebook", "smtp": "SMTP"}


class Pages:
    """Server-rendered, without scripts, safe to look at whatever was sent."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._templates = Environment(
            loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined
        )
        self._templates.filters |= {"clock": _clock, "linked": _linked, "host": _host, "address": _address}
        self._templates.globals |= {"names": NAMES}
        self.routes = [
            Route("/", self.overview),
            Route("/mailbox", self.mailbox),
            Route("/mailbox/{id}", self.mail),
            Route("/mailbox/{id}/html", self.mail_html),
            Route("/posts", self.posts),
            Route("/posts/{network}/{id}", self.post),
            Route("/refusals", self.refusals),
            Route("/style.css", self.style),
            # Where the real networks show a post, so that permalinks made from base URLs lead somewhere.
            Route("/x/i/web/status/{id}", self.permalink_x),
            Route("/x/{user}/status/{id}", self.permalink_x),
            Route("/linkedin/feed/update/{id}", self.permalink_linkedin),
            Route("/linkedin/feed/update/{id}/", self.permalink_linkedin),
        ]

    async def overview(self, _: Request) -> Response:
        posts = list(self._world.posts())
        return self._page(
            "overview",
            mails=self._world.mails[:-6:-1],
            mail_count=len(self._world.mails),
            posts=[self._view(post) for post in posts[:4]],
            post_count=len(posts),
            refusals=list(reversed(self._world.refusals))[:5],
            open_faults=self._world.faults.open,
            all_faults={network: available(network) for network in NAMES},
            ledger=self._world.ledger.path,
            entries=self._world.n,
        )

    async def mailbox(self, _: Request) -> Response:
        return self._page(
            "mailbox", mails=self._world.mails[: -_SHOWN - 1 : -1], count=len(self._world.mails)
        )

    async def mail(self, request: Request) -> Response:
        mail = self._find(request)
        if not mail:
            return self._page("missing", status=404)
        await self._world.ledger.sync()
        return self._page("mail", mail=mail, letter=letter(mail_bytes(self._world, mail)))

    async def mail_html(self, request: Request) -> Response:
        mail = self._find(request)
        if not mail:
            return self._page("missing", status=404)
        await self._world.ledger.sync()
        html = '<base target="_blank">' + letter(mail_bytes(self._world, mail)).html
        headers = {"content-security-policy": _MAIL_POLICY} | _COMMON
        return HTMLResponse(html.encode("utf-8", "replace"), headers=headers)

    async def posts(self, request: Request) -> Response:
        network = request.query_params.get("network", "")
        posts = list(self._world.posts(network))
        return self._page(
            "posts", posts=[self._view(post) for post in posts[:_SHOWN]], count=len(posts), network=network
        )

    async def post(self, request: Request) -> Response:
        post = self._world.post(request.path_params["network"], request.path_params["id"])
        if not post:
            return self._page("missing", status=404)
        return self._page("post", post=self._view(post))

    async def refusals(self, _: Request) -> Response:
        return self._page("refusals", refusals=list(reversed(self._world.refusals)))

    async def style(self, _: Request) -> Response:
        return Response((_HERE / "style.css").read_bytes(), media_type="text/css", headers=_COMMON)

    async def permalink_x(self, request: Request) -> Response:
        return RedirectResponse(f"/posts/x/{request.path_params['id']}", 302)

    async def permalink_linkedin(self, request: Request) -> Response:
        return RedirectResponse(f"/posts/linkedin/{request.path_params['id']}", 302)

    def _find(self, request: Request) -> Mail | None:
        return next((mail for mail in self._world.mails if mail.id == request.path_params["id"]), None)

    def _view(self, post: Post) -> dict[str, Any]:
        return {"post": post, "card": card(post, self._world), "permalink": permalink(post)}

    def _page(self, name: str, status: int = 200, **values: Any) -> Response:
        html = self._templates.get_template(f"{name}.html.j2").render(page=name, **values)
        # A lone surrogate in a hostile text cannot be written as UTF-8.
        return HTMLResponse(
            html.encode("utf-8", "replace"), status, {"content-security-policy": _PAGE_POLICY} | _COMMON
        )


_COMMON = {"x-content-type-options": "nosniff", "referrer-policy": "no-referrer", "cache-control": "no-store"}


def _clock(moment: datetime) -> str:
    return moment.astimezone().strftime("%Y-%m-%d %H:%M:%S")


def _host(url: str) -> str:
    try:
        return urlsplit(url).netloc
    except ValueError:
        return url


def _address(header: str) -> str:
    """The name in a From header, or the address."""
    name, address = parseaddr(header)
    return name or address or header


def _linked(text: str, network: str) -> Markup:
    """The text of a post as the network shows it: X makes links and shortens them, the others do not."""
    if network != "x":
        return Markup.escape(text)
    parts, at = [], 0
    for link in weighted.addresses(text):
        address = expanded(link.url)
        anchor = Markup('<a href="{}" rel="noreferrer">{}</a>').format(address, display(address))
        parts += [Markup.escape(text[at : link.start]), anchor]
        at = link.end
    return Markup("").join([*parts, Markup.escape(text[at:])])
